// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.Options;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "examples/run echo-proxy",
        sortOptions = false,
        description = "A UDP proxy whose sockets, ring and tasklets share one thread.%n")
final class EchoProxyOptions extends Options {
    /** On the way to the echo server and back a datagram is longer by the session's number. */
    private static final int MAX_LENGTH = Datagrams.MAX_LENGTH - Session.HEADER_LENGTH;

    @Option(names = "--seconds", description = "how long to send")
    @Within(min = 1, max = 86_400)
    int seconds = 5;

    @Option(names = "--clients", description = "threads with a socket")
    @Within(min = 1, max = 64)
    int clients = 4;

    @Option(names = "--size", description = "bytes of each datagram, random")
    @Within(min = Datagrams.HEADER_LENGTH, max = MAX_LENGTH)
    Range size = new Range(64, 1200);

    @Option(names = "--controls", description = "threads that write commands to the ring")
    @Within(min = 1, max = 64)
    int controls = 2;
}
