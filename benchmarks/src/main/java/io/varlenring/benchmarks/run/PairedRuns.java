// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostMonitor;
import io.varlenring.benchmarks.host.HostReading;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs a set of benchmarks in rounds. In each round, for each cell, every rival gets one short fork, right after the
 * others', and in the opposite order in every second round: whatever disturbs the machine for longer than that meets all of
 * them. Every fork's result is kept, with what the host gave before and after it.
 */
public final class PairedRuns {
    private static final Runtime.Version JAVA = Runtime.version();
    private static final String CLASS_PATH = "java.class.path";
    private static final int UNSAFE_OPTION_SINCE = 23;

    private final BenchmarkSet set;
    private final Plan plan;
    private final int rounds;
    private final List<Cell> cells;
    private final Path file;
    private final String ownClassPath = System.getProperty(CLASS_PATH);
    private final String otherJar;
    private final HostMonitor host = new HostMonitor();
    private final List<Fork> forks = new ArrayList<>();
    private final List<RunResult> raw = new ArrayList<>();
    private int failures;

    private PairedRuns(
            final BenchmarkSet set,
            final Plan plan,
            final Selection selection,
            final List<Cell> cells,
            final Path file) {
        this.set = set;
        this.plan = plan;
        this.rounds = selection.rounds() == 0 ? plan.rounds : selection.rounds();
        this.cells = cells;
        this.file = file;
        this.otherJar = selection.otherJar();
    }

    /**
     * Runs a set.
     *
     * @param arguments smoke, quick or full; the set; the directory for the results; and then any of {@code other=JAR},
     *     another build of the library, {@code rounds=N}, and {@code PARAMETER=VALUE,VALUE...}, which keeps only the cells
     *     with these values, where {@code rival} keeps these rivals; or only {@code list}
     * @throws IOException when the results cannot be written
     */
    public static void main(final String[] arguments) throws IOException {
        if (arguments.length == 1 && arguments[0].equals("list")) {
            list();
            return;
        }
        if (arguments.length < 3) {
            System.err.println(
                    "usage: PairedRuns smoke|quick|full SET DIRECTORY [other=JAR] [rounds=N] [PARAMETER=VALUE,...]...");
            System.exit(2);
        }
        final PairedRuns runs;
        try {
            runs = parse(arguments);
        } catch (final IllegalArgumentException mistake) {
            System.err.println(mistake.getMessage());
            System.exit(2);
            return;
        }
        if (!runs.run()) {
            System.exit(1);
        }
    }

