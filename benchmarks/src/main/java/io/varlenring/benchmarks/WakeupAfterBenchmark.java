// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import io.varlenring.benchmarks.host.HostMonitor;
import io.varlenring.benchmarks.host.HostReading;
import io.varlenring.benchmarks.run.CsvFile;
import io.varlenring.benchmarks.run.Environment;
import io.varlenring.benchmarks.run.Statistics;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How long a stream waits to be run that its connection woke, plainly or with {@code wakeupAfter}, by the depth of the
 * run queue; see {@link Population} for what runs.
 */
public final class WakeupAfterBenchmark {
    /** The average latency of plainly woken streams in HAProxy's case. */
    private static final double CASE_MICROS = 1900;

    private static final double CASE_TOLERANCE = 0.03;
    private static final int CASE_ATTEMPTS = 8;
    private static final long SEED = 42;
    private static final String EVENTS = "cache-misses,L1-dcache-load-misses";

    private final Plan plan;
    private final Population population;
    private final PrintStream out;
    private final List<Result> results = new ArrayList<>();

    /** How much is measured. */
    private enum Plan {
        SMOKE(256, 1, 20, 50, 8, 64),
        QUICK(8192, 3, 150, 400, 8, 32, 128, 512, 2048, 4096),
        FULL(8192, 9, 300, 1000, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096);

        final int connections;
        final int rounds;
        final long settleNanos;
        final long roundNanos;
        final int[] depths;

        Plan(
                final int connections,
                final int rounds,
                final long settleMillis,
                final long roundMillis,
                final int... depths) {
            this.connections = connections;
            this.rounds = rounds;
            this.settleNanos = TimeUnit.MILLISECONDS.toNanos(settleMillis);
            this.roundNanos = TimeUnit.MILLISECONDS.toNanos(roundMillis);
            this.depths = depths;
        }
    }

    /** What the rounds of one way at one depth came to. */
    private record Result(
            boolean haproxyCase,
            int depth,
            boolean after,
            Statistics average,
            Statistics p50,
            Statistics p99,
            Statistics connectionAverage,
            Statistics streamRuns) {
        String mode() {
            return after ? "after" : "plain";
        }

        String part() {
            return haproxyCase ? "case" : "sweep";
        }
    }

    /** The rounds of one way at one depth. */
    private static final class Rounds {
        private final List<Double> average = new ArrayList<>();
        private final List<Double> p50 = new ArrayList<>();
        private final List<Double> p99 = new ArrayList<>();
        private final List<Double> connectionAverage = new ArrayList<>();
        private final List<Double> streamRuns = new ArrayList<>();

        void add(final Population population, final long nanos) {
            average.add(population.streamLatency.averageMicros());
            p50.add(population.streamLatency.percentileMicros(50));
            p99.add(population.streamLatency.percentileMicros(99));
            connectionAverage.add(population.connectionLatency.averageMicros());
            streamRuns.add(population.streamLatency.runs() * 1e9 / nanos);
        }

        Result result(final boolean haproxyCase, final int depth, final boolean after) {
            return new Result(
                    haproxyCase,
                    depth,
                    after,
                    Statistics.of(average),
                    Statistics.of(p50),
                    Statistics.of(p99),
                    Statistics.of(connectionAverage),
                    Statistics.of(streamRuns));
        }
    }

    private WakeupAfterBenchmark(final Plan plan, final PrintStream out) {
        this.plan = plan;
        this.out = out;
        population = new Population(plan.connections, SEED);
    }

