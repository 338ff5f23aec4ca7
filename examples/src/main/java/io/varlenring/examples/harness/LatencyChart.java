// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Latency over percentile, both logarithmic, as a picture: the tail is as wide as the rest. */
public final class LatencyChart {
    private static final List<String> COLORS = List.of("#0969da", "#cf222e");
    private static final List<String> PERCENTILES = List.of("0", "90", "99", "99.9", "99.99");
    private static final int LEFT = 80;
    private static final int TOP = 50;
    private static final int WIDTH = 600;
    private static final int HEIGHT = 300;
    private static final int STEPS = 200;
    private static final double NANOS_PER_MICRO = 1e3;

    private final StringBuilder svg = new StringBuilder();
    private final int lowest;
    private final int highest;

    private LatencyChart(final List<Histogram> nanos) {
        final double min =
                nanos.stream().mapToDouble(Histogram::getMinValue).min().orElse(1);
        final double max =
                nanos.stream().mapToDouble(Histogram::getMaxValue).max().orElse(1);
        this.lowest = (int) Math.floor(exponent(min));
        this.highest = Math.max(lowest + 1, (int) Math.ceil(exponent(max)));
    }

    /** Writes a temporary file with a line for each histogram of nanoseconds, at most two, and returns its path. */
    public static Path write(final String title, final List<String> names, final List<Histogram> nanos)
            throws IOException {
        final Path file = Files.createTempFile("latency-", ".svg");
        return Files.writeString(file, new LatencyChart(nanos).draw(title, names, nanos));
    }

    private String draw(final String title, final List<String> names, final List<Histogram> nanos) {
        add(
                "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif' font-size='13'>",
                LEFT + WIDTH + 40, TOP + HEIGHT + 60);
        add("<rect width='100%%' height='100%%' fill='white'/>");
        add("<text x='%d' y='25' font-size='16'>%s: latency in microseconds by percentile</text>", LEFT, title);
        for (int i = 0; i < PERCENTILES.size(); i++) {
            final double x = LEFT + (double) WIDTH * i / (PERCENTILES.size() - 1);
            add("<path d='M%.1f %d v%d' stroke='#ddd'/>", x, TOP, HEIGHT);
            add("<text x='%.1f' y='%d' text-anchor='middle'>%s %%</text>", x, TOP + HEIGHT + 20, PERCENTILES.get(i));
        }
        for (int power = lowest; power <= highest; power++) {
            final double y = y(power);
            add("<path d='M%d %.1f h%d' stroke='#ddd'/>", LEFT, y, WIDTH);
            add("<text x='%d' y='%.1f' text-anchor='end'>%s</text>", LEFT - 8, y + 4, micros(power));
        }
        for (int i = 0; i < names.size(); i++) {
            add("<polyline fill='none' stroke='%s' stroke-width='2' points='%s'/>", COLORS.get(i), line(nanos.get(i)));
            add(
                    "<text x='%d' y='%d' fill='%s'>%s</text>",
                    LEFT + 250 * i,
                    TOP + HEIGHT + 45,
                    COLORS.get(i),
                    names.get(i).replace("<", "&lt;"));
        }
        add("</svg>");
        return svg.toString();
    }

    private static String micros(final int power) {
        return power >= 0
                ? String.format(Locale.ROOT, "%,.0f", Math.pow(10, power))
                : "0." + "0".repeat(-power - 1) + "1";
    }

    private String line(final Histogram nanos) {
        final StringBuilder points = new StringBuilder();
        for (int step = 0; step <= STEPS; step++) {
            final double nines = (double) (PERCENTILES.size() - 1) * step / STEPS;
            final double value = nanos.getValueAtPercentile(100 - 100 / Math.pow(10, nines));
            points.append(
                    String.format(Locale.ROOT, "%.1f,%.1f ", LEFT + (double) WIDTH * step / STEPS, y(exponent(value))));
        }
        return points.toString().strip();
    }

    private static double exponent(final double nanos) {
        return Math.log10(Math.max(1, nanos) / NANOS_PER_MICRO);
    }

    private double y(final double exponent) {
        return TOP + HEIGHT * (highest - exponent) / (highest - lowest);
    }

    private void add(final String format, final Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
