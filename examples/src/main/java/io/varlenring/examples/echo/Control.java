// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import io.varlenring.RingProducer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** A producer of the proxy's ring: hands it small bursts of notices for random clients, until it is stopped. */
final class Control {
    private static final int MOST_IN_BURST = 8;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final int id;
    private final List<EchoClient> clients;
    private final RingProducer producer;
    private final ByteBuffer record = ByteBuffer.allocateDirect(Notices.MAX_LENGTH);
    private final LongAdder notices = new LongAdder();

    private long refused;
    private volatile boolean stopped;

    Control(final int id, final List<EchoClient> clients, final RingProducer producer) {
        this.id = id;
        this.clients = clients;
        this.producer = producer;
    }

    void run() {
        final SplittableRandom random = new SplittableRandom(id);
        for (long number = 0; !stopped; ) {
            for (int i = random.nextInt(1, MOST_IN_BURST + 1); i > 0; i--, number++) {
                final int client = random.nextInt(clients.size());
                offerNotice(client, number);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void offerNotice(final int client, final long number) {
        Notices.putNotice(record, clients.get(client).address().getPort(), id, number);
        if (producer.offer(record)) {
            notices.increment();
        } else {
            refused++;
        }
    }

    void stop() {
        stopped = true;
    }

    /** Returns how many notices the ring took; may be called at any time. */
    long notices() {
        return notices.sum();
    }

    long refused() {
        return refused;
    }
}
