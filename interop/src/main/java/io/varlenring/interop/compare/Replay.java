// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.measure.Rounds;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.function.UnaryOperator;

/** Replays a trace through the front: each flow is a connection, whose ID says which ring its datagrams go into. */
public final class Replay {
    private Replay() {}

    /** Replays a trace; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new ReplayOptions(), (options, watch, out) -> run(options, handler -> handler, watch, out));
    }

    /** Runs with something between the rings and the handlers, for tests of what happens when records are damaged. */
    static int run(
            final ReplayOptions options,
            final UnaryOperator<RecordHandler> interposer,
            final ThreadWatch watch,
            final PrintStream out)
            throws IOException, InterruptedException {
        final int senders = options.listeners;
        final FrontPipeline pipeline = new FrontPipeline(
                HandoverKind.RING, options.listeners, options.handlers, options.capacity, senders, interposer, watch);
        try (FrontRun run = new FrontRun(pipeline, options.trace, senders, watch)) {
            final Rounds rounds = new Rounds(List.of("ring"), out);
            rounds.run(1, watch, ring -> run.replay(options.seconds));
            return rounds.print("records verified: route, checksum and per-sender order")
                    ? Program.EXIT_GOOD
                    : Program.EXIT_FAILED;
        }
    }
}
