// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.util.Locale;

/**
 * A drawing as SVG text, without a background, in colours that can be read on white and on black. Whatever is drawn is a
 * format with its values, in the same notation wherever this runs.
 */
public final class Svg {
    /** For axes and texts. */
    public static final String INK = "#808890";

    /** For what the eye is to find first. */
    public static final String ACCENT = "#2f81f7";

    /** For what that is compared with. */
    public static final String OTHER = "#e07b2a";

    private final StringBuilder text = new StringBuilder();

    /**
     * Begins a drawing.
     *
     * @param width in pixels
     * @param height in pixels
     * @param title what the drawing shows, for those who cannot see it
     */
    public Svg(final int width, final int height, final String title) {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\""
                        + " font-family=\"sans-serif\" font-size=\"13\" fill=\"%s\">",
                width, height, width, height, INK);
        add("<!-- SPDX-License-Identifier: Apache-2.0 -->");
        add("<title>%s</title>", title);
    }

    /**
     * Adds an element.
     *
     * @param format the element
     * @param values the values in it
     */
    public void add(final String format, final Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    /**
     * Ends the drawing.
     *
     * @return its text
     */
    public String end() {
        add("</svg>");
        return text.toString();
    }
}
