// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Up to eight producers and the consumer on tiny rings: nothing lost, duplicated, reordered or torn; no spurious
 * "full".
 */
final class ThreadedRingTest {
    private static final int RECORDS = 80_000;
    /** On a machine with other work, where threads that yield wait for it, so many do, of each producer. */
    private static final int LEAST_RECORDS = 500;

    private static final long ENOUGH_NANOS = 2_000_000_000;
    private static final int PREFIX = 5;

    /** The record number {@code sequence} of a producer: who, which, and bytes that depend on both. */
    private static void fill(final ByteBuffer record, final int producer, final int sequence, final int length) {
        record.put((byte) producer).putInt(sequence);
        int state = producer * 0x9e3779b9 ^ sequence * 0x85ebca6b ^ length;
        for (int i = PREFIX; i < length; i++) {
            state = state * 1664525 + 1013904223;
            record.put((byte) (state >>> 24));
        }
    }

    private static final class Verifier {
        final int[] nextSequence;
        final ByteBuffer expected;
        int records;
        int empty;

        Verifier(final int producers, final int maxPayload) {
            nextSequence = new int[producers];
            expected = ByteBuffer.allocate(maxPayload);
        }

        void verify(final ByteBuffer record) {
            if (!record.hasRemaining()) {
                empty++;
                return;
            }
            records++;
            assertTrue(record.remaining() >= PREFIX, "a record of " + record.remaining() + " bytes");
            final int producer = record.get(record.position());
            final int sequence = record.getInt(record.position() + 1);
            assertEquals(nextSequence[producer]++, sequence, "of producer " + producer);
            expected.clear();
            fill(expected, producer, sequence, record.remaining());
            assertEquals(expected.flip(), record, "record " + sequence + " of producer " + producer);
        }
    }

    /** Writes one producer's records in all the ways there are. */
    private static final class Writer {
        final RingProducer producer;
        final int id;
        final int count;
        final int maxPayload;
        final SplittableRandom random;
        final Crew crew;
        final ByteBuffer[] batch = new ByteBuffer[4];
        final ByteBuffer first;
        final ByteBuffer second;
        int sequence;
        int empty;

        Writer(final VarLenMpscRing ring, final int id, final int count, final Crew crew) {
            this.producer = ring.newProducer();
            this.id = id;
            this.count = count;
            this.maxPayload = ring.maxPayload();
            this.random = new SplittableRandom(id);
            this.crew = crew;
            this.first = ByteBuffer.allocateDirect(maxPayload);
            this.second = ByteBuffer.allocate(maxPayload);
            for (int i = 0; i < batch.length; i++) {
                batch[i] = ByteBuffer.allocate(maxPayload);
            }
        }

        int randomLength() {
            final int longest = random.nextInt(8) == 0 ? maxPayload : Math.min(maxPayload, 40);
            return PREFIX + random.nextInt(longest - PREFIX + 1);
        }

        void fill(final ByteBuffer record, final int number) {
            record.clear();
            ThreadedRingTest.fill(record, id, number, randomLength());
            record.flip();
        }

        void run() {
            final long start = System.nanoTime();
            while (sequence < count
                    && (sequence < LEAST_RECORDS || System.nanoTime() - start < ENOUGH_NANOS)
                    && !crew.isFailing()) {
                if (!writeOnce()) {
                    Crew.pause();
                }
            }
        }

        boolean writeOnce() {
            switch (random.nextInt(10)) {
                case 0 -> {
                    fill(first, sequence);
                    return sent(producer.offer(first) ? 1 : 0);
                }
                case 1 -> {
                    fill(second, sequence);
                    return sent(producer.offer(second.array(), 0, second.limit()) ? 1 : 0);
                }
                case 2 -> {
                    fill(second, sequence);
                    first.clear().limit(PREFIX);
                    first.put(0, second, 0, PREFIX);
                    return sent(producer.offer(first, second.position(PREFIX)) ? 1 : 0);
                }
                case 3 -> {
                    final int records = Math.min(1 + random.nextInt(batch.length), count - sequence);
                    for (int i = 0; i < records; i++) {
                        fill(batch[i], sequence + i);
                    }
                    return sent(producer.offerAll(batch, 0, records));
                }
                case 4, 5 -> {
                    try (RingClaim claim = producer.tryClaim(maxPayload / (1 + random.nextInt(2)))) {
                        if (claim == null) {
                            return false;
                        }
                        final int length =
                                PREFIX + random.nextInt(claim.buffer().remaining() - PREFIX + 1);
                        ThreadedRingTest.fill(claim.buffer(), id, sequence, length);
                        claim.commit(length);
                        return sent(1);
                    }
                }
                case 6 -> {
                    final RingClaim claim = producer.tryClaim(randomLength());
                    if (claim != null) {
                        while (claim.buffer().hasRemaining()) {
                            claim.buffer().put((byte) 0x11); // garbage that must never be taken for a header
                        }
                        claim.abort();
                    }
                    return claim != null;
                }
                case 7, 8 -> {
                    return fillBatchInPlace();
                }
                default -> {
                    final boolean stored = producer.offer(second.array(), 0, 0);
                    empty += stored ? 1 : 0;
                    return stored;
                }
            }
        }

