// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.RecordHandler;
import io.varlenring.RingConsumer;
import io.varlenring.VarLenMpscRing;
import java.util.Objects;

/**
 * The consumer of a ring as a tasklet: records wake it, it hands over a budget of them and lets others run.
 *
 * <p>Each run drains at most the budget. When more may be left the tasklet wakes itself, which puts it behind the others;
 * otherwise it arms the ring, and the next commit, abort or close wakes it. When the ring is closed and drained it kills
 * itself. A loop that is closed runs it once more at the most: to have every record handed over, close the ring first, wait
 * until {@link #tasklet()} {@linkplain Tasklet#isKilled() is killed}, and then close the loop.
 */
public final class RingTasklet {
    private final VarLenMpscRing ring;
    private final RingConsumer consumer;
    private final RecordHandler handler;
    private final int budget;
    private final Tasklet tasklet;

    private RingTasklet(
            final TaskletLoop loop, final VarLenMpscRing.Builder ring, final RecordHandler handler, final int budget) {
        this.handler = handler;
        this.budget = budget;
        this.tasklet = loop.newTasklet(this::run);
        this.ring = ring.hook(tasklet).build();
        this.consumer = this.ring.consumer();
    }

    /**
     * Makes a ring whose consumer runs on a loop.
     *
     * @param loop the loop on whose thread the handler is called
     * @param ring how to make the ring; its hook is set here
     * @param handler gets each record
     * @param budget the most records to hand over in one run, 1 or more
     * @return the ring with its tasklet
     * @throws IllegalArgumentException when the budget is less than 1
     */
    public static RingTasklet create(
            final TaskletLoop loop, final VarLenMpscRing.Builder ring, final RecordHandler handler, final int budget) {
        Objects.requireNonNull(loop, "loop");
        Objects.requireNonNull(ring, "ring");
        Objects.requireNonNull(handler, "handler");
        if (budget < 1) {
            throw new IllegalArgumentException("budget must be 1 or more, but is " + budget);
        }
        final RingTasklet created = new RingTasklet(loop, ring, handler, budget);
        created.tasklet.wakeup(); // the first run arms the ring
        return created;
    }

    /**
     * Returns the ring. Its consumer belongs to the tasklet.
     *
     * @return the ring that producers write to
     */
    public VarLenMpscRing ring() {
        return ring;
    }

    /**
     * Returns the tasklet, to wake it for other reasons, or to kill it: the ring then keeps what it holds.
     *
     * @return the tasklet that drains the ring
     */
    public Tasklet tasklet() {
        return tasklet;
    }

    private void run(final Tasklet self, final int reasons) {
        boolean idle = false;
        try {
            idle = consumer.drain(handler, budget) < budget && consumer.arm();
        } finally {
            if (ring.isClosed() && ring.isEmpty()) {
                self.kill();
            } else if (!idle) { // also after the handler threw: what is behind its record is still to be read
                self.wakeup();
            }
        }
    }
}
