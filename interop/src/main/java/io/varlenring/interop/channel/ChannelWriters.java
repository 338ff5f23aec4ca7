// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.measure.Rounds;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Worker threads write messages of different lengths to one Netty channel, as in the write side of a proxy or a log shipper:
 * through one ring that the channel's event loop drains, or by {@code channel.writeAndFlush}. Both may have the same number
 * of bytes under way. What arrives is verified at the other end of a loopback connection.
 */
public final class ChannelWriters {
    private static final List<String> WAYS = List.of("ring", "write");

    private ChannelWriters() {}

    /** Lets both ways take turns; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(
                args, new ChannelWritersOptions(), (options, watch, out) -> run(options, message -> {}, watch, out));
    }

    /** Runs with somebody at the far end who may damage messages before they are verified, for tests. */
    static int run(
            final ChannelWritersOptions options,
            final Consumer<ByteBuffer> tap,
            final ThreadWatch watch,
            final PrintStream out)
            throws IOException, InterruptedException {
        final Rounds rounds = new Rounds(WAYS, out);
        rounds.run(options.rounds, watch, way -> {
            try (ChannelRun run = new ChannelRun(way.equals("ring"), options, tap, watch)) {
                return run.run();
            }
        });
        return rounds.print("messages verified at the far end: checksum, per-worker order, none missing")
                ? Program.EXIT_GOOD
                : Program.EXIT_FAILED;
    }
}
