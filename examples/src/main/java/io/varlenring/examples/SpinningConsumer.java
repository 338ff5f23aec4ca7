// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import io.varlenring.RecordHandler;
import io.varlenring.RingConsumer;
import io.varlenring.VarLenMpscRing;

/** The consumer of a ring without a hook, on a thread of its own that never sleeps. */
final class SpinningConsumer implements RingRunner {
    private final RecordHandler handler;
    private final ThreadWatch watch;
    private final Thread thread;
    private final VarLenMpscRing ring;

    private SpinningConsumer(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        this.handler = handler;
        this.watch = watch;
        this.thread = watch.newThread("handler", this::run);
        this.ring = VarLenMpscRing.allocate(capacity);
    }

    static SpinningConsumer start(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        final SpinningConsumer consumer = new SpinningConsumer(capacity, handler, watch);
        consumer.thread.start();
        return consumer;
    }

    @Override
    public VarLenMpscRing ring() {
        return ring;
    }

    @Override
    public boolean await() throws InterruptedException {
        return watch.join(thread);
    }

    private void run() {
        final RingConsumer consumer = ring.consumer();
        while (!(ring.isClosed() && ring.isEmpty())) {
            if (consumer.drain(handler) == 0) {
                Thread.onSpinWait();
            }
        }
    }
}
