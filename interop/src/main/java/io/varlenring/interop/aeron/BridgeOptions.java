// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.varlenring.RecordHandler;
import io.varlenring.interop.measure.MessageOptions;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "interop/run aeron-bridge",
        sortOptions = false,
        description = "A ring that goes on in a second machine, over Aeron.%n")
final class BridgeOptions extends MessageOptions {
    /** Bytes of each of the three parts of a term log; a message may be an eighth of it. */
    static final int TERM_BYTES = 8 * MAX_LENGTH;

    @Option(names = "--producers", description = "threads that write")
    @Within(min = 1, max = 64)
    int producers = 2;

    @Option(names = "--delay", description = "microseconds that the handler sleeps for each message")
    @Within(min = 0, max = 1_000_000)
    int delayMicros = 0;

    /** Puts something between the second ring and the handler, for tests of what happens when records are damaged. */
    UnaryOperator<RecordHandler> interposer = UnaryOperator.identity();

    BridgeOptions() {
        size = new Range(64, 4000); // above about 1400 Aeron sends fragments
    }
}
