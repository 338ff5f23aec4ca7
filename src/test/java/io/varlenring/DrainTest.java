// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.assertIntact;
import static io.varlenring.Rings.bytes;
import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.fill;
import static io.varlenring.Rings.leavePadding;
import static io.varlenring.Rings.moveTo;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.ControlledRecordHandler.Action;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a drain hands over, when it gives space back, and what a handler's answers and failures do. */
final class DrainTest {
    private final VarLenMpscRing ring = VarLenMpscRing.allocate(256);
    private final RingProducer producer = ring.newProducer();
    private final RingConsumer consumer = ring.consumer();

    @Test
    void drain_long_givesSpaceBackAsItGoes() {
        assertEquals(32, fill(producer));
        final List<Long> positions = new ArrayList<>();
        assertEquals(32, consumer.drain(record -> positions.add(ring.consumerPosition())));
        for (int i = 0; i < positions.size(); i++) {
            assertEquals(i * 8L / 64 * 64, positions.get(i), "space given back before record " + i);
        }
    }

    @Test
    void drain_ofALargeRing_zeroesEvery16KiBAndGivesBackEvery64() {
        final ByteBuffer memory = ByteBuffer.allocateDirect((1 << 20) + 8).alignedSlice(8);
        final VarLenMpscRing large = VarLenMpscRing.builder()
                .memory(memory.slice(0, 1 << 20).order(ByteOrder.nativeOrder()))
                .build();
        assertTrue(large.consumer().arm()); // which looks whether something stands in the way, and ends it
        final RingProducer largeProducer = large.newProducer();
        while (offer(largeProducer, new byte[1016])) {
            assertTrue(large.size() % 1024 == 0);
        }
        final long[] record = new long[1];
        assertEquals(1024, large.consumer().drain(view -> {
            assertEquals(record[0] / 64 * 64 * 1024, large.consumerPosition());
            for (int i = 0; i < 1024; i++) {
                final boolean isZero = memory.getLong(i * 1024) == 0; // the header
                assertEquals(i < record[0] / 16 * 16, isZero, "record " + i + " in the handler of " + record[0]);
            }
            record[0]++;
        }));
        assertTrue(large.isEmpty());
        assertIntact(large);
    }

    /** Three are a quarter, and two an eighth. */
    @Test
    void drain_givesAQuarterBack_alsoWhereNoZeroingIsDue() {
        final VarLenMpscRing larger = VarLenMpscRing.allocate(512);
        final RingProducer largerProducer = larger.newProducer();
        while (offer(largerProducer, new byte[48])) {
            assertTrue(larger.size() <= 9 * 56);
        }
        final List<Long> positions = new ArrayList<>();
        larger.consumer().drain(record -> positions.add(larger.consumerPosition()));
        assertEquals(List.of(0L, 0L, 0L, 168L, 168L, 168L, 336L, 336L, 336L), positions);
    }

    @Test
    void drain_ofTwoHalves_givesTheFirstBackBeforeTheSecond() {
        assertTrue(offer(producer, payload(1, 120)));
        assertTrue(offer(producer, payload(2, 120)));
        final List<Boolean> room = new ArrayList<>();
        assertEquals(2, consumer.drain(record -> room.add(ring.newProducer().tryClaim(0) != null), 2));
        assertEquals(List.of(false, true), room);
    }

    /** Three records of 24 bytes are zeroed at a time, so the end of the lap lies between two zeroings. */
    @Test
    void drain_whileHandlerOffers_endsAfterOneLap_alsoBetweenTwoZeroings() {
        final VarLenMpscRing larger = VarLenMpscRing.allocate(512);
        final RingProducer largerProducer = larger.newProducer();
        assertTrue(offer(largerProducer, payload(1, 16)));
        larger.consumer().drain(record -> assertTrue(offer(largerProducer, payload(1, 16))));
        assertEquals(512, larger.consumerPosition()); // 21 records and a gap
    }

    @Test
    void drain_whileHandlerOffers_endsAfterOneLap() {
        for (int length = 0; length <= 56; length += 4) {
            final byte[] payload = payload(length, length);
            assertTrue(offer(producer, payload));
            final long start = ring.consumerPosition();
            consumer.drain(record -> offer(producer, payload));
            final long consumed = ring.consumerPosition() - start;
            assertTrue(consumed >= 256 && consumed < 256 + RingLayout.stride(length), "consumed " + consumed);
            drain(ring, 1);
            assertIntact(ring);
        }
    }

    @Test
    void drain_lapOfPaddingOnly_goesOnToTheNextRecord() {
        for (int round = 0; round < 40; round++) {
            for (int i = 0; i < 7; i++) {
                leavePadding(ring, producer.tryClaim(24));
            }
            assertTrue(offer(producer, payload(round, 3)));
            final List<byte[]> records = drain(ring, 1);
            assertEquals(1, records.size());
            assertArrayEquals(payload(round, 3), records.get(0));
            assertTrue(ring.isEmpty());
        }
    }

