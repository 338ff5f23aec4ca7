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
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to handles that are dropped. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ProducerRegistryTest {
    private final VarLenMpscRing ring = VarLenMpscRing.allocate(256);

    /** Lets the collector take the referents of these. */
    private static void collect(final WeakReference<?>... dropped) throws InterruptedException {
        for (final WeakReference<?> reference : dropped) {
            while (reference.get() != null) {
                System.gc();
                Thread.sleep(1);
            }
        }
    }

    private static WeakReference<RingProducer> dropWithClaim(final VarLenMpscRing ring) {
        final RingProducer producer = ring.newProducer();
        assertTrue(offer(producer, payload(1, 8)));
        producer.tryClaim(20);
        return new WeakReference<>(producer);
    }

    /** In a file, a cleaner is told of each handle that has been collected, also of those that had been closed. */
    @Test
    void closedHandle_ofARingInAFile_isCountedOnce() throws Exception {
        final VarLenMpscRing inFile = FileRings.newRing(256, 0, null);
        collect(dropClosed(inFile));
        collect(dropWithClaim(inFile)); // which the cleaner hears of later
        while (inFile.stats().leakedClaims() == 0) {
            inFile.consumer().drain(record -> {});
            Thread.sleep(1);
        }
        assertEquals(2, inFile.stats().offered());
    }

    /** A closed handle that is kept reachable retains nothing of later ones. */
    @Test
    void closedHandle_thatIsKept_keepsNoEntry() throws Exception {
        final ProducerRegistry registry = new ProducerRegistry();
        final ProducerSide side = new ProducerSide(ring, 0, 0, null);
        final RingProducer kept = new RingProducer(side, false);
        registry.add(kept, side);
        final ProducerRegistry.Entry first = side.entry;
        final WeakReference<?> later = addAndRemove(registry, side);
        assertNull(side.entry);
        collect(later);
        assertTrue(first.refersTo(kept), "both are kept until here");
    }

    private WeakReference<ProducerRegistry.Entry> addAndRemove(
            final ProducerRegistry registry, final ProducerSide before) {
        final ProducerSide side = new ProducerSide(ring, 0, 0, null);
        registry.add(new RingProducer(side, false), side);
        final WeakReference<ProducerRegistry.Entry> entry = new WeakReference<>(side.entry);
        registry.remove(before);
        registry.remove(side);
        return entry;
    }

    private static WeakReference<RingProducer> dropClosed(final VarLenMpscRing ring) {
        final RingProducer producer = ring.newProducer();
        assertTrue(offer(producer, payload(1, 8)));
        producer.close();
        return new WeakReference<>(producer);
    }

    @Test
    void openBatchOfACollectedHandle_isGivenBackAndCounted() throws Exception {
        collect(dropWithBatch(ring));
        while (ring.stats().leakedClaims() == 0) {
            Thread.sleep(1);
        }
        assertEquals(0, ring.size());
        assertEquals(1, ring.stats().leakedClaims());
        assertEquals(1, ring.stats().aborted());
        assertEquals(0, ring.stats().offered());
        assertTrue(offer(ring.newProducer(), payload(1, 8)));
        assertEquals(1, drain(ring).size());
        assertEquals(0, drain(ring).size());
    }

    private static WeakReference<RingProducer> dropWithBatch(final VarLenMpscRing ring) {
        final RingProducer producer = ring.newProducer();
        final RingBatch batch = producer.tryClaimBatch(8, 64);
        batch.next(8).putLong(16); // a header
        batch.add(8);
        batch.next(8).putLong(16);
        return new WeakReference<>(producer);
    }

    private static WeakReference<RingProducer> dropAfterOffer(final VarLenMpscRing ring) {
        final RingProducer producer = ring.newProducer();
        assertTrue(offer(producer, payload(1, 8)));
        return new WeakReference<>(producer);
    }

    @Test
    void droppedHandles_areForgottenAndStillCounted() throws Exception {
        final ProducerRegistry registry = new ProducerRegistry();
        final RingProducer kept = ring.newProducer();
        registry.add(kept, kept.side());
        final WeakReference<RingProducer> dropped = addDropped(registry);
        collect(dropped);
        do { // how soon the collector says so is its own affair
            Thread.sleep(1);
            registry.finishCollected();
        } while (registry.size() > 1);
        final RingCounters sum = new RingCounters();
        registry.addTo(sum);
        assertEquals(1, sum.offered);
        assertEquals(3, sum.bytes);
        assertTrue(offer(kept, new byte[5]));
        final RingCounters later = new RingCounters();
        registry.addTo(later);
        assertEquals(2, later.offered);
        assertEquals(8, later.bytes);
        assertTrue(offer(kept, new byte[5])); // so it was kept
    }

    private WeakReference<RingProducer> addDropped(final ProducerRegistry registry) {
        final ProducerSide side = new ProducerSide(ring, 0, 0, null);
        final RingProducer producer = new RingProducer(side, false);
        registry.add(producer, side);
        assertTrue(offer(producer, new byte[3]));
        return new WeakReference<>(producer);
    }

    /** Its hook may use the ring, which finishes collected handles as well. */
    @Test
    void hookOfACollectedHandle_mayFindThatHandle() throws Exception {
        final AtomicReference<VarLenMpscRing> own = new AtomicReference<>();
        final AtomicReference<RingProducer> made = new AtomicReference<>();
        final VarLenMpscRing hooked = VarLenMpscRing.builder()
                .capacity(1024)
                .hook(() -> made.set(own.get().newProducer()))
                .build();
        own.set(hooked);
        final RingProducer other = hooked.newProducer();
        final WeakReference<RingProducer> dropped = dropWithClaim(hooked);
        assertTrue(offer(other, payload(2, 8)));
        assertEquals(1, drain(hooked).size());
        assertTrue(hooked.consumer().arm());
        collect(dropped);
        while (made.get() == null) { // how soon the collector says so is its own affair
            Thread.sleep(1);
            hooked.stats();
        }
        assertEquals(2, hooked.stats().offered());
        assertEquals(1, hooked.stats().leakedClaims());
        assertTrue(offer(made.get(), payload(3, 8)));
        assertEquals(3, hooked.stats().offered(), "the handle that the hook has made is unknown");
    }

    /** A hook opens claims by the handle that is being closed, and so keeps it open: then it must not be lost. */
    @Test
    void handleThatAHookUsesWhileItIsClosed_isStillKnown() throws Exception {
        final AtomicReference<RingProducer> closing = new AtomicReference<>();
        final AtomicReference<RingProducer> other = new AtomicReference<>();
        final VarLenMpscRing hooked = VarLenMpscRing.builder()
                .capacity(1024)
                .hook(() -> {
                    if (closing.get() == null) {
                        return;
                    }
                    closing.get().tryClaim(8);
                    assertTrue(offer(other.get(), payload(1, 8))); // so that an abort leaves padding, and wakes
                    throw new IllegalStateException("as planned: the consumer stays armed");
                })
                .build();
        other.set(hooked.newProducer());
        final WeakReference<RingProducer> dropped = closeWhileTheHookClaims(hooked, closing, other.get());
        drain(hooked);
        assertTrue(hooked.dump().contains("a claim of 8 bytes"), hooked::dump);
        collect(dropped);
        while (hooked.stats().leakedClaims() == 0) {
            Thread.sleep(1);
        }
        drain(hooked);
        assertTrue(hooked.isEmpty(), hooked::dump);
    }

    private static WeakReference<RingProducer> closeWhileTheHookClaims(
            final VarLenMpscRing hooked, final AtomicReference<RingProducer> closing, final RingProducer other) {
        final RingProducer producer = hooked.newProducer();
        closing.set(producer);
        assertNotNull(producer.tryClaim(8));
        assertTrue(offer(other, payload(1, 8)));
        assertTrue(hooked.consumer().arm());
        producer.close();
        closing.set(null);
        return new WeakReference<>(producer);
    }

    /** One that has not come to be returned: nobody closes it, and the collector finds nothing to do. */
    @Test
    void discardedHandle_hasLeftAndIsForgotten() {
        final ProducerRegistry registry = new ProducerRegistry();
        for (int i = 0; i < 2; i++) {
            final ProducerSide side = new ProducerSide(ring, 0, 0, null);
            if (i == 0) {
                registry.add(new RingProducer(side, false), side);
                assertEquals(1, registry.size());
            }
            registry.discard(side);
            assertTrue(side.isRetired);
            assertEquals(0, registry.size());
        }
    }

    @Test
    void manyDroppedHandles_areFinishedAFewAtATime() throws Exception {
        final ProducerRegistry registry = new ProducerRegistry();
        final WeakReference<?>[] dropped = new WeakReference<?>[300];
        for (int i = 0; i < dropped.length; i++) {
            dropped[i] = addEmpty(registry);
        }
        collect(dropped);
        Thread.sleep(100);
        while (registry.size() > 0) {
            final int before = registry.size();
            registry.finishCollected();
            assertTrue(before - registry.size() <= 64, before + " and then " + registry.size());
            Thread.sleep(1);
        }
    }

    private WeakReference<RingProducer> addEmpty(final ProducerRegistry registry) {
        final ProducerSide side = new ProducerSide(ring, 0, 0, null);
        final RingProducer producer = new RingProducer(side, false);
        registry.add(producer, side);
        return new WeakReference<>(producer);
    }

    @Test
    void openClaimOfACollectedHandle_becomesPaddingWhileTheConsumerIsStuck() throws Exception {
        dropAClaimInTheWay();
        // nothing but the drains looks for it; so few that they do so only where they arm
        for (int i = 0; i < 30 && ring.consumer().drain(record -> {}, 9, 1, TimeUnit.NANOSECONDS) == 0; i++) {
            Thread.sleep(100); // the collector tells of it soon
        }
        assertTheClaimWasAborted();
    }

    @Test
    void openClaimOfACollectedHandle_isFoundByDrainsThatDoNotWait() throws Exception {
        dropAClaimInTheWay();
        for (int i = 0; i < 120 * 64 && drain(ring).isEmpty(); i++) {
            if (i % 64 == 0) {
                Thread.sleep(20); // as above
            }
        }
        assertTheClaimWasAborted();
    }

    /** Who asks may have to wait for a lock, which would use up the permit of a wakeup. */
    @Test
    void openClaimOfACollectedHandle_isLookedForBeforeTheConsumerIsArmed() throws Exception {
        dropAClaimInTheWay();
        while (ring.consumer().arm()) {
            assertTrue(ring.memory.isArmedVolatile(), "what is to wake the consumer has come while it was being armed");
            Thread.sleep(1);
        }
        assertEquals(1, drain(ring).size());
        assertTheClaimWasAborted();
    }

    private void dropAClaimInTheWay() throws InterruptedException {
        final WeakReference<RingProducer> dropped = dropWithClaim(ring);
        final RingProducer other = ring.newProducer();
        assertTrue(offer(other, payload(2, 8)));
        assertEquals(1, drain(ring).size()); // what is before the claim
        assertEquals(0, drain(ring).size());
        collect(dropped);
    }

    private void assertTheClaimWasAborted() {
        assertEquals(2, ring.stats().handedOver()); // this looks for it as well, but hands nothing over
        assertEquals(1, ring.stats().leakedClaims());
        assertEquals(1, ring.stats().aborted());
        assertEquals(2, ring.stats().offered());
        assertTrue(ring.isEmpty());
    }

    @Test
    void openClaimOfACollectedHandle_isFoundByStatsAndWakesTheConsumer() throws Exception {
        final AtomicInteger woken = new AtomicInteger();
        final VarLenMpscRing hooked = VarLenMpscRing.builder()
                .capacity(256)
                .hook(woken::incrementAndGet)
                .build();
        final WeakReference<RingProducer> dropped = dropWithClaim(hooked);
        assertTrue(offer(hooked.newProducer(), new byte[1])); // so that the claim cannot be given back
        assertEquals(1, drain(hooked).size());
        assertTrue(hooked.consumer().arm());
        collect(dropped);
        while (hooked.stats().leakedClaims() == 0) {
            Thread.sleep(1);
        }
        assertEquals(1, woken.get());
        assertEquals(1, drain(hooked).size());
        assertTrue(hooked.isEmpty());
    }

    /** Until somebody polls for collected handles: a ring's dump does so itself, and names the remaining owner. */
    @Test
    void openClaimOfACollectedHandle_isNamedAsOne() throws Exception {
        final WeakReference<RingProducer> dropped = dropWithClaim(ring);
        final String open = "a claim of 20 bytes, made by " + Thread.currentThread();
        collect(dropped);
        while (!ring.ownerOf(16).equals(open + ", whose handle has been collected")) {
            assertTrue(ring.ownerOf(16).startsWith(open), ring.ownerOf(16));
            System.gc();
            Thread.sleep(1);
        }
        while (ring.stats().leakedClaims() == 0) {
            Thread.sleep(1);
        }
        assertEquals("of an unknown producer", ring.ownerOf(16));
    }

    @Test
    void openClaimOfACollectedHandle_isFoundByNewProducers() throws Exception {
        collect(dropWithClaim(ring));
        while (ring.producerPosition() != 16) { // the claim is behind a record of 16 bytes
            ring.newProducer();
            Thread.sleep(1);
        }
        assertEquals(1, drain(ring).size());
        assertTrue(ring.isEmpty());
    }

    @Test
    void openClaimOfACollectedHandle_isFoundByRefusals() throws Exception {
        final RingProducer other = ring.newProducer();
        final WeakReference<RingProducer> dropped = dropWithClaim(ring);
        final int stored = Rings.fill(other);
        collect(dropped);
        while (ring.memory.getHeaderAcquire(16) == 0) {
            assertFalse(offer(other, new byte[0]));
        }
        assertEquals(1 + stored, drain(ring).size());
        assertTrue(ring.isEmpty());
    }

    /** The handle's last call ended between its reservation and its publication, as an Error ends it. */
    @Test
    void unfinishedCallOfACollectedHandle_isGivenBack() throws Exception {
        collect(dropInACall(ring));
        while (ring.stats().aborted() == 0) {
            Thread.sleep(1);
        }
        assertTrue(ring.isEmpty());
        assertEquals(1, ring.stats().aborted());
        assertEquals(0, ring.stats().leakedClaims());
    }

    private static WeakReference<RingProducer> dropInACall(final VarLenMpscRing ring) {
        final RingProducer producer = ring.newProducer();
        assertTrue(producer.side().reserve(24));
        return new WeakReference<>(producer);
    }

    /** A hook promises the wakeup for a commit, and none for a handle that is collected. */
    @Test
    void openClaim_collectedDuringATimedDrainOfARingWithAHook_endsTheWait() throws Exception {
        final VarLenMpscRing hooked =
                VarLenMpscRing.builder().capacity(256).hook(() -> {}).build();
        final RingProducer[] holder = {hooked.newProducer()};
        assertNotNull(holder[0].tryClaim(20));
        assertTrue(offer(hooked.newProducer(), payload(1, 8)));
        final AtomicInteger received = new AtomicInteger();
        final Thread consumer = new Thread(() -> {
            try {
                received.set(hooked.consumer().drain(record -> {}, 9, 1, TimeUnit.HOURS));
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        consumer.setDaemon(true);
        consumer.start();
        while (consumer.getState() != Thread.State.TIMED_WAITING) {
            Thread.sleep(1);
        }
        final WeakReference<RingProducer> dropped = new WeakReference<>(holder[0]);
        holder[0] = null;
        collect(dropped);
        consumer.join();
        assertEquals(1, received.get());
    }

    /** Nobody calls the ring: a thread of the library's own finishes the claim, which calls the hook. */
    @Test
    void openClaim_collectedWhileTheConsumerSleepsUntilItsHookIsCalled_endsTheSleep() throws Exception {
        final Semaphore permits = new Semaphore(0);
        final VarLenMpscRing hooked = VarLenMpscRing.builder()
                .capacity(256)
                .hook(WakeupHook.semaphore(permits))
                .build();
        final WeakReference<RingProducer> dropped = dropWithClaim(hooked);
        assertTrue(offer(hooked.newProducer(), payload(2, 8)));
        assertEquals(1, drain(hooked).size());
        assertTrue(hooked.consumer().arm());
        collect(dropped);
        permits.acquire();
        assertArrayEquals(payload(2, 8), drain(hooked).get(0));
    }

    /** What waits for the handle to be collected must not keep it alive by way of the hook. */
    @Test
    void ringWhoseHookRefersToAHandle_isCollected() throws Exception {
        collect(ringThatKnowsItself());
    }

    private static WeakReference<VarLenMpscRing> ringThatKnowsItself() {
        final AtomicReference<RingProducer> handle = new AtomicReference<>();
        final VarLenMpscRing hooked =
                VarLenMpscRing.builder().capacity(256).hook(handle::get).build();
        handle.set(hooked.newProducer());
        return new WeakReference<>(hooked);
    }

    /** With its handle and what that has open, the hook or not: the claim becomes padding, and all places are free. */
    @Test
    void ringInAFileWhoseHookRefersToAHandle_isCollectedAndLeavesItsPlaces() throws Exception {
        final Path file = FileRings.newFile();
        VarLenMpscRing.builder().file(file).capacity(256).slots(2).build();
        collect(ringInAFileThatKnowsItself(file));
        final VarLenMpscRing other = VarLenMpscRing.attach(file);
        final RingFile places = other.places.file;
        for (final RingSlot slot : new RingSlot[] {places.slot(0), places.slot(1), places.consumerSlot()}) {
            while (!slot.getProcessAcquire().equals(ProcessIdentity.NOBODY) || !places.tryLock(slot)) {
                Thread.sleep(1);
            }
            places.unlock(slot);
        }
        other.newProducer();
        other.newProducer();
        assertEquals(2, drain(other).size());
        assertTrue(other.isEmpty());
        other.detach();
        Files.delete(file);
    }

    private static WeakReference<VarLenMpscRing> ringInAFileThatKnowsItself(final Path file) {
        final AtomicReference<RingProducer> handle = new AtomicReference<>();
        final VarLenMpscRing hooked =
                VarLenMpscRing.builder().file(file).hook(handle::get).build();
        hooked.consumer();
        handle.set(hooked.newProducer());
        assertTrue(offer(handle.get(), payload(1, 8)));
        handle.get().tryClaim(20);
        assertTrue(offer(handle.get(), payload(2, 8))); // in the second slot
        return new WeakReference<>(hooked);
    }

    @Test
    void hookThatThrowsAnErrorMeanwhile_keepsNothingOfACollectedHandle() throws Exception {
        final AtomicInteger calls = new AtomicInteger();
        final VarLenMpscRing hooked = VarLenMpscRing.builder()
                .capacity(256)
                .hook(() -> {
                    calls.incrementAndGet();
                    throw new LinkageError("from the hook");
                })
                .build();
        final WeakReference<RingProducer> dropped = dropWithClaim(hooked);
        assertTrue(offer(hooked.newProducer(), new byte[1])); // so that the claim cannot be given back
        assertEquals(1, drain(hooked).size());
        assertTrue(hooked.consumer().arm());
        collect(dropped);
        while (calls.get() == 0) { // by this thread, or by the library's own
            Thread.sleep(1);
            try {
                hooked.stats();
            } catch (final LinkageError expected) {
                assertEquals(1, calls.get());
            }
        }
        while (hooked.stats().leakedClaims() == 0 || !hooked.dump().contains("producers: 0")) {
            Thread.sleep(1);
        }
        assertEquals(1, hooked.stats().leakedClaims());
    }

    /** Even when another handle has been collected before somebody comes by. */
    @Test
    void handleWhoseFinishingAnErrorHasEnded_isFinishedByTheNextCall() throws Exception {
        final AtomicInteger calls = new AtomicInteger();
        final VarLenMpscRing hooked = VarLenMpscRing.builder()
                .capacity(256)
                .hook(() -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new LinkageError("from the hook");
                    }
                })
                .build();
        final WeakReference<RingProducer> first = dropWithClaim(hooked);
        final WeakReference<RingProducer> second = dropWithClaim(hooked);
        assertTrue(offer(hooked.newProducer(), new byte[1])); // so that no claim can be given back
        drain(hooked);
        assertTrue(hooked.consumer().arm());
        collect(first, second);
        boolean areFinished = false;
        while (!areFinished) {
            try {
                Thread.sleep(10); // so that the collector has told of both
                areFinished =
                        hooked.stats().leakedClaims() == 2 && hooked.dump().contains("producers: 0");
            } catch (final LinkageError expected) {
                assertEquals(1, calls.get());
            }
        }
        assertEquals(2, drain(hooked).size());
    }

    @Test
    void claimThatIsKept_isNeverTaken() throws Exception {
        final RingClaim claim = claimOnly();
        System.gc();
        Thread.sleep(20);
        System.gc();
        assertEquals(0, drain(ring).size());
        assertEquals(0, ring.stats().leakedClaims());
        claim.commit();
        assertEquals(1, drain(ring).size());
    }

    private RingClaim claimOnly() {
        return ring.newProducer().tryClaim(16);
    }

    @Test
    void handleWithoutAnythingOpen_isDroppedWithoutATrace() throws Exception {
        collect(dropAfterOffer(ring));
        final RingProducer other = ring.newProducer();
        assertTrue(other.offer(ByteBuffer.allocate(8)));
        Thread.sleep(10);
        assertEquals(2, drain(ring).size());
        assertEquals(2, ring.stats().offered());
        assertEquals(0, ring.stats().leakedClaims());
        assertEquals(0, ring.stats().paddingBytes());
        assertNull(other.side().describeOpen(0));
    }

    /** While one thread finishes collected handles, here inside a hook, no other one does. */
    @Test
    void collectedHandles_areFinishedByOneThreadAtATime() throws Exception {
        final AtomicReference<Thread.State> seen = new AtomicReference<>();
        final VarLenMpscRing[] hooked = new VarLenMpscRing[1];
        final Thread other = new Thread(
                () -> {
                    while (seen.get() == null) {
                        hooked[0].finishCollectedHandles();
                    }
                },
                "other");
        hooked[0] = VarLenMpscRing.builder()
                .capacity(256)
                .hook(() -> {
                    if (seen.get() == null) {
                        other.start();
                        while (other.getState() != Thread.State.BLOCKED && other.isAlive()) {
                            Thread.onSpinWait();
                        }
                        seen.set(other.getState());
                    }
                })
                .build();
        final WeakReference<RingProducer> first = dropWithClaim(hooked[0]);
        final WeakReference<RingProducer> second = dropWithClaim(hooked[0]);
        assertTrue(offer(hooked[0].newProducer(), new byte[1])); // so that no claim can be given back
        assertEquals(1, drain(hooked[0]).size());
        assertTrue(hooked[0].consumer().arm());
        collect(first, second);
        while (seen.get() == null) {
            hooked[0].finishCollectedHandles();
            Thread.sleep(1);
        }
        assertEquals(Thread.State.BLOCKED, seen.get());
        other.join();
        assertEquals(2, hooked[0].stats().leakedClaims());
    }
}
