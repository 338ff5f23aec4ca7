// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import io.varlenring.RecordHandler;
import io.varlenring.RingConsumer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import java.util.concurrent.locks.LockSupport;

/** The consumer of a ring, on a thread of its own that drains while there is something and parks while there is not. */
final class ParkingConsumer {
    private final RecordHandler handler;
    private final Thread thread;

    /** Set before the thread is started, because the ring's hook needs the thread first. */
    private VarLenMpscRing ring;

    ParkingConsumer(final RecordHandler handler, final ThreadWatch watch) {
        this.handler = handler;
        this.thread = watch.newThread("handler", this::run);
    }

    /** Returns what the ring needs to wake this consumer. */
    WakeupHook hook() {
        return WakeupHook.unpark(thread);
    }

    /** Starts to consume; ends by itself when the ring is closed and empty. */
    Thread start(final VarLenMpscRing ring) {
        this.ring = ring;
        thread.start();
        return thread;
    }

    private void run() {
        final RingConsumer consumer = ring.consumer();
        while (!(ring.isClosed() && ring.isEmpty())) {
            if (consumer.drain(handler) == 0 && consumer.arm()) {
                LockSupport.park(this); // until the hook, or for no reason; either way the next drain tells
            }
        }
    }
}
