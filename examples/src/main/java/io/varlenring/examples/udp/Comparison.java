// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.examples.harness.LatencyChart;
import io.varlenring.examples.harness.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The same traffic through the ring and through a queue. */
record Comparison(UdpHandoverReport ring, UdpHandoverReport queue) {
    private static final double NANOS_PER_MICRO = 1e3;

    void print(final PrintStream out) throws IOException {
        out.println();
        out.printf("%-32s%18s%22s%n", "", "ring", "LinkedBlockingQueue");
        line(out, "handed over", 0, report -> report.cost().handedOver());
        line(out, "refused as full", 0, report -> report.cost().refused());
        for (final double percentile : new double[] {50, 99, 99.9}) {
            final String name = percentile == 99.9 ? "p99.9" : "p" + (int) percentile;
            line(out, "hand-over latency " + name + ", us", 1, report -> micros(report, percentile));
        }
        line(out, "allocated, bytes per datagram", 1, report -> report.cost().bytesPerDatagram());
        line(out, "collections", 0, report -> report.cost().collections());
        line(out, "longest pause, ms", 0, report -> report.cost().longestMillis());
        out.println();
        out.println(sentence());
        out.println("latency distribution: "
                + LatencyChart.write(
                        "From listener to handler",
                        List.of("ring", "LinkedBlockingQueue<byte[]>"),
                        List.of(ring.latencyNanos(), queue.latencyNanos())));
        Table.verdict(
                out,
                ring.accounting().handedOver() + queue.accounting().handedOver(),
                "records verified: checksum and per-sender order",
                0,
                List.of());
    }

    private void line(
            final PrintStream out,
            final String name,
            final int decimals,
            final ToDoubleFunction<UdpHandoverReport> value) {
        final String format = "%-32s%,18." + decimals + "f%,22." + decimals + "f%n";
        out.printf(Locale.ROOT, format, name, value.applyAsDouble(ring), value.applyAsDouble(queue));
    }

    private static double micros(final UdpHandoverReport report, final double percentile) {
        return report.latencyNanos().getValueAtPercentile(percentile) / NANOS_PER_MICRO;
    }

    private String sentence() {
        return String.format(
                Locale.ROOT,
                "The ring handed over %,d bytes of records with %,d of padding, and called the hook %,d times, warm-up included;"
                        + " of the latencies, one run each says little unless they are far apart.",
                ring.stats().bytes(),
                ring.stats().paddingBytes(),
                ring.stats().wakeups());
    }
}
