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
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The behaviour of a batch, from {@code tryClaimBatch} to its end; on every ring of {@link RingContractTest} except
 * those in files, which give nothing back.
 */
@ParameterizedClass
@MethodSource("io.varlenring.RingContractTest#configurationsOnTheHeap")
final class RingBatchTest {
    private final int capacity;
    /** Longest record that is sure to fit a batch of half the ring. */
    private final int longest;

    private final VarLenMpscRing ring;
    private final RingProducer producer;
    private final RingConsumer consumer;

    RingBatchTest(final RingContractTest.Configuration configuration) {
        ring = configuration.newRing();
        capacity = ring.capacity();
        longest = ring.maxPayload();
        producer = ring.newProducer();
        consumer = ring.consumer();
    }

    @AfterEach
    void ringIsIntact() {
        if (!ring.isClosed()) {
            assertIntact(ring);
        }
    }

    private static void assertRefused(
            final Class<? extends Throwable> type, final Executable call, final String... parts) {
        final String message = assertThrows(type, call).getMessage();
        for (final String part : parts) {
            assertTrue(message.contains(part), () -> "no \"" + part + "\" in: " + message);
        }
    }

    /** Writes garbage that looks like headers into all of a space, and goes back to its start. */
    private static ByteBuffer scribble(final ByteBuffer space) {
        final int start = space.position();
        while (space.hasRemaining()) {
            space.put((byte) 0x11);
        }
        return space.position(start);
    }

    private static void add(final RingBatch batch, final byte[] payload) {
        batch.next(payload.length).put(payload);
        batch.addWritten();
    }

    private RingBatch half(final int minLength) {
        return producer.tryClaimBatch(minLength, capacity / 2);
    }

    // tryClaimBatch

    @Test
    void tryClaimBatch_withLengthsOutOfRange_isRefusedNamingThem() {
        assertRefused(IllegalArgumentException.class, () -> producer.tryClaimBatch(-1, 32), "-1", "0.." + longest);
        final String tooLong = String.valueOf(longest + 1);
        assertRefused(IllegalArgumentException.class, () -> half(longest + 1), tooLong, "0.." + longest);
        for (final int maxBytes : new int[] {Integer.MIN_VALUE, -1, 0, 15}) {
            assertRefused(
                    IllegalArgumentException.class,
                    () -> producer.tryClaimBatch(5, maxBytes),
                    "minLength 5",
                    "but is " + maxBytes,
                    "16.." + capacity / 2);
        }
        for (final int maxBytes : new int[] {capacity / 2 + 1, capacity, Integer.MAX_VALUE}) {
            assertRefused(
                    IllegalArgumentException.class, () -> producer.tryClaimBatch(5, maxBytes), "but is " + maxBytes);
        }
        assertTrue(ring.isEmpty());
        final RingBatch batch = producer.tryClaimBatch(5, 16); // the least that is taken
        assertEquals(8, batch.remaining());
        batch.abort();
        assertEquals(1, ring.stats().tooLarge());
    }

    @Test
    void tryClaimBatch_takesNoMoreThanItMayAndWhatIsFreeAndContiguous() {
        for (int maxBytes = 16; maxBytes <= Math.min(capacity / 2, 100); maxBytes++) {
            final long before = ring.producerPosition();
            final int untilWrap = capacity - (int) (before & capacity - 1);
            final RingBatch batch = producer.tryClaimBatch(8, maxBytes);
            final int gap = untilWrap < 16 ? untilWrap : 0;
            final int expected = gap > 0 ? maxBytes & -8 : Math.min(maxBytes & -8, untilWrap);
            assertEquals(before + gap + expected, ring.producerPosition());
            assertEquals(expected - 8, batch.remaining());
            batch.abort();
            assertEquals(before, ring.producerPosition());
            assertTrue(offer(producer, new byte[0]));
            assertEquals(1, drain(ring).size());
        }
    }

    @Test
    void tryClaimBatch_whenLittleIsFree_takesThat() {
        final int records = fill(producer);
        assertNull(producer.tryClaimBatch(0, 8));
        assertEquals(2, ring.stats().refusedFull());
        assertEquals(2, drain(ring, 2).size());
        assertNull(half(9));
        final RingBatch batch = half(0);
        assertTrue(batch.remaining() == 8 || batch.remaining() == 0, () -> "room for " + batch.remaining());
        add(batch, new byte[0]);
        batch.commit();
        assertEquals(records - 2 + 1, drain(ring).size());
    }

