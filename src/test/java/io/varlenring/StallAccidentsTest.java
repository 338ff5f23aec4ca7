// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.leavePadding;
import static io.varlenring.Rings.moveTo;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code dump()}, {@code stalledBy()} and the handles say of what is in the consumer's way. */
final class StallAccidentsTest {
    private final VarLenMpscRing ring = VarLenMpscRing.allocate(256);
    private final RingProducer producer = ring.newProducer();

    @Test
    void dump_namesWhatIsInTheWay() throws InterruptedException {
        assertTrue(ring.dump().contains("no unfinished reservation"), ring.dump());
        assertTrue(ring.dump().contains("consumer: not in a call, not armed"), ring.dump());
        assertTrue(ring.dump().startsWith(ring + "\n") && ring.dump().endsWith(ring.stats() + "\n"), ring.dump());
        assertTrue(offer(producer, payload(1, 8)));
        final Thread claimer = new Thread(() -> assertNotNull(producer.tryClaim(33)), "claimer");
        claimer.start();
        claimer.join();
        final RingProducer second = ring.newProducer();
        assertTrue(offer(second, payload(1, 8)));
        second.side().phase = Reservations.RESERVED; // as inside that offer
        assertTrue(ring.dump().contains("at position 16, a claim of 33 bytes, made by " + claimer), ring.dump());
        second.side().phase = Reservations.DONE;
        assertFalse(ring.dump().contains("in the consumer's way"), ring.dump());
        assertEquals(1, drain(ring).size());
        assertTrue(ring.consumer().arm());
        assertTrue(ring.dump().contains("in the consumer's way for "), ring.dump());
        assertTrue(ring.dump().contains(", armed"), ring.dump());
        assertTrue(ring.dump().contains("producers: 2"), ring.dump());
        for (int i = 0; i < 1000; i++) { // a consumer that never arms notices by itself
            assertEquals(0, drain(ring).size());
        }
        assertTrue(ring.dump().contains("in the consumer's way for "), ring.dump());
        ring.consumer().drain(record -> assertTrue(ring.dump().contains("in a call of " + Thread.currentThread())));
    }

    private long stalledMillis() {
        final String dump = ring.dump();
        final Matcher stalled =
                Pattern.compile("in the consumer's way for (\\d+) ms").matcher(dump);
        assertTrue(stalled.find(), dump);
        return Long.parseLong(stalled.group(1));
    }

    /** What it has consumed and zeroed, and not given back, looks like a reservation that is not finished. */
    @Test
    void dump_insideALongDrain_takesNothingZeroedForUnfinished() {
        while (ring.size() < ring.capacity() - 16) {
            assertTrue(offer(producer, payload(1, 8)));
        }
        final long claimed = ring.producerPosition();
        assertNotNull(producer.tryClaim(8));
        final int[] behindZeroes = new int[1];
        ring.consumer().drain(record -> {
            final boolean isZero = ring.memory.getHeaderAcquire(0) == RingLayout.NOT_READY;
            behindZeroes[0] += isZero && ring.consumerPosition() == 0 ? 1 : 0;
            assertTrue(ring.dump().contains("oldest unfinished reservation: at position " + claimed), ring.dump());
        });
        assertTrue(behindZeroes[0] > 0);
    }

    @Test
    void dump_saysSinceWhenTheConsumerHasWaited_howeverOftenItLooked() throws InterruptedException {
        final long begin = System.nanoTime();
        final RingClaim claim = producer.tryClaim(0); // not even a claim of nothing is passed over
        assertTrue(ring.consumer().arm());
        for (int i = 1; i <= 3; i++) {
            Thread.sleep(10);
            assertTrue(ring.consumer().arm());
            final long stalled = stalledMillis();
            assertTrue(stalled >= 9L * i && stalled <= (System.nanoTime() - begin) / 1_000_000, ring.dump());
        }
        claim.commit();
        assertEquals(1, drain(ring).size());
    }

