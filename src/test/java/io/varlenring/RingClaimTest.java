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
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
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
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The behaviour of a claim, from {@code tryClaim} to its end; on every ring of {@link RingContractTest}. */
@ParameterizedClass
@MethodSource("io.varlenring.RingContractTest#configurations")
final class RingClaimTest {
    private final int capacity;
    /** Longest claim tried. */
    private final int longest;

    private final VarLenMpscRing ring;
    private final RingProducer producer;
    private final RingConsumer consumer;

    RingClaimTest(final RingContractTest.Configuration configuration) {
        ring = configuration.newRing();
        capacity = ring.capacity();
        longest = Math.min(ring.maxPayload(), 40);
        producer = ring.newProducer();
        consumer = ring.consumer();
    }

    @AfterEach
    void ringIsIntact() {
        if (!ring.isClosed()) {
            assertIntact(ring);
        }
    }

    /** Writes garbage into all of a claim, and goes back to its start. */
    private static ByteBuffer filled(final RingClaim claim) {
        final ByteBuffer buffer = claim.buffer();
        final int start = buffer.position();
        while (buffer.hasRemaining()) {
            buffer.put((byte) 0x7f);
        }
        return buffer.position(start);
    }

    private static void assertRefused(
            final Class<? extends Throwable> type, final Executable call, final String... parts) {
        final String message = assertThrows(type, call).getMessage();
        for (final String part : parts) {
            assertTrue(message.contains(part), () -> "no \"" + part + "\" in: " + message);
        }
    }

    /** A hook may use the handle whose call it ends; what it leaves open is its own. */
    @Test
    void abort_whoseHookOpensAnotherClaim_leavesThatOpen() {
        final RingClaim[] ofHook = new RingClaim[1];
        final RingProducer[] hooked = new RingProducer[1];
        final VarLenMpscRing woken = VarLenMpscRing.builder()
                .capacity(1024)
                .hook(() -> ofHook[0] = hooked[0].tryClaim(8))
                .build();
        hooked[0] = woken.newProducer();
        for (final boolean isBatch : new boolean[] {false, true}) {
            final AutoCloseable open = isBatch ? hooked[0].tryClaimBatch(8, 64) : hooked[0].tryClaim(16);
            final RingProducer behind = woken.newProducer();
            assertTrue(Rings.offer(behind, new byte[8])); // so that what is aborted becomes padding
            assertTrue(woken.consumer().arm());
            assertDoesNotThrow(open::close);
            ofHook[0].commit();
            assertEquals(2, Rings.drain(woken).size());
        }
    }

    @Test
    void tryClaim_refusedWhileTheHookOpensTheClaim_leavesThatOpen() {
        final RingClaim[] ofHook = new RingClaim[1];
        final RingProducer[] hooked = new RingProducer[1];
        final VarLenMpscRing woken = VarLenMpscRing.builder()
                .capacity(1024)
                .hook(() -> {
                    if (hooked[0] == null) {
                        throw new IllegalStateException("as planned: the consumer stays armed");
                    }
                    ofHook[0] = hooked[0].tryClaim(8);
                })
                .build();
        final RingProducer owner = woken.newProducer();
        assertTrue(woken.consumer().arm());
        assertTrue(Rings.offer(owner, new byte[492]));
        assertTrue(Rings.offer(owner, new byte[392]));
        hooked[0] = owner;
        assertNull(owner.tryClaim(400));
        assertEquals(8, ofHook[0].buffer().remaining());
        ofHook[0].commit();
        assertEquals(3, Rings.drain(woken).size());
    }

    @Test
    void tryClaim_ofAnyLength_givesExactlyTheseBytesBigEndian() {
        for (int length = 0; length <= longest; length++) {
            final byte[] sent = payload(length, length);
            try (RingClaim claim = producer.tryClaim(length)) {
                assertEquals(length, claim.buffer().remaining());
                assertEquals(ByteOrder.BIG_ENDIAN, claim.buffer().order());
                assertTrue(claim.buffer().isDirect());
                claim.buffer().order(ByteOrder.LITTLE_ENDIAN).put(sent);
                claim.commit();
            }
            assertEquals(1, consumer.drain(record -> assertArrayEquals(sent, bytes(record))));
        }
    }

