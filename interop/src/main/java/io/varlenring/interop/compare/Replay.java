// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.measure.Rounds;
import java.io.PrintStream;
import java.util.List;

/** Replays a trace through the front: each flow is a connection, whose ID says which ring its datagrams go into. */
public final class Replay {
    private Replay() {}

    /** Replays a trace; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new TraceOptions.Replay(), Replay::run);
    }

    static int run(final TraceOptions.Replay options, final ThreadWatch watch, final PrintStream out) throws Exception {
        final int senders = options.listeners;
        final String verified = "records verified: route, checksum and per-sender order";
        return Rounds.run(List.of("ring"), 1, watch, out, verified, ring -> {
            try (FrontRun run = new FrontRun(HandoverKind.RING, options, senders, watch);
                    FrontSender sender = new FrontSender(run.front, options.trace, senders, watch)) {
                return run.replay(sender, options.seconds);
            }
        });
    }
}
