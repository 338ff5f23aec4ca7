// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.varlenring.interop.measure.MessageOptions;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "interop/run channel-writers",
        sortOptions = false,
        description = "Worker threads write to a Netty channel through the ring, and plainly, in paired rounds.%n")
final class ChannelWritersOptions extends MessageOptions {
    /** How many bytes may wait in the channel itself. */
    static final int OUTBOUND_BYTES = 64 * 1024;

    @Option(names = "--workers", description = "threads that write")
    @Within(min = 1, max = 64)
    int workers = 3;

    @Option(names = "--rate", description = "messages per second of each worker; with 0 as many as there is room for")
    @Within(min = 0, max = 1_000_000)
    int rate = 5000;

    @Option(names = "--warmup", description = "seconds before measuring")
    @Within(min = 0, max = 3600)
    int warmup = 2;

    @Option(names = "--rounds", description = "of each way")
    @Within(min = 1, max = 100)
    int rounds = 3;

    /** Sees each message at the far end before it is verified, and may damage it, for tests. */
    Consumer<ByteBuffer> tap = message -> {};
}
