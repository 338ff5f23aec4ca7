// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.assertIntact;
import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.moveTo;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static io.varlenring.Rings.stride;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The bytes in memory: headers, payloads and padding, read past the ring in a buffer that the test gave it. */
final class RecordLayoutTest {
    private static final int KEY = 0x1234_5678;
    /** What {@link #headerAt} answers for a word that is not a header of the position. */
    private static final int NOT_READY = 0;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(256);
    private final VarLenMpscRing ring =
            VarLenMpscRing.builder().memory(memory).key(KEY).build();
    private final RingProducer producer = ring.newProducer();

    private long word(final long position) {
        return memory.duplicate().order(ByteOrder.nativeOrder()).getLong((int) (position & 255));
    }

    /** The size in the header at this position. */
    private int headerAt(final long position) {
        return RingLayout.bears(word(position), RingLayout.stamp(position, KEY)) ? (int) word(position) : NOT_READY;
    }

    private static long header(final long position, final int size) {
        return RingLayout.stamp(position, KEY) | (size & 0xffff_ffffL);
    }

    private void assertNothingLeft() {
        assertTrue(ring.isEmpty());
        assertEquals(NOT_READY, headerAt(ring.producerPosition()));
    }

    @Test
    void record_headerIsStampAndLengthPlus8AndPayloadFollows() {
        for (int length = 0; length <= 120; length++) {
            moveTo(ring, 0);
            final long position = ring.producerPosition();
            assertEquals(NOT_READY, headerAt(position));
            assertTrue(offer(producer, payload(1, length)));
            assertEquals(8 + length, headerAt(position));
            final byte[] stored = new byte[length];
            memory.get(8, stored);
            assertArrayEquals(payload(1, length), stored);
            assertEquals(stride(length), ring.size());
            assertEquals(1, drain(ring).size());
            assertNothingLeft();
        }
    }

    @Test
    void record_consumed_isStillThereForAPostMortem() {
        assertTrue(offer(producer, payload(1, 20)));
        final byte[] before = new byte[256];
        memory.get(0, before);
        assertEquals(1, drain(ring).size());
        final byte[] after = new byte[256];
        memory.get(0, after);
        assertArrayEquals(before, after, "the consumer wrote to the data");
    }

    @Test
    void gap_ofEveryLength_isPaddingUpToTheEnd() {
        for (int gap = 8; gap <= 112; gap += 8) {
            moveTo(ring, 256 - gap);
            final long position = ring.producerPosition();
            assertTrue(offer(producer, payload(1, 112)));
            assertEquals(-gap, headerAt(position));
            assertEquals(8 + 112, headerAt(position + gap));
            assertEquals(gap + 120, ring.size());
            assertEquals(1, drain(ring).size());
            assertNothingLeft();
        }
    }

    @Test
    void gap_beforeAnOpenClaim_isNotReadyUntilTheClaimIs() {
        moveTo(ring, 256 - 16);
        final long position = ring.producerPosition();
        final RingClaim claim = producer.tryClaim(40);
        assertEquals(NOT_READY, headerAt(position));
        assertEquals(0, drain(ring).size());
        assertEquals(position, ring.consumerPosition());
        claim.commit(9);
        assertEquals(-16, headerAt(position));
        assertEquals(8 + 9, headerAt(position + 16));
        assertEquals(-24, headerAt(position + 16 + 24));
        assertEquals(1, drain(ring).size());
        assertNothingLeft();
    }

    @Test
    void recordThatJustFitsBeforeTheEnd_needsNoGap() {
        for (int length = 0; length <= 120; length++) {
            moveTo(ring, 256 - stride(length));
            final long position = ring.producerPosition();
            assertTrue(offer(producer, payload(1, length)));
            assertEquals(8 + length, headerAt(position));
            assertEquals(NOT_READY, headerAt(position + stride(length)), "nothing at the start of the next lap");
            assertEquals(1, drain(ring).size());
        }
        assertEquals(0, ring.stats().paddingBytes());
    }

    @Test
    void claim_inMemory_isNotReadyUntilCommitThenRecordAndPadding() {
        final RingClaim claim = producer.tryClaim(64);
        assertEquals(NOT_READY, headerAt(0));
        claim.buffer().put(payload(1, 64));
        assertEquals(NOT_READY, headerAt(0));
        claim.commit(17);
        assertEquals(8 + 17, headerAt(0));
        assertEquals(-(72 - 32), headerAt(32));
        assertEquals(1, drain(ring).size());
        assertNothingLeft();
    }

    @Test
    void claim_committedAFewBytesShort_needsNoPadding() {
        final RingClaim claim = producer.tryClaim(16);
        claim.buffer().putLong(-1).putLong(-1);
        claim.commit(9);
        assertEquals(8 + 9, headerAt(0));
        assertEquals(0, ring.stats().paddingBytes());
        assertEquals(NOT_READY, headerAt(24));
        assertEquals(1, drain(ring).size());
        assertNothingLeft();
    }

    @Test
    void claim_aborted_isPadding() {
        final RingClaim claim = producer.tryClaim(61);
        claim.buffer().put(payload(1, 61));
        claim.abort();
        assertEquals(-72, headerAt(0));
        assertEquals(0, drain(ring).size());
        assertNothingLeft();
    }

    @Test
    void claimWithAGap_aborted_isOnePaddingAcrossTheEnd() {
        moveTo(ring, 256 - 24);
        final long position = ring.producerPosition();
        producer.tryClaim(61).abort();
        assertEquals(-(24 + 72), headerAt(position));
        assertEquals(0, drain(ring).size());
        assertNothingLeft();
    }

