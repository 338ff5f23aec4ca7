// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is left of a ring in a file: by {@code detach()}, and when the ring has been collected. */
final class DetachTest extends FileFixture {
    /** Else a program that makes ring after ring would have no descriptor left before its garbage is collected. */
    @Test
    void detach_ofTheLastRingInAFile_closesIt() throws IOException {
        final VarLenMpscRing ring = map();
        final VarLenMpscRing other = map();
        final FileChannel channel = ring.places.file.channel;
        other.detach();
        other.detach();
        assertTrue(channel.isOpen());
        assertTrue(offer(ring.newProducer(), payload(1, 9)));
        assertThrows(IllegalArgumentException.class, () -> VarLenMpscRing.map(file, 2 * CAPACITY));
        final RingSlot slot = ring.places.file.slot(9);
        assertTrue(ring.places.file.tryLock(slot)); // as by a newProducer() that comes at the same time
        ring.detach();
        assertTrue(channel.isOpen());
        assertTrue(slot.lock.isValid());
        ring.places.file.unlock(slot);
        ring.detach();
        assertFalse(channel.isOpen());
        assertEquals(
                "this process has been detached from " + ring.file(),
                assertThrows(IllegalStateException.class, () -> ring.places.file.tryLock(slot))
                        .getMessage());
        final VarLenMpscRing again = map();
        assertEquals(1, drain(again).size());
    }

    /** Closing the file would drop the lock, and another process take the place. */
    @Test
    void detach_whileAPlaceIsTaken_dropsNoLock() throws Exception {
        map().detach();
        for (int round = 0; round < 2000; round++) {
            final VarLenMpscRing ring = VarLenMpscRing.attach(file);
            final RingFile opened = ring.places.file;
            final RingSlot slot = opened.slot(5);
            final AtomicInteger ready = new AtomicInteger();
            final FutureTask<Boolean> taking = new FutureTask<>(() -> {
                ready.incrementAndGet();
                while (ready.get() < 2) {
                    Thread.onSpinWait();
                }
                try {
                    return opened.tryLock(slot);
                } catch (final IllegalStateException detached) {
                    return false;
                }
            });
            new Thread(taking, "taker").start();
            ready.incrementAndGet();
            while (ready.get() < 2) {
                Thread.onSpinWait();
            }
            ring.detach();
            if (taking.get()) {
                assertTrue(slot.lock.isValid(), "round " + round);
                opened.unlock(slot);
                ring.detach();
            }
        }
    }

