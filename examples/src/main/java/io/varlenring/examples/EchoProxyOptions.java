// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import java.util.Set;

/**
 * The options of {@link EchoProxy}.
 *
 * @param seconds how long the clients send
 * @param clients number of client threads, each with a socket
 * @param minSize bytes of the shortest datagram
 * @param maxSize bytes of the longest datagram
 * @param controls number of threads that write commands to the ring
 */
record EchoProxyOptions(int seconds, int clients, int minSize, int maxSize, int controls) {
    static final EchoProxyOptions DEFAULTS = new EchoProxyOptions(5, 4, 64, 1200, 2);

    static final String USAGE = """
            usage: examples/run echo-proxy [options]

              --seconds N       how long to send, 1..86400 (default 5)
              --clients N       client threads, each with a socket, 1..64 (default 4)
              --size MIN..MAX   bytes of each datagram, within 16..65503 (default 64..1200)
              --controls N      threads that write commands to the ring, 1..64 (default 2)
              --help            print this
            """;

    private static final Set<String> NAMES = Set.of("--seconds", "--clients", "--size", "--controls");
    private static final int MAX_SECONDS = 86_400;
    private static final int MAX_THREADS = 64;
    /** On the way to the echo server and back a datagram is longer by the session's number. */
    private static final int MAX_LENGTH = Datagrams.MAX_LENGTH - Session.HEADER_LENGTH;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException when an option or a value is not good; the message says which, and what would be
     */
    static EchoProxyOptions parse(final String... args) {
        return OptionValues.parse(args, NAMES, DEFAULTS, EchoProxyOptions::with);
    }

    private EchoProxyOptions with(final String option, final String value) {
        int seconds = this.seconds;
        int clients = this.clients;
        OptionValues.Range sizes = new OptionValues.Range(minSize, maxSize);
        int controls = this.controls;
        switch (option) {
            case "--seconds" -> seconds = OptionValues.number(option, value, 1, MAX_SECONDS);
            case "--clients" -> clients = OptionValues.number(option, value, 1, MAX_THREADS);
            case "--size" -> sizes = OptionValues.range(option, value, Datagrams.HEADER_LENGTH, MAX_LENGTH);
            default -> controls = OptionValues.number(option, value, 1, MAX_THREADS);
        }
        return new EchoProxyOptions(seconds, clients, sizes.min(), sizes.max(), controls);
    }
}