    /** It looks for a reason from time to time, and is told when that is gone. */
    @Test
    void dump_ofAConsumerThatOnlyDrains_saysThatItWaits() {
        final RingClaim claim = producer.tryClaim(8);
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, drain(ring).size());
        }
        assertTrue(ring.dump().contains("in the consumer's way for "), ring.dump());
        claim.abort();
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, drain(ring).size());
        }
        final RingClaim next = producer.tryClaim(8);
        assertFalse(ring.dump().contains("in the consumer's way"), ring.dump());
        next.abort();
    }

    /** A look for a reason costs the producers, so a record puts it off. */
    @Test
    void dump_ofAConsumerThatFindsNothingNowAndThen_doesNotSayThatItWaits() {
        for (int i = 0; i < 63; i++) {
            assertEquals(0, drain(ring).size());
        }
        assertTrue(offer(producer, payload(1, 8)));
        assertEquals(1, drain(ring).size());
        final RingClaim claim = producer.tryClaim(8);
        for (int i = 0; i < 63; i++) {
            assertEquals(0, drain(ring).size());
            assertFalse(ring.dump().contains("in the consumer's way"), ring.dump());
        }
        assertEquals(0, drain(ring).size());
        assertTrue(ring.dump().contains("in the consumer's way for "), ring.dump());
        claim.abort();
    }

    /** The next claim is at the same position, and has not been in the way before. */
    @Test
    void dump_afterAClaimWasGivenBack_doesNotCountItsTimeForTheNext() throws InterruptedException {
        final RingClaim first = producer.tryClaim(8);
        assertTrue(ring.consumer().arm());
        Thread.sleep(30);
        assertTrue(stalledMillis() >= 29, ring.dump());
        first.abort();
        assertTrue(ring.consumer().arm());
        final RingClaim second = producer.tryClaim(8);
        assertFalse(ring.dump().contains("in the consumer's way"), ring.dump());
        final long before = System.nanoTime();
        assertTrue(ring.consumer().arm());
        final long stalled = stalledMillis();
        assertTrue(stalled <= (System.nanoTime() - before) / 1_000_000, ring.dump());
        second.abort();
    }

    @Test
    void dump_ofAHandleThatWasHandedOn_namesWhoHasItsClaimOpen() throws InterruptedException {
        final RingClaim[] claim = new RingClaim[1];
        for (int i = 0; i < 3; i++) {
            final Thread claimer = new Thread(() -> claim[0] = producer.tryClaim(8), "claimer " + i);
            claimer.start();
            claimer.join();
            assertTrue(ring.dump().contains("made by " + claimer), ring.dump());
            claim[0].abort();
        }
    }

    @Test
    void threadThatHasClaimed_isNotKept() throws InterruptedException {
        final WeakReference<Thread> claimer = claimElsewhere();
        while (claimer.get() != null) {
            System.gc();
            Thread.sleep(1);
        }
        assertTrue(ring.dump().contains("made by a thread that has ended"), ring.dump());
        assertEquals(0, drain(ring).size());
    }

    private WeakReference<Thread> claimElsewhere() throws InterruptedException {
        final Thread claimer = new Thread(() -> producer.tryClaim(8), "claimer");
        claimer.start();
        claimer.join();
        return new WeakReference<>(claimer);
    }

    /** Behind a lap, records, padding and a gap: a position, and not an offset. */
    @Test
    void dump_ofACallUnderWayBehindAGap_namesItsPosition() {
        moveTo(ring, 208);
        assertTrue(offer(producer, payload(1, 8)));
        leavePadding(ring, producer.tryClaim(8));
        ring.newProducer().tryClaim(9).commit(); // behind a gap of 16 bytes
        assertEquals(280, ring.producerPosition());
        assertTrue(producer.side().reserve(24));
        final String dump = ring.dump();
        assertTrue(dump.contains("at position 280, an offer or a commit under way"), dump);
    }

    /** A claim of the longest record, behind a gap, leaves padding of more than half the capacity. */
    @Test
    void dump_behindLongPadding_namesWhatIsUnfinished() {
        moveTo(ring, 192);
        leavePadding(ring, producer.tryClaim(ring.maxPayload()));
        assertEquals(192, ring.size()); // a gap of 64, and 128
        final long position = ring.producerPosition();
        final RingClaim open = producer.tryClaim(8);
        assertTrue(ring.dump().contains("at position " + position + ", a claim of 8 bytes"), ring.dump());
        open.abort();
    }

    @Test
    void dump_ofABatch_saysHowFarItIs() {
        final RingBatch batch = producer.tryClaimBatch(8, 64);
        assertNotNull(batch.next(8));
        batch.add(8);
        final String dump = ring.dump();
        assertTrue(dump.contains("at position 0, a batch of 1 records, made by " + Thread.currentThread()), dump);
        batch.abort();
    }

    @Test
    void toString_ofHandles_saysWhichRingAndState() {
        assertTrue(producer.toString().contains("no claim open, " + ring), producer.toString());
        final RingClaim claim = producer.tryClaim(33);
        assertTrue(producer.toString().contains("claim open, " + ring), producer.toString());
        assertEquals("RingClaim[open, 33 bytes, " + ring + "]", claim.toString());
        claim.abort();
        assertEquals("RingClaim[not open, " + ring + "]", claim.toString());
        assertEquals("RingConsumer[not in use, " + ring + "]", ring.consumer().toString());
        producer.close();
        assertEquals("RingProducer[closed, " + ring + "]", producer.toString());
        assertNull(producer.side().describeOpen(0));
    }

    @Test
    void dump_afterAHandleWasClosed_countsTheOthers() {
        final RingProducer second = ring.newProducer();
        final RingProducer third = ring.newProducer();
        assertTrue(ring.dump().contains("producers: 3\n"), ring.dump());
        second.close(); // between the others
        second.close();
        assertTrue(ring.dump().contains("producers: 2\n"), ring.dump());
        final RingClaim first = producer.tryClaim(8);
        assertTrue(ring.dump().contains("a claim of 8 bytes"), ring.dump());
        first.abort();
        third.close(); // the one that was made last
        final RingProducer fourth = ring.newProducer();
        assertTrue(offer(fourth, payload(1, 8)));
        producer.close(); // the one that was made first
        assertTrue(ring.dump().contains("producers: 1\n"), ring.dump());
        assertEquals(1, ring.stats().offered());
        fourth.close();
        assertTrue(ring.dump().contains("producers: 0\n"), ring.dump());
        assertEquals(1, ring.stats().offered());
        assertEquals(1, ring.stats().aborted());
    }

    @Test
    void stalledBy_tellsWhatIsInTheWay() {
        assertNull(ring.consumer().stalledBy());
        moveTo(ring, 240);
        assertNull(ring.consumer().stalledBy());
        final RingClaim claim = producer.tryClaim(33); // behind a gap
        final StalledClaim stalled = ring.consumer().stalledBy();
        assertEquals(240, stalled.position());
        assertTrue(ring.dump().contains("at position 240, a claim of 33 bytes"), ring.dump());
        assertEquals(-1, stalled.end(), "its owner has not said it");
        assertEquals(StalledClaim.Owner.LIVES, stalled.owner());
        final String text = stalled.toString();
        assertTrue(text.startsWith("StalledClaim[position=240, end=unknown, LIVES, "), text);
        final String told = assertThrows(
                        IllegalStateException.class, () -> ring.consumer().recover(stalled))
                .getMessage();
        assertTrue(told.contains(text), told);
        assertTrue(offer(ring.newProducer(), payload(1, 8)));
        claim.commit();
        assertNull(ring.consumer().stalledBy(), "a record is readable");
        assertFalse(ring.consumer().recover(stalled));
        assertEquals(2, drain(ring).size());
        final RingClaim later = producer.tryClaim(8);
        assertFalse(ring.consumer().recover(stalled), "another one is in the way");
        later.abort();
        assertEquals(0, drain(ring).size());
    }
}
