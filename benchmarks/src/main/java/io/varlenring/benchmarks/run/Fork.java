// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostReading;
import java.util.Map;

/**
 * What one fork came to.
 *
 * @param benchmark the class, without its package, and the method
 * @param parameters the parameters of the cell, by name
 * @param rival what was measured, or empty
 * @param round the round that it belongs to
 * @param mode JMH's mode
 * @param unit the unit of the score
 * @param score the score
 * @param others the other results that the set asks for, by name
 * @param before what the host gave before
 * @param after what the host gave afterwards
 */
record Fork(
        String benchmark,
        Map<String, String> parameters,
        String rival,
        int round,
        String mode,
        String unit,
        double score,
        Map<String, Double> others,
        HostReading before,
        HostReading after) {
    /** Returns a result, or {@code null} when the fork has none of that name. */
    Double value(final Metric metric) {
        return metric.name().isEmpty() ? Double.valueOf(score) : others.get(metric.name());
    }
}
