// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RingStats;
import io.varlenring.examples.harness.Table;
import java.io.PrintStream;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What {@link UdpHandover} prints at the end.
 *
 * @param accounting where the datagrams went
 * @param sendFailures datagrams that the kernel did not accept from a sender
 * @param nanos time from the first datagram sent to the last one handed over, at least 1
 * @param latencyNanos time from the receipt of each datagram to the entry of the handler
 * @param stats what the ring counted; null when there was none
 * @param cost what was measured once it was warm
 * @param violationCount how many things were wrong
 * @param violations the first few of them, in words
 */
record UdpHandoverReport(
        Accounting accounting,
        long sendFailures,
        long nanos,
        Histogram latencyNanos,
        RingStats stats,
        Cost cost,
        long violationCount,
        List<String> violations) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int LABEL_WIDTH = 26;

    boolean isGood() {
        return violationCount == 0 && accounting.handedOver() > 0;
    }

    /** Prints all, and returns {@link #isGood}. */
    boolean print(final PrintStream out) {
        final Table table = new Table(out, LABEL_WIDTH);
        out.println();
        table.count("datagrams sent", accounting.sent());
        table.count("send failures", sendFailures);
        table.count("received by listeners", accounting.received());
        table.count("handed over", accounting.handedOver());
        table.count("refused as full", accounting.refused());
        table.count("malformed", accounting.malformed());
        table.count("lost by the kernel", accounting.lostByKernel());
        table.count("throughput, datagrams/s", Math.round(accounting.handedOver() * NANOS_PER_SECOND / nanos));
        table.percentiles("hand-over latency", latencyNanos);
        if (stats != null) {
            table.count("wakeups of the handler", stats.wakeups());
            table.count("bytes of padding", stats.paddingBytes());
            table.count("most bytes in the ring", stats.highWaterMark());
        }
        return Table.verdict(
                out,
                accounting.handedOver(),
                "records verified: checksum and per-sender order",
                violationCount,
                violations);
    }
}
