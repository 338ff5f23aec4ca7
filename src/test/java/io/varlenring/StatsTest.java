// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.fill;
import static io.varlenring.Rings.leavePadding;
import static io.varlenring.Rings.moveTo;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static io.varlenring.Rings.withSomebodyBehind;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** The counters and snapshots of a ring. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StatsTest {
    private final VarLenMpscRing ring = VarLenMpscRing.allocate(256);
    private final RingProducer producer = ring.newProducer();

    @Test
    void newRing_hasCountedNothing() {
        assertEquals(new RingStats(new RingCounters()).toString(), ring.stats().toString());
        assertFalse(ring.stats().toString().matches(".*=[^0].*"), ring.stats().toString());
    }

    private static void writeEveryWay(final RingProducer producer) {
        assertTrue(offer(producer, payload(1, 1)));
        assertTrue(producer.offer(ByteBuffer.allocate(2)));
        assertTrue(producer.offer(ByteBuffer.allocate(3), ByteBuffer.allocate(4)));
        assertEquals(2, producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(5), ByteBuffer.allocate(6)}, 0, 2));
        producer.tryClaim(7).commit();
        producer.tryClaim(30).commit(8);
        producer.tryClaim(9).abort();
        final RingBatch batch = producer.tryClaimBatch(9, 64);
        for (int length = 9; length <= 10; length++) {
            assertNotNull(batch.next(length));
            batch.add(length);
        }
        batch.commit();
        producer.tryClaimBatch(9, 64).commit();
    }

    /** More than once through the same handle: no call counts what the last one has counted. */
    @Test
    void offered_countsEveryWayToWrite() {
        final VarLenMpscRing large = VarLenMpscRing.allocate(1024);
        final RingProducer writer = large.newProducer();
        for (long round = 1; round <= 3; round++) {
            writeEveryWay(writer);
            final RingStats stats = large.stats();
            assertEquals(9 * round, stats.offered());
            assertEquals((1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10) * round, stats.bytes());
            assertEquals(2 * round, stats.aborted());
            assertEquals(0, stats.paddingBytes());
            assertEquals(0, stats.refusedFull());
            assertEquals(0, stats.tooLarge());
        }
    }

    @Test
    void padding_isCountedWhereNothingCanBeGivenBack() {
        final RingClaim first = producer.tryClaim(30);
        withSomebodyBehind(ring, () -> first.commit(8));
        assertEquals(40 - 16, ring.stats().paddingBytes());
        leavePadding(ring, producer.tryClaim(9));
        assertEquals(40 - 16 + 24, ring.stats().paddingBytes());
        final RingBatch batch = producer.tryClaimBatch(30, 64);
        assertNotNull(batch.next(8));
        batch.add(8);
        withSomebodyBehind(ring, batch::commit);
        assertEquals(40 - 16 + 24 + 64 - 16, ring.stats().paddingBytes());
    }

    @Test
    void refusals_areCountedByReason() {
        assertEquals(32, fill(producer));
        assertEquals(1, ring.stats().refusedFull());
        assertEquals(0, producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(5)}, 0, 1));
        assertEquals(0, producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(5)}, 0, 0));
        assertEquals(null, producer.tryClaim(0));
        assertEquals(3, ring.stats().refusedFull());
        drain(ring, 2);
        assertEquals(1, producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(8), ByteBuffer.allocate(8)}, 0, 2));
        assertEquals(4, ring.stats().refusedFull());
        assertThrows(IllegalArgumentException.class, () -> producer.offer(ByteBuffer.allocate(121)));
        assertThrows(IllegalArgumentException.class, () -> producer.tryClaim(121));
        assertThrows(IllegalArgumentException.class, () -> producer.tryClaim(-121));
        assertEquals(2, ring.stats().tooLarge());
        assertEquals(33, ring.stats().offered());
    }

    @Test
    void refusal_leavesNoHoleBehind() {
        moveTo(ring, 200);
        assertTrue(offer(producer, payload(1, 100)));
        assertTrue(offer(producer, payload(1, 60)));
        final long position = ring.producerPosition();
        for (int i = 0; i < 10; i++) {
            assertEquals(false, offer(producer, payload(2, 120)));
            assertEquals(position, ring.producerPosition());
        }
        assertEquals(2, drain(ring).size());
        assertEquals(position, ring.consumerPosition());
    }

    @Test
    void padding_countsTheGapsBeforeTheWrap() {
        moveTo(ring, 240);
        assertTrue(offer(producer, payload(1, 9)));
        assertEquals(16, ring.stats().paddingBytes());
        assertEquals(1, drain(ring).size());
        moveTo(ring, 248);
        assertEquals(2, producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(1), ByteBuffer.allocate(1)}, 0, 2));
        assertEquals(24, ring.stats().paddingBytes());
    }

    @Test
    void highWaterMark_isTheMostBytesEverInUse() {
        for (int i = 0; i < 3; i++) {
            assertTrue(offer(producer, payload(i, 8)));
        }
        assertEquals(48, ring.stats().highWaterMark());
        assertEquals(1, drain(ring, 1).size());
        assertEquals(48, ring.stats().highWaterMark());
        assertTrue(offer(producer, payload(1, 8)));
        assertTrue(offer(producer, payload(1, 8)));
        assertEquals(1, drain(ring, 1).size());
        assertEquals(64, ring.stats().highWaterMark());
        assertEquals(3, drain(ring).size());
        assertTrue(offer(producer, payload(1, 8)));
        assertEquals(1, drain(ring).size());
        assertEquals(64, ring.stats().highWaterMark());
        assertEquals(32, fill(producer));
        assertEquals(32, drain(ring).size());
        assertEquals(256, ring.stats().highWaterMark());
    }

    @Test
    void highWaterMark_ofAClosedRing_isStillInBytes() {
        for (int i = 0; i < 3; i++) {
            assertTrue(offer(producer, payload(i, 8)));
        }
        ring.close();
        assertEquals(1, drain(ring, 1).size());
        assertEquals(48, ring.stats().highWaterMark());
        assertEquals(48, ring.producerPosition());
        assertEquals(32, ring.size());
    }

    /** A drain that gives back nothing has not found anything in use. */
    @Test
    void highWaterMark_leavesOutWhatCameAndWentBetween() {
        final RingClaim claim = producer.tryClaim(100);
        assertEquals(0, drain(ring).size());
        assertEquals(0, drain(ring, 0).size());
        claim.abort();
        assertEquals(0, ring.stats().highWaterMark());
        assertTrue(offer(producer, payload(1, 8)));
        final RingClaim behind = producer.tryClaim(100);
        assertEquals(
                0,
                ring.consumer().drainControlled(record -> ControlledRecordHandler.Action.ABORT, 9),
                "nothing given back");
        behind.abort();
        assertEquals(1, drain(ring).size());
        assertEquals(16, ring.stats().highWaterMark());
    }

    @Test
    void handedOver_countsWhatWasConsumed() {
        for (int i = 0; i < 6; i++) {
            assertTrue(offer(producer, payload(i, 8)));
        }
        assertEquals(2, drain(ring, 2).size());
        assertEquals(2, ring.stats().handedOver());
        ring.consumer().drainControlled(record -> ControlledRecordHandler.Action.ABORT, 9);
        assertEquals(2, ring.stats().handedOver());
        ring.consumer().drainControlled(record -> ControlledRecordHandler.Action.BREAK, 9);
        assertEquals(3, ring.stats().handedOver());
        final RecordHandler failing = record -> {
            throw new UnsupportedOperationException();
        };
        assertThrows(UnsupportedOperationException.class, () -> ring.consumer().drain(failing));
        assertEquals(4, ring.stats().handedOver());
        assertEquals(2, drain(ring).size());
        assertEquals(ring.stats().offered(), ring.stats().handedOver());
    }

    @Test
    void minus_givesWhatCameBetween() {
        assertTrue(offer(producer, payload(1, 9)));
        final RingStats earlier = ring.stats();
        assertTrue(offer(producer, payload(1, 7)));
        leavePadding(ring, producer.tryClaim(9));
        assertEquals(2, drain(ring).size());
        fill(producer);
        assertThrows(IllegalArgumentException.class, () -> producer.tryClaim(121));
        final RingStats difference = ring.stats().minus(earlier);
        assertEquals(33, difference.offered());
        assertEquals(7, difference.bytes());
        assertEquals(2, difference.handedOver());
        assertEquals(1, difference.refusedFull());
        assertEquals(2, difference.aborted());
        assertEquals(24, difference.paddingBytes());
        assertEquals(1, difference.tooLarge());
        assertEquals(256, difference.highWaterMark());
    }

    @Test
    void handles_areSummed() {
        for (int i = 0; i < 10; i++) {
            assertTrue(offer(ring.newProducer(), payload(i, 3)));
        }
        assertEquals(10, ring.stats().offered());
        assertEquals(30, ring.stats().bytes());
    }

    /** Everything a handle counts, done through handles that nobody keeps. */
    private static List<WeakReference<RingProducer>> useAndDropHandles(final VarLenMpscRing ring) {
        final List<WeakReference<RingProducer>> dropped = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            final RingProducer handle = ring.newProducer();
            dropped.add(new WeakReference<>(handle));
            assertTrue(ring.consumer().arm());
            assertTrue(offer(handle, payload(i, 10)));
            handle.tryClaim(20).commit(1);
            handle.tryClaim(3).abort();
            fill(handle);
            assertThrows(IllegalArgumentException.class, () -> handle.tryClaim(121));
            drain(ring);
            drain(ring);
        }
        return dropped;
    }

    @Test
    void stats_afterHandlesWereCollected_areWhatTheyWere() throws Exception {
        final VarLenMpscRing hooked = VarLenMpscRing.builder()
                .capacity(256)
                .hook(() -> {
                    throw new IllegalStateException("from the hook");
                })
                .build();
        final List<WeakReference<RingProducer>> dropped = useAndDropHandles(hooked);
        final RingStats before = hooked.stats();
        assertTrue(before.wakeups() >= 5 && before.hookFailures() == before.wakeups(), before::toString);
        assertEquals(5, before.refusedFull());
        assertEquals(5, before.tooLarge());
        assertEquals(5, before.aborted());
        while (dropped.stream().anyMatch(reference -> reference.get() != null)) {
            System.gc();
            Thread.sleep(1);
        }
        // When the ring gets to know that they have been collected, and folds them in, is not seen from outside.
        for (int i = 0; i < 30; i++) {
            assertEquals(before.toString(), hooked.stats().toString());
            hooked.newProducer();
            Thread.sleep(1);
        }
    }

    @Test
    void wakeups_ofAnArmedRingWithoutHookThatIsClosed_areNone() {
        assertTrue(ring.consumer().arm());
        ring.close();
        assertEquals(0, ring.stats().wakeups());
        assertEquals(0, ring.stats().hookFailures());
    }

    @Test
    void wakeups_ofCloseAndProducers_areSummed() {
        final VarLenMpscRing hooked =
                VarLenMpscRing.builder().capacity(256).hook(() -> {}).build();
        assertTrue(hooked.consumer().arm());
        assertTrue(offer(hooked.newProducer(), payload(1, 1)));
        drain(hooked);
        assertTrue(hooked.consumer().arm());
        hooked.close();
        assertEquals(2, hooked.stats().wakeups());
    }

    @Test
    void toString_saysWhereTheRingStands() {
        assertTrue(offer(producer, payload(1, 9)));
        final String stands =
                "VarLenMpscRing[" + ring.name() + ", capacity=256, size=24, producerPosition=24, consumerPosition=0";
        assertEquals(stands + "]", ring.toString());
        ring.close();
        assertEquals(stands + ", closed]", ring.toString());
    }

    @Test
    void name_isWhereverTheRingIsNamed() {
        final VarLenMpscRing named =
                VarLenMpscRing.builder().capacity(256).name("datagrams").build();
        assertEquals("datagrams", named.name());
        assertTrue(named.toString().startsWith("VarLenMpscRing[datagrams, "), named::toString);
        assertTrue(named.dump().startsWith(named.toString()), named::dump);
        final RingProducer handle = named.newProducer();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> handle.tryClaim(1000))
                .getMessage()
                .contains("ring datagrams"));
        named.close();
        assertTrue(assertThrows(RingClosedException.class, () -> offer(handle, payload(1, 1)))
                .getMessage()
                .contains("datagrams"));
    }

    @Test
    void name_ofRingsWithoutOne_tellsThemApart() {
        assertTrue(ring.name().matches("ring-\\d+"), ring.name());
        assertFalse(ring.name().equals(VarLenMpscRing.allocate(256).name()));
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder();
        assertEquals(
                "name",
                assertThrows(NullPointerException.class, () -> builder.name(null))
                        .getMessage());
    }

    /** Each count on its own, so none is omitted or swapped anywhere between its handle and the log. */
    @Test
    void everyCount_isSummedSubtractedAndNamed() throws ReflectiveOperationException {
        final Field[] counts = RingCounters.class.getSuperclass().getDeclaredFields();
        final RingCounters handle = new RingCounters();
        for (int i = 0; i < counts.length; i++) {
            counts[i].setLong(handle, 100L + i);
        }
        final RingCounters sum = new RingCounters();
        handle.addTo(sum);
        final RingStats one = new RingStats(sum);
        final RingCounters twice = new RingCounters();
        handle.addTo(twice);
        handle.addTo(twice);
        final RingStats two = new RingStats(twice);
        for (int i = 0; i < counts.length; i++) {
            final String name = counts[i].getName();
            final long value = 100L + i;
            final Method getter = RingStats.class.getMethod(name);
            assertEquals(value, getter.invoke(one), name);
            assertEquals(name.equals("highWaterMark") ? value : 2 * value, getter.invoke(two), name);
            assertEquals(value, getter.invoke(two.minus(one)), name);
            assertTrue(one.toString().matches(".*\\b" + name + "=" + value + "\\b.*"), one::toString);
        }
        assertEquals(12, counts.length);
    }

    @Test
    void tooLarge_countsEveryWayToWrite() throws InterruptedException {
        final ByteBuffer src = ByteBuffer.allocate(121);
        final List<Executable> ways = List.of(
                () -> producer.offer(src),
                () -> producer.offer(src.array(), 0, 121),
                () -> producer.offer(ByteBuffer.allocate(60), ByteBuffer.allocate(61)),
                () -> producer.offer(src, 1, TimeUnit.DAYS),
                () -> producer.offer(src.array(), 0, 121, 1, TimeUnit.DAYS),
                () -> producer.offerAll(new ByteBuffer[] {src}, 0, 1),
                () -> producer.tryClaim(121));
        for (final Executable way : ways) {
            assertThrows(IllegalArgumentException.class, way);
        }
        assertEquals(ways.size(), ring.stats().tooLarge());
        assertEquals(0, ring.stats().refusedFull());
        assertEquals(0, ring.stats().aborted());
    }

    @Test
    void refusedFull_countsEveryWayToWrite() throws InterruptedException {
        fill(producer);
        final long before = ring.stats().refusedFull();
        final ByteBuffer src = ByteBuffer.allocate(1);
        assertFalse(producer.offer(src));
        assertFalse(producer.offer(src.array(), 0, 1));
        assertFalse(producer.offer(src, src));
        assertFalse(producer.offer(src, 0, TimeUnit.DAYS));
        assertFalse(producer.offer(src.array(), 0, 1, -1, TimeUnit.DAYS));
        assertEquals(0, producer.offerAll(new ByteBuffer[] {src}, 0, 1));
        assertNull(producer.tryClaim(1));
        assertNull(producer.tryClaimBatch(1, 64));
        assertEquals(before + 8, ring.stats().refusedFull());
    }

    @Test
    void refusals_ofAClosedRing_areNotCounted() {
        ring.close();
        assertThrows(RingClosedException.class, () -> producer.offer(ByteBuffer.allocate(1)));
        assertThrows(RingClosedException.class, () -> producer.tryClaim(1));
        assertEquals(0, ring.stats().refusedFull());
        assertEquals(0, ring.stats().tooLarge());
    }

    /** A position after more bytes than a long can count goes on at the least one. */
    @Test
    void dump_whereThePositionsGoOverTheEndOfAllLongs_namesTheClaim() {
        final VarLenMpscRing old = VarLenMpscRing.builder()
                .capacity(1024)
                .initialPosition(Long.MAX_VALUE - 15)
                .build();
        assertTrue(old.newProducer().offer(new byte[8], 0, 8));
        final RingProducer claiming = old.newProducer();
        claiming.tryClaim(100);
        assertTrue(old.dump().contains("a claim of 100 bytes"), old::dump);
    }

    /** Producers that race lose a race sooner or later. */
    @Test
    void casRetries_countLostRaces() throws Exception {
        final VarLenMpscRing raced = VarLenMpscRing.allocate(1 << 16);
        final AtomicBoolean done = new AtomicBoolean();
        final List<Thread> racers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            racers.add(new Thread(() -> {
                final RingProducer racer = raced.newProducer();
                while (!done.get()) {
                    racer.offer(new byte[8], 0, 8);
                }
            }));
        }
        racers.forEach(Thread::start);
        try {
            while (raced.stats().casRetries() == 0) {
                drain(raced);
            }
        } finally {
            done.set(true);
        }
        for (final Thread racer : racers) {
            racer.join();
        }
    }
}
