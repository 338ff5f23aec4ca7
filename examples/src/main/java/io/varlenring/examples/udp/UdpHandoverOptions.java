// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.Options;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "examples/run udp-handover",
        sortOptions = false,
        description = "UDP listeners hand datagrams to one handler through the ring.%n")
final class UdpHandoverOptions extends Options {
    @Option(names = "--seconds", description = "how long to send each way, after a second of warm-up")
    @Within(min = 1, max = 86_400)
    int seconds = 10;

    @Option(
            names = "--rate",
            description =
                    "datagrams per second of all senders, the same once through the ring and once through a queue;"
                            + " with 0 as many as they can, through the ring only")
    @Within(min = 0, max = 1_000_000)
    int rate = 20_000;

    @Option(names = "--listeners", description = "threads with a socket")
    @Within(min = 1, max = 64)
    int listeners = 2;

    @Option(names = "--senders", description = "threads with a socket")
    @Within(min = 1, max = 64)
    int senders = 2;

    @Option(names = "--size", description = "bytes of each datagram, random")
    @Within(min = Datagrams.HEADER_LENGTH, max = Datagrams.MAX_LENGTH)
    Range size = new Range(64, 1200);

    @Option(
            names = "--capacity",
            paramLabel = "BYTES",
            converter = Capacity.class,
            description = "of the ring, a power of two, k or m may follow; at least twice MAX and some (1m)")
    int capacity = 1 << 20;

    @Override
    protected void check() {
        checkFits("MAX of --size", size.max(), Records.claimLength(0), capacity);
    }

    /** Returns to which listener a sender sends: always the same one, so that its datagrams stay in order. */
    int listenerOf(final int sender) {
        return sender % listeners;
    }
}
