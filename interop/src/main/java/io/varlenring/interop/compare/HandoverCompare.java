// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.examples.harness.CollectorWatch;
import io.varlenring.examples.harness.Options;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.measure.Rounds;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Compares ways to hand datagrams from the front's listeners to handler threads: the ring, a queue, and Netty's own.
 *
 * <p>The kinds take turns. No kind has to win: what fails a run is books that do not balance, or a datagram that arrived
 * damaged.
 */
public final class HandoverCompare {
    private HandoverCompare() {}

    /** Compares; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new TraceOptions.Compare(), HandoverCompare::run);
    }

    static int run(final TraceOptions.Compare options, final ThreadWatch watch, final PrintStream out)
            throws Exception {
        out.printf(Locale.ROOT, "sizes of %s, %,d datagrams/s%n", options.trace, options.rate);
        final List<String> kinds =
                Arrays.stream(HandoverKind.values()).map(Options::nameOf).toList();
        final int senders = options.listeners * options.peers;
        final CollectorWatch collections = CollectorWatch.watch();
        final String verified =
                "datagrams verified in all runs: route, checksum and per-sender order; all accounted for";
        return Rounds.run(kinds, options.rounds, watch, out, verified, kind -> {
            try (FrontRun run =
                            new FrontRun(HandoverKind.valueOf(kind.toUpperCase(Locale.ROOT)), options, senders, watch);
                    FrontSender sender = new FrontSender(run.front, options.trace, senders, watch)) {
                final Rounds.Result result = run.measure(options, sender, collections);
                return watch.isOver() && result.violations().isEmpty() ? null : result; // stopped: too short to count
            }
        });
    }
}
