// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RecordHandler;
import io.varlenring.RingStats;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.IOException;

/** Through the ring. */
final class RingHandover implements Handover {
    private final UdpHandoverOptions options;
    private final ParkingConsumer consumer;

    RingHandover(final UdpHandoverOptions options, final RecordHandler handler, final ThreadWatch watch) {
        this.options = options;
        this.consumer = ParkingConsumer.start(options.capacity, handler, watch);
    }

    @Override
    public Listener newListener(final int id) throws IOException {
        return new RingListener(id, options, consumer.ring().newProducer());
    }

    @Override
    public boolean finish() throws InterruptedException {
        consumer.ring().close();
        return consumer.await();
    }

    RingStats stats() {
        return consumer.ring().stats();
    }

    @Override
    public long offered() {
        return stats().offered();
    }

    @Override
    public String fill() {
        return "ring " + consumer.ring().size() + " of " + consumer.ring().capacity() + " bytes";
    }

    @Override
    public void close() {
        consumer.close();
    }
}
