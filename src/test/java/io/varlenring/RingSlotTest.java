// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.stride;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a producer says in the file of each of its reservations, for who must finish the last one should it die. */
final class RingSlotTest {
    private static final int CAPACITY = 512;

    private final VarLenMpscRing ring = FileRings.newRing(CAPACITY, 0, null);
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
        assertEquals(ProcessIdentity.OWN, slotOf(ring, 0).getProcessAcquire());
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
}
