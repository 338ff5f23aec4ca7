// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.stride;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a producer announces of each reservation in the file, and what is made of that, once the producer has died, by
 * the process that must finish the last one or takes its slot.
 */
final class RingSlotTest {
    private static final int CAPACITY = 512;

    private VarLenMpscRing ring = FileRings.newRing(CAPACITY, 0, null);
    private final RingProducer producer = ring.newProducer();

    private static RingSlot slotOf(final VarLenMpscRing ring, final int slot) {
        return ring.places.file.slot(slot);
    }

    private void assertTold(final int slot, final long position, final long end) {
        assertEquals(position | RingLayout.ATTEMPTED, slotOf(ring, slot).getAttemptAcquire());
        assertEquals(end, slotOf(ring, slot).getEndAcquire());
        assertEquals(end, ring.producerPosition());
    }

    @Test
    void slot_thatIsTaken_announcesNothing() {
        assertEquals(0, slotOf(ring, 0).getAttemptAcquire());
        assertEquals(ProcessIdentity.own(), slotOf(ring, 0).getProcessAcquire());
        assertEquals(ProcessIdentity.NOBODY, slotOf(ring, 1).getProcessAcquire());
    }

    @Test
    void eachWayToReserve_tellsItsPositionAndItsEnd() {
        assertTrue(offer(producer, new byte[20]));
        assertTold(0, 0, stride(20));
        long position = ring.producerPosition();
        assertTrue(producer.offer(ByteBuffer.allocate(9)));
        assertTold(0, position, position + stride(9));
        position = ring.producerPosition();
        assertEquals(2, producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(5), ByteBuffer.allocate(30)}, 0, 2));
        assertTold(0, position, position + stride(5) + stride(30));
        position = ring.producerPosition();
        try (RingClaim claim = producer.tryClaim(40)) {
            assertTold(0, position, position + stride(40));
            claim.commit(3);
        }
        position = ring.producerPosition();
        try (RingBatch batch = producer.tryClaimBatch(8, 64)) {
            assertEquals(64 - 8, batch.remaining());
            assertTold(0, position, position + 64);
        }
    }

    /** The gap before the end of the data is part of it. */
    @Test
    void reservationWithAGap_tellsWhereTheGapBegins() {
        Rings.moveTo(ring, CAPACITY - 16);
        final long position = ring.producerPosition();
        assertTrue(offer(producer, new byte[60]));
        assertTold(0, position, position + 16 + stride(60));
    }

    /** What stands in the way of a refused try is somebody else's. */
    @Test
    void refusedTry_announcesNothing() {
        Rings.fill(producer);
        assertEquals(0, slotOf(ring, 0).getAttemptAcquire());
    }

    /** While a claim is open, its slot goes on to tell of it, and the same handle has another one for offers. */
    @Test
    void offersBesideAClaim_areToldInAnotherSlot() {
        final RingClaim claim = producer.tryClaim(40);
        assertTrue(offer(producer, new byte[20]));
        assertEquals(RingLayout.ATTEMPTED, slotOf(ring, 0).getAttemptAcquire());
        assertEquals(stride(40), slotOf(ring, 0).getEndAcquire());
        assertTold(1, stride(40), stride(40) + stride(20));
        claim.commit();
    }

    // Who has an unfinished reservation. A slot whose lock is free is that of a process that has ended

    /** Leaves in a slot what a process leaves that has ended. */
    private RingSlot leave(final int slot, final long position, final long end) {
        final RingSlot left = slotOf(ring, slot);
        left.setAttemptRelease(position | RingLayout.ATTEMPTED);
        left.setEndPlain(end);
        left.setProcessRelease(dead(slot));
        return left;
    }

    private static ProcessIdentity dead(final int slot) {
        return new ProcessIdentity(
                1_000_000_000 + slot, -1, ProcessIdentity.own().namespace());
    }

    private void reserveTo(final long end) {
        final long position = ring.producerPosition();
        assertEquals(position, ring.memory.compareAndExchangeProducerPosition(position, end));
    }

    private StalledClaim assertStalled(final StalledClaim.Owner owner, final long end, final long pid) {
        final StalledClaim stalled = ring.consumer().stalledBy();
        assertEquals(owner, stalled.owner(), stalled::toString);
        assertEquals(end, stalled.end());
        assertEquals(pid, stalled.pid());
        return stalled;
    }

    private void assertDead(final long end, final int slot) {
        assertStalled(StalledClaim.Owner.DEAD, end, dead(slot).pid());
    }

    private void recover() {
        assertTrue(ring.consumer().recover(ring.consumer().stalledBy()));
        assertEquals(0, ring.consumer().drain(record -> {}));
    }

    @Test
    void deadOwnerThatHasToldItsEnd_isFoundAmongAllOthers() {
        reserveTo(64);
        slotOf(ring, 0).setAttemptRelease(RingLayout.ATTEMPTED); // ours, so it lives
        leave(1, 0, 0);
        leave(2, 0, 40);
        leave(3, 0, 0);
        leave(4, 0, 0).setProcessRelease(ProcessIdentity.own()); // has lost its lock
        assertDead(40, 2);
        slotOf(ring, 2).setAttemptRelease(0);
        assertStalled(StalledClaim.Owner.LIVES, -1, ProcessIdentity.own().pid());
        slotOf(ring, 0).setAttemptRelease(0);
        assertStalled(StalledClaim.Owner.UNKNOWN, -1, ProcessIdentity.own().pid());
        slotOf(ring, 4).setAttemptRelease(0);
        assertDead(64, 3);
    }

    /** Whatever was found before. */
    @Test
    void eachLook_beginsAnew() {
        reserveTo(64);
        leave(1, 0, 32);
        assertDead(32, 1);
        recover();
        leave(2, 32, 0);
        assertDead(64, 2);
        recover();
        reserveTo(96);
        assertEquals(
                "StalledClaim[position=64, end=96, DEAD, an unknown process]",
                assertStalled(StalledClaim.Owner.DEAD, 96, 0).toString());
        leave(3, 64, 0).setProcessRelease(ProcessIdentity.own());
        final StalledClaim unknown = assertStalled(
                StalledClaim.Owner.UNKNOWN, -1, ProcessIdentity.own().pid());
        assertEquals(ProcessIdentity.own().start(), unknown.processStart());
        assertEquals(
                "StalledClaim[position=64, end=unknown, UNKNOWN, " + ProcessIdentity.own() + "]", unknown.toString());
        slotOf(ring, 3).setProcessRelease(dead(3));
        assertDead(96, 3);
        recover();
        final RingClaim claim = producer.tryClaim(0);
        assertStalled(StalledClaim.Owner.LIVES, 104, ProcessIdentity.own().pid());
        claim.commit();
        assertNull(ring.consumer().stalledBy());
    }

    /** The one that lost has announced the same position. */
    @Test
    void livingOwner_isTheOneThatHasToldItsEnd() {
        final RingProducer second = ring.newProducer();
        final RingClaim claim = second.tryClaim(24);
        slotOf(ring, 0).setAttemptRelease(RingLayout.ATTEMPTED);
        assertStalled(StalledClaim.Owner.LIVES, 32, ProcessIdentity.own().pid());
        claim.commit();
        assertEquals(1, ring.consumer().drain(record -> {}));
        final RingClaim own = producer.tryClaim(24);
        slotOf(ring, 1).setAttemptRelease(32 | RingLayout.ATTEMPTED);
        assertStalled(StalledClaim.Owner.LIVES, 64, ProcessIdentity.own().pid());
        own.commit();
    }

    /** Of what was reserved and not written into: up to the next one that is announced, or published. */
    @Test
    void endThatWasNotTold_isWhereTheNextReservationBegins() {
        Rings.moveTo(ring, 64);
        reserveTo(192);
        leave(10, 64, 0);
        leave(11, 128, 0);
        leave(12, 96, 0);
        leave(13, 160, 0);
        leave(14, 8, 0); // long passed
        leave(15, 200, 0); // not reserved yet
        assertDead(96, 10);
        slotOf(ring, 12).setAttemptRelease(0);
        ring.memory.setHeaderPlain(80, 16);
        assertDead(80, 10);
        ring.memory.setHeaderPlain(80, 0);
        slotOf(ring, 11).setAttemptRelease(0);
        slotOf(ring, 13).setAttemptRelease(0);
        assertDead(192, 10);
        recover();
        assertTrue(ring.isEmpty());
        Rings.assertIntact(ring);
    }

    @Test
    void reservationOverTheEndOfAllLongs_isRecovered() {
        final long begin = Long.MAX_VALUE - 7 - stride(16);
        for (final boolean isTold : new boolean[] {true, false}) {
            ring = FileRings.newRing(CAPACITY, begin, null);
            ring.consumer();
            reserveTo(begin + 64);
            leave(1, begin, isTold ? begin + 40 : begin);
            leave(2, begin + 40, begin);
            assertDead(begin + 40, 1);
            recover();
            assertEquals(begin + 40, ring.consumerPosition());
            try (RingProducer first = ring.newProducer();
                    RingProducer second = ring.newProducer();
                    RingProducer third = ring.newProducer()) {
                assertTrue(offer(first, new byte[8]) && offer(second, new byte[8]) && offer(third, new byte[8]));
                assertEquals(ProcessIdentity.own(), slotOf(ring, 1).getProcessAcquire(), "its slot was clean");
                assertEquals(dead(2), slotOf(ring, 2).getProcessAcquire(), "its slot was not");
            }
            assertTrue(ring.consumer().recover(ring.consumer().stalledBy()));
            assertEquals(3, Rings.drain(ring).size());
            Rings.assertIntact(ring);
        }
    }

    @Test
    void closedRing_isNoObstacleToARecovery() {
        ring.close();
        assertNull(ring.consumer().stalledBy());
        ring = FileRings.newRing(CAPACITY, 0, null);
        reserveTo(CAPACITY); // all of it
        leave(1, 0, 0);
        ring.close();
        assertDead(CAPACITY, 1);
        recover();
        assertTrue(ring.isClosed() && ring.isEmpty());
        assertNull(ring.consumer().stalledBy());
    }

    private void assertCorrupt(final String message) {
        final RingCorruptException failure =
                assertThrows(RingCorruptException.class, () -> ring.consumer().stalledBy());
        assertTrue(failure.getMessage().startsWith(message + ", "), failure.getMessage());
    }

    /** Each time the consumer and the locks are free again. */
    @Test
    void wordsThatMakeNoSense_areNamed() {
        Rings.moveTo(ring, 64);
        final ByteBuffer bytes = FileRings.bytes(CAPACITY);
        for (final long position : new long[] {56, 68, 64 + CAPACITY + 8}) {
            bytes.putLong(RingLayout.PRODUCER_POSITION_OFFSET, position);
            assertCorrupt("the producer position is " + position + ", and must be a multiple of 8 in 64 to 576");
        }
        bytes.putLong(RingLayout.PRODUCER_POSITION_OFFSET, 128);
        leave(9, 64, 64);
        for (final long attempt : new long[] {64, 69, 2, -8, -3}) {
            slotOf(ring, 10).setAttemptRelease(attempt);
            assertCorrupt("the attempt of slot 10 is " + attempt);
        }
        for (final long end : new long[] {100, 136}) {
            leave(10, 64, end);
            assertCorrupt("the end in slot 10 is " + end + ", and must be a multiple of 8 in 64 to 128");
        }
        leave(10, 64, 128);
        assertDead(128, 10);
    }

    // Slots that the dead have left

    /** Takes the first slot that is clean, which is the second of all, and looks what is in it. */
    private void assertClean(final boolean isClean, final long position) {
        final RingSlot slot = leave(1, position, 1 << 20);
        try (RingProducer next = ring.newProducer()) {
            assertFalse(next.side().isRetired);
            assertEquals(isClean ? ProcessIdentity.own() : dead(1), slot.getProcessAcquire());
            assertEquals(isClean ? 0 : position | RingLayout.ATTEMPTED, slot.getAttemptAcquire());
            assertEquals(isClean ? ring.consumerPosition() : 1 << 20, slot.getEndAcquire());
        }
    }

    @Test
    void slotOfTheDead_isTakenUnlessItsReservationMayBeUnfinished() {
        assertTrue(offer(producer, new byte[24]));
        assertClean(false, 0);
        assertClean(false, 24);
        assertClean(true, 32);
        assertClean(true, 40);
        assertEquals(1, ring.consumer().drain(record -> {}));
        assertTrue(offer(producer, new byte[24]));
        assertClean(true, 0);
        assertClean(true, 24);
        assertClean(false, 32);
        assertClean(false, 56);
        ring.close();
        assertClean(false, 56);
        assertClean(true, 64);
    }

    // The consumer's place

    /** It has given back the first two of three records, and ended before it had zeroed them. */
    @Test
    void consumer_takesOverFromOneThatEnded() {
        final RingMemory memory = ring.memory;
        for (final int length : new int[] {16, 8, 16}) {
            assertTrue(offer(producer, Rings.payload(length, length)));
        }
        memory.setRedoPositionPlain(40);
        memory.setDoorbellVolatile(9);
        memory.setArmedVolatile(true);
        ring.consumer();
        assertEquals(40, ring.consumerPosition());
        for (int offset = 0; offset < 64; offset += 8) {
            assertEquals(offset >= 40, memory.getHeaderAcquire(offset) != 0, () -> "zeroes of " + ring);
        }
        assertEquals(0, memory.getDoorbellVolatile());
        assertFalse(memory.isArmedVolatile());
        assertEquals(1, Rings.drain(ring).size());
        Rings.assertIntact(ring);
    }

    @Test
    void consumer_ofPositionsThatMakeNoSense_isRefusedAndItsPlaceStaysFree() {
        final ByteBuffer bytes = FileRings.bytes(CAPACITY);
        bytes.putLong(RingLayout.REDO_POSITION_OFFSET, 8);
        for (int i = 0; i < 2; i++) {
            final RingCorruptException failure = assertThrows(RingCorruptException.class, ring::consumer);
            assertTrue(
                    failure.getMessage().contains("producer position (at 128) is 0, and must be at least the redo"),
                    failure.getMessage());
        }
        bytes.putLong(RingLayout.REDO_POSITION_OFFSET, 0);
        assertTrue(offer(producer, new byte[1]));
        assertEquals(1, Rings.drain(ring).size());
    }

    // The file, byte by byte

    /** Within a virtual machine, one channel is refused what another one has locked. */
    @Test
    void locks_areWhereTheFormatHasThem() throws IOException {
        final RingProducer second = ring.newProducer();
        ring.consumer();
        final long first = 1L << 62;
        try (FileChannel channel = FileChannel.open(ring.file(), StandardOpenOption.WRITE)) {
            for (int i = 0; i < 3; i++) {
                final long place = first + i;
                assertThrows(OverlappingFileLockException.class, () -> channel.tryLock(place, 1, false));
            }
            assertNotNull(channel.tryLock(first + 3, Long.MAX_VALUE - first - 3, false));
            assertThrows(OverlappingFileLockException.class, () -> channel.tryLock(first - 1, 1, false), "the mark");
            assertNotNull(channel.tryLock(0, first - 1, false));
            assertTrue(offer(second, new byte[1]));
            ring.detach();
            assertNotNull(channel.tryLock(first, 3, false));
        } // which drops all locks of this process on the file
    }

    @Test
    void words_areWhereTheFormatHasThem() throws IOException {
        final ByteBuffer bytes = FileRings.bytes(CAPACITY);
        final byte[] magic = new byte[8];
        bytes.get(0, magic);
        assertEquals("VLRING01", new String(magic, StandardCharsets.US_ASCII));
        assertEquals(0x0102030405060708L, bytes.getLong(8));
        assertEquals(
                List.of(1, 0, 64, 128),
                List.of(bytes.getInt(16), bytes.getInt(20), bytes.getInt(40), bytes.getInt(44)));
        assertEquals(List.of(512L, 12288L, 12800L), List.of(bytes.getLong(24), bytes.getLong(32), bytes.getLong(48)));
        assertTrue(offer(producer, new byte[9]));
        final RingProducer second = ring.newProducer();
        assertEquals(List.of(24L, 0L, 0L), List.of(bytes.getLong(128), bytes.getLong(256), bytes.getLong(264)));
        assertEquals(List.of(1L, 24L), List.of(bytes.getLong(4096), bytes.getLong(4104)));
        assertEquals(17, bytes.getLong(12288));
        for (final int process : new int[] {4096 + 64, 4224 + 64, 512}) {
            if (process == 512) {
                assertEquals(0, bytes.getLong(512));
                ring.consumer();
            }
            assertEquals(
                    ProcessIdentity.own(),
                    new ProcessIdentity(
                            bytes.getLong(process), bytes.getLong(process + 8), bytes.getLong(process + 16)));
        }
        assertEquals(1, Rings.drain(ring).size());
        assertEquals(List.of(24L, 24L, 24L), List.of(bytes.getLong(128), bytes.getLong(256), bytes.getLong(264)));
        assertTrue(ring.consumer().arm());
        final DatagramChannel doorbell = (DatagramChannel) ring.consumer().doorbell();
        final InetSocketAddress address = (InetSocketAddress) doorbell.getLocalAddress();
        assertEquals("127.0.0.1", address.getAddress().getHostAddress());
        assertEquals(List.of(1L, (long) address.getPort()), List.of(bytes.getLong(384), bytes.getLong(392)));
        ring.close();
        assertEquals(25, bytes.getLong(128));
        assertThrows(RingClosedException.class, () -> offer(second, new byte[1]));
        ring.memory.setArmedVolatile(true);
        ring.detach();
        assertFalse(doorbell.isOpen());
        for (final int offset : new int[] {384, 392, 512, 520, 528, 4096, 4160, 4168, 4176, 4224, 4288}) {
            assertEquals(0, bytes.getLong(offset), () -> "at " + offset);
        }
    }
}