        boolean fillBatchInPlace() {
            final int least = randomLength();
            final int most = Rings.stride(least) + random.nextInt(maxPayload + 8 - Rings.stride(least) + 1);
            try (RingBatch claimed = producer.tryClaimBatch(least, most)) {
                if (claimed == null) {
                    return false;
                }
                final int records = Math.min(random.nextInt(5), count - sequence);
                while (claimed.count() < records && claimed.remaining() >= PREFIX) {
                    final int length = PREFIX + random.nextInt(claimed.remaining() - PREFIX + 1);
                    final ByteBuffer space = claimed.next(claimed.remaining());
                    while (space.hasRemaining()) {
                        space.put((byte) 0x11); // garbage, as above
                    }
                    final ByteBuffer record = claimed.next(length);
                    ThreadedRingTest.fill(record, id, sequence + claimed.count(), length);
                    claimed.addWritten();
                }
                final int added = claimed.count();
                if (random.nextInt(4) == 0) {
                    claimed.abort();
                    return true;
                }
                claimed.commit();
                return sent(added);
            }
        }

        boolean sent(final int records) {
            sequence += records;
            return records > 0;
        }
    }

    static Stream<Arguments> producersAndCapacities() {
        final List<Arguments> arguments = new ArrayList<>();
        for (int producers = 1; producers <= 8; producers++) {
            for (final int capacity : new int[] {64, 128, 1024}) {
                arguments.add(Arguments.of(producers, capacity, producers % 2 == 0, false));
            }
        }
        arguments.add(Arguments.of(3, 1 << 16, false, false));
        for (final int producers : new int[] {1, 2, 5}) {
            for (final int capacity : new int[] {64, 1024}) {
                arguments.add(Arguments.of(producers, capacity, producers % 2 == 0, true));
            }
        }
        return arguments.stream();
    }

    @ParameterizedTest
    @MethodSource("producersAndCapacities")
    void manyProducers_nothingIsLostDoubledReorderedOrTorn(
            final int producers, final int capacity, final boolean hook, final boolean inFile) throws Exception {
        final long initialPosition = Long.MAX_VALUE - 1023 - 8L * producers;
        final VarLenMpscRing.Builder builder =
                VarLenMpscRing.builder().capacity(capacity).initialPosition(initialPosition);
        final VarLenMpscRing ring = inFile
                ? FileRings.newRing(capacity, initialPosition, hook ? () -> {} : null)
                : hook ? builder.hook(() -> {}).build() : builder.build();
        final Crew crew = new Crew();
        final AtomicInteger working = new AtomicInteger(producers);
        final List<Writer> writers = new ArrayList<>();
        for (int id = 0; id < producers; id++) {
            final Writer writer = new Writer(ring, id, RECORDS / producers, crew);
            writers.add(writer);
            crew.add("producer-" + id, () -> {
                writer.run();
                if (working.decrementAndGet() == 0) {
                    ring.close();
                }
            });
        }
        final Verifier verifier = new Verifier(producers, ring.maxPayload());
        crew.add("consumer", () -> consume(ring, verifier, crew));
        crew.run(ring);

        int empty = 0;
        for (final Writer writer : writers) {
            assertEquals(writer.sequence, verifier.nextSequence[writer.id]);
            empty += writer.empty;
        }
        assertEquals(empty, verifier.empty);
        final RingStats stats = ring.stats();
        assertEquals(verifier.records + verifier.empty, stats.offered());
        assertTrue(stats.highWaterMark() <= capacity, stats::toString);
    }