    private static Object[] entryOf(final Path path) throws IOException {
        return SharedFiles.files()
                .get(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    }

    /** Memory is given back by a collection only: to join and leave again and again would use up more and more. */
    @Test
    void map_ofAFileThatWasLeft_usesItsMemoryAgain() throws IOException {
        map().detach();
        final Object mapping = ((WeakReference<?>) entryOf(file)[2]).get();
        map();
        assertSame(mapping, ((WeakReference<?>) entryOf(file)[2]).get());
    }

    @Test
    void filesThatWereLeft_areForgotten() throws IOException {
        final List<Path> left = new ArrayList<>();
        boolean isOneForgotten = false;
        for (int i = 0; i < 3_000 && !isOneForgotten; i++) { // how many it takes depends on the tests before
            left.add(FileRings.newFile());
            VarLenMpscRing.map(left.get(i), 64).detach();
            if (i % 50 == 49) {
                System.gc();
                isOneForgotten = entryOf(left.get(0)) == null;
            }
        }
        for (final Path path : left) {
            Files.delete(path);
        }
        assertTrue(isOneForgotten, "all are known");
    }

    /** A hook has opened a claim again: the place is given back when the ring is dropped. */
    @Test
    void detach_whereAHookUsesTheHandleAgain_leavesTheRestToTheCollector() throws Exception {
        final Map<?, ?> locks = (Map<?, ?>) leaveWithAClaim()[1];
        for (int i = 0; i < 100 && !locks.isEmpty(); i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertTrue(locks.isEmpty(), locks::toString);
    }

    private Object[] leaveWithAClaim() throws IOException {
        final RingProducer[] producer = new RingProducer[1];
        final WakeupHook hook = () -> producer[0].tryClaim(8);
        final VarLenMpscRing ring =
                VarLenMpscRing.builder().file(file).capacity(64).hook(hook).build();
        producer[0] = ring.newProducer();
        assertNotNull(producer[0].tryClaim(8));
        assertNotNull(ring.newProducer().tryClaim(8)); // so that the abort of the first leaves padding, and wakes
        assertTrue(ring.consumer().arm());
        ring.detach();
        assertEquals(1, ((Map<?, ?>) entryOf(file)[1]).size());
        return entryOf(file);
    }

    @Test
    void newProducer_whileDetached_leavesNoFileOpen() throws Exception {
        map().detach();
        for (int round = 0; round < 2000; round++) {
            final VarLenMpscRing ring = VarLenMpscRing.attach(file);
            final CyclicBarrier together = new CyclicBarrier(2);
            final FutureTask<RingProducer> taking = new FutureTask<>(() -> {
                together.await();
                return ring.newProducer();
            });
            new Thread(taking, "taker").start();
            together.await();
            ring.detach();
            try {
                taking.get();
            } catch (final ExecutionException refused) {
                assertInstanceOf(IllegalStateException.class, refused.getCause());
            }
            assertFalse(ring.places.file.channel.isOpen(), "round " + round);
        }
    }

    /** Its producer was refused in the end: its slot announces nothing, whatever the end of its last record. */
    @Test
    void ringThatIsDropped_leavesTheRecordsOfOthers() throws IOException {
        final VarLenMpscRing ring = map();
        final RingClaim claim = ring.newProducer().tryClaim(24);
        final VarLenMpscRing dropped = map();
        final int stored = Rings.fill(dropped.newProducer());
        dropped.places.leaveAll(); // as when it has been collected
        assertEquals(0, drain(ring).size());
        claim.commit();
        assertEquals(1 + stored, drain(ring).size());
        ring.places.leaveAll();
        assertEquals(0, ring.memory.getHeaderAcquire(0));
    }

    @Test
    void detach_leavesTheRingToOthers() throws IOException {
        final VarLenMpscRing ring = map();
        final VarLenMpscRing other = map();
        final RingProducer producer = ring.newProducer();
        final RingConsumer consumer = ring.consumer();
        assertTrue(offer(producer, payload(1, 9)));
        final RingClaim claim = producer.tryClaim(10);
        assertThrows(IllegalStateException.class, () -> consumer.drain(record -> ring.detach()));
        assertTrue(offer(ring.newProducer(), payload(2, 9)));
        assertTrue(offer(producer, payload(3, 9)), "what was refused has closed no handle");
        ring.detach();
        ring.detach();
        assertEquals("RingConsumer[detached, " + ring + "]", consumer.toString());
        assertTrue(ring.dump().contains("consumer: detached, "), ring::dump);
        assertThrows(IllegalStateException.class, () -> consumer.drain(record -> {}));
        assertThrows(IllegalStateException.class, consumer::arm);
        assertThrows(IllegalStateException.class, consumer::stalledBy);
        assertThrows(IllegalStateException.class, consumer::doorbell);
        assertEquals(0, other.memory.getDoorbellVolatile());
        assertThrows(IllegalStateException.class, ring::consumer);
        assertThrows(IllegalStateException.class, ring::newProducer);
        assertThrows(IllegalStateException.class, () -> offer(producer, new byte[1]));
        assertThrows(IllegalStateException.class, claim::commit);
        ring.close(); // as at the end of a try
        assertFalse(ring.isClosed());
        final List<byte[]> records = drain(other);
        assertEquals(2, records.size());
        assertArrayEquals(payload(2, 9), records.get(0));
        assertArrayEquals(payload(3, 9), records.get(1));
        assertTrue(other.isEmpty());
    }

    private VarLenMpscRing withTwoSlotsAndAHookThatThrows(final Error failure) throws IOException {
        return kept(VarLenMpscRing.builder()
                .file(file)
                .capacity(CAPACITY)
                .slots(2)
                .hook(() -> {
                    throw failure;
                })
                .build());
    }

    /** What it throws comes out, and all is left all the same. */
    @Test
    void detach_whenTheHookThrowsAnError_leavesTheRing() throws IOException {
        final AssertionError failure = new AssertionError();
        final VarLenMpscRing ring = withTwoSlotsAndAHookThatThrows(failure);
        final RingProducer first = ring.newProducer();
        final RingProducer second = ring.newProducer();
        final RingConsumer consumer = ring.consumer();
        assertNotNull(first.tryClaim(8));
        assertNotNull(second.tryClaim(8));
        assertTrue(consumer.arm());
        assertSame(failure, assertThrows(AssertionError.class, ring::detach));
        for (final RingProducer handle : List.of(first, second)) {
            assertThrows(IllegalStateException.class, () -> offer(handle, new byte[1]));
        }
        final VarLenMpscRing other = map();
        assertEquals(0, drain(other).size());
        assertTrue(other.isEmpty());
        second.close();
        for (int i = 0; i < 2; i++) {
            assertTrue(offer(other.newProducer(), new byte[1]));
        }
        ring.detach();
    }

    /** A handle that an Error has kept open is closed by the next call. */
    @Test
    void detach_again_closesTheHandleThatAnErrorHasKeptOpen() throws IOException {
        final AssertionError failure = new AssertionError();
        final VarLenMpscRing ring = withTwoSlotsAndAHookThatThrows(failure);
        final RingProducer producer = ring.newProducer();
        final RingConsumer consumer = ring.consumer();
        assertNotNull(producer.tryClaim(8));
        assertTrue(producer.side().reserve(16)); // what an Error has left beside the claim
        assertTrue(consumer.arm());
        assertSame(failure, assertThrows(AssertionError.class, ring::detach));
        final VarLenMpscRing other = map();
        assertThrows(IllegalStateException.class, other::newProducer);
        ring.detach();
        for (int i = 0; i < 2; i++) {
            assertTrue(offer(other.newProducer(), new byte[1]));
        }
        assertEquals(2, drain(other).size());
        producer.close(); // so it was kept
    }

    /** Its memory is the file's, and goes when the file has been deleted and nobody maps it. */
    @Test
    void ringThatIsDropped_closesItsFile() throws Exception {
        final Channel channel = (Channel) useAndDrop()[0];
        while (channel.isOpen()) {
            System.gc();
            Thread.sleep(1);
        }
        assertEquals(1, drain(map()).size());
    }

    private Object[] useAndDrop() throws IOException {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, CAPACITY);
        assertTrue(offer(ring.newProducer(), new byte[1]));
        ring.consumer();
        return entryOf(file);
    }

    /** An Error has come between the opening of the file and the making of its ring. */
    @Test
    void fileOfNoRing_isClosedAndForgotten() throws Exception {
        final Channel channel = (Channel) openForNothing()[0];
        while (entryOf(file) != null) {
            System.gc();
            Thread.sleep(1);
        }
        assertFalse(channel.isOpen());
    }

    private Object[] openForNothing() throws IOException {
        RingFile.open(file, CAPACITY, 1, null, 0);
        return entryOf(file);
    }

    /** The first mapping goes, and another ring maps the file by then. */
    @Test
    void fileThatIsMappedAnew_isNotClosed() throws Exception {
        final CountDownLatch collected = new CountDownLatch(1);
        final VarLenMpscRing other = mapTwice(collected);
        while (!collected.await(1, TimeUnit.MILLISECONDS)) {
            System.gc();
        }
        Thread.sleep(50); // what the library then does may come later
        assertTrue(other.places.file.channel.isOpen());
        assertTrue(offer(other.newProducer(), payload(1, 9)));
    }

    private VarLenMpscRing mapTwice(final CountDownLatch collected) throws IOException {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, CAPACITY);
        final Object[] entry = entryOf(file);
        RingFile.whenCollected(((WeakReference<?>) entry[2]).get(), collected::countDown);
        entry[2] = new WeakReference<>(null); // as if it had been collected
        final VarLenMpscRing other = map();
        ring.detach();
        return other;
    }

