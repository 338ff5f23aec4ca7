// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.Options;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Writes messages of random lengths, at a rate or as fast as it can, and tries again while there is no room.
 *
 * <p>A message's time is the one at which it was due, or of the first try where there is no rate: having to wait for room is
 * part of its latency.
 */
public final class MessageWriter {
    private static final long RETRY_NANOS = 50_000;

    /** Where messages go. */
    @FunctionalInterface
    public interface Target {
        /**
         * Writes a message of {@code length} bytes, which {@code message} puts into what remains in a buffer; {@code false}
         * when there is no room right now.
         */
        boolean tryWrite(int length, Consumer<ByteBuffer> message);
    }

    private final Target target;
    private final int id;
    private final Datagrams encoder = new Datagrams();
    private final Options.Range size;
    private final long intervalNanos;
    private final SplittableRandom lengths;
    private final LongAdder sent = new LongAdder();
    private final LongAdder refused = new LongAdder();

    private volatile boolean stopped;
    private long sequence;
    private long due;

    /** Makes some writers, numbered from 0 on; a rate of 0 is as fast as they can. */
    public static List<MessageWriter> list(
            final int count, final int rate, final Options.Range size, final Supplier<Target> targets) {
        return IntStream.range(0, count)
                .mapToObj(id -> new MessageWriter(id, rate, size, targets.get()))
                .toList();
    }

    private MessageWriter(final int id, final int rate, final Options.Range size, final Target target) {
        this.target = target;
        this.id = id;
        this.size = size;
        this.intervalNanos = rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / rate;
        this.lengths = new SplittableRandom(id);
    }

    /** Returns a target that writes into claims of a ring. */
    public static Target into(final VarLenMpscRing ring) {
        final RingProducer producer = ring.newProducer();
        return (length, message) -> {
            try (RingClaim claim = producer.tryClaim(length)) {
                if (claim == null) {
                    return false;
                }
                message.accept(claim.buffer());
                claim.commit();
                return true;
            }
        };
    }

    public void run() {
        final Consumer<ByteBuffer> message = space -> TimedMessages.encode(encoder, space, id, sequence, due);
        due = System.nanoTime();
        for (sequence = 0; !stopped; sequence++) {
            due = intervalNanos == 0 ? System.nanoTime() : due + intervalNanos;
            for (long early = due - System.nanoTime(); early > 0 && !stopped; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            final int length = lengths.nextInt(size.min(), size.max() + 1);
            while (!target.tryWrite(length, message)) {
                refused.increment();
                if (stopped) {
                    return;
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
            sent.increment();
        }
    }

    public void stop() {
        stopped = true;
    }

    public long sent() {
        return sent.sum();
    }

    public long refused() {
        return refused.sum();
    }
}
