// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The options of {@link UdpHandover}.
 *
 * @param seconds how long the senders send
 * @param listeners number of listener threads, each with a socket
 * @param senders number of sender threads, each with a socket
 * @param minSize bytes of the shortest datagram
 * @param maxSize bytes of the longest datagram
 * @param capacity bytes of the ring
 */
record UdpHandoverOptions(int seconds, int listeners, int senders, int minSize, int maxSize, int capacity) {
    static final UdpHandoverOptions DEFAULTS = new UdpHandoverOptions(10, 2, 2, 64, 1200, 1 << 20);

    static final String USAGE = """
            usage: examples/run udp-handover [options]

              --seconds N       how long to send, 1..86400 (default 10)
              --listeners N     listener threads, each with a socket, 1..64 (default 2)
              --senders N       sender threads, each with a socket, 1..64 (default 2)
              --size MIN..MAX   bytes of each datagram, within 16..65507 (default 64..1200)
              --capacity BYTES  of the ring, a power of two, 64..1024m (default 1m); at least twice MAX and some
              --help            print this
            """;

    private static final int MAX_SECONDS = 86_400;
    private static final int MAX_THREADS = 64;
    private static final int MIN_CAPACITY = 64;
    private static final int MAX_CAPACITY = 1 << 30;
    private static final int RECORD_OVERHEAD = 8;

    private static final Pattern SIZES = Pattern.compile("(.*?)\\.\\.(.*)");
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,10})([km]?)");

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException when an option or a value is not good; the message says which, and what would be
     */
    static UdpHandoverOptions parse(final String... args) {
        UdpHandoverOptions options = DEFAULTS;
        for (int i = 0; i < args.length; i += 2) {
            final String option = args[i];
            if (!option.matches("--(seconds|listeners|senders|size|capacity)")) {
                throw new IllegalArgumentException("unknown option '" + option + "'");
            }
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            options = options.with(option, args[i + 1]);
        }
        options.checkRingTakesDatagrams();
        return options;
    }

    private UdpHandoverOptions with(final String option, final String value) {
        return switch (option) {
            case "--seconds" ->
                new UdpHandoverOptions(
                        number(option, value, 1, MAX_SECONDS), listeners, senders, minSize, maxSize, capacity);
            case "--listeners" ->
                new UdpHandoverOptions(
                        seconds, number(option, value, 1, MAX_THREADS), senders, minSize, maxSize, capacity);
            case "--senders" ->
                new UdpHandoverOptions(
                        seconds, listeners, number(option, value, 1, MAX_THREADS), minSize, maxSize, capacity);
            case "--capacity" ->
                new UdpHandoverOptions(seconds, listeners, senders, minSize, maxSize, bytes(option, value));
            default -> withSizes(option, value);
        };
    }

    private UdpHandoverOptions withSizes(final String option, final String value) {
        final Matcher sizes = SIZES.matcher(value);
        if (!sizes.matches()) {
            throw new IllegalArgumentException(option + " must be MIN..MAX, but is '" + value + "'");
        }
        final int min = number("MIN of " + option, sizes.group(1), Datagrams.HEADER_LENGTH, Datagrams.MAX_LENGTH);
        final int max = number("MAX of " + option, sizes.group(2), min, Datagrams.MAX_LENGTH);
        return new UdpHandoverOptions(seconds, listeners, senders, min, max, capacity);
    }

    private static int number(final String what, final String value, final int min, final int max) {
        final long number = value.matches("[0-9]{1,10}") ? Long.parseLong(value) : -1;
        if (number < min || number > max) {
            throw new IllegalArgumentException(
                    what + " must be a whole number in " + min + ".." + max + ", but is '" + value + "'");
        }
        return (int) number;
    }

    private static int bytes(final String option, final String value) {
        final Matcher bytes = BYTES.matcher(value.toLowerCase(Locale.ROOT));
        final long number = bytes.matches() ? Long.parseLong(bytes.group(1)) * unit(bytes.group(2)) : -1;
        if (number < MIN_CAPACITY || number > MAX_CAPACITY || Long.bitCount(number) != 1) {
            throw new IllegalArgumentException(option + " must be a power of two in " + MIN_CAPACITY + ".."
                    + MAX_CAPACITY + " bytes, or with k or m behind it, but is '" + value + "'");
        }
        return (int) number;
    }

    private static long unit(final String suffix) {
        return switch (suffix) {
            case "k" -> 1 << 10;
            case "m" -> 1 << 20;
            default -> 1;
        };
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
