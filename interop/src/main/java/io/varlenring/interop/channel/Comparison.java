// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.varlenring.examples.harness.Options;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Runs of all ways that took turns, and what each is in relation to the ring: the median over the rounds, not the best. */
final class Comparison {
    private static final double MEDIAN = 50;
    private static final double HIGH = 99;
    private static final double HIGHEST = 99.9;

    /** A column of the tables. */
    private record Figure(String name, String format, ToDoubleFunction<Result> value) {}

    private static final List<Figure> FIGURES = List.of(
            new Figure("messages/s", "%,14.0f", Result::messagesPerSecond),
            new Figure("p50, us", "%,12.1f", result -> result.micros(MEDIAN)),
            new Figure("p99, us", "%,12.1f", result -> result.micros(HIGH)),
            new Figure("p99.9, us", "%,12.1f", result -> result.micros(HIGHEST)),
            new Figure("garbage, B", "%,12.1f", Result::garbagePerMessage),
            new Figure("collections", "%,12.0f", result -> result.used().collections()));

    private final List<Result> results = new ArrayList<>();
    private final PrintStream out;

    Comparison(final PrintStream out) {
        this.out = out;
    }

    void printHeader() {
        out.printf("%-6s%-10s", "round", "via");
        for (final Figure figure : FIGURES) {
            out.printf("%" + width(figure) + "s", figure.name);
        }
        out.println();
    }

    private static int width(final Figure figure) {
        return String.format(Locale.ROOT, figure.format, 0.0).length();
    }

    void add(final int round, final Result result) {
        results.add(result);
        out.printf("%-6d%-10s", round, Options.nameOf(result.via()));
        for (final Figure figure : FIGURES) {
            out.printf(Locale.ROOT, figure.format, figure.value.applyAsDouble(result));
        }
        out.println();
    }

    /** Prints the medians, and how many times those of the ring each way's are. */
    void printMedians() {
        for (final Via via : Via.values()) {
            out.printf("%-6s%-10s", "median", " " + Options.nameOf(via));
            for (final Figure figure : FIGURES) {
                out.printf(Locale.ROOT, figure.format, median(via, figure));
            }
            out.println();
        }
        for (final Via via : Via.values()) {
            if (via != Via.RING) {
                out.printf("%-16s", Options.nameOf(via) + " / ring");
                for (final Figure figure : FIGURES) {
                    final double ring = median(Via.RING, figure);
                    out.printf(
                            "%" + width(figure) + "s",
                            ring == 0 ? "-" : String.format(Locale.ROOT, "%,.2f", median(via, figure) / ring));
                }
                out.println();
            }
        }
    }

    private double median(final Via via, final Figure figure) {
        final double[] values = results.stream()
                .filter(result -> result.via() == via)
                .mapToDouble(figure.value)
                .sorted()
                .toArray();
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }
}
