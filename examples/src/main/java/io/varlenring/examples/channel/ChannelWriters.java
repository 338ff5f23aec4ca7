// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.channel;

import io.varlenring.examples.CommandLine;
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

    /**
     * Runs the example and exits with 0 when messages were received and all of them were right, with 1 when not, and with 2
     * when the arguments are not good.
     *
     * @param args the options; {@code --help} lists them
     */
    public static void main(final String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(final String[] args, final PrintStream out, final PrintStream err) {
        return CommandLine.run(
                args,
                ChannelWritersOptions.USAGE,
                ChannelWritersOptions::parse,
                options -> run(options, message -> {}, out, err),
                out,
                err);
    }

    /** Runs with somebody at the far end who may damage messages before they are verified, for tests. */
    static int run(
            final ChannelWritersOptions options,
            final Consumer<ByteBuffer> tap,
            final PrintStream out,
            final PrintStream err)
            throws IOException, InterruptedException {
        if (options.mode() == ChannelWritersOptions.Mode.COMPARE) {
            return compare(options, tap, out, err);
        }
        final Result result = runOnce(Via.valueOf(options.mode().name()), options, tap, err);
        return result.print(out) ? 0 : CommandLine.EXIT_FAILURE;
    }

    private static Result runOnce(
            final Via via, final ChannelWritersOptions options, final Consumer<ByteBuffer> tap, final PrintStream err)
            throws IOException, InterruptedException {
        try (Run run = new Run(via, options, tap, err)) {
            return run.run();
        }
    }

    /** Lets all ways take turns, each round beginning with another one, so that no way always comes first. */
    private static int compare(
            final ChannelWritersOptions options,
            final Consumer<ByteBuffer> tap,
            final PrintStream out,
            final PrintStream err)
            throws IOException, InterruptedException {
        final Comparison comparison = new Comparison(out);
        comparison.printHeader();
        final Via[] ways = Via.values();
        long received = 0;
        for (int round = 0; round < options.rounds(); round++) {
            for (int turn = 0; turn < ways.length; turn++) {
                final Result result = runOnce(ways[(round + turn) % ways.length], options, tap, err);
                comparison.add(round + 1, result);
                received += result.received();
                if (!result.isGood()) {
                    result.printVerdict(out);
                    return CommandLine.EXIT_FAILURE;
                }
            }
        }
        comparison.printMedians();
        out.println("integrity: OK (" + received + " messages verified in all runs)");
        return 0;
    }
}
