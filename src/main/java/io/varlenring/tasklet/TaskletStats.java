// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * What a {@link TaskletLoop} has counted since it was made.
 *
 * <p>A snapshot: while the loop runs, the counts may belong to slightly different moments. The times are 0 when the
 * loop was built without {@link TaskletLoop.Builder#profiling() profiling}.
 *
 * @since 0.1.0
 */
public final class TaskletStats {
    private final long runs;
    private final long wakeups;
    private final long failures;
    private final long sleeps;
    private final long measured;
    private final long latencyNanos;
    private final long worstLatencyNanos;
    private final long runningSinceNanos;

    TaskletStats(
            final long runs,
            final long wakeups,
            final long failures,
            final long sleeps,
            final long measured,
            final long latencyNanos,
            final long worstLatencyNanos,
            final long runningSinceNanos) {
        this.runs = runs;
        this.wakeups = wakeups;
        this.failures = failures;
        this.sleeps = sleeps;
        this.measured = measured;
        this.latencyNanos = latencyNanos;
        this.worstLatencyNanos = worstLatencyNanos;
        this.runningSinceNanos = runningSinceNanos;
    }

    /**
     * Returns how many bodies were run, those that threw included.
     *
     * @return a number of runs
     */
    public long runs() {
        return runs;
    }

    /**
     * Returns how many wakeups have led to a run: those that runs have taken, at most 2^30 each, and those by the
     * loop's own thread of tasklets already queued, whose runs may be still to come.
     *
     * @return a number of wakeups
     */
    public long wakeups() {
        return wakeups;
    }

    /**
     * Returns how many wakeups added no run, because the tasklet was queued already.
     *
     * @return a number of wakeups
     */
    public long coalesced() {
        return Math.max(0, wakeups - runs);
    }

    /**
     * Returns how many bodies threw, how many rounds of a loop with a thread of its own found no memory, and, while the
     * loop ends, how many handlers of its rings threw, and how many rings kept records behind an open reservation.
     *
     * @return a number of failures
     */
    public long failures() {
        return failures;
    }

    /**
     * Returns how often the loop found nothing to do and was about to wait.
     *
     * @return a number of sleeps
     */
    public long sleeps() {
        return sleeps;
    }

    /**
     * Returns the time from the queueing of a tasklet to its run, averaged over the runs.
     *
     * @return nanoseconds
     */
    public long averageLatencyNanos() {
        return latencyNanos / Math.max(1, measured);
    }

    /**
     * Returns the longest time from the queueing of a tasklet to its run, since the loop was made.
     *
     * @return nanoseconds
     */
    public long worstLatencyNanos() {
        return worstLatencyNanos;
    }

    /**
     * Returns when the body that was running at this snapshot began, in terms of {@link System#nanoTime()}; 0 when none
     * was. Handlers that the loop calls while it ends are in no body.
     *
     * @return nanoseconds
     */
    public long runningSinceNanos() {
        return runningSinceNanos;
    }

    /**
     * Returns what was counted since an earlier snapshot of the same loop, and the average latency of the runs in
     * between. The worst latency and the running body are not counts: they are those of this snapshot.
     *
     * @param earlier a snapshot of the same loop, taken before this one
     * @return the differences
     */
    public TaskletStats minus(final TaskletStats earlier) {
        return new TaskletStats(
                runs - earlier.runs,
                wakeups - earlier.wakeups,
                failures - earlier.failures,
                sleeps - earlier.sleeps,
                measured - earlier.measured,
                latencyNanos - earlier.latencyNanos,
                worstLatencyNanos,
                runningSinceNanos);
    }

    /** Returns all counts with their names, for logs. */
    @Override
    public String toString() {
        return "TaskletStats[runs=" + runs + ", wakeups=" + wakeups + ", coalesced=" + coalesced() + ", failures="
                + failures + ", sleeps=" + sleeps + ", averageLatencyNanos=" + averageLatencyNanos()
                + ", worstLatencyNanos=" + worstLatencyNanos + ", runningSinceNanos=" + runningSinceNanos + "]";
    }
}