    @Test
    void tryClaimBatch_whileSomethingIsOpen_isRefused() {
        final RingBatch batch = half(0);
        assertRefused(IllegalStateException.class, () -> half(0), "batch", "open");
        assertRefused(IllegalStateException.class, () -> producer.tryClaim(0), "batch", "open");
        batch.abort();
        final RingClaim claim = producer.tryClaim(0);
        assertRefused(IllegalStateException.class, () -> half(0), "claim", "open");
        batch.close(); // is not open, and must not touch the claim
        for (final Executable call : List.<Executable>of(
                batch::commit, batch::abort, batch::count, batch::remaining, () -> batch.next(0), () -> batch.add(0))) {
            assertThrows(IllegalStateException.class, call);
        }
        claim.commit();
        final RingBatch next = half(0);
        assertSame(batch, next);
        claim.close();
        assertThrows(IllegalStateException.class, claim::commit);
        next.close();
        assertEquals(1, drain(ring).size());
    }

    @Test
    void tryClaimBatch_onAClosedRing_isRefused() {
        ring.close();
        assertThrows(RingClosedException.class, () -> half(0));
    }

    // next and add

    @Test
    void next_givesExactlyTheseBytesBigEndian() {
        for (int length = 0; length <= Math.min(longest, 40); length++) {
            final byte[] sent = payload(length, length);
            try (RingBatch batch = half(longest)) {
                final ByteBuffer space = batch.next(length);
                assertEquals(length, space.remaining());
                assertEquals(ByteOrder.BIG_ENDIAN, space.order());
                assertTrue(space.isDirect());
                space.order(ByteOrder.LITTLE_ENDIAN).put(sent);
                batch.add(length);
                batch.commit();
            }
            assertEquals(1, consumer.drain(record -> assertArrayEquals(sent, bytes(record))));
        }
    }

    @Test
    void next_withALengthOutOfRange_isRefusedAndTheSpaceStays() {
        final RingBatch batch = half(longest);
        batch.next(5).put(payload(1, 5));
        assertRefused(IllegalArgumentException.class, () -> batch.next(-1), "-1", "0.." + longest);
        assertRefused(IllegalArgumentException.class, () -> batch.next(longest + 1), "" + (longest + 1));
        batch.addWritten();
        batch.commit();
        assertArrayEquals(payload(1, 5), drain(ring).get(0));
    }

    @Test
    void next_withoutRoom_isNullAndChangesNothing() {
        final RingBatch batch = producer.tryClaimBatch(9, 24);
        assertNull(batch.next(17));
        final ByteBuffer space = batch.next(9);
        assertNull(batch.next(17));
        space.put(payload(1, 9));
        assertEquals(16, batch.remaining());
        batch.addWritten();
        assertEquals(-1, batch.remaining());
        assertNull(batch.next(0));
        assertThrows(IllegalStateException.class, () -> batch.add(0));
        assertEquals(1, batch.count());
        batch.commit();
        assertArrayEquals(payload(1, 9), drain(ring).get(0));
    }

    @Test
    void next_withoutAnAdd_isForgotten() {
        final RingBatch batch = half(longest);
        scribble(batch.next(longest));
        assertEquals(0, batch.count());
        assertEquals(longest, batch.remaining());
        batch.next(3).put(payload(1, 3));
        batch.add(3);
        if (batch.remaining() >= 0) {
            scribble(batch.next(batch.remaining())); // never added: part of the rest
        }
        batch.commit();
        assertEquals(16, ring.size() - gapBefore(longest));
        assertArrayEquals(payload(1, 3), drain(ring).get(0));
        assertTrue(ring.isEmpty());
    }

    /** The gap that the first reservation of this ring has needed. */
    private int gapBefore(final int length) {
        final int untilWrap = capacity - (int) (ring.consumerPosition() & capacity - 1);
        return stride(length) <= untilWrap ? 0 : untilWrap;
    }

    @Test
    void add_outOfRange_isRefusedAndTheSpaceStays() {
        final RingBatch batch = half(8);
        assertThrows(IllegalStateException.class, () -> batch.add(0));
        assertThrows(IllegalStateException.class, batch::addWritten);
        batch.next(8).put(payload(1, 8));
        for (final int length : new int[] {-1, 9, Integer.MAX_VALUE}) {
            assertRefused(IllegalArgumentException.class, () -> batch.add(length), "but is " + length, "0..8");
        }
        batch.add(7);
        assertThrows(IllegalStateException.class, () -> batch.add(0));
        assertThrows(IllegalStateException.class, batch::addWritten);
        assertEquals(1, batch.count());
        batch.commit();
        assertEquals(1, consumer.drain(record -> assertEquals(7, record.remaining())));
    }

