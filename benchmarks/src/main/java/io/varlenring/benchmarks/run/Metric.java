// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

/**
 * A result of a benchmark.
 *
 * @param name its name among JMH's secondary results, or empty for the score itself
 * @param title what it is called in tables
 * @param unit its unit
 * @param lessIsBetter whether it is a time or an amount, and not a rate
 * @param compared whether ratios of it say something; those of p99.9 do not, for in runs as short as these it is the
 *     scheduler's
 */
record Metric(String name, String title, String unit, boolean lessIsBetter, boolean compared) {
    static final Metric TIME = new Metric("", "time", "ns/op", true, true);
    static final Metric CONSUMED = new Metric("consumed", "records consumed", "million/s", false, true);
    static final Metric ACCEPTED = new Metric("accepted", "offers accepted", "million/s", false, false);
    static final Metric REFUSED = new Metric("refused", "offers refused", "million/s", true, false);
    static final Metric P50 = new Metric("p50", "p50", "ns", true, true);
    static final Metric P90 = new Metric("p90", "p90", "ns", true, true);
    static final Metric P99 = new Metric("p99", "p99", "ns", true, true);
    static final Metric P999 = new Metric("p999", "p99.9", "ns", true, false);
    static final Metric ALLOCATED = new Metric("gc.alloc.rate.norm", "allocated", "B/op", true, false);

    /** Tells whether JMH adds it up over iterations, so that a fork may measure one only. */
    boolean isPercentile() {
        return name.startsWith("p");
    }
}
