// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The tables of the duels: a row for each cell and kind of host. */
final class DuelPage {
    private DuelPage() {}

    static String text(final List<DuelRun> runs) {
        return runs.stream().map(DuelPage::section).collect(Collectors.joining("\n\n"));
    }

    private static String section(final DuelRun run) {
        final List<String> lines = new ArrayList<>();
        lines.add("## " + run.set() + ", JDK " + run.jdk());
        lines.add("");
        if (run.facts().isEmpty()) {
            lines.add(SetPage.NOT_FINISHED);
        }
        lines.addAll(SetPage.facts(run.facts()));
        lines.add("");
        lines.add("| | host | windows | ns | "
                + run.baselines().stream().map(name -> "to " + name).collect(Collectors.joining(" | ")) + " |");
        lines.add("|---|---|---|---|" + "---|".repeat(run.baselines().size()));
        int windows = 0;
        int changing = 0;
        for (final String cell : run.cells()) {
            for (final HostKind host : HostKind.values()) {
                final int met = run.windows(cell, host);
                windows += met;
                if (host == HostKind.CHANGING) { // like with nothing
                    changing += met;
                } else if (met > 0) {
                    lines.add(row(run, cell, host));
                }
            }
        }
        if (changing > 0) {
            lines.add("");
            lines.add(
                    changing + " of " + windows + " windows met a host that changed meanwhile: no figure is of them.");
        }
        return String.join("\n", lines);
    }

    private static String row(final DuelRun run, final String cell, final HostKind host) {
        return "| " + title(cell) + " | " + host.title() + " | " + run.windows(cell, host) + " | "
                + withSpread(run.nanos(cell, DuelRun.THIS, host))
                + run.baselines().stream()
                        .map(against -> " | " + ratio(run, cell, against, host))
                        .collect(Collectors.joining())
                + " |";
    }

    /** A ratio, of how many pairs it is, and whether these are of one process only. */
    private static String ratio(final DuelRun run, final String cell, final String against, final HostKind host) {
        final Statistics ratio = run.ratio(cell, against, host);
        return withSpread(ratio)
                + (ratio != null && ratio.count() == 1 ? "\\*" : "")
                + (ratio == null ? "" : " of " + run.pairs(cell, against, host));
    }

    private static String withSpread(final Statistics statistics) {
        return statistics == null ? "–" : Summary.withSpread(statistics);
    }

    /** What distinguishes a cell, in words. */
    static String title(final String cell) {
        return Arrays.stream(cell.split(" "))
                .map(parameter -> parameter.split("=", 2))
                .filter(parameter -> !parameter[1].equals("all")
                        && !(parameter[0].equals("burst") && parameter[1].equals("64"))) // what is usual
                .map(parameter -> switch (parameter[0]) {
                    case "producers" -> parameter[1] + (parameter[1].equals("1") ? " producer" : " producers");
                    case "size" -> parameter[1].equals("quic") ? "QUIC mix" : parameter[1] + " B";
                    case "burst" -> "one by one";
                    case "reads" -> "first word read";
                    default -> "`" + parameter[1] + "`";
                })
                .collect(Collectors.joining(", "));
    }
}
