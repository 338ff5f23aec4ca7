// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Writes {@code benchmarks.md}, a page for each set behind it, and the charts of both, from the results. The texts are in
 * templates beside this class, where a line {@code {{NAME}}} stands for what is made of results; every number comes from
 * them. All is written beside what is there, and put into its place when it is complete.
 */
public final class Report {
    private static final String INDEX = "benchmarks.md";
    private static final String SETS = "sets.md";
    private static final String WAKEUP_AFTER = "wakeup-after";
    private static final String DUELS = "duels";

    private final Path results;
    private final Path charts;
    private final Path pages;
    private final Map<BenchmarkSet, List<Run>> runs = new EnumMap<>(BenchmarkSet.class);

    private final List<DuelRun> duels;
    /** The sets without a page. */
    private final List<String> unmeasured = new ArrayList<>();

    private Report(final Path results, final Path charts, final Path pages) throws IOException {
        this.results = results;
        this.charts = Files.createDirectories(charts);
        this.pages = Files.createDirectories(pages);
        duels = DuelRun.all(results);
        for (final BenchmarkSet set : BenchmarkSet.values()) {
            runs.put(set, Run.ofSet(results, set));
        }
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
        try {
            write(Path.of(arguments[0]), Path.of(arguments[1]));
        } catch (final IllegalArgumentException unreadable) {
            System.err.println(unreadable.getMessage());
            System.exit(1);
        }
        System.out.println("wrote " + Path.of(arguments[1], INDEX) + ", and the pages and charts behind it");
    }

    static void write(final Path results, final Path documents) throws IOException {
        final Swap charts = Swap.of(documents.resolve("images").resolve("benchmarks"));
        final Swap pages = Swap.of(documents.resolve("benchmarks"));
        final Swap index = Swap.of(documents.resolve(INDEX));
        final Report report = new Report(results, charts.written(), pages.written());
        report.writePages();
        report.writeIndex(index.written());
        charts.commit();
        pages.commit();
        index.commit();
    }

    private void writePages() throws IOException {
        for (final String template : template(SETS).split("(?m)^(?=# )")) {
            if (template.startsWith("# ")) {
                final String title = template.substring(template.indexOf("{{") + 2, template.indexOf("}}"));
                final String tables = page(title);
                if (tables.isEmpty()) {
                    unmeasured.add(title);
                } else {
                    Files.writeString(
                            pages.resolve(title + ".md"),
                            template.stripTrailing().replace("{{" + title + "}}", tables) + "\n");
                }
            }
        }
    }

    private String page(final String title) throws IOException {
        final SetPage page = new SetPage(charts, "../images/benchmarks/");
        switch (title) {
            case DUELS:
                return DuelPage.text(duels);
            case WAKEUP_AFTER:
                page.addWakeupAfter(Run.ofOther(results, title));
                break;
            default:
                final BenchmarkSet set = BenchmarkSet.of(title);
                page.addSet(set, runs.get(set));
        }
        return page.text();
    }

    private void writeIndex(final Path file) throws IOException {
        final List<Map<String, String>> facts = new ArrayList<>();
        duels.forEach(run -> facts.add(run.facts()));
        runs.values().forEach(of -> of.forEach(run -> facts.add(run.facts())));
        Run.ofOther(results, WAKEUP_AFTER).forEach(run -> facts.add(run.facts()));
        final Overview overview = new Overview(runs, duels);
        Files.writeString(charts.resolve("overview.svg"), overview.chart());
        String index = template(INDEX);
        for (final String set : unmeasured) {
            index = index.replace("[" + set + "](benchmarks/" + set + ".md)", set + " (not measured yet)");
        }
        Files.writeString(
                file,
                index.replace("{{table}}", overview.table())
                        .replace("{{machine}}", Overview.machine(facts))
                        .replace("{{hosts}}", overview.hosts()));
    }

    private static String template(final String name) throws IOException {
        try (InputStream in = Report.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
