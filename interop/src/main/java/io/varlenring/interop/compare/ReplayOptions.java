// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.Options;
import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.front.QuicRecords;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "interop/run replay",
        sortOptions = false,
        description = "Recorded QUIC traffic, once, at its times, through the front, rings and handlers.%n")
final class ReplayOptions extends Options {
    @Option(names = "--trace", paramLabel = "NAME", description = Trace.CHOICE)
    String trace = Trace.NAMES.get(0);

    @Option(names = "--listeners", paramLabel = "N", description = "listener threads, 1..16 (${DEFAULT-VALUE})")
    @Within(min = 1, max = 16)
    int listeners = 2;

    @Option(names = "--handlers", paramLabel = "N", description = "handler threads, 1..64 (${DEFAULT-VALUE})")
    @Within(min = 1, max = HandlerIds.MAX_HANDLERS)
    int handlers = 2;

    @Option(
            names = "--capacity",
            paramLabel = "BYTES",
            converter = Capacity.class,
            description = "of each ring, a power of two, from 4k on; k or m may follow (1m)")
    int capacity = 1 << 20;

    @Option(names = "--seconds", paramLabel = "N", description = "to send at the most, 1..86400 (${DEFAULT-VALUE})")
    @Within(min = 1, max = 86_400)
    int seconds = 30;

    /** Puts something between the rings and the handlers, for tests of what happens when records are damaged. */
    UnaryOperator<RecordHandler> interposer = UnaryOperator.identity();

    @Override
    protected void check() {
        Trace.check(trace);
        checkFits("the longest datagram's record", QuicRecords.CLAIM_LENGTH, 0, capacity);
    }
}
