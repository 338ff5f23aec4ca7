// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.duel;

import io.varlenring.benchmarks.run.DuelRow;
import io.varlenring.benchmarks.run.Statistics;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The ratios of a duel in short: a line for each cell and kind of host, and how many pairs of windows are in each. As in
 * the report, processes with fewer than {@link DuelRow#LEAST} pairs are in neither.
 */
final class DuelSummary {
    private DuelSummary() {}

    /**
     * @param lines the results, under {@link DuelResult#HEADING}; where a cell was measured in several processes, the median
     *     of their medians is printed with the lowest and the highest
     * @param contender whose ratios are printed
     */
    static void print(final List<String> lines, final String contender, final PrintStream out) {
        final Map<String, Map<String, List<DuelRow>>> rows = new LinkedHashMap<>();
        lines.stream().skip(1).map(DuelRow::parse).forEach(row -> {
            if (row.contender().equals(contender) && row.hasRatio()) {
                rows.computeIfAbsent(row.cell() + ", " + row.host().title(), any -> new LinkedHashMap<>())
                        .computeIfAbsent(row.against(), any -> new ArrayList<>())
                        .add(row);
            }
        });
        out.printf(
                "%nhow many times as fast %s is, in short, where a process has %d pairs or more%n",
                contender, DuelRow.LEAST);
        rows.forEach((name, of) -> {
            out.printf("  %-50s", name);
            of.forEach((against, processes) -> {
                final Statistics ratio =
                        Statistics.of(processes.stream().map(DuelRow::ratio).toList());
                out.printf(Locale.ROOT, "  %s %.3f", against, ratio.median());
                if (ratio.count() > 1) {
                    out.printf(Locale.ROOT, " [%.3f, %.3f]", ratio.min(), ratio.max());
                }
                out.printf(" (%d)", processes.stream().mapToInt(DuelRow::pairs).sum());
            });
            out.println();
        });
    }
}
