// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A chart of ratios: a line for each rival, with a dot at the median and a bar from the lowest round to the highest, on a
 * logarithmic axis with 1 marked.
 */
final class RatioChart {
    private static final int WIDTH = 760;
    private static final int LEFT = 230;
    private static final int RIGHT = 24;
    private static final int TOP = 46;
    private static final int BOTTOM = 56;
    private static final int LINE = 19;
    private static final int GAP = 28;
    private static final double[] TICKS = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100};

    private final String title;
    private final String axis;
    private final List<Line> lines = new ArrayList<>();

    /** A rival's ratio in one of the groups; the group's name is written before its first line. */
    private record Line(String group, String rival, boolean own, Statistics ratio) {}

    RatioChart(final String title, final String axis) {
        this.title = title;
        this.axis = axis;
    }

    void add(final String group, final String rival, final boolean own, final Statistics ratio) {
        lines.add(new Line(group, rival, own, ratio));
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    String draw() {
        final double least =
                lines.stream().mapToDouble(line -> line.ratio.min()).min().orElse(1);
        final double most =
                lines.stream().mapToDouble(line -> line.ratio.max()).max().orElse(1);
        final double low = Math.min(least / 1.1, 0.8);
        final double high = Math.max(most * 1.1, 1.25);
        final long groups = lines.stream().map(Line::group).distinct().count();
        final int bottom = TOP + lines.size() * LINE + (int) groups * GAP;
        final Svg svg = new Svg(WIDTH, bottom + BOTTOM, title);
        svg.add("<text x=\"12\" y=\"24\" font-size=\"15\">%s</text>", title);
        svg.add("<g text-anchor=\"middle\">");
        for (final double tick : TICKS) {
            if (tick >= low && tick <= high) {
                final double x = x(tick, low, high);
                svg.add(
                        "<path d=\"M%.1f %dV%d\" stroke=\"%s\" stroke-opacity=\"%s\"/>",
                        x, TOP, bottom, Svg.INK, tick == 1 ? "1" : "0.3");
                svg.add(
                        "<text x=\"%.1f\" y=\"%d\">%s</text>",
                        x, bottom + 18, tick < 1 ? Double.toString(tick) : Integer.toString((int) tick));
            }
        }
        svg.add("<text x=\"%d\" y=\"%d\">%s</text>", (LEFT + WIDTH - RIGHT) / 2, bottom + 40, axis);
        svg.add("</g>");
        addLines(svg, low, high);
        return svg.end();
    }

    /** Adds the names, and for each colour one path with all bars and one with all dots, which keeps the file small. */
    private void addLines(final Svg svg, final double low, final double high) {
        final Map<String, StringBuilder> bars = new TreeMap<>();
        final Map<String, StringBuilder> dots = new TreeMap<>();
        String group = null;
        int y = TOP - LINE / 2;
        svg.add("<g text-anchor=\"end\">");
        for (final Line line : lines) {
            if (!line.group.equals(group)) {
                group = line.group;
                y += GAP;
                svg.add("<text x=\"12\" y=\"%d\" text-anchor=\"start\" font-weight=\"bold\">%s</text>", y - 14, group);
            }
            if (!line.rival.isEmpty()) {
                svg.add("<text x=\"%d\" y=\"%d\">%s</text>", LEFT - 10, y + 4, line.rival);
            }
            final String colour = line.own ? Svg.ACCENT : Svg.OTHER;
            final double least = x(line.ratio.min(), low, high);
            final double most = x(line.ratio.max(), low, high);
            if (most - least > 0.05) { // else there is nothing to see
                bars.computeIfAbsent(colour, any -> new StringBuilder())
                        .append(String.format(Locale.ROOT, "M%.1f %dH%.1f", least, y, most));
            }
            dots.computeIfAbsent(colour, any -> new StringBuilder())
                    .append(String.format(Locale.ROOT, "M%.1f %dh0", x(line.ratio.median(), low, high), y));
            y += LINE;
        }
        svg.add("</g>");
        bars.forEach((colour, path) ->
                svg.add("<path d=\"%s\" stroke=\"%s\" stroke-width=\"5\" stroke-opacity=\"0.45\"/>", path, colour));
        dots.forEach((colour, path) ->
                svg.add("<path d=\"%s\" stroke=\"%s\" stroke-width=\"9\" stroke-linecap=\"round\"/>", path, colour));
    }

    private static double x(final double ratio, final double low, final double high) {
        return LEFT + (WIDTH - LEFT - RIGHT) * Math.log(ratio / low) / Math.log(high / low);
    }
}
