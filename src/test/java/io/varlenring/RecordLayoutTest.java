// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.assertIntact;
import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.leavePadding;
import static io.varlenring.Rings.moveTo;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static io.varlenring.Rings.stride;
import static io.varlenring.Rings.withSomebodyBehind;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** The bytes in memory: headers, padding and zeroes, read directly from a buffer that the test gave to the ring. */
final class RecordLayoutTest {
    private final ByteBuffer memory = ByteBuffer.allocateDirect(256);
    private final VarLenMpscRing ring = VarLenMpscRing.builder().memory(memory).build();
    private final RingProducer producer = ring.newProducer();

    private long word(final int offset) {
        return memory.duplicate().order(ByteOrder.nativeOrder()).getLong(offset);
    }

    private void assertAllZero() {
        for (int offset = 0; offset < 256; offset += 8) {
            assertEquals(0, word(offset), "word at " + offset);
        }
    }

    @Test
    void record_headerIsLengthPlus8AndPayloadFollows() {
        for (int length = 0; length <= 120; length++) {
            moveTo(ring, 0);
            assertTrue(offer(producer, payload(1, length)));
            assertEquals(8 + length, word(0));
            final byte[] stored = new byte[length];
            memory.get(8, stored);
            assertArrayEquals(payload(1, length), stored);
            for (int i = 8 + length; i < 256; i++) {
                assertEquals(0, memory.get(i));
            }
            assertEquals(stride(length), ring.size());
            assertEquals(1, drain(ring).size());
            assertAllZero();
        }
    }

    @Test
    void gap_ofEveryLength_isPaddingUpToTheEnd() {
        for (int gap = 8; gap <= 112; gap += 8) {
            moveTo(ring, 256 - gap);
            assertTrue(offer(producer, payload(1, 112)));
            assertEquals(-gap, word(256 - gap));
            assertEquals(8 + 112, word(0));
            assertEquals(gap + 120, ring.size());
            assertEquals(1, drain(ring).size());
            assertAllZero();
        }
    }

    @Test
    void recordThatJustFitsBeforeTheEnd_needsNoGap() {
        for (int length = 0; length <= 120; length++) {
            moveTo(ring, 256 - stride(length));
            assertTrue(offer(producer, payload(1, length)));
            assertEquals(8 + length, word(256 - stride(length)));
            assertEquals(0, word(0), "nothing at the start of the next lap");
            assertEquals(1, drain(ring).size());
        }
        assertEquals(0, ring.stats().paddingBytes());
    }

    @Test
    void gap_beforeAnOpenClaim_isNotReadyUntilTheClaimIs() {
        moveTo(ring, 256 - 16);
        final RingClaim claim = producer.tryClaim(40);
        assertEquals(0, word(240));
        assertEquals(0, drain(ring).size());
        assertEquals(240, ring.consumerPosition());
        withSomebodyBehind(ring, () -> claim.commit(9));
        assertEquals(-16, word(240));
        assertEquals(8 + 9, word(0));
        assertEquals(-24, word(24));
        assertEquals(1, drain(ring).size());
        assertAllZero();
    }

    @Test
    void claimWithAGap_aborted_isOnePaddingAcrossTheEnd() {
        moveTo(ring, 256 - 24);
        final RingClaim claim = producer.tryClaim(61);
        claim.buffer().putLong(-1);
        leavePadding(ring, claim);
        assertEquals(-(24 + 72), word(232));
        assertEquals(0, drain(ring).size());
        assertAllZero();
    }

    @Test
    void claim_inMemory_isZeroUntilCommitThenRecordAndPadding() {
        final RingClaim claim = producer.tryClaim(64);
        assertEquals(0, word(0));
        claim.buffer().put(payload(1, 64));
        assertEquals(0, word(0));
        withSomebodyBehind(ring, () -> claim.commit(17));
        assertEquals(8 + 17, word(0));
        assertEquals(-(72 - 32), word(32));
        assertEquals(1, drain(ring).size());
        assertAllZero();
    }

    @Test
    void claim_committedAFewBytesShort_needsNoPadding() {
        final RingClaim claim = producer.tryClaim(16);
        claim.buffer().putLong(-1).putLong(-1);
        claim.commit(9);
        assertEquals(8 + 9, word(0));
        assertEquals(0, ring.stats().paddingBytes());
        assertEquals(0, word(24));
        assertEquals(1, drain(ring).size());
        assertAllZero();
    }

    @Test
    void claim_aborted_isPaddingAndItsGarbageIsZeroed() {
        final RingClaim claim = producer.tryClaim(61);
        claim.buffer().put(payload(1, 61));
        leavePadding(ring, claim);
        assertEquals(-72, word(0));
        assertEquals(0, drain(ring).size());
        assertAllZero();
    }

    @Test
    void claim_committedShortWithNobodyBehind_givesItsRestBackZeroed() {
        final RingClaim claim = producer.tryClaim(64);
        claim.buffer().put(payload(1, 64));
        claim.commit(17);
        assertEquals(32, ring.producerPosition());
        assertEquals(8 + 17, word(0));
        for (int at = 32; at < 256; at += 8) {
            assertEquals(0, word(at));
        }
        assertEquals(1, drain(ring).size());
        assertAllZero();
    }

