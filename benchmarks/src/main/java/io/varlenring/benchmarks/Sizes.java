// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** The lengths of the records offered, one after the other and over again: all the same, or those of QUIC datagrams. */
final class Sizes {
    /** How many there are. A table also where all are the same, so that no compiler can take the length for a constant. */
    static final int COUNT = 4096;

    /** The name of the mix. */
    static final String QUIC = "quic";

    private Sizes() {}

    /** Returns {@link #COUNT} lengths: all {@code name}, or the mix. */
    static int[] of(final String name) {
        if (name.equals(QUIC)) {
            return readMix();
        }
        final int[] sizes = new int[COUNT];
        Arrays.fill(sizes, Integer.parseInt(name));
        return sizes;
    }

    private static int[] readMix() {
        try (InputStream file = Sizes.class.getResourceAsStream("quic-sizes.txt.gz");
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(file), StandardCharsets.US_ASCII))) {
            final int[] sizes = lines.lines().mapToInt(Integer::parseInt).toArray();
            if (sizes.length != COUNT) {
                throw new IllegalStateException("the mix has " + sizes.length + " sizes instead of " + COUNT);
            }
            return sizes;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
