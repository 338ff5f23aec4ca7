// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.channel;

import io.varlenring.examples.OptionValues;
import io.varlenring.examples.TimedMessages;
import java.util.Set;

/**
 * The options of {@link ChannelWriters}.
 *
 * @param mode which way the messages go, or all of them in turn
 * @param workers number of threads that write
 * @param rate messages per second of each worker, 0 for as many as there is room for
 * @param minSize bytes of the shortest message
 * @param maxSize bytes of the longest message
 * @param capacity bytes that may wait for the event loop
 * @param warmup seconds before measuring
 * @param seconds how long to measure
 * @param rounds how often each way gets its turn in a comparison
 */
record ChannelWritersOptions(
        Mode mode, int workers, int rate, int minSize, int maxSize, int capacity, int warmup, int seconds, int rounds) {
    /** How many bytes may wait in the channel itself. */
    static final int OUTBOUND_BYTES = 64 * 1024;

    static final ChannelWritersOptions DEFAULTS =
            new ChannelWritersOptions(Mode.RING, 3, 5000, 32, 1200, 1 << 18, 2, 5, 3);

    static final String USAGE = """
            usage: examples/run channel-writers [options]

              --via WAY         ring: through a ring that the event loop drains (default)
                                write: channel.writeAndFlush from the workers' threads
                                execute: a task for each message, by eventLoop.execute
                                compare: each of them in turn, --rounds times, and their ratios
              --workers N       threads that write, 1..64 (default 3)
              --rate N          messages per second of each worker, 0..1000000 (default 5000); 0 is as many as there is
                                room for
              --size MIN..MAX   bytes of a message, within 24..60000 (default 32..1200)
              --capacity BYTES  that may wait for the event loop, a power of two, 64..1024m (default 256k); at least twice
                                MAX and some
              --warmup N        seconds before measuring, 0..3600 (default 2)
              --seconds N       how long to measure, 1..86400 (default 5)
              --rounds N        of compare, 1..100 (default 3)
              --help            print this
            """;

    private static final Set<String> NAMES =
            Set.of("--via", "--workers", "--rate", "--size", "--capacity", "--warmup", "--seconds", "--rounds");
    private static final int MAX_WORKERS = 64;
    private static final int MAX_RATE = 1_000_000;
    private static final int MAX_SIZE = 60_000;
    private static final int MAX_WARMUP = 3600;
    private static final int MAX_SECONDS = 86_400;
    private static final int MAX_ROUNDS = 100;
    private static final int RECORD_OVERHEAD = 8;

    /** What {@code --via} says: one of {@link Via}, or all. */
    enum Mode {
        RING,
        WRITE,
        EXECUTE,
        COMPARE
    }

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException when an option or a value is not good; the message says which, and what would be
     */
    static ChannelWritersOptions parse(final String... args) {
        final ChannelWritersOptions options = OptionValues.parse(args, NAMES, DEFAULTS, ChannelWritersOptions::with);
        options.checkRingTakesMessages();
        return options;
    }

    private ChannelWritersOptions with(final String option, final String value) {
        Mode mode = this.mode;
        int workers = this.workers;
        int rate = this.rate;
        OptionValues.Range sizes = new OptionValues.Range(minSize, maxSize);
        int capacity = this.capacity;
        int warmup = this.warmup;
        int seconds = this.seconds;
        int rounds = this.rounds;
        switch (option) {
            case "--via" -> mode = OptionValues.oneOf(option, value, Mode.class);
            case "--workers" -> workers = OptionValues.number(option, value, 1, MAX_WORKERS);
            case "--rate" -> rate = OptionValues.number(option, value, 0, MAX_RATE);
            case "--size" -> sizes = OptionValues.range(option, value, TimedMessages.MIN_LENGTH, MAX_SIZE);
            case "--capacity" -> capacity = OptionValues.capacity(option, value);
            case "--warmup" -> warmup = OptionValues.number(option, value, 0, MAX_WARMUP);
            case "--seconds" -> seconds = OptionValues.number(option, value, 1, MAX_SECONDS);
            default -> rounds = OptionValues.number(option, value, 1, MAX_ROUNDS);
        }
        return new ChannelWritersOptions(
                mode, workers, rate, sizes.min(), sizes.max(), capacity, warmup, seconds, rounds);
    }

    private void checkRingTakesMessages() {
        final int limit = capacity / 2 - RECORD_OVERHEAD - Frames.HEADER_LENGTH; // what maxPayload() promises
        if (maxSize > limit) {
            throw new IllegalArgumentException("MAX of --size must be at most " + limit + " with a --capacity of "
                    + capacity + " bytes, but is '" + maxSize + "'");
        }
    }
}
