// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.varlenring.examples.harness.Options;
import io.varlenring.examples.harness.Table;
import java.io.PrintStream;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What one run has shown.
 *
 * @param via which way the messages went
 * @param sent messages the workers wrote, from the start to the end
 * @param received messages that were verified at the far end
 * @param refused how often a worker found no room, from the start to the end
 * @param measuredMessages messages received while it was measured
 * @param used what that cost the workers and the event loop
 * @param latencyNanos from when a message was due to when it had been received
 * @param wakeups of the event loop, from the start to the end, as far as the way counts them
 * @param violationCount how many things were wrong
 * @param violations the first few of them, in words
 */
record Result(
        Via via,
        long sent,
        long received,
        long refused,
        long measuredMessages,
        Measurement used,
        Histogram latencyNanos,
        long wakeups,
        long violationCount,
        List<String> violations) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final int LABEL_WIDTH = 30;

    double messagesPerSecond() {
        return measuredMessages / (used.nanos() / NANOS_PER_SECOND);
    }

    double garbagePerMessage() {
        return (double) used.allocatedBytes() / Math.max(1, measuredMessages);
    }

    double micros(final double percentile) {
        return latencyNanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
    }

    boolean isGood() {
        return violationCount == 0 && received > 0;
    }

    /** Prints all, and returns whether it is good. */
    boolean print(final PrintStream out) {
        final Table table = new Table(out, LABEL_WIDTH);
        table.text("via", Options.nameOf(via));
        table.count("messages sent", sent);
        table.count("messages received", received);
        table.count("times without room", refused);
        table.count("messages/s", Math.round(messagesPerSecond()));
        table.percentiles("latency", latencyNanos);
        table.number("garbage, bytes per message", garbagePerMessage());
        table.count("collections", used.collections());
        table.count("collections, ms", used.collectionMillis());
        if (via == Via.RING) {
            table.count("wakeups of the event loop", wakeups);
        }
        return printVerdict(out);
    }

    boolean printVerdict(final PrintStream out) {
        return Table.verdict(
                out,
                received,
                "messages verified at the far end: checksum, per-worker order, none missing",
                violationCount,
                violations);
    }
}
