// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a reader wants to know first: a few rows of the sets, with the machine. */
final class Overview {
    private static final String CAPACITY = "65536";

    private final Map<BenchmarkSet, List<Run>> runs;
    private final Set<Integer> jdks = new TreeSet<>();

    /** A row of the table: something measured, of which way to use this library, and what that is compared with. */
    private record Row(
            String title, BenchmarkSet set, Results.Key key, String rival, Metric metric, Baseline baseline) {}

    private static final List<Row> ROWS = List.of(
            singleThread("64"),
            singleThread("256"),
            singleThread("1200"),
            throughput("1", "64"),
            throughput("1", "1200"),
            throughput("4", "64"),
            new Row(
                    "round trip, 64 B, p50",
                    BenchmarkSet.ROUND_TRIP,
                    new Results.Key("roundTrip", Map.of("size", "64")),
                    "ring-offer",
                    Metric.P50,
                    Baseline.AGRONA),
            new Row(
                    "32 offered at once, 64 B",
                    BenchmarkSet.BURST,
                    new Results.Key("offerOnly", Map.of("size", "64")),
                    "ring-offer-all",
                    Metric.TIME,
                    Baseline.AGRONA),
            new Row(
                    "waking a parked consumer, p50",
                    BenchmarkSet.SLEEPING,
                    new Results.Key("wakeup", Map.of()),
                    "ring-unpark",
                    Metric.P50,
                    Baseline.PARK),
            new Row(
                    "64 tasklets woken, until all ran",
                    BenchmarkSet.TASKLETS,
                    new Results.Key("dispatch64", Map.of()),
                    "tasklet",
                    Metric.TIME,
                    Baseline.BEST_PEER));

    Overview(final Map<BenchmarkSet, List<Run>> runs) {
        this.runs = runs;
        runs.values().forEach(of -> of.forEach(run -> jdks.add(run.jdk())));
    }

    private static Row singleThread(final String size) {
        return new Row(
                "offer and drain, one thread, " + size + " B",
                BenchmarkSet.SINGLE_THREAD,
                new Results.Key("offerAndDrain", Map.of("size", size)),
                "ring-offer",
                Metric.TIME,
                Baseline.AGRONA);
    }

    private static Row throughput(final String producers, final String size) {
        return new Row(
                producers + (producers.equals("1") ? " producer, " : " producers, ") + size + " B",
                BenchmarkSet.THROUGHPUT,
                new Results.Key(
                        "throughput",
                        Map.of("producers", producers, "capacity", CAPACITY, "reads", "all", "size", size)),
                "ring-offer",
                Metric.CONSUMED,
                Baseline.AGRONA);
    }

    String table() {
        final StringBuilder text = new StringBuilder("| | |");
        final StringBuilder rule = new StringBuilder("|---|---|");
        for (final int jdk : jdks) {
            text.append(" JDK ").append(jdk).append(" | times as good as |");
            rule.append("---|---|");
        }
        text.append('\n').append(rule);
        for (final Row row : ROWS) {
            text.append("\n| ")
                    .append(row.title)
                    .append(" | `")
                    .append(row.rival)
                    .append("` |");
            for (final int jdk : jdks) {
                text.append(' ')
                        .append(figure(row, jdk))
                        .append(" | ")
                        .append(ratio(row, jdk))
                        .append(" |");
            }
        }
        return text.toString();
    }

    private static String medians(final Row row, final Map<HostKind, Statistics> figures) {
        return figures.entrySet().stream()
                .map(entry -> Summary.format(entry.getValue().median()) + suffix(entry.getKey()))
                .collect(Collectors.joining(", ", "", " " + row.metric.unit()));
    }

    private String figure(final Row row, final int jdk) {
        final Map<HostKind, Statistics> figures = new EnumMap<>(HostKind.class);
        for (final HostKind kind : HostKind.values()) {
            final Results results = results(row, jdk);
            final Map<Integer, Double> values = results == null || !kind.compares()
                    ? Map.of()
                    : results.values(row.key, row.rival, row.metric, kind);
            if (!values.isEmpty()) {
                figures.put(kind, Statistics.of(values.values()));
            }
        }
        return figures.isEmpty() ? "not measured" : medians(row, figures);
    }

    private String ratio(final Row row, final int jdk) {
        final String against = row.baseline.title() + " ";
        return ratios(row, jdk).entrySet().stream()
                .map(entry -> Summary.withSpread(entry.getValue()) + suffix(entry.getKey()))
                .collect(Collectors.collectingAndThen(
                        Collectors.joining(", "), joined -> joined.isEmpty() ? "" : against + joined));
    }

    private Map<HostKind, Statistics> ratios(final Row row, final int jdk) {
        final Map<HostKind, Statistics> ratios = new EnumMap<>(HostKind.class);
        final Results results = results(row, jdk);
        for (final HostKind kind : HostKind.values()) {
            final Statistics ratio =
                    results == null ? null : results.advantage(row.key, row.rival, row.baseline, row.metric, kind);
            if (ratio != null) {
                ratios.put(kind, ratio);
            }
        }
        return ratios;
    }

    /** Returns the results that a row is from, or {@code null} when it was not measured. */
    private Results results(final Row row, final int jdk) {
        return runs.get(row.set).stream()
                .filter(run -> run.jdk() == jdk && run.results().keys().contains(row.key))
                .map(Run::results)
                .findFirst()
                .orElse(null);
    }

    private static String suffix(final HostKind kind) {
        return kind == HostKind.UNKNOWN ? "" : " " + kind.title();
    }

    String chart() {
        final RatioChart chart = new RatioChart(
                "What the library does, beside Agrona where nothing else is named", "times as good; 1 is even");
        for (final int jdk : jdks) {
            for (final Row row : ROWS) {
                ratios(row, jdk).forEach((kind, ratio) -> {
                    final String note = row.baseline.equals(Baseline.AGRONA) ? "" : " *";
                    chart.add("JDK " + jdk, row.title + suffix(kind) + note, true, ratio);
                });
            }
        }
        return chart.draw();
    }

    /** Says on what was measured: each fact once where all runs agree. */
    static String machine(final List<Run> runs) {
        final List<String> lines = new ArrayList<>();
        for (final String fact : List.of("cpu", "cores", "os", "jdk", "commit", "date", "plan")) {
            final Set<String> values = new TreeSet<>();
            runs.forEach(run -> values.add(run.facts().getOrDefault(fact, "not recorded")));
            lines.add("- " + fact + ": "
                    + values.stream().map(value -> "`" + value + "`").collect(Collectors.joining(", ")));
        }
        return String.join("\n", lines);
    }

    /** Says how many forks met which kind of host, by set and JDK. */
    String hosts() {
        final List<String> lines = new ArrayList<>();
        lines.add("| set | JDK | forks by the host that they met |");
        lines.add("|---|---|---|");
        runs.forEach((set, of) -> {
            for (final Run run : of) {
                final Map<String, Integer> counts = new TreeMap<>();
                run.results().kinds(run.results().keys()).forEach((kind, forks) -> counts.put(kind.title(), forks));
                lines.add("| [" + set.title() + "](benchmarks/" + set.title() + ".md) | " + run.jdk() + " | "
                        + counts.entrySet().stream()
                                .map(entry -> entry.getValue() + " " + entry.getKey())
                                .collect(Collectors.joining(", "))
                        + " |");
            }
        });
        return String.join("\n", lines);
    }
}
