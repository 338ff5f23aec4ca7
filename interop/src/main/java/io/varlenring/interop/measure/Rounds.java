// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import io.varlenring.RingStats;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.Table;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/** Ways that take turns, and a table of them: for each figure and way the median of the rounds, the least and the most. */
public final class Rounds {
    private static final String LABEL = "%-36s";
    private static final String CELL = " %33s";
    private static final double NANOS_PER_MICRO = 1e3;

    private final Map<String, List<Result>> results = new LinkedHashMap<>();
    private final List<String> violations = new ArrayList<>();
    private long verified;

    /** Runs a way once. */
    @FunctionalInterface
    public interface Run {
        /** Returns null when it was stopped early. */
        Result run(String way) throws Exception;
    }

    /**
     * What one run has shown.
     *
     * @param verified how many things were
     * @param figures what was measured or counted, by name
     * @param violations what was wrong
     */
    public record Result(long verified, Map<String, Double> figures, List<String> violations) {
        public Result(final long verified) {
            this(verified, new LinkedHashMap<>(), new ArrayList<>());
        }

        public void add(final String name, final double figure) {
            figures.put(name, figure);
        }

        /** Adds what rings say of padding and of their hooks; zeros when there are none. */
        public void addStats(final List<VarLenMpscRing> rings) {
            final List<RingStats> stats =
                    rings.stream().map(VarLenMpscRing::stats).toList();
            final double padding =
                    stats.stream().mapToLong(RingStats::paddingBytes).sum();
            final long bytes = stats.stream().mapToLong(RingStats::bytes).sum();
            add("bytes of padding for 100 of records", 100 * padding / Math.max(1, bytes));
            add("wakeups", stats.stream().mapToLong(RingStats::wakeups).sum());
        }

        /** Adds percentiles, in microseconds, of a histogram of nanoseconds. */
        public void percentiles(final String name, final Histogram nanos) {
            add(name + " p50, us", nanos.getValueAtPercentile(50) / NANOS_PER_MICRO);
            add(name + " p99, us", nanos.getValueAtPercentile(99) / NANOS_PER_MICRO);
            add(name + " p99.9, us", nanos.getValueAtPercentile(99.9) / NANOS_PER_MICRO);
        }
    }

    private Rounds() {}

    /**
     * Lets all ways take turns, each round beginning with another one, so that none always comes first; until one goes wrong.
     * Prints the table and a verdict, which says in {@code words} what was verified, and returns the exit code.
     */
    public static int run(
            final List<String> ways,
            final int rounds,
            final ThreadWatch watch,
            final PrintStream out,
            final String words,
            final Run run)
            throws Exception {
        final Rounds all = new Rounds();
        all.run(ways, rounds, watch, out, run);
        return all.print(out, words) ? Program.EXIT_GOOD : Program.EXIT_FAILED;
    }

    private void run(
            final List<String> ways, final int rounds, final ThreadWatch watch, final PrintStream out, final Run run)
            throws Exception {
        for (int round = 0; round < rounds && !watch.isOver() && violations.isEmpty(); round++) {
            for (int turn = 0; turn < ways.size() && violations.isEmpty(); turn++) {
                final String way = ways.get((round + turn) % ways.size());
                final Result result = run.run(way);
                if (result == null) {
                    return;
                }
                out.printf(Locale.ROOT, "round %d, %s: %,d verified%n", round + 1, way, result.verified);
                results.computeIfAbsent(way, first -> new ArrayList<>()).add(result);
                verified += result.verified;
                result.violations.forEach(violation -> violations.add(way + ": " + violation));
            }
        }
    }

    private boolean print(final PrintStream out, final String words) {
        out.printf("%n" + LABEL, "");
        results.keySet().forEach(way -> out.printf(CELL, way));
        out.println();
        final Set<String> names = results.isEmpty()
                ? Set.of()
                : results.values().iterator().next().get(0).figures.keySet();
        for (final String name : names) {
            out.printf(LABEL, name);
            results.values().forEach(runs -> out.printf(CELL, cell(name, runs)));
            out.println();
        }
        return Table.verdict(out, verified, words, violations.size(), violations);
    }

    private static String cell(final String name, final List<Result> runs) {
        final double[] values =
                runs.stream().mapToDouble(run -> run.figures.get(name)).sorted().toArray();
        final double median = (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
        final String number = Arrays.stream(values).allMatch(value -> value == Math.rint(value)) ? "%,.0f" : "%,.2f";
        final String format = values.length == 1 ? number : number + " (" + number + ".." + number + ")";
        return String.format(Locale.ROOT, format, median, values[0], values[values.length - 1]);
    }
}