    @Test
    void tryClaim_whenFull_isNullUntilThereIsRoom() {
        fill(producer);
        assertNull(producer.tryClaim(0));
        assertEquals(1, drain(ring, 1).size());
        final RingClaim claim = producer.tryClaim(0);
        assertNotNull(claim);
        claim.commit();
        assertEquals(capacity / 8, drain(ring).size());
    }

    @Test
    void tryClaim_whileTheHandlesLastIsOpen_isRefused() {
        producer.tryClaim(8).abort(); // which leaves nothing to the next one
        final RingClaim claim = producer.tryClaim(8);
        assertRefused(
                IllegalStateException.class, () -> producer.tryClaim(8), "claim is still open in ring " + ring.name());
        claim.commit();
        final RingClaim next = producer.tryClaim(8);
        assertSame(claim, next);
        next.commit();
        assertEquals(2, drain(ring).size());
    }

    @Test
    void tryClaim_whileAnothersIsOpen_succeeds() {
        final RingClaim claim = producer.tryClaim(8);
        final RingClaim other = ring.newProducer().tryClaim(8);
        claim.buffer().put(payload(1, 8));
        other.buffer().put(payload(2, 8));
        other.commit();
        claim.commit();
        assertArrayEquals(payload(1, 8), drain(ring, 1).get(0));
        assertArrayEquals(payload(2, 8), drain(ring, 1).get(0));
    }

    @Test
    void openClaim_holdsBackWhatWasReservedLater() {
        final RingProducer other = ring.newProducer();
        for (final boolean commits : new boolean[] {true, false}) {
            final RingClaim claim = producer.tryClaim(3);
            assertTrue(offer(other, payload(1, 5)));
            assertEquals(0, consumer.drain(record -> {}));
            assertEquals(0, consumer.drainControlled(record -> null, 1));
            assertFalse(ring.isEmpty());
            claim.buffer().put(payload(2, 3));
            if (commits) {
                claim.commit();
                assertArrayEquals(payload(2, 3), drain(ring, 1).get(0));
            } else {
                claim.abort();
            }
            assertArrayEquals(payload(1, 5), drain(ring, 1).get(0));
            assertTrue(ring.isEmpty());
        }
    }

    @Test
    void commit_short_givesTheRestBack() {
        for (int claimed = 0; claimed <= longest; claimed++) {
            for (int length = 0; length <= claimed; length++) {
                final byte[] sent = payload(length, length);
                final RingClaim claim = producer.tryClaim(claimed);
                final long claimedAt = ring.producerPosition() - stride(claimed);
                filled(claim).put(sent);
                claim.commit(length);
                // in a file the rest is padding
                assertEquals(claimedAt + stride(ring.file() == null ? length : claimed), ring.producerPosition(), "P");
                assertTrue(offer(producer, new byte[0]));
                assertArrayEquals(sent, drain(ring, 1).get(0));
                assertEquals(1, consumer.drain(record -> assertEquals(0, record.remaining())));
                assertTrue(ring.isEmpty());
            }
        }
    }

    @Test
    void commit_longerThanTheClaim_isRefusedAndTheClaimStaysOpen() {
        for (int claimed = 0; claimed < 20; claimed++) {
            final int length = claimed;
            final RingClaim claim = producer.tryClaim(claimed);
            final String value = String.valueOf(length + 1);
            assertRefused(IllegalArgumentException.class, () -> claim.commit(length + 1), value, "0.." + length);
            assertRefused(IllegalArgumentException.class, () -> claim.commit(-1), "-1", "0.." + length);
            assertRefused(IllegalArgumentException.class, () -> claim.commit(Integer.MAX_VALUE), "2147483647");
            claim.commit(length);
            assertEquals(1, consumer.drain(record -> assertEquals(length, record.remaining())));
        }
    }

