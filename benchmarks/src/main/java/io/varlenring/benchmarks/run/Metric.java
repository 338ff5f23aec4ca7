// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

/**
 * A result of a benchmark.
 *
 * @param name its name among JMH's secondary results, or empty for the score itself
 * @param title what it is called in tables
 * @param lessIsBetter whether it is a time or an amount, and not a rate
 */
record Metric(String name, String title, boolean lessIsBetter) {
    /** The time of an operation. */
    static final Metric SCORE = new Metric("", "time", true);
}
