// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RecordHandler;
import io.varlenring.RingConsumer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.Closeable;
import java.util.concurrent.locks.LockSupport;

/** The consumer of a ring, on a thread of its own that drains while there is something and parks while there is not. */
public final class ParkingConsumer implements Closeable {
    private final RecordHandler handler;
    private final ThreadWatch watch;
    private final Thread thread;
    private final VarLenMpscRing ring;

    private ParkingConsumer(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        this.handler = handler;
        this.watch = watch;
        this.thread = watch.newThread("handler", this::run); // the ring's hook needs it, so it comes first
        this.ring = VarLenMpscRing.builder()
                .capacity(capacity)
                .hook(WakeupHook.unpark(thread))
                .build();
    }

    /** Makes a ring, and starts the thread. */
    public static ParkingConsumer start(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        final ParkingConsumer consumer = new ParkingConsumer(capacity, handler, watch);
        consumer.thread.start();
        return consumer;
    }

    public VarLenMpscRing ring() {
        return ring;
    }

    /** Waits for the end, after the ring was closed, but not for ever; what the handler has done is visible then. */
    public boolean await() throws InterruptedException {
        return watch.join(thread);
    }

    /** Closes the ring, without waiting. */
    @Override
    public void close() {
        ring.close();
    }

    private void run() {
        final RingConsumer consumer = ring.consumer();
        while (!(ring.isClosed() && ring.isEmpty())) {
            try {
                if (consumer.drain(handler) == 0 && consumer.arm()) {
                    LockSupport.park(this); // until the hook, or for no reason; either way the next drain tells
                }
            } catch (final Throwable failure) { // the record is lost, what is behind it is not
                watch.threw("thread " + thread.getName(), failure);
            }
        }
    }
}
