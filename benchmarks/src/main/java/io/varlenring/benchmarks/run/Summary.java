// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.io.PrintStream;
import java.util.Locale;

/** Prints the results of a set on the console. */
final class Summary {
    private Summary() {}

    static void print(final BenchmarkSet set, final Results results, final PrintStream out) {
        for (final Results.Key key : results.keys()) {
            for (final Metric metric : set.metrics()) {
                out.printf(
                        Locale.ROOT,
                        "%n%s %s, %s %s: median [lowest, highest] of the rounds; times as good as Agrona, as the best peer,"
                                + " as ring-%n",
                        key.method(),
                        key.parameters(),
                        metric.title(),
                        results.unit(key, metric));
                for (final String rival : results.rivals(key)) {
                    final Statistics own =
                            Statistics.of(results.values(key, rival, metric).values());
                    out.printf(
                            Locale.ROOT,
                            "%-26s %9s [%9s, %9s] %20s %20s %20s%n",
                            rival,
                            format(own.median()),
                            format(own.min()),
                            format(own.max()),
                            format(results.advantage(
                                    key, rival, results.values(key, Rivals.AGRONA, metric), metric)),
                            format(results.advantage(key, rival, results.bestPeer(key, metric), metric)),
                            format(results.advantage(
                                    key, rival, results.values(key, counterpart(rival), metric), metric)));
                }
            }
        }
    }

    /** The ring that another build of it is compared with. */
    private static String counterpart(final String rival) {
        return rival.startsWith(Rivals.OTHER) ? Rivals.RING + rival.substring(Rivals.OTHER.length()) : "";
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
