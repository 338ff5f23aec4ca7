// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.RecordHandler;
import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.measure.FrontOptions;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of both programs that send a trace through the front. */
class TraceOptions extends FrontOptions {
    @Option(
            names = "--trace",
            paramLabel = "NAME",
            description = "whose sizes and flows are sent: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
    Trace trace = Trace.UPLOAD;

    @Option(names = "--handlers", description = "handler threads")
    @Within(min = 1, max = HandlerIds.MAX_HANDLERS)
    int handlers = 2;

    /** Puts something between the hand-overs and the handlers, for tests of what happens when records are damaged. */
    UnaryOperator<RecordHandler> interposer = UnaryOperator.identity();

    @Command(
            name = "interop/run replay",
            sortOptions = false,
            description = "Recorded QUIC traffic, once, at its times, through the front, rings and handlers.%n")
    static final class Replay extends TraceOptions {
        @Option(names = "--seconds", description = "to send at the most")
        @Within(min = 1, max = 86_400)
        int seconds = 30;
    }

    @Command(
            name = "interop/run handover-compare",
            sortOptions = false,
            description = "The front with the ring, a queue and Netty's own hand-over behind it, in paired rounds.%n")
    static final class Compare extends TraceOptions {
        @Option(names = "--rounds", description = "of each kind")
        @Within(min = 1, max = 1000)
        int rounds = 5;

        @Option(names = "--warmup", description = "seconds before measuring")
        @Within(min = 0, max = 3600)
        int warmup = 4;

        @Option(names = "--seconds", description = "how long to measure")
        @Within(min = 1, max = 3600)
        int seconds = 5;

        @Option(names = "--rate", description = "datagrams per second")
        @Within(min = 1, max = 1_000_000)
        int rate = 20_000;

        @Option(names = "--stall", description = "milliseconds that the handlers are made to sleep, three times")
        @Within(min = 1, max = 10_000)
        int stall = 100;

        @Option(names = "--peers", description = "sockets to each listener")
        @Within(min = 1, max = 16)
        int peers = 1;
    }
}
