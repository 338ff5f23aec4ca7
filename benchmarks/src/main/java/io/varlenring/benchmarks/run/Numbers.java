// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

/** The numbers of a command line. */
public final class Numbers {
    private static final int MOST = 100_000;

    private Numbers() {}

    /**
     * Reads how much is to be measured.
     *
     * @param name what it is called
     * @param text its digits
     * @return at least 1
     */
    public static int positive(final String name, final String text) {
        final int number = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
        if (number < 1 || number > MOST) {
            throw new IllegalArgumentException(
                    name + " must be a whole number from 1 to " + MOST + ", but is '" + text + "'");
        }
        return number;
    }
}
