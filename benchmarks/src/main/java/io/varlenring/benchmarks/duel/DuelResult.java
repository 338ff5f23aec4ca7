// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.duel;

import io.varlenring.benchmarks.host.HostKind;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one process of a duel came to.
 *
 * @param cell the set with its parameters
 * @param rounds how many rounds there were
 * @param kinds how many windows met which kind of host
 * @param rows a row for each contender, kind of host and what it is compared with
 */
record DuelResult(String cell, int rounds, Map<HostKind, Integer> kinds, List<Row> rows) {
    static final String HEADING = "set,jdk,parameters,contender,host,windows,p25_ns,p50_ns,p75_ns,"
            + "against,p25_ratio,p50_ratio,p75_ratio,pairs,without_partner";

    /** A contender's time, and how many times as fast as another it is. */
    record Row(
            String set,
            String parameters,
            String contender,
            HostKind kind,
            Rounds.Quartiles nanos,
            String against,
            Rounds.Quartiles ratio) {}

    /** Compares all with the last contender, which is the yardstick, and with the second, which is the other build. */
    static DuelResult of(
            final DuelSet set, final Map<String, String> cell, final List<String> labels, final Rounds rounds) {
        final Rounds.Sorted sorted = rounds.sort();
        final String parameters = cell.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
        final int yardstick = labels.size() - 1;
        final List<Integer> baselines = yardstick > 1 ? List.of(yardstick, 1) : List.of(yardstick);
        final List<Row> rows = new ArrayList<>();
        for (final HostKind kind : sorted.kinds().keySet()) {
            for (int i = 0; i < labels.size(); i++) {
                for (final int j : baselines) {
                    rows.add(new Row(
                            set.title,
                            parameters,
                            labels.get(i),
                            kind,
                            sorted.nanos(i, kind),
                            labels.get(j),
                            sorted.ratio(i, j, kind)));
                }
            }
        }
        return new DuelResult(set.title + " " + parameters, rounds.count(), sorted.kinds(), rows);
    }

    void print(final PrintStream out) {
        final int windows = kinds.values().stream().mapToInt(Integer::intValue).sum();
        out.printf(
                Locale.ROOT,
                "%n%s, JDK %d: %d rounds; windows by the host that they met:%s%n",
                cell,
                Runtime.version().feature(),
                rounds,
                kinds.entrySet().stream()
                        .map(entry -> String.format(
                                Locale.ROOT,
                                " %d %% %s",
                                Math.round(100.0 * entry.getValue() / windows),
                                entry.getKey().title()))
                        .collect(Collectors.joining(",")));
        String last = "";
        for (final Row row : rows) {
            if (row.nanos.count() == 0) {
                continue;
            }
            final String begin = String.format(
                    Locale.ROOT,
                    "  %-8s %-20s %8.2f ns [%.2f, %.2f] in %d",
                    row.kind.title(),
                    row.contender,
                    row.nanos.median(),
                    row.nanos.low(),
                    row.nanos.high(),
                    row.nanos.count());
            out.print(begin.equals(last) ? "" : (last.isEmpty() ? "" : System.lineSeparator()) + begin);
            last = begin;
            out.print(";  " + ratio(row));
        }
        out.println();
    }

    private static String ratio(final Row row) {
        final int unpaired = row.nanos.count() - row.ratio.count();
        return row.ratio.count() == 0
                ? "to " + row.against + " - (" + unpaired + " without a partner)"
                : String.format(
                        Locale.ROOT,
                        "to %s %.3f [%.3f, %.3f] (%d without a partner)",
                        row.against,
                        row.ratio.median(),
                        row.ratio.low(),
                        row.ratio.high(),
                        unpaired);
    }

    /** The rows as lines under {@link #HEADING}: all of the measured build, and the time of the yardstick. */
    List<String> lines() {
        final String measured = rows.get(0).contender;
        final String yardstick = rows.get(0).against;
        final List<String> lines = new ArrayList<>();
        for (final Row row : rows) {
            if (!row.contender.equals(measured)
                    && !(row.contender.equals(yardstick) && row.against.equals(yardstick))) {
                continue;
            }
            lines.add(String.join(
                    ",",
                    row.set,
                    Integer.toString(Runtime.version().feature()),
                    row.parameters,
                    row.contender,
                    row.kind.title(),
                    Integer.toString(row.nanos.count()),
                    number("%.2f", row.nanos.low()),
                    number("%.2f", row.nanos.median()),
                    number("%.2f", row.nanos.high()),
                    row.against,
                    number("%.4f", row.ratio.low()),
                    number("%.4f", row.ratio.median()),
                    number("%.4f", row.ratio.high()),
                    Integer.toString(row.ratio.count()),
                    Integer.toString(row.nanos.count() - row.ratio.count())));
        }
        return lines;
    }

    private static String number(final String format, final double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }
}
