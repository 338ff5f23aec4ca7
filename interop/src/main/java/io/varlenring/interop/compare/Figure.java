// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * What {@link HandoverServer} tells {@link HandoverCompare} in the end, a line for each.
 *
 * <p>Those up to {@link #STALL_DROPS} are for the table, the rest are the books.
 */
enum Figure {
    LISTENER_BYTES("listeners: garbage, bytes/datagram", 1),
    HANDLER_BYTES("handlers: garbage, bytes/datagram", 1),
    LISTENER_MICROS("listeners: processor, us/datagram", 2),
    HANDLER_MICROS("handlers: processor, us/datagram", 2),
    LISTENER_SLEEPS("listeners: sleeps/datagram", 3),
    HANDLER_SLEEPS("handlers: sleeps/datagram", 3),
    COLLECTIONS("collections", 0),
    COLLECTION_MILLIS("collections, ms", 0),
    LONGEST_MILLIS("longest of them, ms", 0),
    P50("hand-over latency p50, us", 1),
    P99("hand-over latency p99, us", 1),
    P999("hand-over latency p99.9, us", 1),
    DROPS("dropped as full, no stall", 0),
    STALL_DROPS("dropped as full, a stall", 0),
    MEASURED("", 0),
    RECEIVED("", 0),
    LOST_BY_KERNEL("", 0),
    HANDLED("", 0),
    FULL("", 0),
    MALFORMED("", 0);

    private static final int LABEL_WIDTH = 36;
    private static final int CELL_WIDTH = 30;

    private final String words;
    private final String format;

    Figure(final String words, final int decimals) {
        this.words = words;
        this.format = "%,." + decimals + "f";
    }

    boolean isForTable() {
        return compareTo(STALL_DROPS) <= 0;
    }

    static String header() {
        final StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-" + LABEL_WIDTH + "s", ""));
        for (final HandoverKind kind : HandoverKind.values()) {
            line.append(String.format(Locale.ROOT, "%" + CELL_WIDTH + "s", kind.words()));
        }
        return line.toString();
    }

    String label() {
        return String.format(Locale.ROOT, "%-" + LABEL_WIDTH + "s", words);
    }

    /** Returns the median of the rounds, the least and the most. */
    String cell(final DoubleStream rounds) {
        final double[] values = rounds.sorted().toArray();
        final double median = (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
        final String cell = String.format(
                Locale.ROOT,
                format + " (" + format + ".." + format + ")",
                median,
                values[0],
                values[values.length - 1]);
        return String.format(Locale.ROOT, "%" + CELL_WIDTH + "s", cell);
    }
}