    /**
     * Runs the benchmark.
     *
     * @param arguments quick, full or smoke, and the directory for the results
     * @throws IOException when the results cannot be written
     * @throws InterruptedException when interrupted while a process runs
     */
    public static void main(final String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 2) {
            System.err.println("usage: WakeupAfterBenchmark quick|full|smoke DIRECTORY");
            System.exit(2);
        }
        final Plan plan = Plan.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        final String jdk = System.getProperty("java.specification.version");
        final WakeupAfterBenchmark benchmark = new WakeupAfterBenchmark(plan, System.out);
        final HostMonitor host = new HostMonitor();
        final HostReading before = host.read();
        benchmark.measureAll();
        final HostReading after = host.read();
        final Path directory = Path.of(arguments[1]);
        Files.createDirectories(directory);
        final Path file = directory.resolve("wakeup-after-" + jdk + CsvFile.EXTENSION);
        CsvFile.write(file, benchmark.csv().lines().toList());
        final String rounds =
                plan.rounds + " rounds of " + TimeUnit.NANOSECONDS.toMillis(plan.roundNanos) + " ms each way";
        Environment.write(
                file,
                rounds,
                0,
                Map.of("host", String.format(Locale.ROOT, "alu %.3f, %.3f", before.alu(), after.alu())));
    }

    private void measureAll() throws IOException, InterruptedException {
        print(
                "JDK %s, %d connections of %d bytes, each with %d streams of %d bytes, %d MiB; %d streams woken a run%n",
                System.getProperty("java.version"),
                population.size(),
                Population.CONNECTION_BYTES,
                Population.STREAMS,
                Population.STREAM_BYTES,
                population.bytes() >> 20,
                Population.PICKED);
        print(
                "%d rounds of %d ms each way, interleaved; median and min..max of the rounds%n%n",
                plan.rounds, TimeUnit.NANOSECONDS.toMillis(plan.roundNanos));
        warmUp();
        printHeading();
        for (final int depth : plan.depths) {
            measure(depth, false);
        }
        final int depth = findCase();
        print("%nthe depth found at which a plainly woken stream comes closest to waiting %.0f us:%n%n", CASE_MICROS);
        printHeading();
        measure(depth, true);
        print("%n");
        countMisses(depth);
        print("checksum %x%n", population.checksum);
    }

    private void print(final String format, final Object... values) {
        out.printf(Locale.ROOT, format, values);
    }

    private void warmUp() {
        population.setDepth(plan.depths[plan.depths.length - 1]);
        for (int i = 0; i < 4; i++) {
            population.run(false, plan.roundNanos);
            population.run(true, plan.roundNanos);
        }
    }

    /** One round: what settles first belongs to the way measured before, and is thrown away. */
    private long round(final boolean after, final long nanos) {
        population.run(after, plan.settleNanos);
        population.streamLatency.reset();
        population.connectionLatency.reset();
        return population.run(after, nanos);
    }

    private void measure(final int depth, final boolean haproxyCase) {
        population.setDepth(depth);
        final Rounds plain = new Rounds();
        final Rounds after = new Rounds();
        for (int i = 0; i < plan.rounds; i++) {
            plain.add(population, round(false, plan.roundNanos));
            after.add(population, round(true, plan.roundNanos));
        }
        final Result plainResult = plain.result(haproxyCase, depth, false);
        final Result afterResult = after.result(haproxyCase, depth, true);
        results.add(plainResult);
        results.add(afterResult);
        printRow(plainResult, "");
        printRow(
                afterResult,
                String.format(
                        Locale.ROOT,
                        "%8.1f",
                        plainResult.average.median() / Math.max(1e-3, afterResult.average.median())));
    }

    /** Searches for the depth of HAProxy's case; the latency grows with the depth, nearly in proportion. */
    private int findCase() {
        int depth = Math.min(1024, plan.connections / 2);
        int closest = depth;
        double leastError = Double.MAX_VALUE;
        for (int i = 0; i < CASE_ATTEMPTS && leastError > CASE_TOLERANCE; i++) {
            population.setDepth(depth);
            round(false, plan.roundNanos);
            final double average = population.streamLatency.averageMicros();
            final double error = Math.abs(average / CASE_MICROS - 1);
            if (error < leastError) {
                leastError = error;
                closest = depth;
            }
            depth = (int) Math.max(1, Math.min(plan.connections - 1, Math.round(depth * CASE_MICROS / average)));
        }
        return closest;
    }

    private void printHeading() {
        print(
                "%6s %-6s %-30s %10s %10s %14s %-32s %8s%n",
                "depth", "mode", "average us", "p50 us", "p99 us", "connection us", "stream runs/s", "ratio");
    }

    private void printRow(final Result result, final String ratio) {
        print(
                "%6d %-6s %-30s %10.2f %10.2f %14.2f %-32s %8s%n",
                result.depth,
                result.mode(),
                String.format(
                        Locale.ROOT,
                        "%.2f (%.2f..%.2f)",
                        result.average.median(),
                        result.average.min(),
                        result.average.max()),
                result.p50.median(),
                result.p99.median(),
                result.connectionAverage.median(),
                String.format(
                        Locale.ROOT,
                        "%,.0f (%,.0f..%,.0f)",
                        result.streamRuns.median(),
                        result.streamRuns.min(),
                        result.streamRuns.max()),
                ratio);
    }

    // Hardware counters

    private void countMisses(final int depth) throws IOException, InterruptedException {
        population.setDepth(depth);
        for (final boolean after : new boolean[] {false, true}) {
            final List<String> counts = countMisses(after);
            if (counts.isEmpty()) {
                print("hardware counters: not available%n");
                return;
            }
            for (final String count : counts) {
                print("%-6s %s%n", after ? "after" : "plain", count);
            }
        }
    }

    /** Lets perf look at this process for one round, while it goes on longer than that. */
    private List<String> countMisses(final boolean after) throws IOException, InterruptedException {
        population.run(after, plan.settleNanos);
        final double seconds = plan.roundNanos / 1e9;
        final Process perf;
        try {
            perf = new ProcessBuilder(
                            "perf",
                            "stat",
                            "-x,",
                            "-e",
                            EVENTS,
                            "-p",
                            Long.toString(ProcessHandle.current().pid()),
                            "--",
                            "sleep",
                            String.format(Locale.ROOT, "%.3f", seconds))
                    .redirectErrorStream(true)
                    .start();
        } catch (final IOException e) { // no such command
            return List.of();
        }
        population.streamLatency.reset();
        long nanos = 0;
        while (perf.isAlive()) {
            nanos += population.run(after, plan.roundNanos / 10);
        }
        final double runs = population.streamLatency.runs() * 1e9 / nanos * seconds;
        final String output = new String(perf.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        final List<String> counts = new ArrayList<>();
        for (final String line : output.split("\n")) { // count,unit,event,...
            final String[] columns = line.split(",");
            if (columns.length > 2 && columns[0].matches("\\d+") && runs > 0) {
                counts.add(String.format(
                        Locale.ROOT, "%s per stream run: %.1f", columns[2], Long.parseLong(columns[0]) / runs));
            }
        }
        return perf.waitFor() == 0 ? counts : List.of();
    }

    // Files

    private String csv() {
        final StringBuilder csv = new StringBuilder("part,depth,mode");
        for (final String name :
                List.of("average_us", "p50_us", "p99_us", "connection_average_us", "stream_runs_per_s")) {
            csv.append(',').append(name).append(",min,max");
        }
        csv.append('\n');
        for (final Result result : results) {
            csv.append(result.part())
                    .append(',')
                    .append(result.depth)
                    .append(',')
                    .append(result.mode());
            for (final Statistics figure : figures(result)) {
                csv.append(String.format(Locale.ROOT, ",%.3f,%.3f,%.3f", figure.median(), figure.min(), figure.max()));
            }
            csv.append('\n');
        }
        return csv.toString();
    }

    private static List<Statistics> figures(final Result result) {
        return List.of(result.average, result.p50, result.p99, result.connectionAverage, result.streamRuns);
    }
}
