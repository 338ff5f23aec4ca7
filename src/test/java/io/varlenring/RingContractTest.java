// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.assertIntact;
import static io.varlenring.Rings.bytes;
import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.fill;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static io.varlenring.Rings.stride;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for one thread on every ring, whatever its capacity, memory, hook and age. */
@ParameterizedClass
@MethodSource("configurations")
final class RingContractTest {
    enum Place {
        MEMORY_OF_ITS_OWN,
        MEMORY_OF_THE_CALLER,
        FILE
    }

    record Configuration(int capacity, boolean hook, Place place, long initialPosition) {
        VarLenMpscRing newRing() {
            if (place == Place.FILE) {
                return FileRings.newRing(capacity, initialPosition, hook ? () -> {} : null);
            }
            final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().initialPosition(initialPosition);
            if (place == Place.MEMORY_OF_THE_CALLER) {
                final ByteBuffer memory = ByteBuffer.allocateDirect(capacity + 8);
                while (memory.hasRemaining()) {
                    memory.put((byte) 0x5a);
                }
                builder.memory(memory.position(8).slice());
            } else {
                builder.capacity(capacity);
            }
            return hook ? builder.hook(() -> {}).build() : builder.build();
        }
    }

    static Stream<Configuration> configurations() {
        final List<Configuration> configurations = new ArrayList<>();
        for (final int capacity : new int[] {64, 128, 1024, 1 << 17}) {
            for (final long initialPosition : new long[] {0, capacity - 8L, Long.MAX_VALUE - 7 - capacity, -16}) {
                configurations.add(new Configuration(capacity, false, Place.MEMORY_OF_ITS_OWN, initialPosition));
                configurations.add(new Configuration(capacity, true, Place.MEMORY_OF_THE_CALLER, initialPosition));
                configurations.add(new Configuration(capacity, false, Place.FILE, initialPosition));
                configurations.add(new Configuration(capacity, true, Place.FILE, initialPosition));
            }
        }
        return configurations.stream();
    }

    static Stream<Configuration> configurationsOnTheHeap() {
        return configurations().filter(configuration -> configuration.place != Place.FILE);
    }

    private final int capacity;
    private final int maxPayload;
    private final long initialPosition;
    private final VarLenMpscRing ring;
    private final RingProducer producer;
    private final RingConsumer consumer;

    RingContractTest(final Configuration configuration) {
        capacity = configuration.capacity;
        initialPosition = configuration.initialPosition;
        ring = configuration.newRing();
        maxPayload = ring.maxPayload();
        producer = ring.newProducer();
        consumer = ring.consumer();
    }

    @Test
    void newRing_isEmptyAndOpen() {
        assertEquals(capacity, ring.capacity());
        assertEquals(capacity / 2 - 8, maxPayload);
        assertEquals(0, ring.size());
        assertTrue(ring.isEmpty());
        assertFalse(ring.isClosed());
        assertEquals(initialPosition, ring.producerPosition());
        assertEquals(initialPosition, ring.consumerPosition());
        assertEquals(0, consumer.drain(record -> {}));
        assertSame(consumer, ring.consumer());
    }

    @Test
    void offer_everyLength_comesOutOnceAndUnchanged() {
        final int step = Math.max(1, maxPayload / 300);
        for (int length = 0; length <= maxPayload; length += step) {
            final byte[] sent = payload(length, length);
            assertTrue(offer(producer, sent));
            assertEquals(1, consumer.drain(record -> assertArrayEquals(sent, bytes(record))));
        }
        assertEquals(0, consumer.drain(record -> {}));
        assertTrue(ring.isEmpty());
    }

    @Test
    void offer_untilFull_keepsOrderAndLosesNothing() {
        for (int lap = 0; lap < 5; lap++) {
            final List<byte[]> sent = new ArrayList<>();
            for (int length = lap; offer(producer, payload(length, length % 17)); length++) {
                sent.add(payload(length, length % 17));
            }
            final List<byte[]> received = drain(ring);
            assertEquals(sent.size(), received.size());
            for (int i = 0; i < sent.size(); i++) {
                assertArrayEquals(sent.get(i), received.get(i));
            }
        }
        assertIntact(ring);
    }

