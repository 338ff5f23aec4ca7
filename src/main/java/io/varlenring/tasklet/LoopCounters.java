// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counters of a loop: its thread writes, any thread may read. Each is opaque: a reader may see it late, but never
 * torn [T4]. Each VarHandle is used as a constant in place: passed to a helper method it would not be one, and slow.
 */
final class LoopCounters {
    private static final VarHandle RUNS = counter("runs");
    private static final VarHandle WAKEUPS = counter("wakeups");
    private static final VarHandle FAILURES = counter("failures");
    private static final VarHandle SLEEPS = counter("sleeps");
    private static final VarHandle MEASURED = counter("measured");
    private static final VarHandle LATENCY = counter("latency");
    private static final VarHandle WORST_LATENCY = counter("worstLatency");
    private static final VarHandle RUNNING_SINCE = counter("runningSince");

    private long runs;
    private long wakeups;
    private long failures;
    private long sleeps;
    private long measured;
    private long latency;
    private long worstLatency;

    @SuppressWarnings("unused") // by RUNNING_SINCE
    private long runningSince;

    /** Links the calls, as {@link TaskletState#link} does. */
    LoopCounters() {
        ended();
    }

    @SuppressWarnings("ReturnValueIgnored")
    private static VarHandle counter(final String name) {
        try {
            final VarHandle counter = MethodHandles.lookup()
                    .findVarHandle(LoopCounters.class, name, long.class)
                    .withInvokeExactBehavior();
            counter.accessModeType(VarHandle.AccessMode.SET_OPAQUE); // else created lazily, on first use
            return counter;
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // By the loop's thread

    /** Records when the running body began. */
    void began(final long nanoTime) {
        RUNNING_SINCE.setOpaque(this, nanoTime == 0 ? 1 : nanoTime); // [T4]
    }

    /** Records that it has ended. */
    void ended() {
        RUNNING_SINCE.setOpaque(this, 0L); // [T4]
    }

    void ran(final long wakeupsOfIt) {
        RUNS.setOpaque(this, runs + 1); // [T4]
        WAKEUPS.setOpaque(this, wakeups + wakeupsOfIt); // [T4]
    }

    void coalesced() {
        WAKEUPS.setOpaque(this, wakeups + 1); // [T4]
    }

    void failed() {
        FAILURES.setOpaque(this, failures + 1); // [T4]
    }

    void slept() {
        SLEEPS.setOpaque(this, sleeps + 1); // [T4]
    }

    void measured(final long latencyNanos) {
        MEASURED.setOpaque(this, measured + 1); // [T4]
        LATENCY.setOpaque(this, latency + latencyNanos); // [T4]
        if (latencyNanos > worstLatency) {
            WORST_LATENCY.setOpaque(this, latencyNanos); // [T4]
        }
    }

    // By anyone

    TaskletStats snapshot() {
        return new TaskletStats(
                (long) RUNS.getOpaque(this), // [T4]
                (long) WAKEUPS.getOpaque(this), // [T4]
                (long) FAILURES.getOpaque(this), // [T4]
                (long) SLEEPS.getOpaque(this), // [T4]
                (long) MEASURED.getOpaque(this), // [T4]
                (long) LATENCY.getOpaque(this), // [T4]
                (long) WORST_LATENCY.getOpaque(this), // [T4]
                (long) RUNNING_SINCE.getOpaque(this)); // [T4]
    }
}
