// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
import io.varlenring.examples.harness.Datagrams;
import io.varlenring.interop.measure.TimedMessages;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Writes messages of random lengths to the first ring, and waits when it is full. */
final class BridgeProducer {
    private static final long RETRY_NANOS = 50_000;

    private final int id;
    private final RingProducer producer;
    private final BridgeOptions options;
    private final Datagrams encoder = new Datagrams();
    private final LongAdder sent = new LongAdder();
    private final LongAdder refused = new LongAdder();

    private volatile boolean stopped;

    BridgeProducer(final int id, final RingProducer producer, final BridgeOptions options) {
        this.id = id;
        this.producer = producer;
        this.options = options;
    }

    void run() {
        final SplittableRandom lengths = new SplittableRandom(id);
        for (long sequence = 0; !stopped; sequence++) {
            final int length = lengths.nextInt(options.size.min(), options.size.max() + 1);
            final long nanos = System.nanoTime(); // waiting for room is part of the latency
            while (!tryWrite(length, sequence, nanos)) {
                refused.increment();
                if (stopped) {
                    return;
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
            sent.increment();
        }
    }

    private boolean tryWrite(final int length, final long sequence, final long nanos) {
        try (RingClaim claim = producer.tryClaim(length)) {
            if (claim == null) {
                return false;
            }
            final ByteBuffer space = claim.buffer();
            TimedMessages.encode(encoder, space, space.position(), length, id, sequence, nanos);
            claim.commit();
            return true;
        }
    }

    void stop() {
        stopped = true;
    }

    long sent() {
        return sent.sum();
    }

    /** Returns how often the ring was full. */
    long refused() {
        return refused.sum();
    }
}
