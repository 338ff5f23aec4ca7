// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints the results of a set on the console. */
final class Summary {
    private Summary() {}

    static void print(final BenchmarkSet set, final Results results, final PrintStream out) {
        for (final Results.Key key : results.keys()) {
            for (final Metric metric : set.metrics()) {
                out.printf(
                        "%n%s %s, %s, %s: median [lowest, highest]",
                        key.method(), key.parameters(), metric.title(), metric.unit());
                final List<Baseline> baselines = metric.compared() ? set.baselines() : List.of();
                for (final Baseline baseline : baselines) {
                    out.print("; times as good as " + baseline.title());
                }
                out.println();
                for (final String rival : results.rivals(key)) {
                    print(results, key, rival, metric, baselines, out);
                }
            }
        }
    }

    private static void print(
            final Results results,
            final Results.Key key,
            final String rival,
            final Metric metric,
            final List<Baseline> baselines,
            final PrintStream out) {
        final Statistics own = Statistics.of(results.values(key, rival, metric).values());
        out.printf("%-26s %9s [%9s, %9s]", rival, format(own.median()), format(own.min()), format(own.max()));
        for (final Baseline baseline : baselines) {
            out.printf(" %20s", format(results.advantage(key, rival, baseline, metric)));
        }
        if (rival.startsWith(Rivals.OTHER)) {
            final String counterpart = Rivals.RING + rival.substring(Rivals.OTHER.length());
            final Baseline baseline = new Baseline(counterpart, counterpart);
            out.printf("  to %s %s", counterpart, format(results.advantage(key, rival, baseline, metric)));
        }
        out.println();
    }

    static String format(final double value) {
        final double size = Math.abs(value);
        final String pattern = size >= 1000 ? "%.0f" : size >= 100 ? "%.1f" : size >= 10 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, pattern, value);
    }

    private static String format(final Statistics ratio) {
        return ratio == null
                ? "-"
                : String.format(Locale.ROOT, "%.2f [%.2f, %.2f]", ratio.median(), ratio.min(), ratio.max());
    }
}