    @Test
    void add_packsTightly_whateverTheSpaceWas() {
        for (int round = 0; round < 40; round++) {
            final List<byte[]> sent = new ArrayList<>();
            final RingBatch batch = half(0);
            int used = 0;
            for (int i = 0; i < 5 && batch.remaining() >= 0; i++) {
                final int before = batch.remaining();
                final byte[] payload = payload(i + round, Math.min(before, (i * 7 + round) % 23));
                scribble(batch.next(before)).put(payload);
                if (i % 2 == 0) {
                    batch.add(payload.length);
                } else {
                    batch.addWritten();
                }
                sent.add(payload);
                used += stride(payload.length);
                final int left = before + 8 - stride(payload.length);
                assertEquals(left == 0 ? -1 : left - 8, batch.remaining());
                assertEquals(sent.size(), batch.count());
            }
            final long begin = ring.consumerPosition();
            batch.commit();
            assertEquals(begin + used, ring.producerPosition()); // one of 0 bytes never needs a gap
            final List<byte[]> received = drain(ring);
            assertEquals(sent.size(), received.size());
            for (int i = 0; i < sent.size(); i++) {
                assertArrayEquals(sent.get(i), received.get(i));
            }
            assertTrue(ring.isEmpty());
        }
    }

    // commit, abort, close

    @Test
    void commit_withoutARecord_isAnAbort() {
        final long before = ring.producerPosition();
        final RingBatch batch = half(8);
        scribble(batch.next(8));
        batch.commit();
        assertEquals(before, ring.producerPosition());
        assertEquals(1, ring.stats().aborted());
        assertEquals(0, ring.stats().offered());
        assertEquals(0, ring.stats().paddingBytes());
    }

    @Test
    void openBatch_isSeenAsAWholeOrNotAtAll() {
        final RingProducer other = ring.newProducer();
        for (final boolean commits : new boolean[] {true, false}) {
            final RingBatch batch = producer.tryClaimBatch(0, 16);
            add(batch, new byte[0]);
            assertTrue(offer(other, payload(1, 3)));
            assertEquals(0, consumer.drain(record -> {}));
            if (batch.remaining() >= 0) {
                add(batch, new byte[0]);
            }
            assertEquals(0, consumer.drain(record -> {}));
            final int records = commits ? batch.count() : 0;
            if (commits) {
                batch.commit();
            } else {
                batch.abort();
            }
            assertEquals(records + 1, drain(ring).size());
            assertTrue(ring.isEmpty());
        }
    }

    @Test
    void commit_afterTheRingWasClosed_isDeliveredAndTheRestIsPadding() {
        final RingBatch batch = producer.tryClaimBatch(8, 32);
        final long end = ring.producerPosition();
        add(batch, payload(1, 3));
        ring.close();
        batch.commit();
        assertEquals(end, ring.producerPosition());
        assertArrayEquals(payload(1, 3), drain(ring).get(0));
        assertTrue(ring.isEmpty());
        assertThrows(RingClosedException.class, () -> half(0));
    }

    @Test
    void abort_afterTheRingWasClosed_leavesNothing() {
        final RingBatch batch = producer.tryClaimBatch(8, 32);
        add(batch, payload(1, 3));
        ring.close();
        batch.abort();
        assertEquals(0, drain(ring).size());
        assertTrue(ring.isEmpty());
    }

    @Test
    void close_whenTheCodeInBetweenThrows_aborts() {
        assertThrows(UnsupportedOperationException.class, () -> {
            try (RingBatch batch = half(8)) {
                add(batch, payload(1, 8));
                throw new UnsupportedOperationException("while receiving");
            }
        });
        assertTrue(ring.isEmpty());
        assertTrue(offer(producer, payload(1, 3)));
        assertArrayEquals(payload(1, 3), drain(ring).get(0));
        assertEquals(1, ring.stats().aborted());
    }

    @Test
    void everyMethod_afterTheEnd_isRefusedButClose() {
        for (int way = 0; way < 3; way++) {
            final RingBatch batch = producer.tryClaimBatch(8, 32);
            final ByteBuffer kept = batch.next(8);
            if (way == 0) {
                batch.add(8);
                assertThrows(BufferOverflowException.class, () -> kept.put((byte) 1));
                batch.commit();
            } else if (way == 1) {
                batch.abort();
            } else {
                batch.close();
            }
            for (final Executable call : List.<Executable>of(
                    batch::commit,
                    batch::abort,
                    batch::count,
                    batch::remaining,
                    batch::addWritten,
                    () -> batch.next(0),
                    () -> batch.add(0))) {
                assertThrows(IllegalStateException.class, call);
            }
            assertThrows(BufferOverflowException.class, () -> kept.put((byte) 1));
            batch.close();
            batch.close();
        }
        assertEquals(1, consumer.drain(record -> assertEquals(8, record.remaining())));
        assertEquals(2, ring.stats().aborted());
    }

