// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import java.util.Set;

/**
 * The options of {@link Replay}.
 *
 * @param trace name of the trace
 * @param speed when the datagrams are sent
 * @param path how they get to the ring
 * @param producers threads that write to the rings
 * @param handlers rings behind the front, each with a handler thread
 * @param capacity bytes of each ring
 * @param seconds how long to send at the most
 */
public record ReplayOptions(
        String trace, Speed speed, Path path, int producers, int handlers, int capacity, int seconds) {
    static final ReplayOptions DEFAULTS =
            new ReplayOptions(Trace.NAMES.get(0), Speed.ORIGINAL, Path.FRONT, 2, 2, 1 << 20, 30);

    static final String USAGE = """
            usage: examples/run replay [options]

              --trace NAME      upload, download, connection-storm, ngtcp2-cubic, picoquic-bbr or quiche-gso-unpaced
                                (default upload)
              --speed SPEED     original: at the times of the trace, once (default)
                                max: as fast as possible, over and over
              --path PATH       front: through the QUIC examples' front: listeners that share a port and read the connection
                                ID, which says the ring (default)
                                udp: a socket sends each datagram to a listener, which receives it into the one ring
                                ring: the producers write to the one ring themselves, without a socket
              --producers N     threads that write to a ring, 1..64 (default 2); each flow of the trace goes to one
              --handlers N      rings, each with a handler thread, 1..64 (default 2); with --path front only
              --capacity BYTES  of each ring, a power of two, 4k..1024m (default 1m)
              --seconds N       how long to send at the most, 1..86400 (default 30)
              --help            print this
            """;

    private static final Set<String> NAMES =
            Set.of("--trace", "--speed", "--path", "--producers", "--handlers", "--capacity", "--seconds");
    private static final int MIN_CAPACITY = 1 << 12;
    private static final int MAX_PRODUCERS = 64;
    private static final int MAX_HANDLERS = 64;
    private static final int MAX_SECONDS = 86_400;

    /** When the datagrams are sent. */
    public enum Speed {
        ORIGINAL,
        MAX
    }

    /** How the datagrams get to the ring. */
    public enum Path {
        FRONT,
        UDP,
        RING
    }

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException when an option or a value is not good; the message says which, and what would be
     */
    static ReplayOptions parse(final String... args) {
        return OptionValues.parse(args, NAMES, DEFAULTS, ReplayOptions::with);
    }

    private ReplayOptions with(final String option, final String value) {
        String trace = this.trace;
        Speed speed = this.speed;
        Path path = this.path;
        int producers = this.producers;
        int handlers = this.handlers;
        int capacity = this.capacity;
        int seconds = this.seconds;
        switch (option) {
            case "--trace" -> trace = OptionValues.oneOf(option, value, Trace.NAMES);
            case "--speed" -> speed = OptionValues.oneOf(option, value, Speed.class);
            case "--path" -> path = OptionValues.oneOf(option, value, Path.class);
            case "--producers" -> producers = OptionValues.number(option, value, 1, MAX_PRODUCERS);
            case "--handlers" -> handlers = OptionValues.number(option, value, 1, MAX_HANDLERS);
            case "--seconds" -> seconds = OptionValues.number(option, value, 1, MAX_SECONDS);
            default -> capacity = capacity(option, value);
        }
        return new ReplayOptions(trace, speed, path, producers, handlers, capacity, seconds);
    }

    private static int capacity(final String option, final String value) {
        final int capacity = OptionValues.capacity(option, value);
        if (capacity < MIN_CAPACITY) {
            throw new IllegalArgumentException(
                    option + " must be at least " + MIN_CAPACITY + " bytes, but is '" + value + "'");
        }
        return capacity;
    }
}
