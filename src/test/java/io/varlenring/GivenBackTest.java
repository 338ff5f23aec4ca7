// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.assertIntact;
import static io.varlenring.Rings.bytes;
import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.leavePadding;
import static io.varlenring.Rings.moveTo;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static io.varlenring.Rings.stride;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What two handles reserve but do not use: exact positions in every order, and no stale byte reappears. */
final class GivenBackTest {
    private static final int CAPACITY = 512;
    private static final int MIN_LENGTH = 40;
    private static final int MAX_BYTES = 96;

    /** Each way to open something, and how much of the ring it takes for records. */
    private enum Kind {
        CLAIM(stride(MIN_LENGTH)),
        BATCH(MAX_BYTES);

        private final int bytes;

        Kind(final int bytes) {
            this.bytes = bytes;
        }
    }

    /** Each way to end it. */
    private enum End {
        ALL,
        SHORT,
        ABORT,
        CLOSE
    }

    /** A reservation, worked out without the ring. */
    private static final class Open {
        final AutoCloseable what;
        final long begin;
        final long start;
        long end;

        Open(final RingProducer producer, final VarLenMpscRing ring, final Kind kind) {
            begin = ring.producerPosition();
            final int untilWrap = CAPACITY - (int) (begin & CAPACITY - 1);
            start = stride(MIN_LENGTH) <= untilWrap ? begin : begin + untilWrap;
            end = start + Math.min(kind.bytes, CAPACITY - (start & CAPACITY - 1));
            what = kind == Kind.CLAIM ? producer.tryClaim(MIN_LENGTH) : producer.tryClaimBatch(MIN_LENGTH, MAX_BYTES);
            assertNotNull(what);
            assertEquals(end, ring.producerPosition());
        }

        private static void scribble(final ByteBuffer space) {
            for (int i = space.position(); i < space.limit(); i++) {
                space.put(i, (byte) 0x11); // each word looks like a header
            }
        }

        /** Ends it; returns up to where it is used, and adds its records to what was sent. */
        long end(final End way, final List<byte[]> sent) throws Exception {
            if (way == End.CLOSE) {
                what.close();
                return begin;
            }
            if (what instanceof RingClaim claim) {
                scribble(claim.buffer());
                if (way == End.ABORT) {
                    claim.abort();
                    return begin;
                }
                final byte[] payload = payload(sent.size(), way == End.ALL ? MIN_LENGTH : 9);
                claim.buffer().put(payload);
                claim.commitWritten();
                sent.add(payload);
                return start + stride(payload.length);
            }
            final RingBatch batch = (RingBatch) what;
            final List<byte[]> added = new ArrayList<>();
            long used = start;
            while (way == End.SHORT ? added.size() < 2 : batch.remaining() >= 0) {
                final ByteBuffer space = batch.next(batch.remaining());
                scribble(space);
                final byte[] payload = payload(sent.size() + added.size(), Math.min(9, space.remaining()));
                space.put(payload);
                batch.addWritten();
                added.add(payload);
                used += stride(payload.length);
            }
            if (way == End.ABORT) {
                batch.abort();
                return begin;
            }
            batch.commit();
            sent.addAll(added);
            return used;
        }
    }

    private final List<byte[]> sent = new ArrayList<>();
    private long padding;

    /** Ends one of two reservations, and checks what is given back. */
    private void end(final VarLenMpscRing ring, final Open open, final End way, final boolean isClosed)
            throws Exception {
        final long before = ring.producerPosition();
        final long used = open.end(way, sent);
        final boolean isGivenBack = before == open.end && !isClosed;
        assertEquals(isGivenBack ? used : before, ring.producerPosition());
        final long gap = used == open.begin ? 0 : open.start - open.begin;
        padding += gap + (isGivenBack ? 0 : open.end - used);
        if (isGivenBack) {
            open.end = used;
        }
        assertEquals(padding, ring.stats().paddingBytes());
        assertEquals(ring.producerPosition() - ring.consumerPosition(), ring.size());
    }

    @Test
    void positionsAndSize_afterTwoHandlesInEveryOrder_areExact() throws Exception {
        for (int offset = 0; offset < CAPACITY; offset += 40) {
            for (int combination = 0; combination < 2 * 2 * 4 * 4 * 2 * 3; combination++) {
                int left = combination;
                final Kind firstKind = Kind.values()[left % 2];
                left /= 2;
                final Kind secondKind = Kind.values()[left % 2];
                left /= 2;
                final End firstEnd = End.values()[left % 4];
                left /= 4;
                final End secondEnd = End.values()[left % 4];
                left /= 4;
                checkTwo(offset, firstKind, secondKind, firstEnd, secondEnd, left % 2 == 0, left / 2);
            }
        }
    }