    @Test
    void batch_acrossTheWrap_putsTheGapBetweenItsRecords() {
        for (int offset = 0; offset < 256; offset += 8) {
            moveTo(ring, offset);
            final long begin = ring.producerPosition();
            final ByteBuffer[] batch = new ByteBuffer[4];
            for (int i = 0; i < 4; i++) {
                batch[i] = ByteBuffer.wrap(payload(i, 35));
            }
            assertEquals(4, producer.offerAll(batch, 0, 4));
            long position = begin;
            for (int i = 0; i < 4; i++) {
                final int untilEnd = 256 - (int) (position & 255);
                if (untilEnd < 48) {
                    assertEquals(-untilEnd, headerAt(position));
                    position += untilEnd;
                }
                assertEquals(8 + 35, headerAt(position));
                position += 48;
            }
            assertEquals(position - begin, ring.size());
            assertEquals(4, drain(ring).size());
            assertNothingLeft();
        }
    }

    /** Leaves words in memory which are headers of the next lap, and returns the position of the next reservation. */
    private long leaveHeadersOfTheNextLap(final int first, final int last) {
        moveTo(ring, 0);
        final long position = ring.producerPosition();
        for (int half = 0; half < 256; half += 128) {
            final ByteBuffer words = ByteBuffer.allocate(120).order(ByteOrder.nativeOrder());
            for (int offset = half + 8; offset < half + 128; offset += 8) {
                final boolean asHeader = offset >= first && offset <= last;
                words.putLong(asHeader ? header(position + 256 + offset, 8) : 0);
            }
            assertTrue(producer.offer(words.flip()));
        }
        assertEquals(2, drain(ring).size());
        return position + 256;
    }

    @Test
    void staleWord_thatIsTheNextHeader_movesTheEndOn() {
        final long position = leaveHeadersOfTheNextLap(24, 40);
        assertTrue(offer(producer, payload(1, 16)));
        assertEquals(position + 48, ring.producerPosition());
        assertEquals(8 + 16, headerAt(position));
        assertEquals(-24, headerAt(position + 24));
        assertEquals(24, ring.stats().paddingBytes());
        assertArrayEquals(payload(1, 16), drain(ring).get(0));
        assertNothingLeft();
    }

    @Test
    void staleWord_behindABatch_movesTheEndOn() {
        final long position = leaveHeadersOfTheNextLap(32, 32);
        final ByteBuffer[] batch = {ByteBuffer.wrap(payload(1, 8)), ByteBuffer.wrap(payload(2, 8))};
        assertEquals(2, producer.offerAll(batch, 0, 2));
        assertEquals(position + 40, ring.producerPosition());
        assertEquals(-8, headerAt(position + 32));
        assertEquals(2, drain(ring).size());
        assertNothingLeft();
    }

    @Test
    void staleWord_behindAShortCommitAndAnAbort_isPartOfTheirPadding() {
        long position = leaveHeadersOfTheNextLap(72, 72);
        producer.tryClaim(64).commit(0);
        assertEquals(8, headerAt(position));
        assertEquals(-72, headerAt(position + 8));
        assertEquals(1, drain(ring).size());
        position = leaveHeadersOfTheNextLap(72, 72);
        producer.tryClaim(64).abort();
        assertEquals(-80, headerAt(position));
        assertEquals(0, drain(ring).size());
        assertNothingLeft();
    }

    @Test
    void staleWords_everywhere_neverMakeARecordNotFit() {
        for (int length = 0; length <= 120; length++) {
            leaveHeadersOfTheNextLap(0, 256);
            assertTrue(offer(producer, payload(length, length)), "length " + length);
            assertEquals(1, drain(ring).size());
            assertNothingLeft();
        }
    }

    @Test
    void staleWord_atTheEndOfAFullRing_isInAnOpenClaimAndMovesNothing() {
        moveTo(ring, 0);
        final long position = ring.producerPosition();
        final RingClaim claim = producer.tryClaim(120);
        final RingProducer other = ring.newProducer();
        // The word at the end of the second half is the header of the open claim; put there what would be taken for it.
        memory.duplicate().order(ByteOrder.nativeOrder()).putLong(0, header(position + 256, 8));
        assertTrue(offer(other, payload(1, 120)));
        assertEquals(256, ring.size());
        assertEquals(0, drain(ring).size());
        claim.commit(3);
        assertEquals(2, drain(ring).size());
        assertNothingLeft();
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
            assertNothingLeft();
        }
        assertIntact(ring);
    }

    @Test
    void headers_areNativeOrderWhateverTheBuffersOrder() {
        for (final ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            final ByteBuffer ordered = ByteBuffer.allocateDirect(64).order(order);
            final VarLenMpscRing other =
                    VarLenMpscRing.builder().memory(ordered).key(KEY).build();
            assertTrue(offer(other.newProducer(), payload(1, 5)));
            assertEquals(header(0, 13), ordered.order(ByteOrder.nativeOrder()).getLong(0));
            assertArrayEquals(payload(1, 5), drain(other).get(0));
        }
    }

    @Test
    void memory_withHeadersInEveryWord_isAnEmptyRing() {
        for (final int capacity : new int[] {64, 4096, 8192}) {
            final ByteBuffer dirty = ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
            for (int offset = 0; offset < capacity; offset += 8) {
                dirty.putLong(offset, header(offset, 8));
            }
            final VarLenMpscRing other =
                    VarLenMpscRing.builder().memory(dirty).key(KEY).build();
            assertEquals(0, drain(other).size());
            assertTrue(other.consumer().arm());
            assertIntact(other);
        }
    }

    @Test
    void keys_ofTwoRings_differ() {
        final Set<Long> firstWords = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            final ByteBuffer data = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
            assertTrue(offer(VarLenMpscRing.builder().memory(data).build().newProducer(), new byte[0]));
            firstWords.add(data.getLong(0));
        }
        assertTrue(firstWords.size() > 1);
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
