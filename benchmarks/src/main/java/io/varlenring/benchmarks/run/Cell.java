// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One thing to be measured of several rivals: a benchmark with its parameters.
 *
 * @param benchmark the class, without its package, and the method
 * @param rivalParameter name of the parameter that says which rival it is; empty when there is only the benchmark itself
 * @param rivals what it is measured of
 * @param parameters the other parameters
 * @param quick whether the quick run contains it
 */
record Cell(
        String benchmark, String rivalParameter, List<String> rivals, Map<String, String> parameters, boolean quick) {
    static final String PACKAGE = "io.varlenring.benchmarks.";

    static Cell of(final String benchmark, final List<String> rivals, final String... namesAndValues) {
        final Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            parameters.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Cell(benchmark, "rival", rivals, parameters, false);
    }

    Cell quickIf(final boolean condition) {
        return new Cell(benchmark, rivalParameter, rivals, parameters, condition);
    }

    Cell withRivalParameter(final String name) {
        return new Cell(benchmark, name, rivals, parameters, quick);
    }

    Cell withRivals(final List<String> others) {
        return new Cell(benchmark, rivalParameter, others, parameters, quick);
    }

    String method() {
        return benchmark.substring(benchmark.indexOf('.') + 1);
    }

    @Override
    public String toString() {
        return method()
                + parameters.entrySet().stream()
                        .map(parameter -> " " + parameter.getKey() + "=" + parameter.getValue())
                        .collect(Collectors.joining());
    }
}
