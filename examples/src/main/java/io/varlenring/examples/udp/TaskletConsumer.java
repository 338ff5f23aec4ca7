// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RecordHandler;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.nio.ByteBuffer;

/** The consumer of a ring as a tasklet, which the ring wakes, on a loop of its own. */
final class TaskletConsumer implements RingRunner {
    /** The most records that one run hands over; it matters when other tasklets share the loop. */
    private static final int BUDGET = 64;

    private final RecordHandler handler;
    private final ThreadWatch watch;
    private final TaskletLoop loop;
    private final RingTasklet consumer;

    TaskletConsumer(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        this.handler = handler;
        this.watch = watch;
        this.loop = TaskletLoop.start("handler");
        this.consumer = RingTasklet.create(loop, VarLenMpscRing.builder().capacity(capacity), this::onRecord, BUDGET);
    }

    /** A throwing handler would be called again with the next record, but here it is the end, as on a thread. */
    private void onRecord(final ByteBuffer record) {
        if (consumer.tasklet().isKilled()) { // the rest of the drain in which it threw
            return;
        }
        try {
            handler.onRecord(record);
        } catch (final Throwable failure) {
            watch.threw("thread " + Thread.currentThread().getName(), failure);
            consumer.tasklet().kill();
        }
    }

    @Override
    public VarLenMpscRing ring() {
        return consumer.ring();
    }

    /** The tasklet kills itself when the ring is closed and empty; the end of the loop then makes its work visible. */
    @Override
    public boolean await() throws InterruptedException {
        return watch.await("the ring's tasklet", consumer.tasklet()::isKilled)
                && watch.runToEnd("closing the loop", loop::close);
    }

    @Override
    public void close() {
        ring().close();
        if (!loop.isClosed()) { // an error on the way here, and the handler may hang
            watch.start("closing the loop", loop::close);
        }
    }
}
