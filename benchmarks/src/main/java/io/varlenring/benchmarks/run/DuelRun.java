// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostKind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * The duels of a set on one JDK, as their files tell them. A cell may have been measured in several processes: what is
 * said of it is the median of their medians, with the lowest and the highest.
 *
 * @param set the name of the set
 * @param jdk the feature release that it was measured on
 * @param facts where and how it was measured
 * @param rows a row for each process, contender, kind of host and what it is compared with
 */
record DuelRun(String set, int jdk, Map<String, String> facts, List<DuelRow> rows) {
    /** What the build that is measured is called. */
    static final String THIS = "this";

    private static final String FILE = "duel-";

    /** Reads all that were published, by set and JDK. */
    static List<DuelRun> all(final Path directory) throws IOException {
        final NavigableMap<String, Path> files = new TreeMap<>();
        if (Files.isDirectory(directory)) {
            final String pattern = FILE + "*-[0-9][0-9]" + CsvFile.EXTENSION;
            try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, pattern)) {
                found.forEach(file -> files.put(file.getFileName().toString(), file));
            }
        }
        final List<DuelRun> runs = new ArrayList<>();
        for (final Path file : files.values()) {
            final List<String> lines = CsvFile.readLines(file);
            if (lines.size() < 2) {
                throw new IllegalArgumentException("no results, only a heading: " + file);
            }
            final String[] first = lines.get(1).split(",");
            runs.add(new DuelRun(
                    first[0],
                    Integer.parseInt(first[1]),
                    Environment.read(file),
                    lines.stream().skip(1).map(DuelRow::parse).toList()));
        }
        return runs;
    }

    Set<String> cells() {
        final Set<String> cells = new LinkedHashSet<>();
        rows.forEach(row -> cells.add(row.cell()));
        return cells;
    }

    /** Returns what the measured build is compared with, the peer first. */
    Set<String> baselines() {
        final Set<String> baselines = new LinkedHashSet<>();
        rows.forEach(row -> baselines.add(row.against()));
        return baselines;
    }

    /** Returns the time of a record, or {@code null} when too few windows met that host. */
    Statistics nanos(final String cell, final String contender, final HostKind host) {
        return statistics(timed(cell, contender, host), DuelRow::nanos);
    }

    /** Returns how many windows of the measured build its time is of. */
    int windows(final String cell, final HostKind host) {
        return timed(cell, THIS, host).stream().mapToInt(DuelRow::windows).sum();
    }

    /** Returns how many times as fast as another the measured build is, or {@code null} when too few pairs met that host. */
    Statistics ratio(final String cell, final String against, final HostKind host) {
        return statistics(compared(cell, against, host), DuelRow::ratio);
    }

    /** Returns how many pairs of windows that ratio is of. */
    int pairs(final String cell, final String against, final HostKind host) {
        return compared(cell, against, host).stream().mapToInt(DuelRow::pairs).sum();
    }

    /** Returns a row for each process whose time counts. */
    private List<DuelRow> timed(final String cell, final String contender, final HostKind host) {
        final String first = baselines().iterator().next();
        return rows.stream()
                .filter(row -> row.isOf(cell, contender, host) && row.against().equals(first) && row.hasTime())
                .toList();
    }

    /** Returns a row for each process whose ratio counts. */
    private List<DuelRow> compared(final String cell, final String against, final HostKind host) {
        return rows.stream()
                .filter(row -> row.isOf(cell, THIS, host) && row.against().equals(against) && row.hasRatio())
                .toList();
    }

    private static Statistics statistics(final List<DuelRow> rows, final ToDoubleFunction<DuelRow> value) {
        return rows.isEmpty()
                ? null
                : Statistics.of(rows.stream().mapToDouble(value).boxed().toList());
    }
}
