// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.assertIntact;
import static io.varlenring.Rings.bytes;
import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.fill;
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

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What went wrong in other rings and queues, or was asked of them, as a test each: the name says where. Those that need
 * threads are in the {@code *ThreadedTest} classes; docs/verification.md lists them all.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PeerLessonsTest {
    private final VarLenMpscRing ring = VarLenMpscRing.allocate(256);
    private final RingProducer producer = ring.newProducer();
    private final RingConsumer consumer = ring.consumer();

    // HAProxy mpring and its surroundings

    @Test
    void mpring_zeroLengthRecord_doesNotWedgeTheRing() {
        for (int i = 0; i < 1000; i++) {
            assertTrue(offer(producer, new byte[0]));
            assertTrue(offer(producer, payload(i, 5)));
            assertEquals(2, drain(ring).size());
        }
    }

    @Test
    void mpring_largestRecord_hasNoDeadZoneInAnEmptyRing() {
        for (int offset = 0; offset < 256; offset += 8) {
            moveTo(ring, offset);
            assertTrue(offer(producer, payload(1, ring.maxPayload())));
            assertArrayEquals(payload(1, ring.maxPayload()), drain(ring).get(0));
        }
    }

    @Test
    void mpring_hugeLengths_areCheckedBeforeArithmetic() {
        for (final int length : new int[] {
            Integer.MAX_VALUE, Integer.MAX_VALUE - 7, Integer.MAX_VALUE - 8, Integer.MIN_VALUE, -1, -8, 249, 121
        }) {
            assertThrows(IllegalArgumentException.class, () -> producer.tryClaim(length));
        }
        assertEquals(0, ring.producerPosition());
    }

    @Test
    void mpring_shorterCommit_doesNotDesynchroniseTheStride() {
        for (int length = 0; length <= 40; length++) {
            producer.tryClaim(40).commit(length);
            assertTrue(offer(producer, payload(length, 3)));
            final List<byte[]> records = drain(ring);
            assertEquals(length, records.get(0).length);
            assertArrayEquals(payload(length, 3), records.get(1));
        }
    }

    @Test
    void mpring_uncommittedReservation_canBeAborted() {
        final RingClaim stuck = producer.tryClaim(10);
        assertTrue(offer(ring.newProducer(), payload(1, 3)));
        assertEquals(0, drain(ring).size());
        stuck.abort();
        assertEquals(1, drain(ring).size());
    }

    @Test
    void mpring_minimumCapacity_canPlayPingPong() {
        final VarLenMpscRing smallest = VarLenMpscRing.allocate(64);
        final RingProducer handle = smallest.newProducer();
        for (int i = 0; i < 1000; i++) {
            assertTrue(offer(handle, payload(i, i % 25)));
            assertArrayEquals(payload(i, i % 25), drain(smallest).get(0));
        }
    }

    @Test
    void haproxy81f118ce_recordKeptAfterTheDrain_showsNothing() {
        assertTrue(offer(producer, payload(1, 40)));
        final List<ByteBuffer> kept = new ArrayList<>();
        assertEquals(1, consumer.drain(kept::add));
        assertEquals(0, kept.get(0).remaining());
    }

    @Test
    void haproxyDghdlr_budgetedDrain_leavesTheRestAndArmSaysSo() {
        assertEquals(32, fill(producer));
        assertEquals(10, consumer.drain(record -> {}, 10));
        assertFalse(consumer.arm());
        assertEquals(22, consumer.drain(record -> {}, 100));
        assertTrue(consumer.arm());
    }

    @Test
    void haproxyGh1808_drainUnderLoad_returns() {
        assertTrue(offer(producer, payload(1, 8)));
        assertEquals(16, consumer.drain(record -> assertTrue(producer.offer(record))));
    }

    @Test
    void haproxyGh3125_messageLengthsAroundTheLimit_areTakenOrRefusedExactly() {
        for (int offset = 0; offset < 256; offset += 8) {
            moveTo(ring, offset);
            final int max = ring.maxPayload();
            assertTrue(offer(producer, payload(1, max - 1)));
            drain(ring);
            assertTrue(offer(producer, payload(2, max)));
            drain(ring);
            assertThrows(IllegalArgumentException.class, () -> offer(producer, payload(3, max + 1)));
            assertTrue(ring.isEmpty());
        }
    }

    @Test
    void haproxy9b5f11cd_everyRefusal_isCountedByItsReason() {
        fill(producer);
        assertThrows(IllegalArgumentException.class, () -> producer.tryClaim(121));
        assertEquals(1, ring.stats().refusedFull());
        assertEquals(1, ring.stats().tooLarge());
    }

    // Agrona and Aeron

    @Test
    void agrona22_gapOfExactlyOneHeader_isPaddingAndSkipped() {
        moveTo(ring, 248);
        assertTrue(offer(producer, payload(1, 1)));
        assertArrayEquals(payload(1, 1), drain(ring).get(0));
        assertEquals(256 + 16, ring.consumerPosition());
    }

    @Test
    void agrona43_afterTheRingWasDrained_nobodyIsToldFull() {
        final RingProducer idle = ring.newProducer();
        for (int lap = 0; lap < 100; lap++) {
            assertEquals(32, fill(producer));
            assertEquals(32, drain(ring).size());
            // Both handles hold a limit from before the drain, one of them from laps ago.
            assertTrue(offer(lap % 10 == 9 ? idle : producer, payload(lap, 120)));
            assertTrue(offer(producer, payload(lap, 8)));
            assertEquals(2, drain(ring).size());
            moveTo(ring, 0);
        }
    }

    @Test
    void agrona239_spaceThatIsNotContiguous_isNoLiveLock() {
        for (int used = 0; used < 256; used += 8) {
            moveTo(ring, used);
            int attempts = 0;
            assertTrue(offer(producer, payload(1, 100)));
            while (!offer(producer, payload(2, 120))) {
                drain(ring, 1);
                assertTrue(++attempts < 3, "no progress at " + used);
            }
            drain(ring);
        }
    }

    @Test
    void agrona159_fullRing_isNotTakenForAnEmptyOne() {
        moveTo(ring, 64);
        assertEquals(32, fill(producer));
        assertEquals(256, ring.size());
        assertFalse(ring.isEmpty());
        assertFalse(consumer.arm());
        assertEquals(32, drain(ring).size());
    }

    @Test
    void agrona95_padding_neverCostsADrainItsRecord() {
        for (int offset = 200; offset < 256; offset += 8) {
            moveTo(ring, offset);
            producer.tryClaim(0).abort();
            assertTrue(offer(producer, payload(1, 60)));
            assertEquals(1, drain(ring, 1).size(), "at " + offset);
        }
    }

    @Test
    void agrona37_longDrain_doesNotStarveProducers() {
        fill(producer);
        final int[] stored = new int[1];
        consumer.drain(record -> stored[0] += offer(producer, new byte[0]) ? 1 : 0);
        assertTrue(stored[0] >= 16, "only " + stored[0] + " offers during the drain");
    }

    @Test
    void agronaAbed7def_memoryWithOldContent_isCleared() {
        final ByteBuffer old = ByteBuffer.allocateDirect(256);
        final VarLenMpscRing first = VarLenMpscRing.builder().memory(old).build();
        assertEquals(32, fill(first.newProducer()));
        final VarLenMpscRing second = VarLenMpscRing.builder().memory(old).build();
        assertEquals(0, drain(second).size());
        assertIntact(second);
    }

    @Test
    void agrona197_claimUsedTwice_isAnError() {
        final RingClaim claim = producer.tryClaim(4);
        claim.commit();
        assertThrows(IllegalStateException.class, claim::commit);
        assertThrows(IllegalStateException.class, claim::abort);
        assertEquals(1, drain(ring).size());
    }

    @Test
    void agrona267_bufferThatCannotBeAligned_isRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> VarLenMpscRing.builder().memory(ByteBuffer.wrap(new byte[256])));
        assertThrows(
                IllegalArgumentException.class,
                () -> VarLenMpscRing.builder()
                        .memory(ByteBuffer.allocateDirect(300).slice(4, 256)));
    }

    @Test
    void aeron178_refusalBecauseOfTheWrap_isNeverSurfaced() {
        // Room for the record behind the wrap, none before it: the answer is "stored", not an internal "try again".
        moveTo(ring, 232);
        assertTrue(offer(producer, payload(1, 100)));
        assertEquals(24 + 112, ring.size());
        assertEquals(1, drain(ring).size());
    }

    @Test
    void aeron1966_failedClaim_isNothingThatCouldBeWrittenTo() {
        fill(producer);
        assertNull(producer.tryClaim(8));
    }

    @Test
    void artio25_exceptionBetweenClaimAndCommit_abortsTheClaim() {
        assertThrows(IllegalStateException.class, () -> {
            try (RingClaim claim = producer.tryClaim(8)) {
                claim.buffer().putInt(1);
                throw new IllegalStateException("while encoding");
            }
        });
        assertTrue(offer(producer, payload(1, 3)));
        assertArrayEquals(payload(1, 3), drain(ring).get(0));
        assertEquals(1, ring.stats().aborted());
    }

    @Test
    void agronaEcb86225_bufferOfEitherByteOrder_isTheSameRing() {
        for (final java.nio.ByteOrder order :
                List.of(java.nio.ByteOrder.BIG_ENDIAN, java.nio.ByteOrder.LITTLE_ENDIAN)) {
            assertIntact(VarLenMpscRing.builder()
                    .memory(ByteBuffer.allocateDirect(256).order(order))
                    .build());
        }
    }

    @Test
    void aeron16_gatherWrite_isOneRecord() {
        assertTrue(producer.offer(ByteBuffer.wrap(payload(1, 3)), ByteBuffer.wrap(payload(2, 4))));
        final byte[] record = drain(ring).get(0);
        assertArrayEquals(payload(1, 3), Arrays.copyOf(record, 3));
        assertArrayEquals(payload(2, 4), Arrays.copyOfRange(record, 3, 7));
    }

    // JCTools

    @Test
    void jctools119_notEmptyButNothingReadable_happensOnlyBehindAnOpenClaim() {
        final RingClaim claim = producer.tryClaim(1);
        assertFalse(ring.isEmpty());
        assertEquals(0, drain(ring).size());
        claim.commit();
        assertFalse(ring.isEmpty());
        assertEquals(1, drain(ring).size());
        assertTrue(ring.isEmpty());
    }

    @Test
    void jctools371_unfinishedProducer_isNotWaitedFor() {
        final RingClaim claim = producer.tryClaim(1);
        for (int i = 0; i < 100; i++) {
            assertEquals(0, consumer.drain(record -> {}));
            assertEquals(0, consumer.drainControlled(record -> null, 1));
        }
        claim.abort();
    }

    @Test
    void jctools2837f083_interruptedWait_leavesNothingArmed() throws Exception {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> consumer.drain(record -> {}, 1, 1, TimeUnit.DAYS));
        assertTrue(offer(producer, payload(1, 1)));
        assertEquals(0, ring.stats().wakeups());
        assertEquals(1, consumer.drain(record -> {}, 1, 1, TimeUnit.DAYS));
    }

    @Test
    void jctools297_sizeAndEmptiness_agree() {
        for (int i = 0; i < 500; i++) {
            assertEquals(ring.size() == 0, ring.isEmpty());
            if (i % 5 < 3) {
                offer(producer, payload(i, i % 60));
            } else {
                drain(ring, 1);
            }
            assertTrue(ring.size() >= 0 && ring.size() <= ring.capacity());
        }
    }

    // Disruptor, IREE, BPF

    @Test
    void log4j2893_consumerThatPublishesIntoItsOwnFullRing_isAnswered() {
        fill(producer);
        assertEquals(1, consumer.drain(record -> assertFalse(offer(producer, payload(1, 100))), 1));
    }

    @Test
    void disruptorCpp10_tooLarge_isNotFull() {
        assertThrows(IllegalArgumentException.class, () -> offer(producer, new byte[1000]));
        fill(producer);
        assertThrows(IllegalArgumentException.class, () -> offer(producer, new byte[1000]));
        assertFalse(offer(producer, new byte[1]));
    }

    @Test
    void disruptor223_throwingHandler_doesNotPoisonTheRing() {
        for (int i = 0; i < 100; i++) {
            assertTrue(offer(producer, payload(i, i % 30)));
            assertThrows(
                    IllegalStateException.class,
                    () -> consumer.drain(record -> {
                        throw new IllegalStateException();
                    }));
        }
        assertIntact(ring);
    }

    @Test
    void iree23700_stalePayloadThatLooksLikeAHeader_isNeverRead() {
        final byte[] headers = new byte[56];
        for (int i = 0; i < 56; i += 8) {
            ByteBuffer.wrap(headers).order(java.nio.ByteOrder.nativeOrder()).putLong(i, 16);
        }
        for (int i = 0; i < 500; i++) {
            assertTrue(offer(producer, headers));
            assertEquals(1, drain(ring).size());
            assertTrue(offer(producer, new byte[i % 9]));
            assertEquals(1, drain(ring).size());
            assertEquals(0, drain(ring).size());
        }
    }

    @Test
    void ciliumEbpf2037_busyRecord_returnsInsteadOfSpinning() {
        final RingClaim busy = producer.tryClaim(8);
        assertEquals(0, consumer.drain(record -> {}));
        assertTrue(consumer.arm());
        busy.commit();
        assertEquals(1, consumer.drain(record -> {}));
    }

    @Test
    void kvisor476_manyRecordsAfterOneArming_areOneWakeup() {
        final int[] wakeups = new int[1];
        final VarLenMpscRing hooked =
                VarLenMpscRing.builder().capacity(256).hook(() -> wakeups[0]++).build();
        assertTrue(hooked.consumer().arm());
        assertEquals(32, fill(hooked.newProducer()));
        assertEquals(1, wakeups[0]);
    }

    // Netty, HAProxy's log ring and others, about wakeups

    @Test
    void netty9561_recordBeforeArming_isSeenByArming() {
        assertTrue(offer(producer, payload(1, 1)));
        assertFalse(consumer.arm());
    }

    @Test
    void haproxyB8e0fb97f_armingAgain_looksAgain() {
        assertTrue(consumer.arm());
        assertTrue(offer(producer, payload(1, 1)));
        assertFalse(consumer.arm());
        assertEquals(1, drain(ring).size());
        assertTrue(consumer.arm());
    }

    @Test
    void mpringCommit_everyCommitAndAbort_signals() {
        final int[] wakeups = new int[1];
        final VarLenMpscRing hooked =
                VarLenMpscRing.builder().capacity(256).hook(() -> wakeups[0]++).build();
        final RingClaim first = hooked.newProducer().tryClaim(1);
        final RingClaim second = hooked.newProducer().tryClaim(1);
        assertTrue(hooked.consumer().arm());
        second.commit();
        assertEquals(1, wakeups[0]);
        assertTrue(hooked.consumer().arm(), "the first one is still open");
        first.abort();
        assertEquals(2, wakeups[0]);
        assertEquals(1, drain(hooked).size());
    }

    @Test
    void poco5213_closeBeforeTheWait_isNotLost() throws Exception {
        ring.close();
        assertEquals(0, consumer.drain(record -> {}, 1, 1, TimeUnit.DAYS));
        assertFalse(consumer.arm());
    }

    @Test
    void netty9362_hookAfterTheConsumerHasGone_isHarmless() throws Exception {
        final java.nio.channels.Selector selector = java.nio.channels.Selector.open();
        final VarLenMpscRing hooked = VarLenMpscRing.builder()
                .capacity(256)
                .hook(WakeupHook.selector(selector))
                .build();
        assertTrue(hooked.consumer().arm());
        selector.close();
        assertTrue(offer(hooked.newProducer(), payload(1, 1)));
        assertEquals(1, drain(hooked).size());
    }

    // Buffers of the embedded world

    @Test
    void rocm8673_refusedReservation_leavesNoHole() {
        moveTo(ring, 128);
        assertTrue(offer(producer, payload(1, 120)));
        final long position = ring.producerPosition();
        assertTrue(offer(producer, payload(1, 100)));
        drain(ring, 1);
        for (int i = 0; i < 5; i++) {
            offer(producer, payload(1, 120));
        }
        assertTrue(ring.producerPosition() > position);
        while (ring.size() > 0) {
            assertTrue(drain(ring, 1).size() == 1);
        }
    }

    @Test
    void bbqueue129_largestGrant_worksAfterRotation() {
        for (int i = 0; i < 300; i++) {
            assertTrue(offer(producer, payload(i, 7)));
            drain(ring);
            final RingClaim claim = producer.tryClaim(ring.maxPayload());
            assertNotNull(claim, "at " + ring);
            claim.abort();
            drain(ring);
        }
    }

    @Test
    void bbqueue32_grantOfNothing_isAGrant() {
        final RingClaim claim = producer.tryClaim(0);
        assertEquals(0, claim.buffer().remaining());
        claim.commit(0);
        assertEquals(0, drain(ring).get(0).length);
    }

    @Test
    void bbqueue81_recordNotConsumed_isReadAgain() {
        assertTrue(offer(producer, payload(1, 9)));
        for (int i = 0; i < 3; i++) {
            assertEquals(0, consumer.drainControlled(record -> ControlledRecordHandler.Action.ABORT, 1));
        }
        assertArrayEquals(payload(1, 9), drain(ring).get(0));
    }

    @Test
    void zephyr48348_freeSpace_countsAlignmentAndHeader() {
        int stored = 0;
        while (offer(producer, payload(stored, 1))) {
            stored++;
            assertEquals(stored * stride(1), ring.size());
        }
        assertEquals(16, stored);
        for (final byte[] record : drain(ring)) {
            assertEquals(1, record.length);
        }
    }

    @Test
    void nbs5979_positions_areNeverRewound() {
        long last = 0;
        for (int i = 0; i < 1000; i++) {
            assertTrue(offer(producer, payload(i, i % 100)));
            assertTrue(ring.producerPosition() > last);
            last = ring.producerPosition();
            drain(ring);
            assertEquals(last, ring.consumerPosition());
        }
    }

    @Test
    void rmind7_secondClaimOfAHandle_isRefusedLoudly() {
        final RingClaim claim = producer.tryClaim(1);
        assertThrows(IllegalStateException.class, () -> producer.tryClaim(1));
        claim.commit();
        assertEquals(1, drain(ring).size());
    }

    @Test
    void questdb43_closeWhileMemoryIsInUse_freesNothing() {
        final RingClaim claim = producer.tryClaim(16);
        ring.close();
        claim.buffer().putLong(1).putLong(2);
        claim.commit();
        assertEquals(16, drain(ring).get(0).length);
    }

    @Test
    void rmind4_messageBounds_areKept() {
        for (int i = 0; i < 8; i++) {
            assertTrue(offer(producer, payload(i, i)));
        }
        final List<byte[]> records = drain(ring);
        for (int i = 0; i < 8; i++) {
            assertArrayEquals(payload(i, i), records.get(i));
        }
    }

    // What users asked for

    @Test
    void jctools365_handles_workOnAnyThread() throws Exception {
        final List<byte[]> seen = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            final int number = i;
            final Thread thread = new Thread(() -> {
                assertTrue(offer(producer, payload(number, 5)));
                consumer.drain(record -> seen.add(bytes(record)));
            });
            thread.start();
            thread.join();
        }
        assertEquals(10, seen.size());
    }

    /** Every lesson named in the documentation is a test that exists. */
    @Test
    void documentation_namesTestsThatExist() throws IOException, ClassNotFoundException {
        final Matcher names =
                Pattern.compile("`(\\w+Test)\\.(\\w+)`").matcher(Files.readString(Path.of("docs/verification.md")));
        int count = 0;
        while (names.find()) {
            count++;
            final Class<?> type =
                    Class.forName((names.group(1).startsWith("Tasklet") ? "io.varlenring.tasklet." : "io.varlenring.")
                            + names.group(1));
            final boolean found = Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> !Modifier.isStatic(method.getModifiers()))
                    .map(Method::getName)
                    .anyMatch(names.group(2)::equals);
            assertTrue(found, names.group());
        }
        assertTrue(count > 40, "only " + count + " tests named");
    }
}
