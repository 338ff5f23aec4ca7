// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * What a {@link TaskletLoop} has counted since it was made. A snapshot: while the loop runs, the counters may belong to
 * slightly different moments.
 *
 * @param runs bodies run, those that threw included
 * @param wakeups wakeups that a run has taken, at most 2^30 each, and those that the loop's own thread made of a
 *     tasklet woken before and not run since
 * @param coalesced wakeups that added no run, because the tasklet was queued already
 * @param failures bodies that threw
 * @param sleeps times that the loop found nothing to do and waited
 * @param averageLatencyNanos time from a tasklet's being queued to its run, averaged; 0 when profiling is off
 * @param worstLatencyNanos the longest of those times; 0 when profiling is off
 * @param runningSinceNanos when the body began that runs now, as {@link System#nanoTime()} told; 0 when none does, or
 *     when profiling is off
 */
public record TaskletStats(
        long runs,
        long wakeups,
        long coalesced,
        long failures,
        long sleeps,
        long averageLatencyNanos,
        long worstLatencyNanos,
        long runningSinceNanos) {}
