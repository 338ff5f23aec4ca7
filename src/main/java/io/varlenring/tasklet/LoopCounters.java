// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.util.concurrent.atomic.AtomicLongArray;

/** The counters of a loop: written by its thread, read by any. */
final class LoopCounters {
    private static final int RUNS = 0;
    private static final int WAKEUPS = 1;
    private static final int FAILURES = 2;
    private static final int SLEEPS = 3;
    private static final int MEASURED = 4;
    private static final int LATENCY = 5;
    private static final int WORST_LATENCY = 6;
    private static final int RUNNING_SINCE = 7;
    private static final int COUNT = 8;

    private final AtomicLongArray values = new AtomicLongArray(COUNT);

    private void add(final int counter, final long delta) {
        values.setOpaque(counter, values.getPlain(counter) + delta); // one writer, read by snapshots [T4]
    }

    /** Notes when the body began that runs now. */
    void began(final long nanoTime) {
        values.setOpaque(RUNNING_SINCE, nanoTime == 0 ? 1 : nanoTime); // one writer, read by snapshots [T4]
    }

    /** Notes that it has ended. */
    void ended() {
        values.setOpaque(RUNNING_SINCE, 0); // one writer, read by snapshots [T4]
    }

    void ran(final long wakeups) {
        add(RUNS, 1);
        add(WAKEUPS, wakeups);
    }

    void coalesced() {
        add(WAKEUPS, 1);
    }

    void failed() {
        add(FAILURES, 1);
    }

    void slept() {
        add(SLEEPS, 1);
    }

    void measured(final long latencyNanos) {
        add(MEASURED, 1);
        add(LATENCY, latencyNanos);
        if (latencyNanos > values.getPlain(WORST_LATENCY)) {
            values.setOpaque(WORST_LATENCY, latencyNanos); // one writer, read by snapshots [T4]
        }
    }

    private long get(final int counter) {
        return values.getOpaque(counter); // pairs with add(): may lag, never tears [T4]
    }

    TaskletStats snapshot() {
        return new TaskletStats(
                get(RUNS),
                get(WAKEUPS),
                get(FAILURES),
                get(SLEEPS),
                get(MEASURED),
                get(LATENCY),
                get(WORST_LATENCY),
                get(RUNNING_SINCE));
    }
}
