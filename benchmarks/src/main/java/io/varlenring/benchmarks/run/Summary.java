// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostKind;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints the results of a set on the console. */
final class Summary {
    private Summary() {}

    static void print(final BenchmarkSet set, final Results results, final PrintStream out) {
        for (final Results.Key key : results.keys()) {
            for (final Metric metric : set.metrics()) {
                results.kinds(List.of(key)).forEach((kind, forks) -> {
                    out.printf(
                            "%n%s %s, %s, %s; host %s in %d forks: median [lowest, highest]",
                            key.method(), key.parameters(), metric.title(), metric.unit(), kind.title(), forks);
                    final List<Baseline> baselines = metric.compared() && kind.compares() ? set.baselines() : List.of();
                    for (final Baseline baseline : baselines) {
                        out.print("; times as good as " + baseline.title());
                    }
                    out.println(baselines.isEmpty() ? "" : " (rounds)");
                    for (final String rival : results.rivals(key)) {
                        print(results, key, rival, metric, baselines, kind, out);
                    }
                });
            }
        }
    }

    private static void print(
            final Results results,
            final Results.Key key,
            final String rival,
            final Metric metric,
            final List<Baseline> baselines,
            final HostKind kind,
            final PrintStream out) {
        final Map<Integer, Double> values = results.values(key, rival, metric, kind);
        if (values.isEmpty()) {
            return;
        }
        final Statistics own = Statistics.of(values.values());
        out.printf(
                "%-26s %9s [%9s, %9s] (%d)",
                rival, format(own.median()), format(own.min()), format(own.max()), own.count());
        for (final Baseline baseline : baselines) {
            out.printf(" %24s", format(results.advantage(key, rival, baseline, metric, kind)));
        }
        if (rival.startsWith(Rivals.OTHER)) {
            final String counterpart = Rivals.counterpart(rival);
            final Baseline baseline = new Baseline(counterpart, counterpart);
            out.printf("  to %s %s", counterpart, format(results.advantage(key, rival, baseline, metric, kind)));
        }
        out.println();
    }

    static String format(final double value) {
        final double size = Math.abs(value);
        final String pattern = size >= 1000 ? "%.0f" : size >= 100 ? "%.1f" : size >= 10 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, pattern, value);
    }

    /** A median with the lowest and the highest behind it, unless there is one value only. */
    static String withSpread(final Statistics statistics) {
        final String median = format(statistics.median());
        final String min = format(statistics.min());
        final String max = format(statistics.max());
        return min.equals(median) && max.equals(median) ? median : median + " (" + min + " to " + max + ")";
    }

    private static String format(final Statistics ratio) {
        return ratio == null
                ? "-"
                : String.format(
                        Locale.ROOT, "%.2f [%.2f, %.2f] (%d)", ratio.median(), ratio.min(), ratio.max(), ratio.count());
    }
}
