// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import java.util.Set;

/**
 * The options of {@link UdpHandover}.
 *
 * @param seconds how long the senders send
 * @param listeners number of listener threads, each with a socket
 * @param senders number of sender threads, each with a socket
 * @param minSize bytes of the shortest datagram
 * @param maxSize bytes of the longest datagram
 * @param capacity bytes of the ring
 * @param handler what the handler runs on
 */
record UdpHandoverOptions(
        int seconds, int listeners, int senders, int minSize, int maxSize, int capacity, HandlerMode handler) {
    static final UdpHandoverOptions DEFAULTS = new UdpHandoverOptions(10, 2, 2, 64, 1200, 1 << 20, HandlerMode.THREAD);

    static final String USAGE = """
            usage: examples/run udp-handover [options]

              --seconds N       how long to send, 1..86400 (default 10)
              --listeners N     listener threads, each with a socket, 1..64 (default 2)
              --senders N       sender threads, each with a socket, 1..64 (default 2)
              --size MIN..MAX   bytes of each datagram, within 16..65507 (default 64..1200)
              --capacity BYTES  of the ring, a power of two, 64..1024m (default 1m); at least twice MAX and some
              --handler MODE    what the handler runs on (default thread):
                                  thread   a thread that parks when there is nothing to do
                                  tasklet  a tasklet, woken by the ring, on a loop
                                  busy     a thread that never sleeps
              --help            print this
            """;

    private static final Set<String> NAMES =
            Set.of("--seconds", "--listeners", "--senders", "--size", "--capacity", "--handler");
    private static final int MAX_SECONDS = 86_400;
    private static final int MAX_THREADS = 64;
    private static final int RECORD_OVERHEAD = 8;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException when an option or a value is not good; the message says which, and what would be
     */
    static UdpHandoverOptions parse(final String... args) {
        final UdpHandoverOptions options = OptionValues.parse(args, NAMES, DEFAULTS, UdpHandoverOptions::with);
        options.checkRingTakesDatagrams();
        return options;
    }

    private UdpHandoverOptions with(final String option, final String value) {
        int seconds = this.seconds;
        int listeners = this.listeners;
        int senders = this.senders;
        OptionValues.Range sizes = new OptionValues.Range(minSize, maxSize);
        int capacity = this.capacity;
        HandlerMode handler = this.handler;
        switch (option) {
            case "--seconds" -> seconds = OptionValues.number(option, value, 1, MAX_SECONDS);
            case "--listeners" -> listeners = OptionValues.number(option, value, 1, MAX_THREADS);
            case "--senders" -> senders = OptionValues.number(option, value, 1, MAX_THREADS);
            case "--size" -> sizes = OptionValues.range(option, value, Datagrams.HEADER_LENGTH, Datagrams.MAX_LENGTH);
            case "--capacity" -> capacity = OptionValues.capacity(option, value);
            default -> handler = HandlerMode.parse(option, value);
        }
        return new UdpHandoverOptions(seconds, listeners, senders, sizes.min(), sizes.max(), capacity, handler);
    }

    private void checkRingTakesDatagrams() {
        final int maxPayload = capacity / 2 - RECORD_OVERHEAD; // what VarLenMpscRing.maxPayload() promises
        final int limit = maxPayload - Records.claimLength(0);
        if (maxSize > limit) {
            throw new IllegalArgumentException("MAX of --size must be at most " + limit + " with a --capacity of "
                    + capacity + " bytes, but is '" + maxSize + "'");
        }
    }

    /** Returns to which listener a sender sends: always the same one, so that its datagrams stay in order. */
    int listenerOf(final int sender) {
        return sender % listeners;
    }
}
