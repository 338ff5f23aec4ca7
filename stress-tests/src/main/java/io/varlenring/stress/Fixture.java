// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import io.varlenring.RingClosedException;
import io.varlenring.RingConsumer;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * What the stress tests share. A record is filled with one letter, its name, so that a torn one shows, and a series of
 * records is the string of their letters.
 */
final class Fixture {
    /** The smallest ring: every lap is a few records long. */
    static final int CAPACITY = 64;

    static final String NOTHING = "-";
    static final String TORN = "torn";
    static final String STORED = "stored";
    static final String FULL = "full";
    static final String REFUSED = "refused";
    static final String OVERSLEPT = "overslept";

    /** Far more than any machine needs: a thread that slept so long was not woken. */
    static final long WATCHDOG_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final int TRIES = 200;
    private static final int MOST_DELAY = 64;

    private Fixture() {}

    // Rings

    /** Makes an empty ring whose positions stand at a multiple of 8, with stale bytes in all that was passed. */
    static VarLenMpscRing ringAt(final int position) {
        return advance(VarLenMpscRing.allocate(CAPACITY), position);
    }

    static VarLenMpscRing ringAt(final int position, final WakeupHook hook) {
        return advance(VarLenMpscRing.builder().capacity(CAPACITY).hook(hook).build(), position);
    }

    /** Brings an empty ring's positions to a multiple of 8. */
    static VarLenMpscRing advance(final VarLenMpscRing ring, final int position) {
        final RingProducer producer = ring.newProducer();
        final byte[] stale = record('x', 8);
        while (ring.producerPosition() < position) {
            producer.offer(stale, 0, position - ring.producerPosition() < 16 ? 0 : 8);
            ring.consumer().drain(record -> {});
        }
        return ring;
    }

    // Records

    static byte[] record(final char letter, final int length) {
        final byte[] payload = new byte[length];
        Arrays.fill(payload, (byte) letter);
        return payload;
    }

    static ByteBuffer[] batch(final int length, final char... letters) {
        final ByteBuffer[] batch = new ByteBuffer[letters.length];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = ByteBuffer.wrap(record(letters[i], length));
        }
        return batch;
    }

    static String offer(final RingProducer producer, final byte[] record) {
        return producer.offer(record, 0, record.length) ? STORED : FULL;
    }

    /** Offers a record until there is room for it, but not for ever. */
    static String offerPatiently(final RingProducer producer, final byte[] record) {
        for (int i = 0; i < TRIES; i++) {
            if (producer.offer(record, 0, record.length)) {
                return STORED;
            }
        }
        return FULL;
    }

    static String offerUnlessClosed(final RingProducer producer, final byte[] record) {
        try {
            return offer(producer, record);
        } catch (final RingClosedException closed) {
            return REFUSED;
        }
    }

    /** Returns the letter with which all of a record is filled. */
    static String letter(final ByteBuffer record) {
        final byte first = record.get(record.position());
        for (int i = record.position(); i < record.limit(); i++) {
            if (record.get(i) != first) {
                return TORN;
            }
        }
        return Character.toString((char) (first & 0xff));
    }

    /** Drains what is readable, at most {@code maxRecords}, and returns the letters. */
    static String drain(final RingConsumer consumer, final int maxRecords) {
        final StringBuilder letters = new StringBuilder();
        consumer.drain(record -> letters.append(letter(record)), maxRecords);
        return letters.length() == 0 ? NOTHING : letters.toString();
    }

    static String drain(final RingConsumer consumer) {
        return drain(consumer, Integer.MAX_VALUE);
    }

    /** Waits for a record as long as the watchdog allows. */
    static String drainOrWait(final RingConsumer consumer) {
        final StringBuilder letters = new StringBuilder();
        final long begin = System.nanoTime();
        try {
            consumer.drain(record -> letters.append(letter(record)), 1, WATCHDOG_NANOS, TimeUnit.NANOSECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
        if (System.nanoTime() - begin >= WATCHDOG_NANOS) {
            return OVERSLEPT;
        }
        return letters.length() == 0 ? NOTHING : letters.toString();
    }

    static String wakeups(final VarLenMpscRing ring) {
        return ring.stats().wakeups() > 0 ? "woken" : "read";
    }

    // Sleeping

    /** A ring with a hook, and what its consumer and its hook did. */
    static final class Sleeper implements WakeupHook {
        final VarLenMpscRing ring;
        private volatile boolean woken;

        Sleeper(final int position) {
            this.ring = ringAt(position, this);
        }

        @Override
        public void wakeup() {
            woken = true;
        }

        /** Does what a consumer does before it sleeps. */
        String arm() {
            return ring.consumer().arm() ? "asleep" : "awake";
        }

        String hook() {
            return woken ? "woken" : "not woken";
        }
    }

    /**
     * Lets two actors begin together, where one of them takes so much longer than the other that they would hardly ever
     * meet. Waits for the other one for a while only.
     */
    static final class Start {
        private volatile boolean first;
        private volatile boolean second;

        void first() {
            first = true;
            for (int i = 0; !second && i < 10_000; i++) {
                Thread.onSpinWait();
            }
        }

        /** Goes on a little later than the other one, by chance, to meet all its steps. */
        void second() {
            second = true;
            for (int i = 0; !first && i < 10_000; i++) {
                Thread.onSpinWait();
            }
            for (int i = ThreadLocalRandom.current().nextInt(MOST_DELAY); i > 0; i--) {
                Thread.onSpinWait();
            }
        }
    }

    // Controls

    /** Keeps the two halves of a control apart, as an interrupt between them would. */
    static void pause() {
        for (int i = 0; i < 20; i++) {
            Thread.onSpinWait();
        }
    }

    /** Words of the same kind of memory as the ring's, each on cache lines of its own; zero at first. */
    static final class Words {
        private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(
                        long[].class, ByteOrder.nativeOrder())
                .withInvokeExactBehavior();
        private static final int DISTANCE = 128;
        private static final int COUNT = 3;

        private final ByteBuffer memory = ByteBuffer.allocateDirect(COUNT * DISTANCE);

        long getPlain(final int word) {
            return (long) WORDS.get(memory, word * DISTANCE);
        }

        void setPlain(final int word, final long value) {
            WORDS.set(memory, word * DISTANCE, value);
        }

        long getAcquire(final int word) {
            return (long) WORDS.getAcquire(memory, word * DISTANCE);
        }

        void setRelease(final int word, final long value) {
            WORDS.setRelease(memory, word * DISTANCE, value);
        }

        long getVolatile(final int word) {
            return (long) WORDS.getVolatile(memory, word * DISTANCE);
        }

        void setVolatile(final int word, final long value) {
            WORDS.setVolatile(memory, word * DISTANCE, value);
        }

        boolean compareAndSet(final int word, final long expected, final long replacement) {
            return WORDS.compareAndSet(memory, word * DISTANCE, expected, replacement);
        }

        long getAndAdd(final int word, final long delta) {
            return (long) WORDS.getAndAdd(memory, word * DISTANCE, delta);
        }
    }
}
