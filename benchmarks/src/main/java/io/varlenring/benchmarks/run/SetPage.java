// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.WakeupAfterChart;
import io.varlenring.benchmarks.host.HostKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The tables and charts of one set, for each JDK. */
final class SetPage {
    /** Stands where the facts are missing. */
    static final String NOT_FINISHED =
            "The run was not finished: there is no record of the machine, and figures may be missing.";

    private static final String SIZE = "size";

    private final Path charts;
    private final String link;
    private final List<String> lines = new ArrayList<>();

    SetPage(final Path charts, final String link) {
        this.charts = charts;
        this.link = link;
    }

    /** The page's text; empty if nothing was measured. */
    String text() {
        return String.join("\n", lines);
    }

    private void line(final String line) {
        lines.add(line);
    }

    void addSet(final BenchmarkSet set, final List<Run> runs) throws IOException {
        for (final Run run : runs) {
            addEnvironment(run);
            for (final Map.Entry<String, List<Results.Key>> group :
                    groups(run.results()).entrySet()) {
                if (!group.getKey().isEmpty()) {
                    line("");
                    line("**" + group.getKey() + "**");
                }
                addChart(set, run, group.getKey(), group.getValue());
                for (final Metric metric : set.metrics()) {
                    if (metric == Metric.ACCEPTED) { // what was consumed, but for what is left in the queue
                        continue;
                    }
                    addTables(set, run.results(), group.getValue(), metric);
                }
            }
        }
    }

    private void addEnvironment(final Run run) {
        if (!lines.isEmpty()) {
            line("");
        }
        line("## JDK " + run.jdk());
        line("");
        if (run.facts().isEmpty()) {
            line(NOT_FINISHED);
        }
        facts(run.facts()).forEach(this::line);
    }

    /** What is known of a run, a line for each; of failed forks only where there are some. */
    static List<String> facts(final Map<String, String> facts) {
        final List<String> lines = new ArrayList<>();
        facts.forEach((name, value) -> {
            if (!name.equals("failed forks") || !value.equals("0")) {
                lines.add("- " + name + ": `" + value + "`");
            }
        });
        return lines;
    }

    /** Puts what differs only in the size of records into one group; groups by what they have in common. */
    private static Map<String, List<Results.Key>> groups(final Results read) {
        final Map<String, List<Results.Key>> groups = new LinkedHashMap<>();
        for (final Results.Key key : read.keys()) {
            final List<String> common = new ArrayList<>();
            if (key.parameters().containsKey(SIZE)) {
                key.parameters().forEach((name, value) -> {
                    if (!name.equals(SIZE)) {
                        common.add(name + " " + value);
                    }
                });
            }
            groups.computeIfAbsent(String.join(", ", common), any -> new ArrayList<>())
                    .add(key);
        }
        return groups;
    }

    private static String column(final Results.Key key) {
        final String size = key.parameters().get(SIZE);
        return size == null ? key.method() : size.equals("quic") ? "QUIC mix" : size + " B";
    }

    /** What the caption of a table says of the hosts; nothing where they are not known. */
    private static String suffix(final HostKind kind) {
        return kind == HostKind.UNKNOWN ? "" : ", host " + kind.title();
    }