    /** Throws with what is wrong about the arguments. */
    static PairedRuns parse(final String[] arguments) {
        final Plan plan = Arrays.stream(Plan.values())
                .filter(any -> any.name().toLowerCase(Locale.ROOT).equals(arguments[0]))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("smoke, quick or full was expected: " + arguments[0]));
        final BenchmarkSet set = BenchmarkSet.of(arguments[1]);
        final Path directory = Path.of(arguments[2]);
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("no such folder: " + directory);
        }
        final Selection selection = Selection.parse(List.of(arguments).subList(3, arguments.length));
        final List<Cell> cells = selection.of(set.cells(), plan);
        if (cells.isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing of " + set.title() + " has " + selection.values() + "; list shows what it has");
        }
        final String name = (selection.otherJar() == null ? "" : "compare-") + set.title();
        final Path file = directory.resolve(name + "-" + JAVA.feature() + CsvFile.EXTENSION);
        return new PairedRuns(set, plan, selection, cells, file);
    }

    /** Returns whether all forks came to a result. */
    private boolean run() throws IOException {
        if (plan == Plan.SMOKE) {
            System.setProperty("jmh.ignoreLock", "true"); // its figures mean nothing, so others may measure meanwhile
        }
        runAll();
        Environment.write(file, plan.describe(rounds), failures, Map.of());
        final double leastAlu = ResultsFile.leastAlu(file.getParent(), JAVA.feature(), Environment.cpu());
        Summary.print(set, new Results(forks, fork -> set.kind(fork, leastAlu)), System.out);
        if (failures > 0) {
            System.out.println(failures + " forks failed, and are not among the results");
        }
        return failures == 0;
    }

    private static void list() {
        for (final BenchmarkSet set : BenchmarkSet.values()) {
            System.out.print(set.title());
            for (final Plan plan : List.of(Plan.QUICK, Plan.FULL)) {
                final int forks = plan.rounds * forks(new Selection(Map.of(), null, 0).of(set.cells(), plan));
                System.out.print(
                        "; " + plan.name().toLowerCase(Locale.ROOT) + ": " + forks + " forks, " + plan.estimate(forks));
            }
            System.out.println();
            for (final Cell cell : set.cells()) {
                final String rivals = cell.rivalParameter().isEmpty()
                        ? ""
                        : " " + cell.rivalParameter() + "=" + String.join(",", cell.rivals());
                System.out.println("  " + cell + rivals);
            }
        }
    }

    private static int forks(final List<Cell> cells) {
        return cells.stream().mapToInt(cell -> cell.rivals().size()).sum();
    }

    private void runAll() throws IOException {
        final int forks = rounds * forks(cells);
        System.out.printf(
                Locale.ROOT,
                "%s, JDK %d: %s; %d forks, %s%n",
                set.title(),
                JAVA.feature(),
                plan.describe(rounds),
                forks,
                plan.estimate(forks));
        for (int round = 1; round <= rounds; round++) {
            for (final Cell cell : cells) {
                final List<String> rivals = new ArrayList<>(cell.rivals());
                if (round % 2 == 0) {
                    Collections.reverse(rivals);
                }
                for (final String rival : rivals) {
                    run(cell, rival, round);
                }
                write();
            }
        }
    }

    private void run(final Cell cell, final String rival, final int round) {
        final ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(Cell.PACKAGE + cell.benchmark()) + "$")
                .forks(1)
                .param("round", Integer.toString(round))
                .jvmArgs(jvmArguments(rival.equals(Rivals.AGRONA)))
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT);
        plan.apply(options, set.metrics().stream().anyMatch(Metric::isPercentile));
        cell.parameters().forEach(options::param);
        if (!cell.rivalParameter().isEmpty()) {
            options.param(cell.rivalParameter(), rival);
        }
        final String producers = cell.parameters().get("producers");
        if (producers != null) {
            options.threadGroups(1, Integer.parseInt(producers)); // consume, produce: JMH sorts a group by name
        }
        // JMH gives a fork the class path of this process, as the property says it
        System.setProperty(
                CLASS_PATH,
                rival.startsWith(Rivals.OTHER) ? otherJar + File.pathSeparator + ownClassPath : ownClassPath);
        final HostReading before = host.read();
        Collection<RunResult> fork = List.of();
        try {
            fork = new Runner(options.build()).run();
        } catch (final RunnerException e) {
            System.out.println(e.getMessage());
        }
        final HostReading after = host.read();
        System.out.printf(Locale.ROOT, "round %d/%d, %s, %s:", round, rounds, cell, rival);
        for (final RunResult result : fork) {
            final Fork kept = fork(cell, rival, round, result, before, after);
            forks.add(kept);
            for (final Metric metric : set.metrics()) {
                final Double value = kept.value(metric);
                System.out.printf(Locale.ROOT, " %s %s", value == null ? "no" : Summary.format(value), metric.unit());
            }
        }
        raw.addAll(fork);
        if (fork.isEmpty()) {
            failures++;
            System.out.print(" FAILED");
        }
        System.out.printf(
                Locale.ROOT,
                " (host: alu %s, %s; line %s, %s ns)%n",
                Summary.format(before.alu()),
                Summary.format(after.alu()),
                Summary.format(before.line()),
                Summary.format(after.line()));
    }

    private Fork fork(
            final Cell cell,
            final String rival,
            final int round,
            final RunResult result,
            final HostReading before,
            final HostReading after) {
        final Map<String, Double> others = new LinkedHashMap<>();
        for (final Metric metric : set.metrics()) {
            final Result<?> found = result.getSecondaryResults().get(metric.name());
            if (found != null) {
                others.put(metric.name(), found.getScore());
            }
        }
        return new Fork(
                cell.benchmark(),
                new TreeMap<>(cell.parameters()),
                cell.rivalParameter().isEmpty() ? "" : rival,
                round,
                result.getParams().getMode().shortLabel(),
                result.getPrimaryResult().getScoreUnit(),
                result.getPrimaryResult().getScore(),
                others,
                before,
                after);
    }

    /**
     * The same for all, besides what Agrona needs to be at its best.
     *
     * @param agrona whether Agrona is in the process
     * @return the options of the JVM
     */
    public static String[] jvmArguments(final boolean agrona) {
        final List<String> arguments = new ArrayList<>(List.of("-Xms512m", "-Xmx512m", "-XX:+UseParallelGC"));
        if (JAVA.feature()
                >= UNSAFE_OPTION_SINCE) { // JMH itself needs it, and peers; without it there are warnings only
            arguments.add("--sun-misc-unsafe-memory-access=allow");
        }
        if (agrona) {
            arguments.add("--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED");
            arguments.add("-Dagrona.disable.bounds.checks=true");
        }
        return arguments.toArray(String[]::new);
    }

    /** Writes what there is so far, so that nothing is lost when the rest does not come; what JMH itself says, too. */
    private void write() throws IOException {
        ResultsFile.write(file, forks);
        final Path directory = Files.createDirectories(file.resolveSibling("raw"));
        final Path json = directory.resolve(file.getFileName().toString().replace(CsvFile.EXTENSION, ".json"));
        try (PrintStream out = new PrintStream(Files.newOutputStream(json), false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(raw);
        }
    }
}