    @Test
    void claimWithAGap_abortedWithNobodyBehind_givesAllBackZeroed() {
        moveTo(ring, 256 - 24);
        final long before = ring.producerPosition();
        final RingClaim claim = producer.tryClaim(61);
        claim.buffer().put(payload(1, 61));
        claim.abort();
        assertEquals(before, ring.producerPosition());
        assertAllZero();
    }

    @Test
    void claimedBatch_inMemory_isZeroUntilCommitThenTightlyPacked() {
        moveTo(ring, 256 - 24);
        final RingBatch batch = producer.tryClaimBatch(61, 120);
        for (int i = 0; i < 3; i++) {
            batch.next(20).put(payload(i, 20));
            batch.add(9);
            assertEquals(0, word(232));
        }
        batch.next(20).put(payload(3, 20));
        batch.commit();
        assertEquals(-24, word(232));
        for (int i = 0; i < 3; i++) {
            assertEquals(8 + 9, word(24 * i));
        }
        assertEquals(256 + 72, ring.producerPosition());
        for (int at = 72; at < 232; at += 8) {
            assertEquals(0, word(at));
        }
        assertEquals(3, drain(ring).size());
        assertAllZero();
    }

    @Test
    void batch_acrossTheWrap_putsTheGapBetweenItsRecords() {
        for (int offset = 0; offset < 256; offset += 8) {
            moveTo(ring, offset);
            final ByteBuffer[] batch = new ByteBuffer[4];
            for (int i = 0; i < 4; i++) {
                batch[i] = ByteBuffer.wrap(payload(i, 35));
            }
            assertEquals(4, producer.offerAll(batch, 0, 4));
            int position = offset;
            for (int i = 0; i < 4; i++) {
                if (position < 256 && position + 48 > 256) {
                    assertEquals(-(256 - position), word(position));
                    position = 256;
                }
                assertEquals(8 + 35, word(position & 255));
                position += 48;
            }
            assertEquals(position - offset, ring.size());
            assertEquals(4, drain(ring).size());
            assertAllZero();
        }
    }

    @Test
    void everyPayload_atEveryOffset_fitsAnEmptyRing() {
        for (int capacity = 64; capacity <= 1024; capacity *= 2) {
            final VarLenMpscRing empty = VarLenMpscRing.allocate(capacity);
            final RingProducer handle = empty.newProducer();
            for (int offset = 0; offset < capacity; offset += 8) {
                for (int length = 0; length <= empty.maxPayload(); length++) {
                    moveTo(empty, offset);
                    assertTrue(handle.offer(new byte[length], 0, length), "length " + length + " at " + offset);
                    assertEquals(1, drain(empty).size());
                }
            }
        }
    }

    @Test
    void fullRing_isTheSameAtEveryOffset() {
        for (int offset = 0; offset < 256; offset += 8) {
            moveTo(ring, offset);
            for (int i = 0; i < 16; i++) {
                // Records of 16 bytes meet the end exactly or leave a gap of 8, which costs the last one its place.
                assertEquals(i < 15 || offset % 16 == 0, offer(producer, payload(i, 8)));
            }
            assertFalse(offer(producer, payload(0, 8)));
            assertEquals(offset % 16 == 0 ? 256 : offset == 8 ? 240 : 248, ring.size()); // from 8 on it ends at the end
            assertEquals(offset % 16 == 0 ? 16 : 15, drain(ring).size());
            assertAllZero();
        }
        assertIntact(ring);
    }

    @Test
    void headers_areNativeOrderWhateverTheBuffersOrder() {
        for (final ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            final ByteBuffer ordered = ByteBuffer.allocateDirect(64).order(order);
            final VarLenMpscRing other =
                    VarLenMpscRing.builder().memory(ordered).build();
            assertTrue(offer(other.newProducer(), payload(1, 5)));
            assertEquals(13, ordered.order(ByteOrder.nativeOrder()).getLong(0));
            assertArrayEquals(payload(1, 5), drain(other).get(0));
        }
    }

    @Test
    void memory_isZeroedWhenTheRingIsBuilt() {
        for (final int capacity : new int[] {64, 4096, 8192}) {
            final ByteBuffer dirty = ByteBuffer.allocateDirect(capacity);
            while (dirty.hasRemaining()) {
                dirty.put((byte) -1);
            }
            final VarLenMpscRing other =
                    VarLenMpscRing.builder().memory(dirty.flip()).build();
            assertEquals(0, drain(other).size());
            for (int i = 0; i < capacity; i++) {
                assertEquals(0, dirty.get(i));
            }
        }
    }

    @Test
    void controlWords_areAlignedAndApart() {
        final int[] offsets = {
            RingLayout.PRODUCER_POSITION_OFFSET, RingLayout.CONSUMER_POSITION_OFFSET, RingLayout.ARMED_OFFSET
        };
        int end = 0;
        for (final int offset : offsets) {
            assertTrue(offset - end >= 120, "words share 128 bytes: " + offset);
            assertEquals(0, offset % 128);
            end = offset + 8;
        }
        assertTrue(RingLayout.CONTROL_LENGTH - end >= 120);
    }
}