    private static void consume(final VarLenMpscRing ring, final Verifier verifier, final Crew crew) {
        final RingConsumer consumer = ring.consumer();
        final SplittableRandom random = new SplittableRandom(42);
        final RecordHandler handler = verifier::verify;
        final ControlledRecordHandler controlled = record -> {
            if (random.nextInt(8) == 0) {
                return ControlledRecordHandler.Action.ABORT;
            }
            verifier.verify(record);
            return random.nextBoolean()
                    ? ControlledRecordHandler.Action.COMMIT
                    : ControlledRecordHandler.Action.CONTINUE;
        };
        while (!(ring.isClosed() && ring.isEmpty()) && !crew.isFailing()) {
            final int drained = switch (random.nextInt(4)) {
                case 0 -> consumer.drain(handler, 1);
                case 1 -> consumer.drainControlled(controlled, 10);
                case 2 -> consumer.arm() ? 0 : consumer.drain(handler, 3);
                default -> consumer.drain(handler);
            };
            final int size = ring.size();
            assertTrue(size >= 0 && size <= ring.capacity(), "size " + size);
            if (drained == 0) {
                Crew.pause();
            }
        }
    }

    /**
     * Each producer sends its next record only when its last one has been consumed and its space given back. The ring
     * therefore always has room for one more of each, and a "full" is spurious.
     */
    @ParameterizedTest
    @CsvSource({"2, false", "3, false", "4, false", "8, false", "2, true", "5, true"})
    void producersThatWaitForSpace_areNeverToldFull(final int producers, final boolean inFile) throws Exception {
        // A record of 24 bytes needs 32, and at the wrap a gap of at most 24.
        final int capacity = Integer.highestOneBit(32 * producers + 24) * 2;
        final VarLenMpscRing ring = inFile ? FileRings.newRing(capacity, 0, null) : VarLenMpscRing.allocate(capacity);
        final AtomicLongArray consumed = new AtomicLongArray(producers * 16);
        final Crew crew = new Crew();
        final int count = 120_000 / producers;
        for (int id = 0; id < producers; id++) {
            final int index = id * 16;
            final byte number = (byte) id;
            crew.add("producer-" + id, () -> {
                final RingProducer producer = ring.newProducer();
                final byte[] record = new byte[24];
                record[0] = number;
                for (int i = 0; i < count && !crew.isFailing(); i++) {
                    while (consumed.get(index) < i && !crew.isFailing()) {
                        Crew.pause();
                    }
                    assertTrue(producer.offer(record, 0, 1 + i % 24), () -> "a spurious full: " + ring);
                }
            });
        }
        crew.add("consumer", () -> {
            final int[] seen = new int[producers];
            for (int total = 0; total < count * producers && !crew.isFailing(); ) {
                final int drained = ring.consumer().drain(record -> seen[record.get(record.position())]++);
                if (drained == 0) {
                    Crew.pause();
                }
                total += drained;
                for (int id = 0; id < producers; id++) {
                    consumed.set(id * 16, seen[id]); // after the drain, which has given the space back
                }
            }
        });
        crew.run(ring);
        assertEquals(0, ring.stats().refusedFull());
    }

