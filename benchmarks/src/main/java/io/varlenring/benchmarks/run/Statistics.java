// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where the middle of some values is, and how far they spread.
 *
 * @param median the middle one, or the mean of the two in the middle
 * @param min the least
 * @param max the greatest
 * @param count how many there are
 */
public record Statistics(double median, double min, double max, int count) {
    /**
     * Sums up some values.
     *
     * @param values at least one
     * @return their statistics
     */
    public static Statistics of(final Iterable<Double> values) {
        final List<Double> sorted = new ArrayList<>();
        values.forEach(sorted::add);
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
        sorted.sort(null);
        final int middle = sorted.size() / 2;
        final double median =
                sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Statistics(median, sorted.get(0), sorted.get(sorted.size() - 1), sorted.size());
    }

    /**
     * Divides the values of the same rounds, so that what disturbed a whole round cancels out. Rounds that only one side has
     * are not in it; {@link #count} tells.
     *
     * @param dividends values by round
     * @param divisors values by round
     * @return the statistics of the quotients, or {@code null} when the sides have no round in common
     */
    static Statistics ofRatios(final Map<Integer, Double> dividends, final Map<Integer, Double> divisors) {
        final List<Double> ratios = new ArrayList<>();
        dividends.forEach((round, dividend) -> {
            final Double divisor = divisors.get(round);
            if (divisor != null) {
                ratios.add(dividend / divisor);
            }
        });
        return ratios.isEmpty() ? null : of(ratios);
    }
}
