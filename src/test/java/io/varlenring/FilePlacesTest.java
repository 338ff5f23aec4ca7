// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The places in a file, the consumer's and a slot for each handle: who has one, and how it is given back. */
final class FilePlacesTest extends FileFixture {
    /** The copy says that its consumer and its producers are those of the original, and they live. */
    @Test
    void consumer_ofACopy_saysThatItMayBeOne() throws IOException {
        final Path copy = file.resolveSibling(file.getFileName() + ".copy");
        final VarLenMpscRing ring = map();
        ring.consumer();
        Files.copy(file, copy);
        final VarLenMpscRing copied = VarLenMpscRing.attach(copy);
        final String refused =
                assertThrows(IllegalStateException.class, copied::consumer).getMessage();
        assertTrue(refused.endsWith(" has opened and closed the file, or this is a copy of its file"), refused);
        copied.detach();
        Files.delete(copy);
    }

    @Test
    void close_ofAHandle_givesItsSlotBackAndRefusesItsCalls() throws IOException {
        final VarLenMpscRing ring = mapWithSlots(1);
        for (int i = 0; i < 5; i++) {
            try (RingProducer producer = ring.newProducer()) {
                assertTrue(offer(producer, payload(i, 8)));
                assertThrows(IllegalStateException.class, ring::newProducer);
            }
        }
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(100);
        producer.close();
        producer.close();
        assertThrows(IllegalStateException.class, claim::commit);
        assertThrows(IllegalStateException.class, () -> offer(producer, new byte[0]));
        assertThrows(IllegalStateException.class, () -> producer.offer(ByteBuffer.allocate(1)));
        assertThrows(
                IllegalStateException.class, () -> producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(1)}, 0, 1));
        assertThrows(IllegalStateException.class, () -> producer.tryClaim(1));
        assertEquals(0, ring.stats().leakedClaims());
        assertEquals(5, drain(ring).size());
        assertTrue(ring.isEmpty());
    }

    /** The mistake is told, and the handle is closed all the same. */
    @Test
    void close_ofAHandleWhoseClaimOrBatchWasMisplaced_givesItsSlotBack() throws IOException {
        final VarLenMpscRing ring = mapWithSlots(1);
        for (int i = 0; i < 2; i++) {
            final RingProducer producer = ring.newProducer();
            final ByteBuffer space = i == 0
                    ? producer.tryClaim(9).buffer()
                    : producer.tryClaimBatch(9, 32).next(9);
            space.clear();
            assertThrows(IllegalStateException.class, producer::close);
            assertThrows(IllegalStateException.class, () -> offer(producer, new byte[1]));
            producer.close();
        }
        assertTrue(offer(ring.newProducer(), payload(1, 9)));
        assertEquals(1, drain(ring).size());
    }

    /** As if an Error had ended a call after its reservation, at the expected position and at another. */
    @Test
    void whatACallLeft_isFinishedByTheNextOne() throws IOException {
        final VarLenMpscRing ring = map();
        final RingProducer producer = ring.newProducer();
        final RingProducer other = ring.newProducer();
        for (int i = 1; i <= 2; i++) {
            assertTrue(producer.side().reserve(24));
            assertTrue(offer(producer, payload(i, 9)));
            assertArrayEquals(payload(i, 9), drain(ring).get(0));
            assertTrue(ring.isEmpty());
            assertEquals(i, ring.stats().aborted());
            assertTrue(offer(other, payload(0, 9)));
            assertEquals(1, drain(ring).size());
        }
    }

    /** An offer beside an open claim is told of in a second slot. */
    @Test
    void close_ofAHandleThatOfferedBesideAClaim_givesBothItsSlotsBack() throws IOException {
        final VarLenMpscRing ring = mapWithSlots(2);
        for (int i = 0; i < 4; i++) {
            final RingProducer producer = ring.newProducer();
            final RingClaim claim = producer.tryClaim(8);
            assertTrue(offer(producer, payload(i, 9)));
            assertThrows(IllegalStateException.class, ring::newProducer);
            if (i % 2 == 0) {
                claim.commit();
            }
            producer.close();
            assertEquals(i % 2 == 0 ? 2 : 1, drain(ring).size());
            try (RingProducer first = ring.newProducer();
                    RingProducer second = ring.newProducer()) {
                assertTrue(offer(first, payload(1, 9)));
                assertTrue(offer(second, payload(2, 9)));
            }
            assertEquals(2, drain(ring).size());
        }
    }

    /** The claim keeps its slot and stays good. */
    @Test
    void offer_besideAClaimWhenNoSecondSlotIsFree_isRefused() throws IOException {
        final VarLenMpscRing ring =
                kept(VarLenMpscRing.builder().file(file).capacity(64).slots(1).build());
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(9);
        final IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> offer(producer, payload(2, 9)));
        assertTrue(refused.getMessage().startsWith("all 1 slots of "), refused.getMessage());
        assertEquals(24, ring.producerPosition());
        claim.buffer().put(payload(1, 9));
        claim.commit();
        assertTrue(offer(producer, payload(2, 9)));
        final List<byte[]> records = drain(ring);
        assertArrayEquals(payload(1, 9), records.get(0));
        assertArrayEquals(payload(2, 9), records.get(1));
    }

    /** A refusal takes nothing back where nothing was announced. */
    @Test
    void offer_besideAClaimWhenTheRingIsFull_needsNoSecondSlot() throws IOException {
        final VarLenMpscRing ring =
                kept(VarLenMpscRing.builder().file(file).capacity(64).slots(1).build());
        final RingProducer producer = ring.newProducer();
        assertTrue(offer(producer, payload(1, 24)));
        final RingClaim claim = producer.tryClaim(24);
        assertFalse(offer(producer, new byte[0]));
        claim.commit();
        assertEquals(2, drain(ring).size());
    }

    @Test
    void handle_thatIsDropped_givesItsSlotBack() throws Exception {
        final VarLenMpscRing ring = mapWithSlots(2);
        ring.consumer();
        assertTrue(offer(ring.newProducer(), new byte[3]));
        ring.newProducer().tryClaim(5);
        assertTrue(offer(onceCollected(ring::newProducer), new byte[4]));
        while (!ring.isEmpty()) { // the claim is aborted when its handle has been collected, too
            System.gc();
            ring.consumer().drain(record -> {});
            Thread.sleep(5);
        }
    }

    /** Takes a place when the collector has found who had it. */
    private static <T> T onceCollected(final Supplier<T> place) throws InterruptedException {
        T taken = null;
        while (taken == null) {
            System.gc();
            Thread.sleep(5);
            try {
                taken = place.get();
            } catch (final IllegalStateException notYet) {
                taken = null;
            }
        }
        return taken;
    }

    @Test
    void consumer_isOneAtATime() throws IOException {
        final VarLenMpscRing first = map();
        final VarLenMpscRing second = map();
        final RingConsumer consumer = first.consumer();
        assertSame(consumer, first.consumer());
        final IllegalStateException taken = assertThrows(IllegalStateException.class, second::consumer);
        assertTrue(
                taken.getMessage().contains("process " + ProcessHandle.current().pid()), taken.getMessage());
        first.detach();
        assertTrue(offer(second.newProducer(), payload(1, 1)));
        assertEquals(1, drain(second).size());
    }

    @Test
    void consumer_ofARingThatIsDropped_isFree() throws Exception {
        VarLenMpscRing.map(file, CAPACITY).consumer();
        assertEquals(0, onceCollected(map()::consumer).drain(record -> {}));
    }

    /** A process that releases the lock of a slot is no longer named in it. */
    @Test
    void slot_thatIsFree_isNobodys() throws Exception {
        final VarLenMpscRing first = mapWithSlots(1);
        final VarLenMpscRing second = map();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread thread = new Thread(() -> takeInTurns(second, failure));
        thread.start();
        takeInTurns(first, failure);
        thread.join();
        assertNull(failure.get());
    }

    private static void takeInTurns(final VarLenMpscRing ring, final AtomicReference<Throwable> failure) {
        for (int taken = 0; taken < 10_000 && failure.get() == null; ) {
            try (RingProducer producer = ring.newProducer()) {
                taken++;
                if (!producer.side().slot.getProcessAcquire().equals(ProcessIdentity.own())) {
                    failure.set(new AssertionError("nobody stands in a slot that is taken"));
                }
            } catch (final IllegalStateException allTaken) {
                if (allTaken.getMessage().contains("have lost their locks")) {
                    failure.set(allTaken);
                }
            }
        }
    }

    /** A thread that sees the consumer here uses it, so it must already know where to continue. */
    @Test
    void consumer_isHereWhenItKnowsWhereToGoOn() throws IOException {
        final VarLenMpscRing ring = map();
        final boolean[] wasHere = {true};
        ring.places.takeConsumersPlace(position -> wasHere[0] = ring.isConsumedHere());
        assertFalse(wasHere[0]);
        assertTrue(ring.isConsumedHere());
    }

    /** A consumer that checks who is alive holds a lock briefly; so does a process about to take the slot. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void newProducer_whileSomebodyLooksAtTheSlot_waitsForThat(final boolean isInterrupted) throws Exception {
        final VarLenMpscRing ring = mapWithSlots(1);
        final RingFile locks = ring.places.file;
        final Thread taker = Thread.currentThread();
        final RingSlot kept = locks.slot(0);
        assertTrue(locks.tryLock(kept));
        taker.interrupt();
        assertThrows(IllegalStateException.class, ring::newProducer); // not forever
        assertTrue(Thread.interrupted());
        locks.unlock(kept);
        RingProducer producer = null;
        for (int i = 0; i < 100 && producer == null; i++) { // the looker may be delayed for longer than that
            final RingSlot looked = locks.slot(0);
            assertTrue(locks.tryLock(looked));
            final AtomicBoolean isOver = new AtomicBoolean();
            final Thread looker = new Thread(() -> {
                while (!isOver.get() && taker.getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                }
                locks.unlock(looked);
            });
            looker.start();
            if (isInterrupted) {
                taker.interrupt();
            }
            try {
                producer = ring.newProducer();
            } catch (final IllegalStateException taken) {
                assertTrue(taken.getMessage().startsWith("all 1 slots of "), taken.getMessage());
            }
            assertEquals(isInterrupted, Thread.interrupted());
            isOver.set(true);
            looker.join();
        }
        assertNotNull(producer);
        assertTrue(offer(producer, new byte[1]));
    }
}