    /** A batch is seen whole: once its first record can be read, all of them can, wherever the wrap lies. */
    @ParameterizedTest
    @CsvSource({"256, false", "1024, false", "512, true", "1024, true"})
    void batches_areVisibleAsAWhole(final int capacity, final boolean inPlace) throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(capacity);
        final Crew crew = new Crew();
        final int producers = 2;
        final int count = inPlace ? 15_000 : 40_000;
        final AtomicLongArray consumed = new AtomicLongArray(producers * 16);
        for (int id = 0; id < producers; id++) {
            final int index = id * 16;
            final byte number = (byte) id;
            crew.add("producer-" + id, () -> {
                final RingProducer producer = ring.newProducer();
                final ByteBuffer[] batch = new ByteBuffer[3];
                for (int part = 0; part < batch.length; part++) {
                    batch[part] =
                            ByteBuffer.allocate(2 + 9 * part).put(0, number).put(1, (byte) part);
                }
                for (int i = 0; i < count && !crew.isFailing(); i++) {
                    while (consumed.get(index) < i && !crew.isFailing()) {
                        Crew.pause();
                    }
                    if (inPlace) {
                        fillInPlace(producer, batch);
                    } else {
                        assertEquals(3, producer.offerAll(batch, 0, 3), "room for both producers' batches");
                    }
                    for (final ByteBuffer part : batch) {
                        assertEquals(0, part.remaining());
                        part.rewind();
                    }
                }
            });
        }
        crew.add("consumer", () -> {
            final byte[] seen = new byte[2];
            final RecordHandler handler = record -> record.get(record.position(), seen);
            for (int total = 0; total < count * producers && !crew.isFailing(); ) {
                if (ring.consumer().drain(handler, 1) == 0) {
                    Crew.pause();
                    continue;
                }
                final int who = seen[0];
                assertEquals(0, seen[1]);
                for (int part = 1; part < 3; part++) {
                    assertEquals(1, ring.consumer().drain(handler, 1), "the rest of a batch is not readable");
                    assertEquals(who, seen[0]);
                    assertEquals(part, seen[1]);
                }
                consumed.incrementAndGet(who * 16);
                total++;
            }
        });
        crew.run(ring);
        assertTrue(ring.isEmpty());
    }

    /**
     * Space comes back in whole batches, so there is room for none of a batch or for all of it, also where the consumer
     * gives back while the ring is found full.
     */
    @Test
    void batches_thatFitAsAWhole_areNotCut() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(1024);
        final Crew crew = new Crew();
        final int count = 100_000;
        crew.add("producer", () -> {
            final RingProducer producer = ring.newProducer();
            final ByteBuffer[] batch = new ByteBuffer[8]; // 128 bytes in the ring
            Arrays.setAll(batch, part -> ByteBuffer.allocate(8));
            for (int i = 0; i < count && !crew.isFailing(); ) {
                final int offered = producer.offerAll(batch, 0, batch.length);
                if (offered > 0) {
                    assertEquals(batch.length, offered, "in batch " + i);
                    i++;
                    for (final ByteBuffer part : batch) {
                        part.rewind();
                    }
                } else {
                    Crew.pause();
                }
            }
        });
        crew.add("consumer", () -> {
            for (int records = 0; records < count * 8 && !crew.isFailing(); ) {
                final int drained = ring.consumer().drain(record -> {}, 8);
                records += drained;
                if (drained == 0) {
                    Crew.pause();
                }
            }
        });
        crew.run(ring);
        assertTrue(ring.isEmpty());
    }

    /**
     * Claims more than the batch needs, so the rest is given back, or becomes padding; there is always room for both.
     */
    private static void fillInPlace(final RingProducer producer, final ByteBuffer[] srcs) {
        int added = 0;
        try (RingBatch batch = producer.tryClaimBatch(80, 96)) {
            assertNotNull(batch, "room for both producers' batches");
            for (final ByteBuffer src : srcs) {
                batch.next(24).put(src);
                batch.addWritten();
                added++;
            }
            batch.commit();
        }
        assertEquals(srcs.length, added);
    }

    /**
     * Sources that change while they are offered: whatever the producer is told, the consumer finds a sound ring. How
     * often that interrupts a copy is chance; FailingSourceTest does it for certain.
     */
    @ParameterizedTest
    @ValueSource(ints = {64, 256})
    void sourcesThatChange_neverStopTheConsumer(final int capacity) throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(capacity);
        final ByteBuffer changing = ByteBuffer.allocate(ring.maxPayload());
        final Crew crew = new Crew();
        crew.add("changer", () -> {
            while (!ring.isClosed() && !crew.isFailing()) {
                changing.limit(0);
                changing.clear();
            }
        });
        crew.add("producer", () -> {
            final RingProducer producer = ring.newProducer();
            final ByteBuffer[] batch = {changing, ByteBuffer.allocate(3), changing};
            for (int i = 0; i < 40_000 && !crew.isFailing(); i++) {
                try {
                    if (producer.offerAll(batch, i % 2, 2) == 0) {
                        Crew.pause();
                    }
                } catch (final RuntimeException failure) { // whichever check of the JDK or of the ring found it
                    assertTrue(failure.getMessage() != null);
                }
                batch[1].clear();
            }
            ring.close();
        });
        crew.add("consumer", () -> {
            while (!(ring.isClosed() && ring.isEmpty()) && !crew.isFailing()) {
                if (ring.consumer().drain(record -> assertTrue(record.remaining() <= ring.maxPayload())) == 0) {
                    Crew.pause();
                }
            }
        });
        crew.run(ring);
        assertTrue(ring.isEmpty());
    }
}
