// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import io.varlenring.examples.OptionValues;
import io.varlenring.examples.Trace;
import java.util.Set;

/**
 * The options of {@link HandoverCompare}.
 *
 * @param trace name of the trace whose sizes and flows are sent
 * @param rounds how often each kind of hand-over gets its turn
 * @param warmup seconds before measuring
 * @param seconds how long to measure
 * @param rate datagrams per second
 * @param stall milliseconds that the handlers are made to sleep
 * @param capacity bytes that may wait for each handler
 * @param listeners number of listener threads
 * @param handlers number of handler threads
 * @param peers sockets that send to each listener
 */
record HandoverOptions(
        String trace,
        int rounds,
        int warmup,
        int seconds,
        int rate,
        int stall,
        int capacity,
        int listeners,
        int handlers,
        int peers) {
    static final HandoverOptions DEFAULTS =
            new HandoverOptions(Trace.NAMES.get(0), 5, 4, 5, 20_000, 100, 1 << 20, 2, 2, 1);

    static final String USAGE = """
            usage: examples/run handover-compare [options]

              --trace NAME      whose sizes and flows are sent, over and over: upload, download, connection-storm,
                                ngtcp2-cubic, picoquic-bbr or quiche-gso-unpaced (default upload)
              --rounds N        how often each kind of hand-over gets its turn, 1..1000 (default 5)
              --warmup N        seconds before measuring, 0..3600 (default 4)
              --seconds N       how long to measure, 1..3600 (default 5)
              --rate N          datagrams per second, 1..1000000 (default 20000)
              --stall N         milliseconds that the handlers are made to sleep, three times, 1..10000 (default 100)
              --capacity BYTES  that may wait for each handler, a power of two, 4k..1024m (default 1m)
              --listeners N     listener threads, 1..16 (default 2)
              --handlers N      handler threads, 1..64 (default 2)
              --peers N         sockets that send to each listener, in turn, 1..16 (default 1)
              --help            print this
            """;

    private static final Set<String> NAMES = Set.of(
            "--trace",
            "--rounds",
            "--warmup",
            "--seconds",
            "--rate",
            "--stall",
            "--capacity",
            "--listeners",
            "--handlers",
            "--peers");
    private static final int MAX_ROUNDS = 1000;
    private static final int MAX_SECONDS = 3600;
    private static final int MAX_RATE = 1_000_000;
    private static final int MAX_STALL = 10_000;
    private static final int MIN_CAPACITY = 1 << 12;
    private static final int MAX_SOCKETS = 16;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException when an option or a value is not good; the message says which, and what would be
     */
    static HandoverOptions parse(final String... args) {
        return OptionValues.parse(args, NAMES, DEFAULTS, HandoverOptions::with);
    }

    private HandoverOptions with(final String option, final String value) {
        String trace = this.trace;
        int rounds = this.rounds;
        int warmup = this.warmup;
        int seconds = this.seconds;
        int rate = this.rate;
        int stall = this.stall;
        int capacity = this.capacity;
        int listeners = this.listeners;
        int handlers = this.handlers;
        int peers = this.peers;
        switch (option) {
            case "--trace" -> trace = OptionValues.oneOf(option, value, Trace.NAMES);
            case "--rounds" -> rounds = OptionValues.number(option, value, 1, MAX_ROUNDS);
            case "--warmup" -> warmup = OptionValues.number(option, value, 0, MAX_SECONDS);
            case "--seconds" -> seconds = OptionValues.number(option, value, 1, MAX_SECONDS);
            case "--rate" -> rate = OptionValues.number(option, value, 1, MAX_RATE);
            case "--stall" -> stall = OptionValues.number(option, value, 1, MAX_STALL);
            case "--listeners" -> listeners = OptionValues.number(option, value, 1, MAX_SOCKETS);
            case "--handlers" -> handlers = OptionValues.number(option, value, 1, HandlerIds.MAX_HANDLERS);
            case "--peers" -> peers = OptionValues.number(option, value, 1, MAX_SOCKETS);
            default -> {
                capacity = OptionValues.capacity(option, value);
                if (capacity < MIN_CAPACITY) {
                    throw new IllegalArgumentException(
                            option + " must be at least " + MIN_CAPACITY + " bytes, but is '" + value + "'");
                }
            }
        }
        return new HandoverOptions(trace, rounds, warmup, seconds, rate, stall, capacity, listeners, handlers, peers);
    }

    /** Returns the number of sockets that send. */
    int senders() {
        return listeners * peers;
    }
}