    /** Whichever is first, no handle is left that could still be used. */
    @Test
    void newProducer_besideDetach_isRefusedOrClosed() throws Exception {
        for (int i = 0; i < 200; i++) {
            final VarLenMpscRing ring = map();
            final List<RingProducer> made = new ArrayList<>();
            final Crew crew = new Crew();
            crew.add("producer", () -> {
                try {
                    while (true) {
                        made.add(ring.newProducer());
                    }
                } catch (final IllegalStateException refused) {
                    return; // detached, or all slots are taken
                }
            });
            crew.add("detach", ring::detach);
            crew.run(ring);
            for (final RingProducer handle : made) {
                assertThrows(IllegalStateException.class, () -> offer(handle, new byte[1]));
            }
        }
    }

    /** As many as there may be, by a thread with a small stack. */
    @Test
    void detach_closesAllHandles() throws Exception {
        final VarLenMpscRing ring = mapWithSlots(RingLayout.MAX_SLOTS);
        final List<RingProducer> handles = new ArrayList<>();
        for (int i = 0; i < RingLayout.MAX_SLOTS; i++) {
            handles.add(ring.newProducer());
        }
        final FutureTask<Void> detach = new FutureTask<>(ring::detach, null);
        final Thread thread = new Thread(null, detach, "detach", 1 << 18);
        thread.start();
        detach.get();
        thread.join();
        for (final RingProducer handle : handles) {
            assertThrows(IllegalStateException.class, () -> offer(handle, new byte[1]));
        }
        assertTrue(offer(map().newProducer(), new byte[1]));
    }
}
