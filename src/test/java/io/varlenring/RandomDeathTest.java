// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Producers and consumers in processes of their own, killed at random while they run. Every record whose offer returned
 * true is handed over at least once, and not again once its space was given back; none is torn; each producer's come in
 * order; and the ring continues.
 *
 * <p>The system property {@code varlenring.kills} says how many are killed.
 */
final class RandomDeathTest {
    private static final int KILLS = Integer.getInteger("varlenring.kills", 8);
    private static final int CAPACITY = 1024;
    private static final int PRODUCERS_AT_ONCE = 3;
    private static final int SLOTS = 8;
    private static final int CONSUMER_EACH = 4;
    /** Of so many claims and records, one is slept in: so many of the killed have something unfinished. */
    private static final int NAPS_IN = 8;

    /** What must outlive the processes: for each producer, words that one process writes. */
    private static final class Books {
        private static final int ACKNOWLEDGED = 0;
        private static final int DELIVERED = 8;
        private static final int GIVEN_BACK = 16;
        private static final int LENGTH = 24;
        /** Of the consumers. */
        private static final int RECORDS = 0;

        private static final int RECOVERED = 8;
        private static final int AGAIN = 16;
        private final ByteBuffer words;

        Books(final Path file, final int producers) throws IOException {
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                words = channel.map(FileChannel.MapMode.READ_WRITE, 0, (producers + 1L) * LENGTH)
                        .order(ByteOrder.nativeOrder());
            }
        }

        long get(final int producer, final int word) {
            return words.getLong(producer * LENGTH + word);
        }

        void set(final int producer, final int word, final long value) {
            words.putLong(producer * LENGTH + word, value);
        }

