// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.Options;
import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.front.QuicRecords;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of both programs that send a trace through the front. */
class TraceOptions extends Options {
    @Option(names = "--trace", paramLabel = "NAME", description = "whose sizes and flows are sent: " + Trace.CHOICE)
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
            description = "that may wait for each handler, a power of two, from 4k on; k or m may follow (1m)")
    int capacity = 1 << 20;

    /** Puts something between the hand-overs and the handlers, for tests of what happens when records are damaged. */
    UnaryOperator<RecordHandler> interposer = UnaryOperator.identity();

    @Override
    protected void check() {
        Trace.check(trace);
        checkFits("the longest datagram's record", QuicRecords.CLAIM_LENGTH, 0, capacity);
    }

    @Command(
            name = "interop/run replay",
            sortOptions = false,
            description = "Recorded QUIC traffic, once, at its times, through the front, rings and handlers.%n")
    static final class Replay extends TraceOptions {
        @Option(names = "--seconds", paramLabel = "N", description = "to send at the most, 1..86400 (${DEFAULT-VALUE})")
        @Within(min = 1, max = 86_400)
        int seconds = 30;
    }

    @Command(
            name = "interop/run handover-compare",
            sortOptions = false,
            description = "The front with the ring, a queue and Netty's own hand-over behind it, in paired rounds.%n")
    static final class Compare extends TraceOptions {
        @Option(names = "--rounds", paramLabel = "N", description = "of each kind, 1..1000 (${DEFAULT-VALUE})")
        @Within(min = 1, max = 1000)
        int rounds = 5;

        @Option(
                names = "--warmup",
                paramLabel = "N",
                description = "seconds before measuring, 0..3600 (${DEFAULT-VALUE})")
        @Within(min = 0, max = 3600)
        int warmup = 4;

        @Option(names = "--seconds", paramLabel = "N", description = "how long to measure, 1..3600 (${DEFAULT-VALUE})")
        @Within(min = 1, max = 3600)
        int seconds = 5;

        @Option(names = "--rate", paramLabel = "N", description = "datagrams per second, 1..1000000 (${DEFAULT-VALUE})")
        @Within(min = 1, max = 1_000_000)
        int rate = 20_000;

        @Option(
                names = "--stall",
                paramLabel = "N",
                description =
                        "milliseconds that the handlers are made to sleep, three times, 1..10000 (${DEFAULT-VALUE})")
        @Within(min = 1, max = 10_000)
        int stall = 100;

        @Option(names = "--peers", paramLabel = "N", description = "sockets to each listener, 1..16 (${DEFAULT-VALUE})")
        @Within(min = 1, max = 16)
        int peers = 1;
    }
}