    @Test
    void bufferMovedOutOfItsSpace_abortsTheBatchAndIsTold() {
        final List<Executable> calls = new ArrayList<>();
        final RingBatch[] batch = new RingBatch[1];
        calls.add(() -> batch[0].next(1));
        calls.add(() -> batch[0].add(1));
        calls.add(() -> batch[0].addWritten());
        calls.add(() -> batch[0].commit());
        calls.add(() -> batch[0].abort());
        calls.add(() -> batch[0].close());
        for (final Executable call : calls) {
            batch[0] = producer.tryClaimBatch(24, 32);
            add(batch[0], payload(1, 1));
            batch[0].next(2).limit(capacity);
            assertRefused(IllegalStateException.class, call, "the batch's", "outside");
            assertThrows(IllegalStateException.class, batch[0]::count);
            assertNotNull(batch[0].toString());
            assertTrue(ring.isEmpty());
        }
        assertEquals(calls.size(), ring.stats().aborted());
        assertEquals(0, ring.stats().offered());
    }

    /** A slice that cannot be made, e.g. for lack of memory, must not make the last one look as if it had moved. */
    @Test
    void sliceThatCannotBeMade_leavesTheLastSpaceInForce() {
        final RecordView view = new RecordView(ring.memory, true);
        final ByteBuffer last = view.move(8, 16);
        assertThrows(IndexOutOfBoundsException.class, () -> view.move(capacity, 8));
        assertTrue(view.isWithin(last));
        last.position(3);
        assertEquals(3, view.written(last));
    }

    @Test
    void bufferOfASpaceThatWasAdded_isNobodysBusiness() {
        final RingBatch batch = producer.tryClaimBatch(8, 32);
        final ByteBuffer kept = batch.next(3);
        batch.add(3);
        kept.clear();
        assertEquals(1, batch.count());
        batch.commit();
        assertEquals(1, drain(ring).size());
    }

    @Test
    void toString_saysWhatIsOpen() {
        final RingBatch batch = producer.tryClaimBatch(0, 16);
        add(batch, new byte[0]);
        assertEquals("RingBatch[open, 1 records, " + ring + "]", batch.toString());
        assertEquals("RingProducer[batch open, " + ring + "]", producer.toString());
        final String dump = ring.dump();
        assertTrue(dump.contains("a batch of 1 records, made by " + Thread.currentThread()), dump);
        batch.commit();
        assertEquals("RingBatch[not open, " + ring + "]", batch.toString());
        assertFalse(ring.dump().contains("a batch of"), ring.dump());
        assertEquals(1, drain(ring).size());
    }

    /** Although it has records: nobody has committed them. */
    @Test
    void closeOfTheHandle_abortsWhatIsOpen() {
        final RingProducer handle = ring.newProducer();
        final RingBatch batch = handle.tryClaimBatch(8, 32);
        batch.next(0);
        batch.add(0);
        final ByteBuffer kept = batch.next(0);
        handle.close();
        assertEquals(0, kept.limit());
        assertThrows(IllegalStateException.class, batch::commit);
        batch.close();
        handle.close();
        assertEquals(0, drain(ring).size());
        assertTrue(ring.isEmpty());
        assertEquals(1, ring.stats().aborted());
        assertEquals(0, ring.stats().leakedClaims());
        assertEquals(0, ring.stats().offered());
    }

    /** The strides of the sources, each of which may stand there often, are more than an int can hold. */
    @Test
    void offerAll_ofMoreThanTwoGibibytes_storesWhatFits() {
        final VarLenMpscRing large = VarLenMpscRing.allocate(1 << 20);
        final ByteBuffer[] sources = new ByteBuffer[4200];
        Arrays.fill(sources, ByteBuffer.allocate(large.maxPayload()));
        assertEquals(2, large.newProducer().offerAll(sources, 0, 4200));
        assertEquals(1 << 20, large.producerPosition());
    }

    /** What the handle has open by then is not this batch. */
    @Test
    void everyMethod_whileAClaimOfTheHandleIsOpen_isRefusedButClose() {
        final RingBatch batch = producer.tryClaimBatch(8, 32);
        batch.next(0);
        batch.add(0);
        batch.commit();
        assertEquals(1, drain(ring).size());
        final RingClaim claim = producer.tryClaim(8);
        final List<Executable> calls = List.of(
                () -> batch.next(0),
                () -> batch.add(0),
                batch::addWritten,
                batch::count,
                batch::remaining,
                batch::commit,
                batch::abort);
        for (final Executable call : calls) {
            assertEquals(
                    "the batch has been committed or aborted",
                    assertThrows(IllegalStateException.class, call).getMessage());
        }
        batch.close();
        claim.commit();
        assertEquals(1, drain(ring).size());
    }
}
