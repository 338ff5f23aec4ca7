// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Prints the results of an example: labels to the left, values aligned to the right, and a verdict. */
public final class Table {
    private static final double NANOS_PER_MICRO = 1e3;

    private final PrintStream out;
    private final String label;

    public Table(final PrintStream out, final int labelWidth) {
        this.out = out;
        this.label = "%-" + labelWidth + "s";
    }

    public void count(final String name, final long count) {
        out.printf(Locale.ROOT, label + "%,15d%n", name, count);
    }

    public void number(final String name, final double number) {
        out.printf(Locale.ROOT, label + "%,15.1f%n", name, number);
    }

    public void text(final String name, final String text) {
        out.printf(Locale.ROOT, label + "%15s%n", name, text);
    }

    /** Prints percentiles, in microseconds, of a histogram of nanoseconds. */
    public void percentiles(final String name, final Histogram nanos) {
        micros(name + " p50", nanos.getValueAtPercentile(50));
        micros(name + " p90", nanos.getValueAtPercentile(90));
        micros(name + " p99", nanos.getValueAtPercentile(99));
        micros(name + " p99.9", nanos.getValueAtPercentile(99.9));
        micros(name + " max", nanos.getMaxValue());
    }

    private void micros(final String name, final long nanos) {
        number(name + ", us", nanos / NANOS_PER_MICRO);
    }

    /**
     * Prints whether all was right, which it is not when there was nothing to be verified; returns the same.
     *
     * @param verified how many were
     * @param words what they were, and what was verified of them
     * @param violationCount how many things were wrong
     * @param violations the first few of them
     */
    public static boolean verdict(
            final PrintStream out,
            final long verified,
            final String words,
            final long violationCount,
            final List<String> violations) {
        final boolean good = violationCount == 0 && verified > 0;
        if (good) {
            out.println("integrity: OK (" + verified + " " + words + ")");
        } else if (violationCount == 0) {
            out.println("integrity: FAILED: nothing arrived that could be verified");
        } else {
            final String first = violationCount == 1 ? " violation:" : " violations, the first of them:";
            out.println("integrity: FAILED: " + violationCount + first);
            violations.forEach(violation -> out.println("  " + violation));
        }
        return good;
    }
}
