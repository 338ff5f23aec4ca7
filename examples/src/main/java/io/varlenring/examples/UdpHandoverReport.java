// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import io.varlenring.RingStats;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What {@link UdpHandover} prints at the end.
 *
 * @param accounting where the datagrams went
 * @param sendFailures datagrams that the kernel did not accept from a sender
 * @param datagramBytes bytes of the datagrams handed over
 * @param nanos time from the first datagram sent to the last one handed over, at least 1
 * @param latencyNanos time from just before each commit to the entry of the handler
 * @param stats what the ring counted
 * @param violationCount how many things were wrong
 * @param violations the first few of them, in words
 */
record UdpHandoverReport(
        Accounting accounting,
        long sendFailures,
        long datagramBytes,
        long nanos,
        Histogram latencyNanos,
        RingStats stats,
        long violationCount,
        List<String> violations) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double BYTES_PER_MEGABYTE = 1e6;

    void print(final PrintStream out) {
        final double seconds = nanos / NANOS_PER_SECOND;
        out.println();
        count(out, "datagrams sent", accounting.sent());
        count(out, "send failures", sendFailures);
        count(out, "received by listeners", accounting.received());
        count(out, "handed over", accounting.handedOver());
        count(out, "refused as full", accounting.refused());
        count(out, "malformed", accounting.malformed());
        count(out, "lost by the kernel", accounting.lostByKernel());
        count(out, "throughput, datagrams/s", Math.round(accounting.handedOver() / seconds));
        number(out, "throughput, MB/s", datagramBytes / BYTES_PER_MEGABYTE / seconds);
        latency(out, "p50", latencyNanos.getValueAtPercentile(50));
        latency(out, "p90", latencyNanos.getValueAtPercentile(90));
        latency(out, "p99", latencyNanos.getValueAtPercentile(99));
        latency(out, "p99.9", latencyNanos.getValueAtPercentile(99.9));
        latency(out, "max", latencyNanos.getMaxValue());
        count(out, "wakeups of the handler", stats.wakeups());
        count(out, "most bytes in the ring", stats.highWaterMark());
        printVerdict(out, accounting.handedOver(), violationCount, violations);
        if (accounting.handedOver() == 0) {
            out.println("nothing was handed over");
        }
    }

    private static void count(final PrintStream out, final String label, final long count) {
        out.printf(Locale.ROOT, "%-26s%,15d%n", label, count);
    }

    private static void latency(final PrintStream out, final String label, final long nanos) {
        number(out, "hand-over latency " + label + ", us", nanos / NANOS_PER_MICRO);
    }

    private static void number(final PrintStream out, final String label, final double number) {
        out.printf(Locale.ROOT, "%-26s%,15.1f%n", label, number);
    }

    static void printVerdict(
            final PrintStream out, final long records, final long violationCount, final List<String> violations) {
        if (violationCount == 0) {
            out.println("integrity: OK (" + records + " records verified: checksum and per-sender order)");
        } else {
            final String first = violationCount == 1 ? " violation:" : " violations, the first of them:";
            out.println("integrity: FAILED: " + violationCount + first);
            violations.forEach(violation -> out.println("  " + violation));
        }
    }

    /** Returns the exit code: 0 when nothing was wrong and something was handed over. */
    int exitCode() {
        return violationCount == 0 && accounting.handedOver() > 0 ? 0 : 1;
    }
}
