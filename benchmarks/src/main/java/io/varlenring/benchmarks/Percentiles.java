// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import org.HdrHistogram.Histogram;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The distribution of a time, in nanoseconds, among JMH's secondary results. JMH adds such results up over the iterations
 * of a fork, so there MUST be only one that is measured.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Percentiles {
    private static final long LONGEST_NANOS = 10_000_000_000L;

    private final Histogram histogram = new Histogram(LONGEST_NANOS, 3);

    @Setup(Level.Iteration)
    public void reset() {
        histogram.reset();
    }

    void record(final long nanos) {
        histogram.recordValue(Math.min(Math.max(nanos, 0), LONGEST_NANOS));
    }

    public double p50() {
        return histogram.getValueAtPercentile(50);
    }

    public double p90() {
        return histogram.getValueAtPercentile(90);
    }

    public double p99() {
        return histogram.getValueAtPercentile(99);
    }

    public double p999() {
        return histogram.getValueAtPercentile(99.9);
    }
}
