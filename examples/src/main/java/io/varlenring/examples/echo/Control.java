// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import io.varlenring.RingProducer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** A producer of the proxy's ring: hands it small bursts of commands for random clients, until it is stopped. */
final class Control {
    private static final int MOST_IN_BURST = 8;
    private static final int MAX_AMOUNT = 1000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final int id;
    private final List<EchoClient> clients;
    private final RingProducer producer;
    private final ByteBuffer record = ByteBuffer.allocateDirect(Notices.MAX_LENGTH);
    private final LongAdder notices = new LongAdder();
    private final long[] added;

    private long changes;
    private long refused;
    private volatile boolean stopped;

    Control(final int id, final List<EchoClient> clients, final RingProducer producer) {
        this.id = id;
        this.clients = clients;
        this.producer = producer;
        this.added = new long[clients.size()];
    }

    void run() {
        final SplittableRandom random = new SplittableRandom(id);
        for (long number = 0; !stopped; ) {
            for (int i = random.nextInt(1, MOST_IN_BURST + 1); i > 0; i--, number++) {
                final int client = random.nextInt(clients.size());
                if (random.nextBoolean()) {
                    offerNotice(client, number);
                } else {
                    offerAdd(client, random.nextInt(-MAX_AMOUNT, MAX_AMOUNT + 1));
                }
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

    private void offerAdd(final int client, final int amount) {
        Notices.putAdd(record, clients.get(client).address().getPort(), amount);
        if (producer.offer(record)) {
            changes++;
            added[client] += amount;
        } else {
            refused++;
        }
    }

    void stop() {
        stopped = true;
    }

    /** Returns how many notices the ring took; may be called at any time, unlike what follows. */
    long notices() {
        return notices.sum();
    }

    long changes() {
        return changes;
    }

    long refused() {
        return refused;
    }

    long addedFor(final int client) {
        return added[client];
    }
}