        void count(final int word) {
            set(0, word, get(0, word) + 1);
        }
    }

    private static int length(final long sequence) {
        return 12 + (int) (((sequence * 0x9e3779b9L) >>> 8) & 127);
    }

    private static void fill(final ByteBuffer record, final int producer, final long sequence) {
        record.clear().limit(length(sequence)).putInt(producer).putLong(sequence);
        while (record.hasRemaining()) {
            record.put((byte) (sequence + record.position() * 7L));
        }
        record.flip();
    }

    private static void nap() {
        LockSupport.parkNanos(20_000);
    }

    /** Offers and claims until it is killed. */
    static final class Producer {
        private Producer() {}

        public static void main(final String[] arguments) throws Exception {
            final int number = Integer.parseInt(arguments[2]);
            final Books books = new Books(Path.of(arguments[1]), number);
            final VarLenMpscRing ring = VarLenMpscRing.attach(Path.of(arguments[0]));
            final RingProducer producer = ring.newProducer();
            final ByteBuffer record = ByteBuffer.allocateDirect(256);
            final SplittableRandom random = new SplittableRandom(number);
            System.out.println("runs");
            for (long sequence = 1; ; sequence++) {
                fill(record, number, sequence);
                while (!(sequence % 3 == 0 ? claim(producer, record, random) : producer.offer(record))) {
                    nap();
                }
                books.set(number, Books.ACKNOWLEDGED, sequence);
            }
        }

        private static boolean claim(
                final RingProducer producer, final ByteBuffer record, final SplittableRandom random) {
            try (RingClaim claim = producer.tryClaim(record.remaining() + 9)) {
                if (claim == null) {
                    return false;
                }
                claim.buffer().put(record);
                if (random.nextInt(NAPS_IN) == 0) {
                    nap();
                }
                claim.commitWritten();
                return true;
            }
        }
    }

    /** Drains, and recovers what is in its way, until it is killed or the ring is closed and empty. */
    static final class Consumer {
        private static final int AT_ONCE = 20;
        private final Books books;
        private final SplittableRandom random = new SplittableRandom();
        private final ByteBuffer expected = ByteBuffer.allocate(256);
        /** Whose records the drain under way has handed over. */
        private final int[] taken = new int[AT_ONCE];

        private int count;

        private Consumer(final Books books) {
            this.books = books;
        }

        public static void main(final String[] arguments) throws Exception {
            final int producers = Integer.parseInt(arguments[2]);
            final Consumer consumer = new Consumer(new Books(Path.of(arguments[1]), producers));
            final VarLenMpscRing ring = VarLenMpscRing.attach(Path.of(arguments[0]));
            ring.consumer();
            System.out.println("runs");
            final long[] first = new long[producers + 1];
            while (!(ring.isClosed() && ring.isEmpty())) {
                final int records = ring.consumer()
                        .drain(record -> consumer.take(record, first), AT_ONCE, 2, TimeUnit.MILLISECONDS);
                for (int i = 0; i < records; i++) {
                    final int from = consumer.taken[i];
                    consumer.books.set(from, Books.GIVEN_BACK, consumer.books.get(from, Books.DELIVERED));
                }
                consumer.count = 0;
                final StalledClaim stalled = records == 0 ? ring.consumer().stalledBy() : null;
                if (stalled != null && stalled.owner() == StalledClaim.Owner.DEAD) {
                    ring.consumer().recover(stalled);
                    consumer.books.count(Books.RECOVERED);
                }
            }
            System.out.println("done");
        }

        private void take(final ByteBuffer record, final long[] first) {
            final int producer = record.getInt(record.position());
            final long sequence = record.getLong(record.position() + 4);
            final long last = books.get(producer, Books.DELIVERED);
            // The first one since this process began may come again, if its space had not been given back
            final boolean isAgain = first[producer] == 0 && sequence <= last;
            if (isAgain) {
                books.count(Books.AGAIN);
            }
            if (isAgain ? sequence <= books.get(producer, Books.GIVEN_BACK) : sequence != last + 1) {
                throw new AssertionError("record " + sequence + " of " + producer + " after " + last
                        + ", given back up to " + books.get(producer, Books.GIVEN_BACK));
            }
            fill(expected, producer, sequence);
            if (!expected.equals(record)) {
                throw new AssertionError("record " + sequence + " of " + producer + " is torn");
            }
            if (random.nextInt(NAPS_IN) == 0) {
                nap();
            }
            first[producer] = sequence;
            taken[count++] = producer;
            books.set(producer, Books.DELIVERED, sequence);
            books.count(Books.RECORDS);
        }
    }

    @Test
    void processes_killedAtRandom_loseAndDoubleNothing() throws Exception {
        final Path file = FileRings.newFile();
        final Path bookFile = FileRings.newFile();
        final long seed = Long.getLong("varlenring.seed", System.nanoTime());
        final SplittableRandom random = new SplittableRandom(seed);
        final int producers = KILLS + PRODUCERS_AT_ONCE;
        final Books books = new Books(bookFile, producers);
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .file(file)
                .capacity(CAPACITY)
                .slots(SLOTS)
                .build();
        try {
            run(file, bookFile, random, producers);
            for (int i = 1; i <= producers; i++) {
                assertTrue(books.get(i, Books.DELIVERED) >= books.get(i, Books.ACKNOWLEDGED), "of producer " + i);
            }
            assertTrue(books.get(0, Books.RECORDS) > KILLS);
            for (int offset = 0; offset < CAPACITY; offset += 8) {
                assertEquals(0, ring.memory.getHeaderAcquire(offset), "free memory that is not zero");
            }
            if (System.getProperty("varlenring.kills") != null) { // who asks for so many wants to know
                System.out.println("RandomDeathTest: " + producers + " producers and " + KILLS / CONSUMER_EACH
                        + " consumers killed, " + books.get(0, Books.RECORDS) + " records handed over, "
                        + books.get(0, Books.AGAIN) + " of them again, " + books.get(0, Books.RECOVERED)
                        + " recoveries");
            }
        } catch (final Throwable failure) {
            System.out.println("RandomDeathTest: varlenring.seed=" + seed + ", varlenring.kills=" + KILLS);
            throw failure;
        } finally {
            ring.detach();
            Files.deleteIfExists(file);
            Files.deleteIfExists(bookFile);
        }
    }

    private static void run(final Path file, final Path books, final SplittableRandom random, final int producers)
            throws Exception {
        final ArrayDeque<ChildProcess> running = new ArrayDeque<>();
        ChildProcess consumer = new ChildProcess(Consumer.class, file, books, producers).await("runs");
        try {
            for (int number = 1; number <= producers; number++) {
                running.add(new ChildProcess(Producer.class, file, books, number).await("runs"));
                if (number <= PRODUCERS_AT_ONCE) {
                    continue;
                }
                Thread.sleep(random.nextInt(30));
                if ((number - PRODUCERS_AT_ONCE) % CONSUMER_EACH == 0) {
                    consumer.kill();
                    consumer = new ChildProcess(Consumer.class, file, books, producers).await("runs");
                }
                running.remove().kill();
            }
            while (!running.isEmpty()) {
                running.remove().kill();
            }
            final VarLenMpscRing ring = VarLenMpscRing.attach(file);
            ring.close();
            consumer.await("done");
            consumer.awaitEnd();
        } finally {
            running.forEach(ChildProcess::close);
            consumer.close();
        }
    }
}
