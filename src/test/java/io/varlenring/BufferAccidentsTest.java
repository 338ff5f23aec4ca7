// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A buffer that was moved out of its record is told, and what else users do to the buffers they are given. */
final class BufferAccidentsTest {
    private final VarLenMpscRing ring = VarLenMpscRing.allocate(256);
    private final RingProducer producer = ring.newProducer();

    @ParameterizedTest
    @ValueSource(strings = {"clear", "flip", "rewind", "limit"})
    void handler_thatMovesTheViewOutOfItsRecord_isTold(final String habit) {
        assertTrue(offer(producer, payload(1, 13)));
        assertTrue(offer(producer, payload(2, 13)));
        final IllegalStateException told =
                assertThrows(IllegalStateException.class, () -> ring.consumer().drain(record -> misuse(habit, record)));
        assertTrue(told.getMessage().contains("outside its bytes, 8 to 21"), told.getMessage());
        assertTrue(told.getMessage().contains("flip"), told.getMessage());
        final List<byte[]> rest = drain(ring); // the record counts as consumed
        assertEquals(1, rest.size());
        assertArrayEquals(payload(2, 13), rest.get(0));
    }

    @Test
    void controlledHandler_thatMovesTheViewOutOfItsRecord_isTold() {
        assertTrue(offer(producer, payload(1, 13)));
        assertThrows(
                IllegalStateException.class,
                () -> ring.consumer()
                        .drainControlled(
                                record -> {
                                    record.clear();
                                    return ControlledRecordHandler.Action.ABORT;
                                },
                                9));
        assertTrue(ring.isEmpty());
    }

    @Test
    void timedDrainsHandler_thatMovesTheViewOutOfItsRecord_isTold() {
        assertTrue(offer(producer, payload(1, 13)));
        assertThrows(IllegalStateException.class, () -> ring.consumer().drain(ByteBuffer::clear, 9, 1, TimeUnit.DAYS));
        assertTrue(ring.isEmpty());
    }

    @Test
    void handler_thatReadsOrShrinksItsRecord_isFine() {
        assertTrue(offer(producer, payload(1, 13)));
        assertTrue(offer(producer, new byte[0]));
        assertEquals(2, ring.consumer().drain(record -> {
            record.position(record.limit());
            record.limit(record.position());
        }));
    }

    private static void misuse(final String habit, final ByteBuffer buffer) {
        switch (habit) {
            case "clear" -> buffer.clear();
            case "flip" -> buffer.flip();
            case "rewind" -> buffer.rewind();
            case "limit" -> buffer.limit(buffer.limit() + 1);
            default -> throw new AssertionError(habit);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clear", "flip", "rewind", "limit"})
    void claim_whoseViewIsMovedOutOfIt_isAbortedAndTold(final String habit) {
        final List<Runnable> commits = new ArrayList<>();
        final RingClaim[] claim = new RingClaim[1];
        commits.add(() -> claim[0].commit());
        commits.add(() -> claim[0].commit(5));
        commits.add(() -> claim[0].commitWritten());
        for (final Runnable commit : commits) {
            claim[0] = producer.tryClaim(20);
            misuse(habit, claim[0].buffer());
            final long start = ring.producerPosition() - 32 + 8;
            final String told =
                    assertThrows(IllegalStateException.class, commit::run).getMessage();
            assertTrue(
                    told.contains("the claim's buffer lie outside its bytes, " + start + " to " + (start + 20)), told);
            assertThrows(IllegalStateException.class, () -> claim[0].buffer());
            assertTrue(offer(producer, payload(7, 3)));
            assertEquals(1, drain(ring).size());
        }
        assertEquals(3, ring.stats().aborted());
    }

    @Test
    void claim_whoseViewIsMovedOutOfIt_isToldByAbortAndCloseToo() {
        final RingClaim aborted = producer.tryClaim(20);
        aborted.buffer().clear();
        assertThrows(IllegalStateException.class, aborted::abort);
        final RingClaim closed = producer.tryClaim(20);
        closed.buffer().clear();
        assertThrows(IllegalStateException.class, closed::close);
        closed.close();
        assertTrue(offer(producer, payload(7, 3)));
        assertEquals(1, drain(ring).size());
        assertEquals(2, ring.stats().aborted());
    }

    @Test
    void commitWritten_makesWhatWasPutARecord() {
        for (int i = 0; i < 40; i++) {
            try (RingClaim claim = producer.tryClaim(30)) {
                claim.buffer().put(payload(i, i % 31));
                claim.commitWritten();
            }
            assertArrayEquals(payload(i, i % 31), drain(ring).get(0));
        }
    }

    @Test
    void slices_areBuffersOfTheirOwn() {
        final VarLenMpscRing sliced =
                VarLenMpscRing.builder().capacity(256).slices().build();
        final RingProducer writer = sliced.newProducer();
        for (int i = 0; i < 100; i++) {
            final byte[] sent = payload(i, 1 + i % 59);
            try (RingClaim claim = writer.tryClaim(60)) {
                final ByteBuffer buffer = claim.buffer();
                assertEquals(0, buffer.position());
                assertEquals(60, buffer.capacity());
                assertEquals(ByteOrder.BIG_ENDIAN, buffer.order());
                buffer.clear();
                buffer.put(sent);
                if (i % 2 == 0) {
                    claim.commitWritten();
                } else {
                    buffer.flip();
                    claim.commit(buffer.limit());
                }
            }
            assertEquals(1, sliced.consumer().drain(record -> {
                assertEquals(0, record.position());
                assertEquals(sent.length, record.capacity());
                assertEquals(ByteOrder.BIG_ENDIAN, record.order());
                record.get();
                record.clear();
                final byte[] received = new byte[record.remaining()];
                record.get(received).flip();
                assertArrayEquals(sent, received);
            }));
        }
        assertTrue(sliced.isEmpty());
    }
}
