// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.examples.harness.Options;
import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.front.QuicRecords;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "interop/run replay",
        sortOptions = false,
        description = "Sizes and times of recorded QUIC traffic through the front, rings and handlers.%n")
final class ReplayOptions extends Options {
    @Option(names = "--trace", paramLabel = "NAME", description = Trace.CHOICE)
    String trace = Trace.NAMES.get(0);

    @Option(
            names = "--speed",
            paramLabel = "SPEED",
            description =
                    "original: at the times of the trace, once; max: as fast as possible, over and over (original)")
    Speed speed = Speed.ORIGINAL;

    @Option(
            names = "--producers",
            paramLabel = "N",
            description = "listeners, and threads that send, 1..64 (${DEFAULT-VALUE}); each flow goes to one of them")
    @Within(min = 1, max = 64)
    int producers = 2;

    @Option(
            names = "--handlers",
            paramLabel = "N",
            description = "rings, each with a handler thread, 1..64 (${DEFAULT-VALUE})")
    @Within(min = 1, max = HandlerIds.MAX_HANDLERS)
    int handlers = 2;

    @Option(
            names = "--capacity",
            paramLabel = "BYTES",
            converter = Capacity.class,
            description = "of each ring, a power of two, from 4k on; k or m may follow (1m)")
    int capacity = 1 << 20;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "how long to send at the most, 1..86400 (${DEFAULT-VALUE})")
    @Within(min = 1, max = 86_400)
    int seconds = 30;

    /** When the datagrams are sent. */
    enum Speed {
        ORIGINAL,
        MAX
    }

    @Override
    protected void check() {
        Trace.check(trace);
        checkFits("the longest datagram's record", QuicRecords.CLAIM_LENGTH, 0, capacity);
    }
}