    /** The ring is closed before the first end, between the two, or not. */
    private void checkTwo(
            final int offset,
            final Kind firstKind,
            final Kind secondKind,
            final End firstEnd,
            final End secondEnd,
            final boolean firstEndsFirst,
            final int closed)
            throws Exception {
        sent.clear();
        final VarLenMpscRing ring = VarLenMpscRing.allocate(CAPACITY);
        moveTo(ring, offset);
        padding = ring.stats().paddingBytes();
        final Open first = new Open(ring.newProducer(), ring, firstKind);
        final Open second = new Open(ring.newProducer(), ring, secondKind);
        final List<byte[]> fromFirst = new ArrayList<>();
        if (closed == 1) {
            ring.close();
        }
        if (firstEndsFirst) {
            end(ring, first, firstEnd, closed == 1);
            fromFirst.addAll(sent);
            sent.clear();
        } else {
            end(ring, second, secondEnd, closed == 1);
        }
        if (closed == 2) {
            ring.close();
        }
        if (firstEndsFirst) {
            end(ring, second, secondEnd, closed > 0);
        } else {
            final List<byte[]> fromSecond = new ArrayList<>(sent);
            sent.clear();
            end(ring, first, firstEnd, closed > 0);
            fromFirst.addAll(sent);
            sent.clear();
            sent.addAll(fromSecond);
        }
        fromFirst.addAll(sent);
        final List<byte[]> received = drain(ring);
        assertEquals(fromFirst.size(), received.size());
        for (int i = 0; i < received.size(); i++) {
            assertArrayEquals(fromFirst.get(i), received.get(i));
        }
        assertTrue(ring.isEmpty());
        for (int at = 0; at < CAPACITY; at += 8) {
            assertEquals(0, ring.memory.getHeaderAcquire(at));
        }
        if (closed == 0) {
            assertIntact(ring);
        }
    }

