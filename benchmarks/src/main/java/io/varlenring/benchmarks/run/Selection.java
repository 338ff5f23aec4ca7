// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which part of a set is run.
 *
 * @param values for some parameters, the values that are run; the name of the method is a parameter {@code benchmark}
 * @param otherJar another build of the library to be compared with, or {@code null}
 * @param rounds how many rounds instead of the plan's, or 0
 */
record Selection(Map<String, Set<String>> values, String otherJar, int rounds) {
    private static final String RIVAL = "rival";
    private static final String BENCHMARK = "benchmark";

    static Selection parse(final List<String> arguments) {
        final Map<String, Set<String>> values = new LinkedHashMap<>();
        String otherJar = null;
        int rounds = 0;
        for (final String argument : arguments) {
            final int equals = argument.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("PARAMETER=VALUE,... was expected instead of " + argument);
            }
            final String value = argument.substring(equals + 1);
            if (argument.startsWith("other=")) {
                if (!Files.isRegularFile(Path.of(value))) {
                    throw new IllegalArgumentException("no such file: " + value);
                }
                otherJar = Path.of(value).toAbsolutePath().toString();
            } else if (argument.startsWith("rounds=")) {
                rounds = Numbers.positive("rounds", value);
            } else {
                values.put(argument.substring(0, equals), Set.of(value.split(",")));
            }
        }
        return new Selection(values, otherJar, rounds);
    }

    /** Of these cells, those selected, each with the rivals selected; the quick ones only unless the plan is the full one. */
    List<Cell> of(final List<Cell> cells, final Plan plan) {
        final List<Cell> selected = new ArrayList<>();
        for (final Cell cell : cells) {
            final List<String> rivals = rivals(cell);
            // who names parameters wants exactly those
            if (!rivals.isEmpty() && isSelected(cell) && (cell.quick() || plan == Plan.FULL || !values.isEmpty())) {
                selected.add(cell.withRivals(rivals));
            }
        }
        return selected;
    }

    private boolean isSelected(final Cell cell) {
        return values.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(RIVAL))
                .allMatch(entry -> entry.getValue()
                        .contains(
                                entry.getKey().equals(BENCHMARK)
                                        ? cell.method()
                                        : cell.parameters().getOrDefault(entry.getKey(), "")));
    }

    private List<String> rivals(final Cell cell) {
        final List<String> rivals = new ArrayList<>();
        for (final String rival : cell.rivals()) {
            if (values.containsKey(RIVAL) && !values.get(RIVAL).contains(rival)) {
                continue;
            }
            final boolean own = Rivals.isOwn(rival);
            if (otherJar == null || own || Rivals.YARDSTICKS.contains(rival)) {
                rivals.add(rival);
            }
            if (otherJar != null && own) {
                rivals.add(Rivals.otherOf(rival));
            }
        }
        return rivals;
    }
}
