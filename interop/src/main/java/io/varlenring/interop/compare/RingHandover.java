// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.examples.udp.ParkingConsumer;
import io.varlenring.interop.front.Inlet;
import io.varlenring.interop.front.RingInlet;

/** Through a ring, to a thread that drains while there is something and parks while there is not. */
final class RingHandover implements Handover {
    private final ParkingConsumer consumer;

    RingHandover(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        this.consumer = ParkingConsumer.start(capacity, handler, watch);
    }

    @Override
    public Inlet newInlet() {
        return new RingInlet(consumer.ring());
    }

    @Override
    public boolean finish() throws InterruptedException {
        consumer.ring().close();
        return consumer.await();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