    /** Where a handle takes the producer position to be costs an exchange each time that it is wrong. */
    @Test
    void everyCall_leavesTheHandleWithTheProducerPosition() {
        final RingProducer other = ring.newProducer();
        assertTrue(offer(other, new byte[8]));
        assertEquals(ring.producerPosition(), other.side().expected);
        assertTrue(offer(producer, new byte[8]));
        assertEquals(ring.producerPosition(), producer.side().expected);
        assertEquals(1, other.offerAll(new ByteBuffer[] {ByteBuffer.allocate(8)}, 0, 1));
        assertEquals(ring.producerPosition(), other.side().expected);

        fill(other);
        assertFalse(offer(producer, new byte[0]));
        assertEquals(ring.producerPosition(), producer.side().expected);
        assertEquals(1, consumer.drain(record -> {}, 1));
        assertTrue(offer(other, new byte[8]));
        assertEquals(0, producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(0)}, 0, 1));
        assertEquals(ring.producerPosition(), producer.side().expected);

        assertTrue(drain(ring).size() > 0);
        other.tryClaim(8).commit(0);
        assertEquals(ring.producerPosition(), other.side().expected);
        other.tryClaim(8).abort();
        assertEquals(ring.producerPosition(), other.side().expected);
        assertEquals(0, ring.stats().casRetries());
    }

    @Test
    void offer_emptyRecords_fillTheRingToTheLastByte() {
        for (int i = 0; i < capacity / 8; i++) {
            assertTrue(offer(producer, new byte[0]));
        }
        assertEquals(capacity, ring.size());
        assertFalse(ring.isEmpty());
        assertFalse(consumer.arm());
        assertFalse(offer(producer, new byte[0]));
        assertEquals(capacity / 8, consumer.drain(record -> assertEquals(0, record.remaining())));
        assertEquals(0, ring.size());
        assertIntact(ring);
    }

    @Test
    void offer_maxPayloadTwice_fillsTheRingExactlyWhenAligned() {
        final long start = ring.producerPosition();
        final boolean aligned = (start & capacity - 1) % (capacity / 2) == 0;
        assertTrue(offer(producer, payload(1, maxPayload)));
        assertEquals(aligned, offer(producer, payload(2, maxPayload)));
        assertIntact(ring);
    }

    @Test
    void offer_source_advancesOnlyOnSuccess() {
        final ByteBuffer direct = ByteBuffer.allocateDirect(24)
                .put(payload(3, 24))
                .flip()
                .position(3)
                .limit(20);
        final ByteBuffer heap = ByteBuffer.wrap(payload(4, 24), 5, 11);
        final ByteBuffer readOnly =
                ByteBuffer.wrap(payload(5, 24)).asReadOnlyBuffer().position(1);
        final ByteBuffer readOnlyDirect = direct.asReadOnlyBuffer();
        for (final ByteBuffer src : List.of(direct, heap, readOnly, readOnlyDirect, direct.slice(), heap.slice())) {
            final byte[] expected = bytes(src);
            final int limit = src.limit();
            assertTrue(producer.offer(src));
            assertEquals(limit, src.position());
            assertEquals(limit, src.limit());
            assertEquals(1, consumer.drain(record -> assertArrayEquals(expected, bytes(record))));
        }
        fill(producer);
        final ByteBuffer refused = ByteBuffer.wrap(payload(6, 9), 2, 5);
        assertFalse(producer.offer(refused));
        assertFalse(producer.offer(refused, heap));
        assertEquals(0, producer.offerAll(new ByteBuffer[] {refused}, 0, 1));
        assertEquals(2, refused.position());
        assertEquals(7, refused.limit());
    }

    @Test
    void offer_partOfASource_storesThatPartOnly() throws InterruptedException {
        final byte[] source = payload(10, 32);
        for (int offset = 0; offset <= 8; offset++) {
            for (int length = 0; length <= 8; length++) {
                final byte[] part = Arrays.copyOfRange(source, offset, offset + length);
                final ByteBuffer heap = ByteBuffer.wrap(source, offset, length);
                final ByteBuffer direct = ByteBuffer.allocateDirect(32).put(source);
                direct.position(offset + 16).limit(offset + 16 + length);
                final byte[] both = Arrays.copyOf(part, 2 * length);
                System.arraycopy(source, offset + 16, both, length, length);

                assertTrue(producer.offer(source, offset, length));
                assertArrayEquals(part, drain(ring).get(0));
                assertTrue(producer.offer(source, offset, length, 1, TimeUnit.SECONDS));
                assertArrayEquals(part, drain(ring).get(0));
                assertTrue(producer.offer(heap.duplicate()));
                assertArrayEquals(part, drain(ring).get(0));
                assertTrue(producer.offer(heap.duplicate(), 1, TimeUnit.SECONDS));
                assertArrayEquals(part, drain(ring).get(0));
                assertTrue(producer.offer(heap.duplicate(), direct.duplicate()));
                assertArrayEquals(both, drain(ring).get(0));
                assertEquals(2, producer.offerAll(new ByteBuffer[] {null, heap, direct}, 1, 2));
                final List<byte[]> batch = drain(ring);
                assertArrayEquals(part, batch.get(0));
                assertArrayEquals(Arrays.copyOfRange(both, length, 2 * length), batch.get(1));
            }
        }
    }

    @Test
    void offer_gather_storesBothPartsAsOneRecord() {
        for (int headerLength = 0; headerLength <= 8; headerLength++) {
            for (int payloadLength = 0; payloadLength <= maxPayload - 8 && payloadLength < 40; payloadLength++) {
                final ByteBuffer header = ByteBuffer.wrap(payload(7, headerLength));
                final ByteBuffer body = ByteBuffer.allocateDirect(payloadLength);
                body.put(payload(8, payloadLength)).flip();
                final ByteBuffer expected = ByteBuffer.allocate(headerLength + payloadLength);
                expected.put(payload(7, headerLength)).put(payload(8, payloadLength));
                assertTrue(producer.offer(header, body));
                assertFalse(header.hasRemaining());
                assertFalse(body.hasRemaining());
                assertEquals(1, consumer.drain(record -> assertArrayEquals(expected.array(), bytes(record))));
            }
        }
    }

    @Test
    void offer_sameBufferAsHeaderAndPayload_storesItTwice() {
        final ByteBuffer both = ByteBuffer.wrap(payload(9, 7));
        assertTrue(producer.offer(both, both));
        assertFalse(both.hasRemaining());
        assertEquals(1, consumer.drain(record -> assertEquals(14, record.remaining())));
    }

    @Test
    void offerAll_sameBufferTwice_storesItTwice() {
        final ByteBuffer both = ByteBuffer.wrap(payload(9, 3));
        assertEquals(2, producer.offerAll(new ByteBuffer[] {both, both}, 0, 2));
        assertFalse(both.hasRemaining());
        assertEquals(2, consumer.drain(record -> assertArrayEquals(payload(9, 3), bytes(record))));
    }

    @Test
    void record_isBigEndianExactAndWritable() {
        final ByteBuffer src = ByteBuffer.allocate(8).putLong(0, 0x0102030405060708L);
        assertTrue(producer.offer(src.duplicate()));
        assertTrue(producer.offer(src.duplicate()));
        assertEquals(2, consumer.drain(record -> {
            assertEquals(ByteOrder.BIG_ENDIAN, record.order());
            assertEquals(8, record.remaining());
            assertTrue(record.isDirect());
            assertFalse(record.isReadOnly());
            assertThrows(java.nio.InvalidMarkException.class, record::reset);
            assertEquals(0x0102030405060708L, record.getLong(record.position()));
            record.putLong(record.position(), -1);
            record.mark();
            record.order(ByteOrder.LITTLE_ENDIAN);
            record.position(record.limit());
        }));
        assertIntact(ring);
    }

    @Test
    void offerAll_storesTheLongestPrefixThatFits() {
        for (int length = 0; length <= Math.min(16, maxPayload); length++) {
            for (int used = 0; used <= capacity && used <= 256; used += 8) {
                for (int i = 0; i < used / 8; i++) {
                    assertTrue(offer(producer, new byte[0]));
                }
                final ByteBuffer[] batch = new ByteBuffer[40];
                for (int i = 2; i < batch.length; i++) {
                    batch[i] = ByteBuffer.wrap(payload(i, length));
                }
                long end = ring.producerPosition();
                int expected = 0;
                while (expected < 37) {
                    final long untilWrap = capacity - (end & capacity - 1);
                    final long next = end + stride(length) + (stride(length) > untilWrap ? untilWrap : 0);
                    if (next - ring.consumerPosition() > capacity) {
                        break;
                    }
                    end = next;
                    expected++;
                }
                assertEquals(expected, producer.offerAll(batch, 2, 37));
                assertEquals(end, expected == 0 ? end : ring.producerPosition());
                for (int i = 2; i < batch.length; i++) {
                    assertEquals(i < 2 + expected ? 0 : length, batch[i].remaining());
                }
                final List<byte[]> records = drain(ring);
                assertEquals(used / 8 + expected, records.size());
                for (int i = 0; i < expected; i++) {
                    assertArrayEquals(payload(2 + i, length), records.get(used / 8 + i));
                }
            }
        }
        assertIntact(ring);
    }

    @Test
    void drain_maxRecords_stopsThere() {
        for (int i = 0; i < 3; i++) {
            assertTrue(offer(producer, payload(i, 1)));
        }
        assertEquals(0, consumer.drain(record -> {}, 0));
        assertEquals(1, drain(ring, 1).size());
        assertEquals(32, ring.size());
        assertEquals(2, drain(ring, 3).size());
        assertTrue(ring.isEmpty());
    }

    @Test
    void drain_handlerThrows_consumesTheRecordAndKeepsTheRest() {
        for (int i = 0; i < 3; i++) {
            assertTrue(offer(producer, payload(i, 1)));
        }
        final List<byte[]> seen = new ArrayList<>();
        final IllegalArgumentException failure = new IllegalArgumentException("from the handler");
        assertSame(
                failure,
                assertThrows(
                        IllegalArgumentException.class,
                        () -> consumer.drain(record -> {
                            seen.add(bytes(record));
                            if (seen.size() == 2) {
                                throw failure;
                            }
                        })));
        assertEquals(2, seen.size());
        final List<byte[]> rest = drain(ring);
        assertEquals(1, rest.size());
        assertArrayEquals(payload(2, 1), rest.get(0));
        assertTrue(ring.isEmpty());
        assertIntact(ring);
    }

    @Test
    void close_refusesProducersAndLeavesRecordsToTheConsumer() {
        assertTrue(offer(producer, payload(1, 2)));
        final RingClaim claim = producer.tryClaim(3);
        ring.close();
        ring.close();
        assertTrue(ring.isClosed());
        assertThrows(RingClosedException.class, () -> offer(producer, new byte[0]));
        assertThrows(RingClosedException.class, () -> producer.offer(ByteBuffer.allocate(1)));
        assertThrows(RingClosedException.class, () -> producer.offer(ByteBuffer.allocate(1), ByteBuffer.allocate(1)));
        assertThrows(
                RingClosedException.class, () -> producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(1)}, 0, 1));
        assertThrows(RingClosedException.class, () -> ring.newProducer().tryClaim(0));
        assertEquals(1, drain(ring).size());
        assertFalse(ring.isEmpty());
        claim.buffer().put(payload(2, 3));
        claim.commit(2);
        assertArrayEquals(Arrays.copyOf(payload(2, 3), 2), drain(ring).get(0));
        assertEquals(0, consumer.drain(record -> {}));
        assertTrue(ring.isEmpty());
        assertEquals(ring.consumerPosition(), ring.producerPosition());
        assertEquals(0, ring.producerPosition() % 8);
    }
}
