// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.assertIntact;
import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.fill;
import static io.varlenring.Rings.leavePadding;
import static io.varlenring.Rings.moveTo;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.withSomebodyBehind;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the hook is called and when not, in a single thread; and the ready-made hooks. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WakeupTest {
    private int wakeups;
    private RuntimeException failure;
    private Error error;
    private final VarLenMpscRing ring =
            VarLenMpscRing.builder().capacity(256).hook(this::wakeup).build();
    private final RingProducer producer = ring.newProducer();
    private final RingConsumer consumer = ring.consumer();

    private void wakeup() {
        wakeups++;
        if (failure != null) {
            throw failure;
        }
        if (error != null) {
            throw error;
        }
    }

    private void assertWakeups(final int expected) {
        assertEquals(expected, wakeups);
        assertEquals(expected, ring.stats().wakeups());
    }

    @Test
    void offer_whenNotArmed_doesNotWake() {
        fill(producer);
        drain(ring);
        assertWakeups(0);
    }

    @Test
    void arm_whenARecordIsReadable_refuses() {
        assertTrue(offer(producer, new byte[3]));
        assertFalse(consumer.arm());
        assertTrue(offer(producer, new byte[3]));
        assertWakeups(0);
        assertEquals(2, drain(ring).size());
        assertTrue(consumer.arm());
    }

    @Test
    void arm_whenPaddingIsAhead_refusesAndADrainRemovesIt() {
        leavePadding(ring, producer.tryClaim(9));
        assertFalse(consumer.arm());
        assertEquals(0, drain(ring).size());
        assertTrue(consumer.arm());
        assertWakeups(0);
    }

    @Test
    void arm_thenOneOfManyOffers_wakesOnce() {
        for (int round = 1; round <= 5; round++) {
            assertTrue(consumer.arm());
            assertTrue(consumer.arm());
            for (int i = 0; i < 5; i++) {
                assertTrue(offer(producer, new byte[i]));
            }
            assertWakeups(round);
            assertEquals(5, drain(ring).size());
            assertTrue(offer(producer, new byte[0]));
            assertEquals(1, drain(ring).size());
            assertWakeups(round);
        }
    }

    private static void commitBatch(final RingBatch batch) {
        assertNotNull(batch.next(9));
        batch.add(9);
        batch.commit();
    }

    @Test
    void whatIsGivenBack_wakesNobody() {
        final List<Runnable> ways = List.of(
                () -> producer.tryClaim(9).abort(),
                () -> producer.tryClaim(9).close(),
                () -> producer.tryClaimBatch(9, 64).commit(),
                () -> producer.tryClaimBatch(9, 64).abort(),
                () -> producer.tryClaimBatch(9, 64).close());
        for (final Runnable way : ways) {
            assertTrue(consumer.arm());
            way.run();
            assertWakeups(0);
            assertTrue(ring.isEmpty());
        }
        assertTrue(offer(producer, new byte[1]));
        assertWakeups(1);
    }

    /** What the hook stores by the same handle is not what the call under way has stored. */
    @Test
    void offerAll_whoseHookOffersByTheSameHandle_answersForItself() {
        final RingProducer[] handle = new RingProducer[1];
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(1024)
                .hook(() -> handle[0].offerAll(new ByteBuffer[] {ByteBuffer.allocate(1)}, 0, 1))
                .build();
        handle[0] = ring.newProducer();
        assertTrue(ring.consumer().arm());
        final ByteBuffer[] three = {ByteBuffer.allocate(1), ByteBuffer.allocate(2), ByteBuffer.allocate(3)};
        assertEquals(3, handle[0].offerAll(three, 0, 3));
        assertEquals(4, drain(ring).size());
    }

    /** Whatever an Error leaves of a close, closing again wakes. */
    @Test
    void close_thatEndsInTheMiddle_isFinishedByTheNext() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            final AtomicInteger calls = new AtomicInteger();
            final VarLenMpscRing ring = VarLenMpscRing.builder()
                    .capacity(64)
                    .hook(calls::incrementAndGet)
                    .build();
            assertTrue(ring.consumer().arm());
            if (i == 0) {
                ring.close(); // what is loaded and linked first at the end of a stack stays unusable
            } else {
                SmallStacks.callAtTheEndOfTheStack(i, ring::close);
            }
            assertTrue(calls.get() > 0, "nobody has woken the consumer");
        }
    }

    @Test
    void everyWayToPublish_wakes() {
        final ByteBuffer[] batch = {ByteBuffer.allocate(3), ByteBuffer.allocate(4)};
        final List<Runnable> ways = List.of(
                () -> producer.offer(new byte[1], 0, 1),
                () -> producer.offer(ByteBuffer.allocate(2)),
                () -> producer.offer(ByteBuffer.allocate(2), ByteBuffer.allocate(3)),
                () -> producer.offerAll(batch, 0, 2),
                () -> producer.tryClaim(9).commit(),
                () -> producer.tryClaim(40).commit(1),
                () -> leavePadding(ring, producer.tryClaim(9)),
                () -> withSomebodyBehind(ring, producer.tryClaim(9)::close),
                () -> commitBatch(producer.tryClaimBatch(9, 64)),
                () -> withSomebodyBehind(ring, producer.tryClaimBatch(9, 64)::commit));
        int expected = 0;
        for (final Runnable way : ways) {
            assertTrue(consumer.arm());
            way.run();
            assertWakeups(++expected);
            drain(ring);
        }
        assertTrue(consumer.arm());
        ring.close();
        assertWakeups(++expected);
    }

    @Test
    void reservation_aloneDoesNotWake() {
        assertTrue(consumer.arm());
        final RingClaim claim = producer.tryClaim(20);
        assertWakeups(0);
        assertTrue(consumer.arm());
        claim.commit();
        assertWakeups(1);
    }

    @Test
    void refusals_doNotWake() {
        fill(producer);
        drain(ring);
        moveTo(ring, 8);
        final RingClaim claim = producer.tryClaim(120);
        final RingProducer other = ring.newProducer();
        final RingClaim otherClaim = other.tryClaim(100);
        assertTrue(consumer.arm());
        assertFalse(offer(ring.newProducer(), new byte[100]));
        assertThrows(IllegalArgumentException.class, () -> offer(ring.newProducer(), new byte[1000]));
        assertWakeups(0);
        claim.abort();
        otherClaim.abort();
        assertWakeups(1);
    }

    @Test
    void whoReservedFirstAndCommitsLast_wakesToo() {
        final RingClaim first = producer.tryClaim(8);
        assertTrue(consumer.arm());
        assertTrue(offer(ring.newProducer(), new byte[8]));
        assertWakeups(1);
        assertEquals(0, drain(ring).size());
        assertTrue(consumer.arm());
        first.commit();
        assertWakeups(2);
        assertEquals(2, drain(ring).size());
    }

    @Test
    void hookThatThrows_losesNeitherTheRecordNorTheNextWakeup() {
        assertTrue(consumer.arm());
        failure = new RejectedExecutionException("from the hook");
        assertTrue(offer(producer, new byte[1]));
        assertTrue(offer(producer, new byte[2]));
        assertWakeups(2);
        assertEquals(2, ring.stats().hookFailures());
        failure = null;
        assertTrue(offer(producer, new byte[3]));
        assertWakeups(3);
        assertTrue(offer(producer, new byte[4]));
        assertWakeups(3);
        assertEquals(2, ring.stats().hookFailures());
        assertEquals(4, drain(ring).size());
        assertIntact(ring);
    }

    @Test
    void hookThatThrowsAnError_isHeardAndLosesNothing() {
        assertTrue(consumer.arm());
        error = new OutOfMemoryError("from the hook");
        final ByteBuffer src = ByteBuffer.allocate(1);
        assertSame(error, assertThrows(OutOfMemoryError.class, () -> producer.offer(src)));
        assertEquals(0, src.remaining(), "its record is stored");
        error = null;
        assertEquals(0, ring.stats().hookFailures());
        producer.tryClaim(1).commit();
        assertWakeups(2);
        assertEquals(2, drain(ring).size());
        assertIntact(ring);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hookThatThrowsAnError_whateverIsPublished_leavesItPublishedAndTheRingArmed(final boolean isBehindAnother) {
        final RingProducer other = ring.newProducer();
        final ByteBuffer[] srcs = new ByteBuffer[3];
        final RingClaim[] claim = new RingClaim[1];
        final Map<Executable, Integer> recordsOf = new LinkedHashMap<>();
        recordsOf.put(() -> producer.offer(new byte[1], 0, 1), 1);
        recordsOf.put(() -> producer.offer(srcs[0]), 1);
        recordsOf.put(() -> producer.offer(srcs[0], srcs[1]), 1);
        recordsOf.put(() -> producer.offerAll(srcs, 0, 3), 3);
        recordsOf.put(() -> claim[0].commit(), 1);
        recordsOf.put(() -> claim[0].commit(1), 1);
        recordsOf.put(() -> leavePadding(ring, claim[0]), 0);
        recordsOf.put(() -> withSomebodyBehind(ring, claim[0]::close), 0);
        int way = 0;
        for (final Map.Entry<Executable, Integer> entry : recordsOf.entrySet()) {
            final String name = "way " + way;
            for (int i = 0; i < srcs.length; i++) {
                srcs[i] = ByteBuffer.wrap(new byte[9], 2, 5);
            }
            if (isBehindAnother) {
                assertTrue(offer(other, new byte[0]), name);
                assertEquals(1, drain(ring).size(), name);
            }
            claim[0] = way < 4 ? null : producer.tryClaim(40);
            final RingStats before = ring.stats();
            assertTrue(consumer.arm(), name);
            error = new OutOfMemoryError("from the hook");
            assertSame(error, assertThrows(OutOfMemoryError.class, entry.getKey()), name);
            error = null;

            final int sources = way == 0 || way > 3 ? 0 : way; // as many as that way was given
            for (int i = 0; i < srcs.length; i++) {
                assertEquals(i < sources ? 7 : 2, srcs[i].position(), name);
            }
            if (claim[0] != null) {
                assertThrows(IllegalStateException.class, claim[0]::commit, name);
                claim[0].close(); // does nothing: the claim has ended
            }
            final RingStats after = ring.stats();
            assertEquals(before.offered() + entry.getValue(), after.offered(), name);
            final int aborted = entry.getValue() == 0 ? 2 : 0; // the claim, and the one behind it
            assertEquals(before.aborted() + aborted, after.aborted(), name);
            assertEquals(before.hookFailures(), after.hookFailures(), name);
            assertEquals(before.wakeups() + 1, after.wakeups(), name);

            assertTrue(offer(producer, new byte[0]), name);
            assertEquals(before.wakeups() + 2, ring.stats().wakeups(), "the next one tries again: " + name);
            assertEquals(entry.getValue() + 1, drain(ring).size(), name);
            way++;
        }
        assertIntact(ring);
    }

    @Test
    void hookThatThrowsAnErrorOnClose_leavesTheRingClosedAndArmed() {
        final RingClaim claim = producer.tryClaim(8);
        assertTrue(consumer.arm());
        error = new OutOfMemoryError("from the hook");
        assertSame(error, assertThrows(OutOfMemoryError.class, ring::close));
        error = null;
        assertTrue(ring.isClosed());
        assertWakeups(1);
        ring.close(); // tries again what has failed, once
        assertWakeups(2);
        ring.close();
        assertWakeups(2);
        assertTrue(consumer.arm());
        ring.close(); // what failed has been made good
        assertWakeups(2);
        claim.commit();
        assertWakeups(3);
        assertEquals(1, drain(ring).size());
    }

    @Test
    void hookThatThrowsOnClose_isCounted() {
        assertTrue(consumer.arm());
        failure = new IllegalStateException("from the hook");
        ring.close();
        assertTrue(ring.isClosed());
        assertWakeups(1);
        assertEquals(1, ring.stats().hookFailures());
        failure = null;
        ring.close(); // tries again what has failed, once
        assertWakeups(2);
        ring.close();
        assertWakeups(2);
        assertEquals(1, ring.stats().hookFailures());
    }

    @Test
    void hookThatOffersToItsOwnRing_isNotCalledAgain() {
        final VarLenMpscRing[] self = new VarLenMpscRing[1];
        final AtomicInteger calls = new AtomicInteger();
        self[0] = VarLenMpscRing.builder()
                .capacity(256)
                .hook(() -> {
                    calls.incrementAndGet();
                    assertTrue(offer(self[0].newProducer(), new byte[2]));
                })
                .build();
        assertTrue(self[0].consumer().arm());
        assertTrue(offer(self[0].newProducer(), new byte[1]));
        assertEquals(1, calls.get());
        assertEquals(2, drain(self[0]).size());
    }

    @Test
    void close_whenNotArmed_doesNotWakeAndArmRefusesAfterwards() {
        ring.close();
        assertWakeups(0);
        assertFalse(consumer.arm());
        ring.close();
        assertWakeups(0);
    }

    @Test
    void close_withAnOpenClaim_leavesTheConsumerSleepingUntilItEnds() {
        final RingClaim claim = producer.tryClaim(4);
        assertTrue(consumer.arm());
        ring.close();
        assertWakeups(1);
        assertTrue(consumer.arm());
        ring.close();
        assertWakeups(1);
        claim.commit();
        assertWakeups(2);
        assertFalse(consumer.arm());
        assertEquals(1, drain(ring).size());
        assertFalse(consumer.arm());
    }

    @Test
    void hook_afterTheConsumerStopped_isHarmless() throws Exception {
        final Selector selector = Selector.open();
        final VarLenMpscRing other = VarLenMpscRing.builder()
                .capacity(64)
                .hook(WakeupHook.selector(selector))
                .build();
        assertTrue(other.consumer().arm());
        selector.close();
        assertTrue(offer(other.newProducer(), new byte[1]));
        assertEquals(0, other.stats().hookFailures());
        final ExecutorService executor = Executors.newSingleThreadExecutor();
        executor.shutdown();
        final VarLenMpscRing third = VarLenMpscRing.builder()
                .capacity(64)
                .hook(WakeupHook.executor(executor, () -> {}))
                .build();
        assertTrue(third.consumer().arm());
        assertTrue(offer(third.newProducer(), new byte[1]));
        assertEquals(1, third.stats().hookFailures());
    }

    @Test
    void semaphoreHook_givesOnePermitForEachArming() {
        final Semaphore wakeups = new Semaphore(0);
        final VarLenMpscRing other = VarLenMpscRing.builder()
                .capacity(64)
                .hook(WakeupHook.semaphore(wakeups))
                .build();
        final RingProducer producer = other.newProducer();
        assertTrue(other.consumer().arm());
        assertEquals(0, wakeups.availablePermits());
        assertTrue(offer(producer, new byte[1]));
        assertTrue(offer(producer, new byte[1]));
        assertEquals(1, wakeups.availablePermits());
    }

    @Test
    void unpark_endsAPark() throws Exception {
        final AtomicInteger drained = new AtomicInteger();
        final VarLenMpscRing[] parked = new VarLenMpscRing[1];
        final Thread thread = new Thread(() -> {
            while (!(parked[0].isClosed() && parked[0].isEmpty())) {
                final int count = parked[0].consumer().drain(record -> {});
                drained.addAndGet(count);
                if (count == 0 && parked[0].consumer().arm()) {
                    LockSupport.park();
                }
            }
        });
        parked[0] = VarLenMpscRing.builder()
                .capacity(64)
                .hook(WakeupHook.unpark(thread))
                .build();
        thread.start();
        final RingProducer sender = parked[0].newProducer();
        for (int i = 0; i < 100; i++) {
            while (!offer(sender, new byte[4])) {
                Thread.onSpinWait();
            }
            while (parked[0].size() > 0) {
                Thread.onSpinWait();
            }
        }
        parked[0].close();
        thread.join();
        assertEquals(100, drained.get());
    }

    @Test
    void selector_endsASelect() throws Exception {
        try (Selector selector = Selector.open()) {
            final VarLenMpscRing selected = VarLenMpscRing.builder()
                    .capacity(64)
                    .hook(WakeupHook.selector(selector))
                    .build();
            final AtomicInteger drained = new AtomicInteger();
            final Thread thread = new Thread(() -> {
                try {
                    while (drained.get() < 50) {
                        if (selected.consumer().drain(record -> drained.incrementAndGet()) == 0
                                && selected.consumer().arm()) {
                            selector.select();
                        }
                    }
                } catch (final java.io.IOException e) {
                    throw new AssertionError(e);
                }
            });
            thread.start();
            final RingProducer sender = selected.newProducer();
            for (int i = 0; i < 50; i++) {
                while (!offer(sender, new byte[4])) {
                    Thread.onSpinWait();
                }
                while (selected.size() > 0) {
                    Thread.onSpinWait();
                }
            }
            thread.join();
            assertEquals(50, drained.get());
        }
    }

    @Test
    void executor_runsTheTask() {
        final List<Runnable> queue = new ArrayList<>();
        final Runnable task = () -> {};
        final VarLenMpscRing executed = VarLenMpscRing.builder()
                .capacity(64)
                .hook(WakeupHook.executor(queue::add, task))
                .build();
        assertTrue(offer(executed.newProducer(), new byte[1]));
        assertEquals(List.of(), queue);
        drain(executed);
        assertTrue(executed.consumer().arm());
        assertTrue(offer(executed.newProducer(), new byte[1]));
        assertEquals(List.of(task), queue);
    }

    @Test
    void executor_thatRefusesTheTask_isAFailedHook() {
        final VarLenMpscRing refused = VarLenMpscRing.builder()
                .capacity(64)
                .hook(WakeupHook.executor(
                        task -> {
                            throw new RejectedExecutionException("shut down");
                        },
                        () -> {}))
                .build();
        assertTrue(refused.consumer().arm());
        assertTrue(offer(refused.newProducer(), new byte[1]));
        assertEquals(1, refused.stats().hookFailures());
        assertEquals(1, refused.stats().wakeups());
        assertTrue(offer(refused.newProducer(), new byte[1])); // it is still armed
        assertEquals(2, refused.stats().hookFailures());
        assertEquals(2, drain(refused).size());
    }

    @Test
    void selector_thatIsClosed_isWokenToNoEffect() throws Exception {
        final Selector selector = Selector.open();
        final WakeupHook hook = WakeupHook.selector(selector);
        selector.close();
        hook.wakeup();
        assertFalse(selector.isOpen());
    }

    @Test
    void ringWithoutHook_canBeArmedToNoEffect() {
        final VarLenMpscRing silent = VarLenMpscRing.allocate(64);
        assertTrue(silent.consumer().arm());
        assertTrue(offer(silent.newProducer(), new byte[1]));
        assertFalse(silent.consumer().arm());
        assertEquals(1, drain(silent).size());
        assertEquals(0, silent.stats().wakeups(), "there is nobody to wake");
        assertEquals(0, silent.stats().hookFailures());
    }

    @Test
    void timedDrain_leavesTheRingUnarmed() throws Exception {
        assertEquals(0, consumer.drain(record -> {}, 1, 1, TimeUnit.MILLISECONDS));
        assertTrue(offer(producer, new byte[1]));
        assertWakeups(0);
        assertEquals(1, consumer.drain(record -> {}, 1, 1, TimeUnit.DAYS));
    }

    @Test
    void timedDrain_afterwards_theHookIsCalledAgain() throws Exception {
        assertEquals(0, consumer.drain(record -> {}, 1, 1, TimeUnit.MILLISECONDS));
        assertTrue(consumer.arm());
        assertTrue(offer(producer, new byte[1]));
        assertWakeups(1);
    }
}