    /** Draws the first metric beside the best peer, of the kind of host that most forks met. */
    private void addChart(
            final BenchmarkSet set, final Run run, final String heading, final Collection<Results.Key> keys)
            throws IOException {
        final Metric metric = set.metrics().get(0);
        final Baseline baseline = Baseline.BEST_PEER;
        if (!set.baselines().contains(baseline)) { // few rows, which a table shows as well
            return;
        }
        final Results results = run.results();
        final HostKind kind = results.kinds(keys).entrySet().stream()
                .filter(entry -> entry.getKey().compares())
                .max(Comparator.comparingInt(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(HostKind.UNKNOWN);
        final String title = set.title() + (heading.isEmpty() ? "" : ", " + heading) + ", JDK " + run.jdk();
        final String against = baseline.title();
        final RatioChart chart = new RatioChart(title + suffix(kind), metric.title() + ": times as good as " + against);
        for (final Results.Key key : keys) {
            for (final String rival : results.rivals(key)) {
                final Statistics ratio = results.advantage(key, rival, baseline, metric, kind);
                if (ratio != null && (Rivals.isOwn(rival) || Rivals.isPeer(rival))) {
                    chart.add(column(key), rival, Rivals.isOwn(rival), ratio);
                }
            }
        }
        if (chart.isEmpty()) {
            return;
        }
        final String name = title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".svg";
        Files.writeString(charts.resolve(name), chart.draw());
        line("");
        line("![" + title + ": " + metric.title() + ", times as good as " + against + "](" + link + name + ")");
    }

    /** Adds the tables of a metric: one of what was measured for each kind of host, and then those of the ratios. */
    private void addTables(
            final BenchmarkSet set, final Results read, final List<Results.Key> keys, final Metric metric) {
        final Set<String> rivals = new LinkedHashSet<>();
        keys.forEach(key -> rivals.addAll(read.rivals(key)));
        final Map<HostKind, Integer> kinds = read.kinds(keys);
        final int forks = kinds.values().stream().mapToInt(Integer::intValue).sum();
        for (final HostKind kind : kinds.keySet()) {
            if (kind == HostKind.CHANGING) { // like with nothing
                line("");
                line(kinds.get(kind) + " of " + forks
                        + " forks met a host that changed meanwhile: no figure is of them.");
                continue;
            }
            final boolean added =
                    addTable(metric.title() + ", " + metric.unit() + suffix(kind), rivals, keys, (key, rival) -> {
                        final Map<Integer, Double> values = read.values(key, rival, metric, kind);
                        return values.isEmpty() ? null : Statistics.of(values.values());
                    });
            if (added && kind != HostKind.UNKNOWN) {
                line("");
                line(kinds.get(kind) + " of " + forks + " forks met a host that was " + kind.title() + ".");
            }
        }
        for (final Baseline baseline : metric.compared() ? set.baselines() : List.<Baseline>of()) {
            for (final HostKind kind : kinds.keySet()) {
                if (baseline == Baseline.BEST_PEER && isAgronaThroughout(read, rivals, keys, metric, kind)) {
                    line("");
                    line("The best peer" + suffix(kind) + ", was Agrona throughout: the ratios are those above.");
                    continue;
                }
                final boolean added = addTable(
                        metric.title() + ", times as good as " + baseline.title() + suffix(kind),
                        rivals,
                        keys,
                        (key, rival) -> read.advantage(key, rival, baseline, metric, kind));
                if (kind != HostKind.UNKNOWN && (added || kind.compares())) {
                    line("");
                    line(partners(read, rivals, keys, baseline, metric, kind, forks));
                }
            }
        }
    }

    /** Tells whether a table beside the best peer would be the one beside Agrona again. */
    private static boolean isAgronaThroughout(
            final Results read,
            final Set<String> rivals,
            final List<Results.Key> keys,
            final Metric metric,
            final HostKind kind) {
        boolean found = false;
        for (final Results.Key key : keys) {
            for (final String rival : rivals) {
                final Statistics best = read.advantage(key, rival, Baseline.BEST_PEER, metric, kind);
                if (!Objects.equals(best, read.advantage(key, rival, Baseline.AGRONA, metric, kind))) {
                    return false;
                }
                found |= best != null;
            }
        }
        return found;
    }

    /** Says what of a table of ratios had a partner. */
    private static String partners(
            final Results read,
            final Set<String> rivals,
            final List<Results.Key> keys,
            final Baseline baseline,
            final Metric metric,
            final HostKind kind,
            final int forks) {
        int met = 0;
        int unpaired = 0;
        for (final Results.Key key : keys) {
            for (final String rival : rivals) {
                met += read.values(key, rival, metric, kind).size();
                unpaired += read.unpaired(key, rival, baseline, metric, kind);
            }
        }
        return "Compared with " + baseline.title() + ", host " + kind.title() + ": " + met + " of " + forks
                + " forks, of which " + unpaired + " had no partner that met the same in their round.";
    }

    /** What stands in a cell of a table; {@code null} for nothing. */
    private interface Content {
        Statistics of(Results.Key key, String rival);
    }

    /** Adds a table; returns whether there was anything to put into it. */
    private boolean addTable(
            final String caption, final Set<String> rivals, final List<Results.Key> keys, final Content content) {
        final List<String> rows = new ArrayList<>();
        for (final String rival : rivals) {
            final StringBuilder row = new StringBuilder("| " + (rival.isEmpty() ? "alone" : "`" + rival + "`") + " |");
            boolean any = false;
            for (final Results.Key key : keys) {
                final Statistics statistics = content.of(key, rival);
                any |= statistics != null;
                row.append(' ')
                        .append(statistics == null ? "" : Summary.withSpread(statistics))
                        .append(" |");
            }
            if (any) {
                rows.add(row.toString());
            }
        }
        if (rows.isEmpty()) {
            return false;
        }
        line("");
        final StringBuilder head = new StringBuilder("| " + caption + " |");
        final StringBuilder rule = new StringBuilder("|---|");
        for (final Results.Key key : keys) {
            head.append(' ').append(column(key)).append(" |");
            rule.append("---|");
        }
        line(head.toString());
        line(rule.toString());
        rows.forEach(this::line);
        return true;
    }

    void addWakeupAfter(final List<Run> runs) throws IOException {
        for (final Run run : runs) {
            addEnvironment(run);
            final String name = "wakeup-after-jdk-" + run.jdk() + ".svg";
            Files.writeString(charts.resolve(name), WakeupAfterChart.draw(run.file(), run.jdk()));
            line("");
            line("![average wakeup latency by depth of the run queue](" + link + name + ")");
            line("");
            final List<String> rows = CsvFile.readLines(run.file());
            line("| " + rows.get(0).replace(",", " | ") + " |");
            line("|" + "---|".repeat(rows.get(0).split(",").length));
            for (final String row : rows.subList(1, rows.size())) {
                line(Arrays.stream(row.split(","))
                        .map(cell -> cell.contains(".") ? Summary.format(Double.parseDouble(cell)) : cell)
                        .collect(Collectors.joining(" | ", "| ", " |")));
            }
        }
    }
}