    /** Another handle guesses a producer position that has gone back: that costs it a try, and nothing else. */
    @Test
    void handleThatKnowsAPositionGivenBack_reservesWhereItIsNow() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(CAPACITY);
        final RingProducer one = ring.newProducer();
        final RingProducer two = ring.newProducer();
        final RingClaim first = one.tryClaim(64);
        final RingClaim second = two.tryClaim(8); // knows 88
        second.abort();
        first.abort();
        assertEquals(0, ring.size());
        assertTrue(offer(two, payload(2, 8)));
        assertTrue(offer(one, payload(1, 8)));
        assertEquals(32, ring.size());
        final List<byte[]> received = drain(ring);
        assertArrayEquals(payload(2, 8), received.get(0));
        assertArrayEquals(payload(1, 8), received.get(1));
    }

    /** It is the position that was expected, but others have been there and gone meanwhile. */
    @Test
    void positionThatComesAgain_isAsGoodAsOneThatStayed() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(64);
        final RingProducer one = ring.newProducer();
        final RingProducer two = ring.newProducer();
        for (int round = 0; round < 100; round++) {
            final RingClaim first = one.tryClaim(8);
            final RingClaim behind = two.tryClaim(8);
            behind.buffer().putLong(24); // a header
            behind.abort();
            first.commit(3);
            assertEquals(16, ring.size());
            assertTrue(offer(two, payload(round, 8)));
            assertEquals(32, ring.size());
            final List<byte[]> received = drain(ring);
            assertEquals(3, received.get(0).length);
            assertArrayEquals(payload(round, 8), received.get(1));
            assertTrue(ring.isEmpty());
        }
    }

    /** A full ring has room again at once, without the consumer. */
    @Test
    void fullRing_hasRoomForWhatWasGivenBack() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(64);
        final RingProducer producer = ring.newProducer();
        assertTrue(offer(producer, payload(1, 24)));
        final RingClaim claim = ring.newProducer().tryClaim(24);
        assertFalse(offer(producer, new byte[0]));
        claim.commit(8);
        assertTrue(offer(producer, payload(2, 8)));
        assertFalse(offer(producer, new byte[0]));
        assertEquals(64, ring.size());
        assertEquals(3, drain(ring).size());
    }

    @Test
    void offersBetweenAClaimsBeginAndEnd_makeItsRestPadding() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(CAPACITY);
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(64);
        assertTrue(offer(producer, payload(1, 8)));
        claim.commit(8);
        assertEquals(72 + 16, ring.producerPosition());
        final RingBatch batch = producer.tryClaimBatch(8, 64);
        assertTrue(offer(producer, payload(2, 8)));
        batch.abort();
        assertEquals(88 + 64 + 16, ring.producerPosition());
        assertEquals(3, drain(ring).size());
        assertTrue(ring.isEmpty());
    }

    /** A later reservation that is given back first: then this one can be given back after all. */
    @Test
    void whatWasBehind_andIsGivenBack_isNotInTheWay() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(CAPACITY);
        final RingClaim claim = ring.newProducer().tryClaim(64);
        leavePadding(ring, ring.newProducer().tryClaim(8)); // stays: its 16 bytes are behind
        claim.commit(8);
        assertEquals(72 + 16, ring.producerPosition());
        assertEquals(1, drain(ring).size());
        assertTrue(ring.isEmpty());
    }

    // Errors and accidents

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void batchWhoseHookThrowsAnError_hasTakenPlace(final boolean commits) {
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(CAPACITY)
                .hook(() -> {
                    throw new AssertionError("from the hook");
                })
                .build();
        final RingProducer producer = ring.newProducer();
        final RingBatch batch = producer.tryClaimBatch(8, 96);
        final ByteBuffer kept = batch.next(8);
        batch.add(8);
        batch.next(8);
        assertTrue(ring.consumer().arm());
        final RingClaim behind = ring.newProducer().tryClaim(8); // so that an abort is published
        assertThrows(AssertionError.class, commits ? batch::commit : batch::abort);
        assertEquals(0, kept.remaining());
        assertThrows(IllegalStateException.class, batch::count);
        behind.abort();
        assertEquals(commits ? 1 : 0, drain(ring).size());
        assertEquals(commits ? 1 : 0, ring.stats().offered());
        assertNotNull(producer.tryClaimBatch(8, 96)); // the handle goes on
    }

    /** A batch of one record as an Error leaves it that comes with the first call of its abort. */
    private static RingBatch openBatchWhoseAbortWasCutShort(final RingProducer producer, final int phase) {
        final RingBatch batch = producer.tryClaimBatch(8, 96);
        batch.next(8);
        batch.add(8);
        producer.side().isGivenUp = true;
        producer.side().phase = phase;
        return batch;
    }

    /** The user's scope was left already. */
    @Test
    void batchWhoseAbortWasCutShort_isFinishedByTheNextCall() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(CAPACITY);
        final RingProducer producer = ring.newProducer();
        openBatchWhoseAbortWasCutShort(producer, Reservations.GIVEN_UP);
        assertTrue(offer(producer, payload(1, 8)));
        assertEquals(16, ring.size());
        assertEquals(1, drain(ring).size());
        assertEquals(1, ring.stats().aborted());
    }

    /** Who goes on in spite of the Error finds the batch aborted. */
    @ParameterizedTest
    @ValueSource(ints = {Reservations.GIVEN_UP, Reservations.DONE})
    void batchWhoseAbortWasCutShort_cannotBeCommitted(final int phase) {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(CAPACITY);
        final RingProducer producer = ring.newProducer();
        final RingBatch batch = openBatchWhoseAbortWasCutShort(producer, phase);
        assertThrows(IllegalStateException.class, batch::commit);
        assertEquals(0, ring.size());
        assertTrue(offer(producer, payload(1, 8)));
        assertArrayEquals(payload(1, 8), drain(ring).get(0));
        assertTrue(ring.isEmpty());
        assertEquals(1, ring.stats().offered());
        assertEquals(1, ring.stats().aborted());
    }

    @Test
    void claimWhoseAbortWasCutShort_isAbortedByTheNext() {
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(CAPACITY)
                .hook(() -> assertTrue(false))
                .build();
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(8);
        producer.side().phase = Reservations.ELECTED;
        assertThrows(AssertionError.class, claim::close);
        claim.close();
        assertTrue(ring.isEmpty());
    }

    /** As if an Error had come in a commit, after the first headers; then all of it is given back, and is zero. */
    @Test
    void commitThatWasCutShort_isGivenBackWithItsHeaders() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(CAPACITY);
        final RingProducer producer = ring.newProducer();
        assertTrue(producer.side().reserve(96));
        for (int at = 8; at < 96; at += 8) {
            ring.memory.setHeaderPlain(at, -8);
        }
        assertThrows(IllegalArgumentException.class, () -> producer.tryClaim(-1));
        assertEquals(0, ring.size());
        for (int at = 0; at < CAPACITY; at += 8) {
            assertEquals(0, ring.memory.getHeaderAcquire(at));
        }
    }

    // Slices

    @Test
    void spacesOfABatch_withSlices_areBuffersOfTheirOwn() {
        final VarLenMpscRing ring =
                VarLenMpscRing.builder().capacity(CAPACITY).slices().build();
        final RingProducer producer = ring.newProducer();
        for (int round = 0; round < 50; round++) {
            final List<byte[]> added = new ArrayList<>();
            final RingBatch batch = producer.tryClaimBatch(20, 200);
            for (ByteBuffer space = batch.next(20); space != null; space = batch.next(20)) {
                final byte[] payload = payload(round + added.size(), (round + added.size()) % 21);
                assertEquals(0, space.position());
                assertEquals(20, space.capacity());
                space.clear();
                space.put(payload);
                if (round % 2 == 0) {
                    batch.addWritten();
                } else {
                    space.flip();
                    batch.add(space.limit());
                }
                added.add(payload);
                assertNull(batch.next(200)); // and the next call on it goes on
            }
            assertTrue(added.size() > 0);
            batch.commit();
            final List<byte[]> received = new ArrayList<>();
            ring.consumer().drain(record -> received.add(bytes(record)));
            assertEquals(added.size(), received.size());
            for (int i = 0; i < added.size(); i++) {
                assertArrayEquals(added.get(i), received.get(i));
            }
            assertTrue(ring.isEmpty());
        }
    }
}