    @Test
    void drain_fullOfPadding_returns0AndEmpties() {
        final Deque<RingClaim> claims = new ArrayDeque<>();
        for (int i = 0; i < 32; i++) {
            claims.add(ring.newProducer().tryClaim(0));
        }
        assertEquals(256, ring.size());
        while (claims.size() > 1) {
            claims.remove().abort();
        }
        assertEquals(256, ring.size());
        assertEquals(0, consumer.drain(record -> {}));
        assertEquals(8, ring.size());
        claims.remove().abort();
        assertTrue(ring.isEmpty());
        assertIntact(ring);
    }

    @Test
    void drain_oneRecord_skipsTheGapBeforeItButNotPaddingBehindIt() {
        moveTo(ring, 240);
        assertTrue(offer(producer, payload(1, 20)));
        leavePadding(ring, producer.tryClaim(16));
        final long start = ring.consumerPosition();
        assertEquals(1, drain(ring, 1).size());
        assertEquals(start + 16 + 32, ring.consumerPosition());
        assertEquals(24, ring.size());
        assertEquals(0, drain(ring, 1).size());
        assertTrue(ring.isEmpty());
    }

    @Test
    void drain_afterwards_theKeptViewIsEmpty() {
        assertTrue(offer(producer, payload(1, 20)));
        final ByteBuffer[] kept = new ByteBuffer[1];
        assertEquals(1, consumer.drain(record -> kept[0] = record));
        assertEquals(0, kept[0].remaining());
        assertTrue(offer(producer, payload(1, 20)));
        final ControlledRecordHandler aborting = record -> {
            kept[0] = record;
            return Action.ABORT;
        };
        assertEquals(0, consumer.drainControlled(aborting, 1));
        assertEquals(0, kept[0].remaining());
        assertThrows(java.nio.BufferOverflowException.class, () -> kept[0].put((byte) 1));
    }

    @Test
    void drain_handlerThrowsAnError_isSound() {
        assertEquals(32, fill(producer));
        final int[] calls = new int[1];
        final Error failure = new StackOverflowError("from the handler");
        assertSame(
                failure,
                assertThrows(
                        Error.class,
                        () -> consumer.drain(record -> {
                            if (++calls[0] == 20) {
                                throw failure;
                            }
                        })));
        assertEquals(20 * 8, ring.consumerPosition());
        assertEquals(12, drain(ring).size());
        assertIntact(ring);
    }

    @Test
    void drain_handlerThrowsAtTheWrap_isSound() {
        for (int offset = 0; offset < 256; offset += 8) {
            moveTo(ring, offset);
            assertTrue(offer(producer, payload(1, 60)));
            assertTrue(offer(producer, payload(2, 40)));
            assertThrows(
                    IllegalStateException.class,
                    () -> consumer.drain(record -> {
                        throw new IllegalStateException();
                    }));
            assertArrayEquals(payload(2, 40), drain(ring).get(0));
            assertTrue(ring.isEmpty());
        }
        assertIntact(ring);
    }

    private List<byte[]> drainControlled(final int maxRecords, final Action... actions) {
        final List<byte[]> seen = new ArrayList<>();
        final int[] expected = new int[1];
        final int drained = consumer.drainControlled(
                record -> {
                    final Action action = actions[seen.size()];
                    seen.add(bytes(record));
                    expected[0] += action == Action.ABORT ? 0 : 1;
                    return action;
                },
                maxRecords);
        assertEquals(expected[0], drained);
        return seen;
    }

    @Test
    void drainControlled_continue_givesSpaceBackLikeADrain() {
        for (int i = 0; i < 4; i++) {
            assertTrue(offer(producer, payload(i, 8)));
        }
        assertEquals(
                3,
                drainControlled(3, Action.CONTINUE, Action.CONTINUE, Action.CONTINUE)
                        .size());
        assertEquals(48, ring.consumerPosition());
        assertEquals(1, drainControlled(3, Action.CONTINUE).size());
        assertTrue(ring.isEmpty());
        assertEquals(0, drainControlled(3).size());
    }

    @Test
    void drainControlled_commit_givesSpaceBackAtOnce() {
        assertEquals(32, fill(producer));
        final int[] calls = new int[1];
        assertEquals(
                32,
                consumer.drainControlled(
                        record -> {
                            assertEquals(calls[0]++ * 8L, ring.consumerPosition());
                            return Action.COMMIT;
                        },
                        100));
        assertIntact(ring);
    }

