// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import io.varlenring.benchmarks.run.CsvFile;
import io.varlenring.benchmarks.run.Svg;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Draws the results of {@link WakeupAfterBenchmark}: queue depth against average latency, both logarithmic. Without a
 * background, in colours that can be read on white and on black.
 */
public final class WakeupAfterChart {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 440;
    private static final int LEFT = 90;
    private static final int RIGHT = 20;
    private static final int TOP = 50;
    private static final int BOTTOM = 60;
    private static final String INK = Svg.INK;
    private static final String PLAIN = Svg.OTHER;
    private static final String AFTER = Svg.ACCENT;

    private final NavigableMap<Integer, Double> plain = new TreeMap<>();
    private final NavigableMap<Integer, Double> after = new TreeMap<>();
    private Svg svg;
    private double leastDepth;
    private double mostDepth;
    private double leastMicros;
    private double mostMicros;

    private WakeupAfterChart() {}

    /**
     * Draws the chart.
     *
     * @param arguments the directory of the results, the file to write, and optionally a JDK
     * @throws IOException when a file cannot be read or written
     */
    public static void main(final String[] arguments) throws IOException {
        if (arguments.length != 2 && arguments.length != 3) {
            System.err.println("usage: WakeupAfterChart DIRECTORY FILE [JDK]");
            System.exit(2);
        }
        final NavigableMap<Integer, Path> files = results(Path.of(arguments[0]));
        if (arguments.length == 3) {
            files.keySet().retainAll(List.of(Integer.valueOf(arguments[2])));
        }
        if (files.isEmpty()) {
            System.err.println("no results of wakeup-after in " + arguments[0]);
            System.exit(1);
        }
        final Map.Entry<Integer, Path> newest = files.lastEntry();
        final Path file = Path.of(arguments[1]).toAbsolutePath();
        Files.createDirectories(file.getParent());
        Files.writeString(file, draw(newest.getValue(), newest.getKey()));
    }

    /** Returns the results, by JDK. */
    private static NavigableMap<Integer, Path> results(final Path directory) throws IOException {
        final NavigableMap<Integer, Path> files = new TreeMap<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> found =
                    Files.newDirectoryStream(directory, "wakeup-after-*" + CsvFile.EXTENSION)) {
                for (final Path file : found) {
                    final String name = file.getFileName().toString();
                    files.put(Integer.valueOf(name.replaceAll("\\D", "")), file);
                }
            }
        }
        return files;
    }

    private void read(final Path file) throws IOException {
        final List<String> lines = CsvFile.readLines(file);
        for (final String line : lines.subList(1, lines.size())) { // part,depth,mode,average_us,...
            final String[] columns = line.split(",");
            (columns[2].equals("after") ? after : plain).put(Integer.valueOf(columns[1]), Double.valueOf(columns[3]));
        }
        leastDepth = plain.firstKey();
        mostDepth = plain.lastKey();
        leastMicros = Double.MAX_VALUE;
        for (final Map<Integer, Double> line : List.of(plain, after)) {
            for (final double micros : line.values()) {
                leastMicros = Math.min(leastMicros, micros);
                mostMicros = Math.max(mostMicros, micros);
            }
        }
        leastMicros = Math.pow(10, Math.floor(Math.log10(leastMicros)));
        mostMicros = Math.pow(10, Math.ceil(Math.log10(mostMicros)));
    }

    private double x(final double depth) {
        return LEFT + (WIDTH - LEFT - RIGHT) * Math.log(depth / leastDepth) / Math.log(mostDepth / leastDepth);
    }

    private double y(final double micros) {
        return HEIGHT
                - BOTTOM
                - (HEIGHT - TOP - BOTTOM) * Math.log(micros / leastMicros) / Math.log(mostMicros / leastMicros);
    }

    /**
     * Draws the results of one file.
     *
     * @param results the file
     * @param jdk the JDK that they are of
     * @return the chart as SVG
     * @throws IOException when the file cannot be read
     */
    public static String draw(final Path results, final int jdk) throws IOException {
        final WakeupAfterChart chart = new WakeupAfterChart();
        chart.read(results);
        return chart.draw(jdk);
    }

    private String draw(final int jdk) {
        svg = new Svg(WIDTH, HEIGHT, "Average wakeup latency of a stream by the depth of the run queue, JDK " + jdk);
        drawAxes(jdk);
        drawLine(plain, PLAIN, "wakeup()", 0);
        drawLine(after, AFTER, "wakeupAfter()", 1);
        return svg.end();
    }

    private void drawAxes(final int jdk) {
        for (double micros = leastMicros; micros <= mostMicros * 1.001; micros *= 10) {
            svg.add(
                    "<path d=\"M%d %.1fH%d\" stroke=\"%s\" stroke-opacity=\"0.35\"/>",
                    LEFT, y(micros), WIDTH - RIGHT, INK);
            svg.add(
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT - 8, y(micros) + 4, micros < 1 ? Double.toString(micros) : String.format("%.0f", micros));
        }
        for (double depth = leastDepth; depth <= mostDepth; depth *= 2) {
            svg.add(
                    "<path d=\"M%.1f %dV%d\" stroke=\"%s\" stroke-opacity=\"0.35\"/>",
                    x(depth), TOP, HEIGHT - BOTTOM, INK);
            svg.add(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>",
                    x(depth), HEIGHT - BOTTOM + 20, depth);
        }
        svg.add(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">connections queued (JDK %d)</text>",
                (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, jdk);
        svg.add(
                "<text transform=\"translate(22 %d) rotate(-90)\" text-anchor=\"middle\">average wakeup latency, µs</text>",
                (TOP + HEIGHT - BOTTOM) / 2);
    }

    private void drawLine(
            final NavigableMap<Integer, Double> points, final String colour, final String name, final int position) {
        final StringBuilder path = new StringBuilder();
        points.forEach((depth, micros) -> {
            path.append(path.length() == 0 ? 'M' : 'L')
                    .append(String.format(Locale.ROOT, "%.1f %.1f", x(depth), y(micros)));
            svg.add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>", x(depth), y(micros), colour);
        });
        svg.add("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\"/>", path, colour);
        final int x = LEFT + 10 + position * 180;
        svg.add("<path d=\"M%d 26h28\" stroke=\"%s\" stroke-width=\"2.5\"/>", x, colour);
        svg.add("<text x=\"%d\" y=\"30\" font-size=\"14\" fill=\"%s\">%s</text>", x + 36, colour, name);
    }
}
