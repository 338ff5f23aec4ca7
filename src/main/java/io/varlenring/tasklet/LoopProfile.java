// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/** The measurements and events of a loop built with profiling. */
final class LoopProfile {
    private final TaskletLoop loop;
    private final LoopMemory memory;
    private final LoopCounters counters;

    // Of the current run; used by the loop's thread only

    /** The event of the wakeup that led to it, or null. */
    private Object wakeup;
    /** Its event, or null. */
    private Object run;
    /** How long its tasklet was queued. */
    private long queuedForNanos;

    LoopProfile(final TaskletLoop loop, final LoopMemory memory, final LoopCounters counters) {
        LoopEvents.prepare();
        this.loop = loop;
        this.memory = memory;
        this.counters = counters;
    }

    /** Called by the thread that queues it, before it does. */
    void queued(final Tasklet tasklet) {
        tasklet.queuedNanos = memory.nanoTime();
        tasklet.queuedEvent = LoopEvents.beginWakeup();
    }

    /** Called before the wakeups are taken: from then on others may queue the tasklet again. */
    void beginRun(final Tasklet tasklet) {
        final long begin = memory.nanoTime();
        queuedForNanos = begin - tasklet.queuedNanos;
        counters.began(begin);
        wakeup = tasklet.queuedEvent;
        if (wakeup != null) {
            tasklet.queuedEvent = null;
        }
        run = LoopEvents.beginRun();
    }

    /** Called once it is known that there will be a run. */
    void raiseWakeup(final Tasklet tasklet) {
        final Object begun = wakeup;
        if (begun != null) {
            wakeup = null;
            LoopEvents.raiseWakeup(begun, loop, tasklet);
        }
    }

    /** Ends it without a run, as the tasklet was killed. */
    void cancelRun() {
        counters.ended();
        wakeup = null;
        run = null;
    }

    void endRun(final Tasklet tasklet) {
        counters.measured(queuedForNanos); // not before: a killed tasklet has no run
        counters.ended();
        final Object ended = run;
        if (ended != null) {
            run = null;
            LoopEvents.raiseRun(ended, loop, tasklet);
        }
    }
}
