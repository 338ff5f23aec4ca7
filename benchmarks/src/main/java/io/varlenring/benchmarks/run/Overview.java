// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a reader wants to know first: a few rows of the sets, with the machine. */
final class Overview {
    private final Map<BenchmarkSet, List<Run>> runs;
    private final List<DuelRun> duels;
    private final Set<Integer> jdks = new TreeSet<>();

    /** A row of the table: what is measured on one JDK, by the kind of host, and what that is compared with. */
    private abstract class Row {
        final String title;
        final String rival;
        final String unit;
        final String against;

        Row(final String title, final String rival, final String unit, final String against) {
            this.title = title;
            this.rival = rival;
            this.unit = unit;
            this.against = against;
        }

        abstract Statistics figure(int jdk, HostKind host);

        abstract Statistics ratio(int jdk, HostKind host);
    }

    /** A row of the duels. */
    private final class OfDuel extends Row {
        private final String set;
        private final String cell;

        OfDuel(final String title, final String set, final String rival, final String cell) {
            super(title, rival, "ns", Baseline.AGRONA.title());
            this.set = set;
            this.cell = "rival=" + rival + " " + cell;
        }

        @Override
        Statistics figure(final int jdk, final HostKind host) {
            return of(jdk).map(run -> run.nanos(cell, DuelRun.THIS, host)).orElse(null);
        }

        @Override
        Statistics ratio(final int jdk, final HostKind host) {
            return of(jdk).map(run -> run.ratio(cell, Baseline.AGRONA.rival(), host))
                    .orElse(null);
        }

        private Optional<DuelRun> of(final int jdk) {
            return duels.stream()
                    .filter(run -> run.jdk() == jdk && run.set().equals(set))
                    .findFirst();
        }
    }

    /** A row of the sets that run in forks. */
    private final class OfSet extends Row {
        private final BenchmarkSet set;
        private final Results.Key key;
        private final Metric metric;
        private final Baseline baseline;

        OfSet(
                final String title,
                final BenchmarkSet set,
                final Results.Key key,
                final String rival,
                final Metric metric,
                final Baseline baseline) {
            super(title, rival, metric.unit(), baseline.title());
            this.set = set;
            this.key = key;
            this.metric = metric;
            this.baseline = baseline;
        }

        @Override
        Statistics figure(final int jdk, final HostKind host) {
            final Map<Integer, Double> values = !host.compares()
                    ? Map.of()
                    : results(jdk)
                            .map(results -> results.values(key, rival, metric, host))
                            .orElse(Map.of());
            return values.isEmpty() ? null : Statistics.of(values.values());
        }

        @Override
        Statistics ratio(final int jdk, final HostKind host) {
            return results(jdk)
                    .map(results -> results.advantage(key, rival, baseline, metric, host))
                    .orElse(null);
        }

        /** Returns the results that this is from, if it was measured. */
        private Optional<Results> results(final int jdk) {
            return runs.get(set).stream()
                    .filter(run -> run.jdk() == jdk && run.results().keys().contains(key))
                    .map(Run::results)
                    .findFirst();
        }
    }

    private List<Row> rows() {
        return List.of(
                new OfDuel("offer and drain, one thread, 64 B", "single-thread", "ring-offer", "size=64 burst=64"),
                new OfDuel("offer and drain, one thread, 256 B", "single-thread", "ring-offer", "size=256 burst=64"),
                new OfDuel("offer and drain, one thread, 1200 B", "single-thread", "ring-offer", "size=1200 burst=64"),
                new OfDuel("1 producer, 64 B", "throughput", "ring-offer", "producers=1 size=64 reads=all"),
                new OfDuel("1 producer, 1200 B", "throughput", "ring-offer", "producers=1 size=1200 reads=all"),
                new OfDuel("4 producers, 64 B", "throughput", "ring-offer", "producers=4 size=64 reads=all"),
                new OfDuel("32 offered at once, 64 B", "burst", "ring-offer-all", "size=64"),
                new OfSet(
                        "round trip, 64 B, p50",
                        BenchmarkSet.ROUND_TRIP,
                        new Results.Key("roundTrip", Map.of("size", "64")),
                        "ring-offer",
                        Metric.P50,
                        Baseline.AGRONA),
                new OfSet(
                        "waking a parked consumer, p50",
                        BenchmarkSet.SLEEPING,
                        new Results.Key("wakeup", Map.of()),
                        "ring-unpark",
                        Metric.P50,
                        Baseline.PARK),
                new OfSet(
                        "64 tasklets woken, until all ran",
                        BenchmarkSet.TASKLETS,
                        new Results.Key("dispatch64", Map.of()),
                        "tasklet",
                        Metric.TIME,
                        Baseline.BEST_PEER));
    }

    Overview(final Map<BenchmarkSet, List<Run>> runs, final List<DuelRun> duels) {
        this.runs = runs;
        this.duels = duels;
        duels.forEach(run -> jdks.add(run.jdk()));
        runs.values().forEach(of -> of.forEach(run -> jdks.add(run.jdk())));
    }

    String table() {
        final StringBuilder text = new StringBuilder("| | |");
        final StringBuilder rule = new StringBuilder("|---|---|");
        for (final int jdk : jdks) {
            text.append(" JDK ").append(jdk).append(" | times as good as |");
            rule.append("---|---|");
        }
        text.append('\n').append(rule);
        for (final Row row : rows()) {
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

    private static String figure(final Row row, final int jdk) {
        final String figures = byHost(host -> row.figure(jdk, host)).entrySet().stream()
                .map(entry -> Summary.format(entry.getValue().median()) + suffix(entry.getKey()))
                .collect(Collectors.joining(", "));
        return figures.isEmpty() ? "not measured" : figures + " " + row.unit;
    }

    private static String ratio(final Row row, final int jdk) {
        final String ratios = byHost(host -> row.ratio(jdk, host)).entrySet().stream()
                .map(entry -> Summary.withSpread(entry.getValue()) + suffix(entry.getKey()))
                .collect(Collectors.joining(", "));
        return ratios.isEmpty() ? "" : row.against + " " + ratios;
    }

    private static Map<HostKind, Statistics> byHost(final Function<HostKind, Statistics> statistics) {
        final Map<HostKind, Statistics> found = new EnumMap<>(HostKind.class);
        for (final HostKind host : HostKind.values()) {
            final Statistics of = statistics.apply(host);
            if (of != null && host.compares()) {
                found.put(host, of);
            }
        }
        return found;
    }

    private static String suffix(final HostKind kind) {
        return kind == HostKind.UNKNOWN ? "" : " " + kind.title();
    }

    String chart() {
        final RatioChart chart = new RatioChart(
                "What the library does, beside Agrona where nothing else is named", "times as good; 1 is even");
        for (final int jdk : jdks) {
            for (final Row row : rows()) {
                final String note = row.against.equals(Baseline.AGRONA.title()) ? "" : " *";
                byHost(host -> row.ratio(jdk, host))
                        .forEach(
                                (host, ratio) -> chart.add("JDK " + jdk, row.title + suffix(host) + note, true, ratio));
            }
        }
        return chart.draw();
    }

    /** Says on what was measured: each fact once where all runs agree. */
    static String machine(final List<Map<String, String>> ofRuns) {
        final List<String> lines = new ArrayList<>();
        for (final String fact : List.of("cpu", "cores", "os", "jdk", "commit", "date", "plan")) {
            final Set<String> values = new TreeSet<>();
            ofRuns.forEach(facts -> values.add(facts.getOrDefault(fact, "not recorded")));
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
