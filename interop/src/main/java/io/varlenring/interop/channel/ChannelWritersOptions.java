// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.varlenring.examples.harness.Options;
import io.varlenring.interop.measure.TimedMessages;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "interop/run channel-writers",
        sortOptions = false,
        description = "Worker threads write to a Netty channel through the ring, and plainly, in paired rounds.%n")
final class ChannelWritersOptions extends Options {
    /** How many bytes may wait in the channel itself. */
    static final int OUTBOUND_BYTES = 64 * 1024;

    @Option(names = "--workers", paramLabel = "N", description = "threads that write, 1..64 (${DEFAULT-VALUE})")
    @Within(min = 1, max = 64)
    int workers = 3;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "messages per second of each worker, 0..1000000 (${DEFAULT-VALUE}); 0: as many as there is room for")
    @Within(min = 0, max = 1_000_000)
    int rate = 5000;

    @Option(
            names = "--size",
            paramLabel = "MIN..MAX",
            converter = Range.class,
            description = "bytes of a message, within 28..60000 (${DEFAULT-VALUE})")
    @Within(min = TimedMessages.MIN_LENGTH, max = 60_000)
    Range size = new Range(32, 1200);

    @Option(
            names = "--capacity",
            paramLabel = "BYTES",
            converter = Capacity.class,
            description =
                    "that may wait for the event loop, a power of two, k or m may follow; at least twice MAX and some"
                            + " (256k)")
    int capacity = 1 << 18;

    @Option(names = "--warmup", paramLabel = "N", description = "seconds before measuring, 0..3600 (${DEFAULT-VALUE})")
    @Within(min = 0, max = 3600)
    int warmup = 2;

    @Option(names = "--seconds", paramLabel = "N", description = "how long to measure, 1..86400 (${DEFAULT-VALUE})")
    @Within(min = 1, max = 86_400)
    int seconds = 5;

    @Option(names = "--rounds", paramLabel = "N", description = "of each way, 1..100 (${DEFAULT-VALUE})")
    @Within(min = 1, max = 100)
    int rounds = 3;

    /** Sees each message at the far end before it is verified, and may damage it, for tests. */
    Consumer<ByteBuffer> tap = message -> {};

    @Override
    protected void check() {
        checkFits("MAX of --size", size.max(), 0, capacity);
    }
}
