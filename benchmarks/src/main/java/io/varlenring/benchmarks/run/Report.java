// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.WakeupAfterChart;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes {@code benchmarks.md} and its charts from the results. The texts are in a template beside this class, where a line
 * {@code {{SET}}} stands for all that was measured of a set; every number comes from the results.
 */
public final class Report {
    private static final String TEMPLATE = "benchmarks.md";
    private static final String SIZE = "size";
    private static final String WAKEUP_AFTER = "wakeup-after";

    private final Path results;
    private final Path charts;
    private final StringBuilder text = new StringBuilder();

    private Report(final Path results, final Path charts) {
        this.results = results;
        this.charts = charts;
    }

    /**
     * Writes the report.
     *
     * @param arguments the directory of the results, and that of the documents
     * @throws IOException when a file cannot be read or written
     */
    public static void main(final String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("usage: Report RESULTS DOCUMENTS");
            System.exit(2);
        }
        final Path documents = Path.of(arguments[1]);
        final Path charts = documents.resolve("images").resolve("benchmarks");
        deleteCharts(charts);
        final Report report = new Report(Path.of(arguments[0]), charts);
        for (final String line : template().split("\n")) {
            if (line.startsWith("{{")) {
                report.addSet(line.substring(2, line.indexOf('}')));
            } else {
                report.line(line);
            }
        }
        Files.writeString(documents.resolve(TEMPLATE), report.text);
        System.out.println("wrote " + documents.resolve(TEMPLATE) + " and " + charts);
    }

    /** Charts of results that are gone must not stay. */
    private static void deleteCharts(final Path charts) throws IOException {
        Files.createDirectories(charts);
        try (DirectoryStream<Path> old = Files.newDirectoryStream(charts, "*.svg")) {
            for (final Path chart : old) {
                Files.delete(chart);
            }
        }
    }

    private static String template() {
        try (InputStream in = Report.class.getResourceAsStream(TEMPLATE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void line(final String line) {
        text.append(line).append('\n');
    }

    private void addSet(final String title) throws IOException {
        final NavigableMap<Integer, Path> files = files(title, title.equals(WAKEUP_AFTER) ? "csv" : "json");
        if (files.isEmpty()) {
            line("Not measured yet.");
        }
        for (final Map.Entry<Integer, Path> file : files.entrySet()) {
            if (title.equals(WAKEUP_AFTER)) {
                addWakeupAfter(file.getKey(), file.getValue());
            } else {
                addResults(BenchmarkSet.of(title), file.getKey(), file.getValue());
            }
        }
    }

    /** Returns the results of a set by JDK. */
    private NavigableMap<Integer, Path> files(final String title, final String extension) throws IOException {
        final NavigableMap<Integer, Path> files = new TreeMap<>();
        if (Files.isDirectory(results)) {
            final String pattern = title + "-[0-9][0-9]." + extension;
            try (DirectoryStream<Path> found = Files.newDirectoryStream(results, pattern)) {
                for (final Path file : found) {
                    files.put(Integer.valueOf(file.getFileName().toString().replaceAll("\\D", "")), file);
                }
            }
        }
        return files;
    }

    private void addResults(final BenchmarkSet set, final int jdk, final Path file) throws IOException {
        addEnvironment(jdk, file);
        final Results read = Results.read(file);
        groups(read).forEach((heading, keys) -> {
            if (!heading.isEmpty()) {
                line("");
                line("**" + heading + "**");
            }
            addChart(set, jdk, heading, read, keys);
            for (final Metric metric : set.metrics()) {
                addTables(set, read, keys, metric);
            }
        });
        line("");
    }

    private void addEnvironment(final int jdk, final Path file) throws IOException {
        line("### JDK " + jdk);
        line("");
        if (!Files.exists(Environment.file(file))) {
            line("The run was not finished: there is no record of the machine, and figures may be missing.");
            return;
        }
        Environment.read(file).forEach((name, value) -> line("- " + name + ": `" + value + "`"));
    }

    /** Puts what differs only in the size of records into one group; groups by what they have in common. */
    private static Map<String, List<Results.Key>> groups(final Results read) {
        final Map<String, List<Results.Key>> groups = new LinkedHashMap<>();
        for (final Results.Key key : read.keys()) {
            final List<String> common = new ArrayList<>();
            final boolean sized = key.parameters().containsKey(SIZE);
            if (sized) {
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

    private void addChart(
            final BenchmarkSet set,
            final int jdk,
            final String heading,
            final Results read,
            final Collection<Results.Key> keys) {
        final Metric metric = set.metrics().get(0);
        if (set.baselines().isEmpty() || !metric.compared()) {
            return;
        }
        final Baseline baseline = set.baselines().contains(Baseline.BEST_PEER)
                ? Baseline.BEST_PEER
                : set.baselines().get(0);
        final String against = baseline.title().replace("`", "");
        final String title = set.title() + (heading.isEmpty() ? "" : ", " + heading) + ", JDK " + jdk;
        final RatioChart chart = new RatioChart(title, metric.title() + ": times as good as " + against);
        for (final Results.Key key : keys) {
            for (final String rival : read.rivals(key)) {
                final Statistics ratio = read.advantage(key, rival, baseline, metric);
                if (ratio != null && (Rivals.isOwn(rival) || Rivals.isPeer(rival))) {
                    chart.add(column(key), rival, ratio);
                }
            }
        }
        if (chart.isEmpty()) {
            return;
        }
        final String name = title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".svg";
        try {
            Files.writeString(charts.resolve(name), chart.draw());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        line("");
        line("![" + title + ": " + metric.title() + ", times as good as " + against + "](images/benchmarks/" + name
                + ")");
    }

    private void addTables(
            final BenchmarkSet set, final Results read, final List<Results.Key> keys, final Metric metric) {
        final Set<String> rivals = new LinkedHashSet<>();
        keys.forEach(key -> rivals.addAll(read.rivals(key)));
        addTable(metric.title() + ", " + metric.unit(), rivals, keys, (key, rival) -> {
            final Map<Integer, Double> values = read.values(key, rival, metric);
            return values.isEmpty() ? null : Statistics.of(values.values());
        });
        if (metric.compared()) {
            for (final Baseline baseline : set.baselines()) {
                addTable(
                        metric.title() + ", times as good as " + baseline.title(),
                        rivals,
                        keys,
                        (key, rival) -> read.advantage(key, rival, baseline, metric));
            }
        }
    }

    /** What stands in a cell of a table; {@code null} for nothing. */
    private interface Content {
        Statistics of(Results.Key key, String rival);
    }

    private void addTable(
            final String caption, final Set<String> rivals, final List<Results.Key> keys, final Content content) {
        final List<String> rows = new ArrayList<>();
        for (final String rival : rivals) {
            final StringBuilder row = new StringBuilder("| " + (rival.isEmpty() ? "alone" : "`" + rival + "`") + " |");
            boolean any = false;
            for (final Results.Key key : keys) {
                final Statistics statistics = content.of(key, rival);
                any |= statistics != null;
                row.append(' ')
                        .append(statistics == null ? "" : format(statistics))
                        .append(" |");
            }
            if (any) {
                rows.add(row.toString());
            }
        }
        if (rows.isEmpty()) {
            return;
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
    }

    private static String format(final Statistics statistics) {
        return Summary.format(statistics.median()) + " (" + Summary.format(statistics.min()) + " to "
                + Summary.format(statistics.max()) + ")";
    }

    private void addWakeupAfter(final int jdk, final Path file) throws IOException {
        addEnvironment(jdk, file);
        final String name = WAKEUP_AFTER + "-jdk-" + jdk + ".svg";
        Files.writeString(charts.resolve(name), WakeupAfterChart.draw(file, jdk));
        line("");
        line("![average wakeup latency by depth of the run queue](images/benchmarks/" + name + ")");
        line("");
        final List<String> lines = Files.readAllLines(file);
        line("| " + String.join(" | ", lines.get(0).split(",")) + " |");
        line("|" + "---|".repeat(lines.get(0).split(",").length));
        for (final String row : lines.subList(1, lines.size())) {
            line("| " + String.join(" | ", row.split(",")) + " |");
        }
        line("");
    }
}
