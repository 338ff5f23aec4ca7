// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.duel;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The ratios of a duel in short: a line for each cell and kind of host, and how many pairs of windows are in each. */
final class DuelSummary {
    private DuelSummary() {}

    /**
     * @param lines the results, under {@link DuelResult#HEADING}; where a cell was measured in several processes, the median
     *     of their medians is printed with the lowest and the highest
     * @param contender whose ratios are printed
     */
    static void print(final List<String> lines, final String contender, final PrintStream out) {
        final Map<String, Map<String, List<Double>>> ratios = new LinkedHashMap<>();
        final Map<String, Map<String, Integer>> pairs = new LinkedHashMap<>();
        for (final String line : lines.subList(1, lines.size())) {
            final String[] fields = line.split(",", -1);
            if (fields[3].equals(contender) && !fields[11].isEmpty()) {
                final String row = fields[2] + ", " + fields[4];
                ratios.computeIfAbsent(row, any -> new LinkedHashMap<>())
                        .computeIfAbsent(fields[9], any -> new ArrayList<>())
                        .add(Double.valueOf(fields[11]));
                pairs.computeIfAbsent(row, any -> new LinkedHashMap<>())
                        .merge(fields[9], Integer.valueOf(fields[13]), Integer::sum);
            }
        }
        out.printf("%nhow many times as fast %s is, in short%n", contender);
        ratios.forEach((row, of) -> {
            out.printf("  %-50s", row);
            of.forEach((against, values) -> {
                values.sort(null);
                out.printf(Locale.ROOT, "  %s %.3f", against, values.get(values.size() / 2));
                if (values.size() > 1) {
                    out.printf(Locale.ROOT, " [%.3f, %.3f]", values.get(0), values.get(values.size() - 1));
                }
                out.printf(" (%d)", pairs.get(row).get(against));
            });
            out.println();
        });
    }
}