    @Test
    void drainControlled_break_consumesAndStops() {
        for (int i = 0; i < 3; i++) {
            assertTrue(offer(producer, payload(i, 8)));
        }
        assertEquals(2, drainControlled(9, Action.CONTINUE, Action.BREAK).size());
        assertEquals(32, ring.consumerPosition());
        assertArrayEquals(payload(2, 8), drain(ring).get(0));
    }

    @Test
    void drainControlled_abort_keepsTheRecordForTheNextDrain() {
        moveTo(ring, 232);
        for (int i = 0; i < 3; i++) {
            assertTrue(offer(producer, payload(i, 24)));
        }
        // The first one lies behind a gap, which an abort leaves consumed.
        for (int round = 0; round < 3; round++) {
            assertArrayEquals(payload(0, 24), drainControlled(9, Action.ABORT).get(0));
            assertEquals(256, ring.consumerPosition());
        }
        final List<byte[]> seen = drainControlled(9, Action.CONTINUE, Action.ABORT);
        assertArrayEquals(payload(1, 24), seen.get(1));
        assertArrayEquals(payload(1, 24), drainControlled(9, Action.BREAK).get(0));
        assertArrayEquals(payload(2, 24), drain(ring).get(0));
        assertIntact(ring);
    }

    @Test
    void drainControlled_abortAfterChangingTheRecord_showsTheChange() {
        assertTrue(offer(producer, payload(1, 8)));
        consumer.drainControlled(
                record -> {
                    record.putLong(record.position(), 42);
                    return Action.ABORT;
                },
                1);
        assertEquals(42, ByteBuffer.wrap(drain(ring).get(0)).getLong());
    }

    /** A handler that parses leaves the view anywhere in its record. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyDrain_whereverTheViewIsLeftInItsRecord_goesOnWithTheRightOne(final boolean slices) {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().capacity(256);
        final VarLenMpscRing viewed = (slices ? builder.slices() : builder).build();
        for (int front = 0; front <= 20; front += 5) {
            for (int rest = 0; front + rest <= 20; rest += 5) {
                for (final Action action : Action.values()) {
                    assertGoesOn(viewed, action, front, rest);
                }
                assertGoesOn(viewed, null, front, rest);
            }
        }
    }

    /** Drains one record of two; without an action by a drain that is not controlled. */
    private static void assertGoesOn(
            final VarLenMpscRing ring, final Action actionOrNull, final int front, final int rest) {
        assertTrue(offer(ring.newProducer(), payload(1, 20)));
        assertTrue(offer(ring.newProducer(), payload(2, 20)));
        final RecordHandler read =
                record -> record.position(record.position() + front).mark().limit(record.limit() - rest);
        int drained = actionOrNull == null
                ? ring.consumer().drain(read, 1)
                : ring.consumer()
                        .drainControlled(
                                record -> {
                                    read.onRecord(record);
                                    return actionOrNull;
                                },
                                1);
        final List<byte[]> next = drain(ring);
        assertEquals(actionOrNull == Action.ABORT ? 0 : 1, drained);
        assertEquals(2 - drained, next.size());
        for (final byte[] record : next) {
            drained++;
            assertArrayEquals(payload(drained, 20), record);
        }
    }

    @Test
    void drainControlled_abortAfterCommit_keepsOnlyTheAborted() {
        for (int i = 0; i < 3; i++) {
            assertTrue(offer(producer, payload(i, 8)));
        }
        assertEquals(2, drainControlled(9, Action.COMMIT, Action.ABORT).size());
        assertEquals(16, ring.consumerPosition());
        assertEquals(2, drain(ring).size());
    }

    @Test
    void drainControlled_handlerThrows_consumesTheRecord() {
        for (int i = 0; i < 3; i++) {
            assertTrue(offer(producer, payload(i, 8)));
        }
        assertThrows(
                IllegalStateException.class,
                () -> consumer.drainControlled(
                        record -> {
                            throw new IllegalStateException();
                        },
                        9));
        assertEquals(16, ring.consumerPosition());
        assertEquals(0, consumer.drainControlled(record -> Action.CONTINUE, 0));
        assertEquals(2, drain(ring).size());
        assertFalse(ring.size() > 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"CONTINUE", "COMMIT"})
    void drainControlled_whileHandlerOffers_endsAfterOneLap(final Action action) {
        for (int length = 0; length <= 56; length += 4) {
            final byte[] payload = payload(length, length);
            assertTrue(offer(producer, payload));
            final long start = ring.consumerPosition();
            consumer.drainControlled(
                    record -> {
                        offer(producer, payload);
                        return action;
                    },
                    Integer.MAX_VALUE);
            final long consumed = ring.consumerPosition() - start;
            assertTrue(consumed >= 256 && consumed < 256 + RingLayout.stride(length), "consumed " + consumed);
            assertIntact(ring);
        }
    }
}
