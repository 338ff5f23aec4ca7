// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import io.varlenring.examples.OptionValues;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/**
 * The options of {@link QuicNetty} and {@link QuicKwik}.
 *
 * @param megabytes how much is uploaded by all connections together
 * @param connections number of clients, each with one connection and one upload, all at once
 * @param listeners number of listener threads, each with a socket
 * @param handlers number of rings, each with a server and a thread
 * @param capacity bytes of each ring
 * @param handler whose thread the server runs on
 * @param migration how the clients change their address
 * @param garbage whether malformed datagrams are sent as well
 * @param dropsRequired whether it is a failure when no ring was ever full
 * @param nettyClient whether to use Netty's client even where gtlsclient is installed
 * @param seconds how long all that may take
 */
record QuicOptions(
        int megabytes,
        int connections,
        int listeners,
        int handlers,
        int capacity,
        HandlerKind handler,
        Migration migration,
        boolean garbage,
        boolean dropsRequired,
        boolean nettyClient,
        int seconds) {
    static final QuicOptions DEFAULTS =
            new QuicOptions(64, 32, 2, 2, 1 << 20, HandlerKind.EXECUTOR, Migration.NONE, false, false, false, 120);
    /** kwik has no way to choose connection IDs, by which several handlers would be told apart. */
    static final QuicOptions KWIK_DEFAULTS =
            new QuicOptions(64, 32, 2, 1, 1 << 20, HandlerKind.EXECUTOR, Migration.NONE, false, false, false, 120);

    private static final String COMMON_USAGE = """
              --megabytes N     to upload, by all connections together, 1..100000 (default 64)
              --connections N   all at once, 1..1000 (default 32)
              --listeners N     threads, each with a socket, which share one port, 1..64 (default 2)
              --capacity BYTES  of each ring, a power of two, 4k..1024m (default 1m)
              --migrate HOW     clients change their address during the upload (default none):
                                  none   they do not
                                  path   they say so
                                  nat    without their knowing, as behind a NAT; quic-netty only
                                  both   half of them each; quic-netty only
              --garbage on      sends malformed datagrams as well, as fast as possible (default off)
              --drops required  fails when no datagram met a full ring (default allowed)
              --client netty    uses Netty's client even where gtlsclient is installed (default auto)
              --seconds N       how long it may take, 1..3600 (default 120)
              --help            print this
            """;

    static final String USAGE = """
            usage: examples/run quic-netty [options]

              --handlers N      rings, each with a server and a thread, 1..64 (default 2)
              --handler KIND    whose thread a server runs on (default executor):
                                  executor  Netty's event loop, to which the ring hands a task
                                  tasklet   our own, which runs tasklets and Netty's loop
            """ + COMMON_USAGE;

    static final String KWIK_USAGE = """
            usage: examples/run quic-kwik [options]

            """ + COMMON_USAGE;

    private static final Set<String> COMMON_NAMES = Set.of(
            "--megabytes",
            "--connections",
            "--listeners",
            "--capacity",
            "--migrate",
            "--garbage",
            "--drops",
            "--client",
            "--seconds");
    private static final Set<String> HANDLER_NAMES = Set.of("--handlers", "--handler");
    private static final int MAX_MEGABYTES = 100_000;
    private static final int MAX_CONNECTIONS = 1_000;
    private static final int MAX_LISTENERS = 64;
    private static final int MAX_SECONDS = 3_600;
    private static final int MIN_CAPACITY = 1 << 12;
    private static final long BYTES_PER_MEGABYTE = 1_000_000;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException when an option or a value is not good; the message says which, and what would be
     */
    static QuicOptions parse(final String... args) {
        final Set<String> names = new HashSet<>(COMMON_NAMES);
        names.addAll(HANDLER_NAMES);
        return OptionValues.parse(args, names, DEFAULTS, QuicOptions::with);
    }

    /** Reads a command line of {@link QuicKwik}. */
    static QuicOptions parseForKwik(final String... args) {
        final QuicOptions options = OptionValues.parse(args, COMMON_NAMES, KWIK_DEFAULTS, QuicOptions::with);
        if (options.migration() == Migration.NAT || options.migration() == Migration.BOTH) {
            throw new IllegalArgumentException(
                    "--migrate must be none or path: kwik does not follow a client whose address"
                            + " a NAT has changed, but it is '"
                            + options.migration().option() + "'");
        }
        return options;
    }

    private QuicOptions with(final String option, final String value) {
        int megabytes = this.megabytes;
        int connections = this.connections;
        int listeners = this.listeners;
        int handlers = this.handlers;
        int capacity = this.capacity;
        HandlerKind handler = this.handler;
        Migration migration = this.migration;
        boolean garbage = this.garbage;
        boolean dropsRequired = this.dropsRequired;
        boolean nettyClient = this.nettyClient;
        int seconds = this.seconds;
        switch (option) {
            case "--megabytes" -> megabytes = OptionValues.number(option, value, 1, MAX_MEGABYTES);
            case "--connections" -> connections = OptionValues.number(option, value, 1, MAX_CONNECTIONS);
            case "--listeners" -> listeners = OptionValues.number(option, value, 1, MAX_LISTENERS);
            case "--handlers" -> handlers = OptionValues.number(option, value, 1, HandlerIds.MAX_HANDLERS);
            case "--capacity" -> capacity = capacity(option, value);
            case "--handler" -> handler = choice(option, value, List.of(HandlerKind.values()), HandlerKind::option);
            case "--migrate" -> migration = choice(option, value, List.of(Migration.values()), Migration::option);
            case "--garbage" -> garbage = isFirst(option, value, "on", "off");
            case "--drops" -> dropsRequired = isFirst(option, value, "required", "allowed");
            case "--client" -> nettyClient = isFirst(option, value, "netty", "auto");
            default -> seconds = OptionValues.number(option, value, 1, MAX_SECONDS);
        }
        return new QuicOptions(
                megabytes,
                connections,
                listeners,
                handlers,
                capacity,
                handler,
                migration,
                garbage,
                dropsRequired,
                nettyClient,
                seconds);
    }

    private static int capacity(final String option, final String value) {
        final int capacity = OptionValues.capacity(option, value);
        if (capacity < MIN_CAPACITY) {
            throw new IllegalArgumentException(option + " must be at least " + MIN_CAPACITY
                    + " bytes, for the longest datagram, but is '" + value + "'");
        }
        return capacity;
    }

    private static <T> T choice(
            final String option, final String value, final List<T> choices, final Function<T, String> name) {
        final List<String> names = choices.stream().map(name).toList();
        final int index = names.indexOf(value.toLowerCase(Locale.ROOT));
        if (index < 0) {
            throw new IllegalArgumentException(
                    option + " must be one of " + String.join(", ", names) + ", but is '" + value + "'");
        }
        return choices.get(index);
    }

    private static boolean isFirst(final String option, final String value, final String yes, final String no) {
        return choice(option, value, Arrays.asList(yes, no), Function.identity())
                .equals(yes);
    }

    /** Returns the bytes of each upload, so that all together are at least what was asked for. */
    long uploadLength() {
        return (megabytes * BYTES_PER_MEGABYTE + connections - 1) / connections;
    }
}