    @Test
    void commit_afterTheRingWasClosed_isDelivered() {
        final RingClaim claim = producer.tryClaim(16);
        ring.close();
        claim.buffer().put(payload(1, 16));
        claim.commit(11);
        assertArrayEquals(Arrays.copyOf(payload(1, 16), 11), drain(ring).get(0));
        assertThrows(RingClosedException.class, () -> producer.tryClaim(0));
    }

    @Test
    void abort_ofAnyLength_leavesNoRecord() {
        for (int length = 0; length <= longest; length++) {
            final RingClaim claim = producer.tryClaim(length);
            filled(claim);
            claim.abort();
            assertEquals(0, consumer.drain(record -> {
                throw new AssertionError("an aborted claim was handed over");
            }));
            assertTrue(ring.isEmpty());
        }
    }

    @Test
    void close_whenTheCodeInBetweenThrows_aborts() {
        assertThrows(UnsupportedOperationException.class, () -> {
            try (RingClaim claim = producer.tryClaim(8)) {
                claim.buffer().putInt(1);
                throw new UnsupportedOperationException("while encoding");
            }
        });
        assertTrue(offer(producer, payload(1, 3)));
        assertArrayEquals(payload(1, 3), drain(ring).get(0));
        assertEquals(1, ring.stats().aborted());
    }

    @Test
    void everyMethod_afterTheEnd_isRefusedButClose() {
        for (final boolean commits : new boolean[] {true, false}) {
            final RingClaim claim = producer.tryClaim(8);
            final ByteBuffer kept = claim.buffer();
            if (commits) {
                claim.commit();
            } else {
                claim.close();
            }
            for (final Executable call :
                    List.<Executable>of(claim::commit, () -> claim.commit(1), claim::abort, claim::buffer)) {
                assertThrows(IllegalStateException.class, call);
            }
            assertThrows(BufferOverflowException.class, () -> kept.put((byte) 1));
            claim.close();
            claim.close();
        }
        assertEquals(1, consumer.drain(record -> assertEquals(8, record.remaining())));
        assertEquals(1, ring.stats().aborted());
    }

    @Test
    void commit_withoutALength_takesAllWhereverTheViewIsLeft() {
        final RingClaim claim = producer.tryClaim(12);
        filled(claim).put(payload(1, 12));
        claim.buffer()
                .limit(claim.buffer().position() - 2)
                .position(claim.buffer().limit() - 3);
        claim.commit();
        assertArrayEquals(payload(1, 12), drain(ring).get(0));
    }

    /** The handle's end is the claim's, which leaves nothing to be seen or used. */
    @Test
    void closeOfTheHandle_abortsWhatIsOpen() {
        final RingProducer handle = ring.newProducer();
        final RingClaim claim = handle.tryClaim(8);
        final ByteBuffer kept = claim.buffer();
        handle.close();
        assertEquals(0, kept.remaining());
        assertTrue(claim.toString().startsWith("RingClaim[not open, "), claim.toString());
        assertThrows(IllegalStateException.class, claim::commit);
        claim.close();
        handle.close();
        assertEquals(0, drain(ring).size());
        assertTrue(ring.isEmpty());
        assertEquals(1, ring.stats().aborted());
        assertEquals(0, ring.stats().leakedClaims());
    }

    /** What the handle has open by then is not this claim. */
    @Test
    void everyMethod_whileABatchOfTheHandleIsOpen_isRefusedButClose() {
        final RingClaim claim = producer.tryClaim(8);
        claim.commit();
        assertEquals(1, drain(ring).size());
        final RingBatch batch = producer.tryClaimBatch(8, 32);
        batch.next(0);
        batch.add(0);
        final List<Executable> calls =
                List.of(claim::buffer, claim::commit, () -> claim.commit(0), claim::commitWritten, claim::abort);
        for (final Executable call : calls) {
            assertEquals(
                    "the claim has been committed or aborted",
                    assertThrows(IllegalStateException.class, call).getMessage());
        }
        claim.close();
        assertEquals(1, batch.count());
        batch.commit();
        assertEquals(1, drain(ring).size());
    }
}
