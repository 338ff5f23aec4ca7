// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.Options;
import io.varlenring.interop.measure.TimedMessages;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "interop/run aeron-bridge",
        sortOptions = false,
        description = "A ring that goes on in a second machine, over Aeron.%n")
final class BridgeOptions extends Options {
    /** Bytes of each of the three parts of a term log; a message may be an eighth of it. */
    static final int TERM_BYTES = 1 << 20;

    @Option(names = "--seconds", paramLabel = "N", description = "how long to write, 1..86400 (${DEFAULT-VALUE})")
    @Within(min = 1, max = 86_400)
    int seconds = 5;

    @Option(names = "--producers", paramLabel = "N", description = "threads that write, 1..64 (${DEFAULT-VALUE})")
    @Within(min = 1, max = 64)
    int producers = 2;

    @Option(
            names = "--size",
            paramLabel = "MIN..MAX",
            converter = Range.class,
            description =
                    "bytes of a message, within 28..131072 (${DEFAULT-VALUE}); above about 1400 it is sent in fragments")
    @Within(min = TimedMessages.MIN_LENGTH, max = TERM_BYTES / 8)
    Range size = new Range(64, 4000);

    @Option(
            names = "--capacity",
            paramLabel = "BYTES",
            converter = Capacity.class,
            description =
                    "of each of the two rings, a power of two, k or m may follow; at least twice MAX and some (256k)")
    int capacity = 1 << 18;

    @Option(
            names = "--delay",
            paramLabel = "N",
            description = "microseconds that the handler sleeps for each message, 0..1000000 (${DEFAULT-VALUE})")
    @Within(min = 0, max = 1_000_000)
    int delayMicros = 0;

    /** Puts something between the second ring and the handler, for tests of what happens when records are damaged. */
    UnaryOperator<RecordHandler> interposer = UnaryOperator.identity();

    @Override
    protected void check() {
        checkFits("MAX of --size", size.max(), 0, capacity);
    }
}
