// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Worker threads write messages of different lengths to one Netty channel, as in the write side of a proxy or a log shipper.
 *
 * <p>They do it through one ring that the channel's event loop drains, or by {@code channel.writeAndFlush}, or by {@code
 * eventLoop.execute}. All three may have the same number of bytes under way. What arrives is verified at the other end of a
 * loopback connection.
 */
public final class ChannelWriters {
    private ChannelWriters() {}

    /** Runs one way, or compares all; {@code --help} lists the options. */
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
        if (options.mode == ChannelWritersOptions.Mode.COMPARE) {
            return compare(options, tap, watch, out);
        }
        final Result result = runOnce(Via.valueOf(options.mode.name()), options, tap, watch);
        return result.print(out) ? Program.EXIT_GOOD : Program.EXIT_FAILED;
    }

    private static Result runOnce(
            final Via via, final ChannelWritersOptions options, final Consumer<ByteBuffer> tap, final ThreadWatch watch)
            throws IOException, InterruptedException {
        try (Run run = new Run(via, options, tap, watch)) {
            return run.run();
        }
    }

    /** Lets all ways take turns, each round beginning with another one, so that no way always comes first. */
    private static int compare(
            final ChannelWritersOptions options,
            final Consumer<ByteBuffer> tap,
            final ThreadWatch watch,
            final PrintStream out)
            throws IOException, InterruptedException {
        final Comparison comparison = new Comparison(out);
        comparison.printHeader();
        final Via[] ways = Via.values();
        long received = 0;
        for (int round = 0; round < options.rounds && !watch.isOver(); round++) {
            for (int turn = 0; turn < ways.length; turn++) {
                final Result result = runOnce(ways[(round + turn) % ways.length], options, tap, watch);
                comparison.add(round + 1, result);
                received += result.received();
                if (!result.isGood()) {
                    result.printVerdict(out);
                    return Program.EXIT_FAILED;
                }
            }
        }
        comparison.printMedians();
        out.println("integrity: OK (" + received + " messages verified in all runs)");
        return 0;
    }
}
