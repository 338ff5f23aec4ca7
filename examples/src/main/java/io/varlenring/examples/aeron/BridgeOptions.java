// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.aeron;

import io.varlenring.examples.OptionValues;
import io.varlenring.examples.TimedMessages;
import java.util.Set;

/**
 * The options of {@link AeronBridge}.
 *
 * @param seconds how long the producers write
 * @param producers threads that write to the first ring
 * @param minSize bytes of the shortest message
 * @param maxSize bytes of the longest message
 * @param capacity bytes of each ring
 * @param delayMicros how long the handler takes for each message at the least, 0 for no delay
 */
record BridgeOptions(int seconds, int producers, int minSize, int maxSize, int capacity, int delayMicros) {
    /** Bytes of each of the three parts of a term log; a message may be an eighth of it. */
    static final int TERM_BYTES = 1 << 20;

    static final BridgeOptions DEFAULTS = new BridgeOptions(5, 2, 64, 4000, 1 << 18, 0);

    static final String USAGE = """
            usage: examples/run aeron-bridge [options]

              --seconds N       how long the producers write, 1..86400 (default 5)
              --producers N     threads that write to the first ring, 1..64 (default 2)
              --size MIN..MAX   bytes of a message, within 24..131072 (default 64..4000); above about 1400 it is sent in
                                fragments
              --capacity BYTES  of each of the two rings, a power of two, 64..1024m (default 256k); at least twice MAX and
                                some
              --delay N         microseconds that the handler sleeps for each message, 0..1000000 (default 0): a slow
                                consumer
              --help            print this
            """;

    private static final Set<String> NAMES = Set.of("--seconds", "--producers", "--size", "--capacity", "--delay");
    private static final int MAX_SECONDS = 86_400;
    private static final int MAX_PRODUCERS = 64;
    private static final int MAX_SIZE = TERM_BYTES / 8;
    private static final int MAX_DELAY = 1_000_000;
    private static final int RECORD_OVERHEAD = 8;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException when an option or a value is not good; the message says which, and what would be
     */
    static BridgeOptions parse(final String... args) {
        final BridgeOptions options = OptionValues.parse(args, NAMES, DEFAULTS, BridgeOptions::with);
        options.checkRingsTakeMessages();
        return options;
    }

    private BridgeOptions with(final String option, final String value) {
        int seconds = this.seconds;
        int producers = this.producers;
        OptionValues.Range sizes = new OptionValues.Range(minSize, maxSize);
        int capacity = this.capacity;
        int delayMicros = this.delayMicros;
        switch (option) {
            case "--seconds" -> seconds = OptionValues.number(option, value, 1, MAX_SECONDS);
            case "--producers" -> producers = OptionValues.number(option, value, 1, MAX_PRODUCERS);
            case "--size" -> sizes = OptionValues.range(option, value, TimedMessages.MIN_LENGTH, MAX_SIZE);
            case "--capacity" -> capacity = OptionValues.capacity(option, value);
            default -> delayMicros = OptionValues.number(option, value, 0, MAX_DELAY);
        }
        return new BridgeOptions(seconds, producers, sizes.min(), sizes.max(), capacity, delayMicros);
    }

    private void checkRingsTakeMessages() {
        final int limit = capacity / 2 - RECORD_OVERHEAD; // what maxPayload() promises
        if (maxSize > limit) {
            throw new IllegalArgumentException("MAX of --size must be at most " + limit + " with a --capacity of "
                    + capacity + " bytes, but is '" + maxSize + "'");
        }
    }
}
