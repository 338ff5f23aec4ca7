// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.ControlledRecordHandler.Action;
import io.varlenring.RingClaim;
import io.varlenring.RingClosedException;
import io.varlenring.RingCorruptException;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The consumer of a ring as a tasklet, on a manual loop. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RingTaskletTest {
    private final TaskletLoop loop = TaskletLoop.manual();
    private final List<Integer> seen = new ArrayList<>();
    private final RingTasklet tasklet = RingTasklet.create(
            loop,
            VarLenMpscRing.builder().capacity(1024),
            record -> seen.add(Integer.valueOf(record.get(record.position()))),
            4);
    private final VarLenMpscRing ring = tasklet.ring();
    private final RingProducer producer = ring.newProducer();

    private void offer(final int from, final int to) {
        for (int i = from; i < to; i++) {
            assertTrue(producer.offer(new byte[] {(byte) i}, 0, 1));
        }
    }

    private void runUntilIdle() {
        int runs = 1;
        while (runs > 0) {
            runs = loop.runOnce(0);
        }
    }

    @Test
    void newRing_isArmedByTheFirstRun() {
        assertEquals(1, loop.runOnce(0));
        assertEquals(0, loop.runOnce(0));
        offer(0, 1);
        assertEquals(1, ring.stats().wakeups());
        assertEquals(1, loop.runOnce(0));
        assertEquals(List.of(0), seen);
        assertEquals(0, loop.runOnce(0));
    }

    @Test
    void recordsBeforeTheFirstRun_areNotLost() {
        offer(0, 3);
        runUntilIdle();
        assertEquals(List.of(0, 1, 2), seen);
    }

    @Test
    void budget_isKeptAndTheRestComesInLaterRuns() {
        runUntilIdle();
        offer(0, 10);
        final List<Integer> sizes = new ArrayList<>();
        loop.newTasklet((self, reasons) -> sizes.add(seen.size())).wakeup();
        runUntilIdle();
        assertEquals(List.of(4), sizes, "others run between the budgets");
        assertEquals(10, seen.size());
        assertEquals(1, ring.stats().wakeups());
    }

    @Test
    void exactlyABudget_armsAgain() {
        runUntilIdle();
        offer(0, 4);
        runUntilIdle();
        offer(4, 5);
        runUntilIdle();
        assertEquals(List.of(0, 1, 2, 3, 4), seen);
        assertEquals(2, ring.stats().wakeups());
    }

    @Test
    void openClaim_isWaitedForAsleep() {
        runUntilIdle();
        final RingClaim claim = producer.tryClaim(1);
        assertTrue(ring.newProducer().offer(new byte[] {2}, 0, 1));
        runUntilIdle();
        assertEquals(List.of(), seen);
        claim.buffer().put((byte) 1);
        claim.commit();
        runUntilIdle();
        assertEquals(List.of(1, 2), seen);
    }

    @Test
    void abort_isSkippedAndArmsAgain() {
        runUntilIdle();
        producer.tryClaim(5).abort();
        runUntilIdle();
        assertTrue(ring.isEmpty());
        offer(0, 1);
        runUntilIdle();
        assertEquals(List.of(0), seen);
    }

    @Test
    void handlerThatThrows_losesNothingBehindItsRecord() {
        final Thread thread = Thread.currentThread();
        final List<Throwable> reported = new ArrayList<>();
        thread.setUncaughtExceptionHandler((t, failure) -> reported.add(failure));
        try {
            final List<Integer> handled = new ArrayList<>();
            final RingTasklet failing = RingTasklet.create(
                    loop,
                    VarLenMpscRing.builder().capacity(1024),
                    record -> {
                        handled.add(Integer.valueOf(record.get(record.position())));
                        if (handled.size() == 2 || handled.size() > 6) {
                            throw new IllegalStateException("from the handler");
                        }
                    },
                    4);
            for (int i = 0; i < 6; i++) {
                assertTrue(failing.ring().newProducer().offer(new byte[] {(byte) i}, 0, 1));
            }
            runUntilIdle();
            assertEquals(List.of(0, 1, 2, 3, 4, 5), handled);
            assertEquals(1, reported.size());
            for (int i = 0; i < 2; i++) {
                assertTrue(failing.ring().newProducer().offer(new byte[1], 0, 1));
            }
            failing.ring().close();
            runUntilIdle();
            assertEquals(8, handled.size());
            assertTrue(failing.tasklet().isKilled());
        } finally {
            thread.setUncaughtExceptionHandler(null);
        }
    }

    @Test
    void close_drainsAndKillsTheTasklet() {
        offer(0, 6);
        final RingClaim claim = producer.tryClaim(1);
        ring.close();
        runUntilIdle();
        assertEquals(6, seen.size());
        assertFalse(tasklet.tasklet().isKilled());
        claim.buffer().put((byte) 6);
        claim.commit();
        runUntilIdle();
        assertEquals(7, seen.size());
        assertTrue(tasklet.tasklet().isKilled());
        assertEquals(0, loop.runOnce(0));
    }

    @Test
    void close_whileAsleep_wakesAndKills() {
        runUntilIdle();
        ring.close();
        runUntilIdle();
        assertTrue(tasklet.tasklet().isKilled());
    }

    @Test
    void kill_leavesTheRecordsInTheRing() {
        runUntilIdle();
        tasklet.tasklet().kill();
        offer(0, 3);
        runUntilIdle();
        assertEquals(List.of(), seen);
        assertEquals(48, ring.size());
    }

    @Test
    void closedLoop_drainsTheRingWhateverTheBudgetAndClosesIt() {
        runUntilIdle();
        offer(0, 10);
        loop.close();
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), seen);
        assertThrows(RingClosedException.class, () -> producer.offer(new byte[1], 0, 1));
        assertTrue(tasklet.tasklet().isKilled());
        assertEquals(0, loop.runOnce(0));
    }

    @Test
    void closedLoop_withAnOpenClaim_endsAndLeavesWhatIsBehindIt() throws Exception {
        runUntilIdle();
        offer(0, 1);
        final RingClaim claim = producer.tryClaim(1);
        assertTrue(ring.newProducer().offer(new byte[] {2}, 0, 1));
        final List<String> reported = new ArrayList<>();
        final Thread thread = Thread.currentThread();
        thread.setUncaughtExceptionHandler((t, failure) -> reported.add(failure.getMessage()));
        loop.close();
        thread.setUncaughtExceptionHandler(null);
        assertEquals(List.of(0), seen);
        assertEquals(1, reported.size(), reported::toString);
        assertTrue(reported.get(0).contains(" is left: VarLenMpscRing["), reported.get(0));
        assertEquals(1, loop.stats().failures());
        assertFalse(tasklet.awaitDrained(1, TimeUnit.HOURS));
        claim.commit();
        assertEquals(2, ring.consumer().drain(record -> {}));
    }

    @Test
    void closedLoop_whoseHandlerThrows_handsOverTheRest() {
        final Thread thread = Thread.currentThread();
        final List<Throwable> reported = new ArrayList<>();
        thread.setUncaughtExceptionHandler((t, failure) -> reported.add(failure));
        final List<Integer> handled = new ArrayList<>();
        final VarLenMpscRing failing = RingTasklet.create(
                        loop,
                        VarLenMpscRing.builder().capacity(1024),
                        record -> {
                            handled.add(Integer.valueOf(record.get(record.position())));
                            throw new IllegalStateException("from the handler");
                        },
                        1)
                .ring();
        for (int i = 0; i < 5; i++) {
            assertTrue(failing.newProducer().offer(new byte[] {(byte) i}, 0, 1));
        }
        loop.close();
        assertEquals(List.of(0, 1, 2, 3, 4), handled);
        assertEquals(5, reported.size());
        assertEquals(5, loop.stats().failures());
        assertTrue(failing.isClosed());
    }

    /** Who waits for the last record, or for the end of the loop, would else be told too early. */
    @Test
    void closedLoop_killsTheTaskletAndEndsBehindTheLastRecord() {
        final List<String> states = new ArrayList<>();
        final RingTasklet[] ending = new RingTasklet[1];
        ending[0] = RingTasklet.create(
                loop,
                VarLenMpscRing.builder().capacity(1024),
                record -> states.add((ending[0].tasklet().isKilled() ? "killed, " : "alive, ") + loop),
                1);
        runUntilIdle();
        for (int i = 0; i < 2; i++) {
            assertTrue(ending[0].ring().newProducer().offer(new byte[1], 0, 1));
        }
        loop.close();
        final String alive = "alive, TaskletLoop[manual, closed]";
        assertEquals(List.of(alive, alive), states);
        assertTrue(ending[0].tasklet().isKilled());
    }

    @Test
    void closedLoop_leavesTheRecordsOfAKilledTaskletAndClosesItsRing() {
        tasklet.tasklet().kill();
        offer(0, 3);
        loop.close();
        assertEquals(List.of(), seen);
        assertTrue(ring.isClosed());
        assertEquals(48, ring.size());
    }

    @Test
    void loopWhoseSelectorFails_closesItsRings() throws Exception {
        final Selector selector = Selector.open();
        final TaskletLoop selecting = TaskletLoop.builder()
                .selector(selector)
                .threadFactory(task -> {
                    final Thread thread = new Thread(task);
                    thread.setUncaughtExceptionHandler((t, failure) -> {});
                    return thread;
                })
                .start("loop");
        final AtomicInteger handled = new AtomicInteger();
        final RingTasklet ended = RingTasklet.create(
                selecting, VarLenMpscRing.builder().capacity(1024), record -> handled.incrementAndGet(), 1);
        selector.close();
        assertTrue(selecting.close(1, TimeUnit.HOURS));
        assertThrows(RingClosedException.class, () -> ended.ring().newProducer().offer(new byte[1], 0, 1));
        assertTrue(ended.awaitDrained(0, TimeUnit.NANOSECONDS));
        assertTrue(ended.tasklet().isKilled());
    }

    @Test
    void create_onAClosedLoop_isRefused() {
        loop.close();
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().capacity(64);
        final String message = assertThrows(
                        IllegalStateException.class, () -> RingTasklet.create(loop, builder, record -> {}, 1))
                .getMessage();
        assertTrue(message.contains("closed") && message.contains("manual"), message);
        assertThrows(
                IllegalStateException.class,
                () -> RingTasklet.createControlled(loop, builder, record -> Action.CONTINUE, 1));
    }

    @Test
    void create_inABodyThatHasClosedTheLoop_isRefused() {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().capacity(64);
        loop.newTasklet((self, reasons) -> {
                    loop.close();
                    assertThrows(IllegalStateException.class, () -> RingTasklet.create(loop, builder, record -> {}, 1));
                })
                .wakeup();
        runUntilIdle();
        assertEquals(0, loop.stats().failures());
    }

    @Test
    void end_withoutMemory_isTriedAgain() {
        final OutOfMemoryError failure = new OutOfMemoryError("as planned");
        final int[] tries = new int[1];
        final Runnable end = () -> {
            tries[0]++;
            if (tries[0] < 4) {
                throw failure;
            }
            loop.rings.endAll(loop);
        };
        final long begin = System.nanoTime();
        assertSame(failure, assertThrows(OutOfMemoryError.class, () -> loop.rings.insistOnTheEnd(loop.memory, end)));
        assertTrue(System.nanoTime() - begin > 15_000_000, "it waits behind each");
        assertTrue(loop.rings.isEnded());
        assertTrue(tasklet.ring().isClosed());
    }

    /** A loop that has taken its rings to end them takes no more. */
    @Test
    void create_whileTheLoopEndsItsRings_closesTheNewOne() {
        assertSame(tasklet, loop.rings.last());
        loop.rings.remove(tasklet);
        assertNull(loop.rings.last());
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().capacity(64);
        assertTrue(RingTasklet.create(loop, builder, record -> {}, 1).ring().isClosed());
    }

    @Test
    void create_withABuilderThatHasAHook_isRefused() {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().capacity(64);
        builder.hook(() -> {});
        assertThrows(IllegalStateException.class, () -> RingTasklet.create(loop, builder, record -> {}, 1));
    }

    private static WeakReference<RingProducer> dropWithClaim(final VarLenMpscRing ring) {
        final RingProducer producer = ring.newProducer();
        producer.tryClaim(20);
        return new WeakReference<>(producer);
    }

    /** Nothing wakes the loop any more when the collector takes the handle. */
    @Test
    void openClaimOfACollectedHandle_isFoundByASleepingLoop() throws Exception {
        final AtomicInteger handled = new AtomicInteger();
        try (TaskletLoop started = TaskletLoop.start("leaked claim")) {
            final VarLenMpscRing leaking = RingTasklet.create(
                            started, VarLenMpscRing.builder().capacity(1024), record -> handled.incrementAndGet(), 4)
                    .ring();
            final WeakReference<RingProducer> dropped = dropWithClaim(leaking);
            assertTrue(leaking.newProducer().offer(new byte[8], 0, 8));
            while (dropped.get() != null) {
                System.gc();
                Thread.sleep(1);
            }
            while (handled.get() == 0) {
                Thread.sleep(1);
            }
            assertEquals(1, leaking.stats().leakedClaims());
        }
    }

    /** Manual loops run on this thread, so that it waits for nobody. */
    @Test
    void awaitDrained_tellsWhetherWhatWasOfferedIsHandedOver() throws Exception {
        assertTrue(tasklet.awaitDrained(0, TimeUnit.SECONDS), "empty");
        offer(0, 21); // a round hands over five budgets of 4
        assertFalse(tasklet.awaitDrained(-1, TimeUnit.SECONDS));
        assertFalse(tasklet.awaitDrained(Long.MIN_VALUE, TimeUnit.DAYS));
        assertFalse(tasklet.awaitDrained(1, TimeUnit.MILLISECONDS));
        loop.runOnce(0);
        assertFalse(tasklet.awaitDrained(0, TimeUnit.SECONDS), "one is left");
        runUntilIdle();
        assertTrue(tasklet.awaitDrained(0, TimeUnit.SECONDS));
        ring.close();
        assertFalse(tasklet.awaitDrained(0, TimeUnit.SECONDS), "its run is still to come");
        runUntilIdle();
        assertTrue(tasklet.awaitDrained(0, TimeUnit.SECONDS));
    }

    /** Its space goes back to the producers, so nobody consumes as far as the producer position was. */
    @Test
    @Timeout(60)
    void awaitDrained_whileAClaimIsOpen_endsWhenThatIsGivenBack() throws Exception {
        final RingClaim claim = ring.newProducer().tryClaim(8);
        final FutureTask<Boolean> drained = new FutureTask<>(() -> tasklet.awaitDrained(1, TimeUnit.HOURS));
        final Thread waiting = new Thread(drained, "waiting");
        waiting.start();
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        claim.abort();
        assertTrue(drained.get());
    }

    @Test
    void awaitDrained_waitsForAStartedLoop() throws Exception {
        try (TaskletLoop started = TaskletLoop.start("loop")) {
            final AtomicInteger handled = new AtomicInteger();
            final RingTasklet other = RingTasklet.create(
                    started, VarLenMpscRing.builder().capacity(1024), record -> handled.incrementAndGet(), 2);
            for (int i = 1; i <= 20; i++) {
                assertTrue(other.ring().newProducer().offer(new byte[3], 0, 3));
                assertTrue(other.awaitDrained(1, TimeUnit.HOURS));
                assertEquals(i, handled.get());
            }
            other.ring().close();
            assertTrue(other.awaitDrained(1, TimeUnit.HOURS));
            assertTrue(other.tasklet().isKilled());
        }
    }

    @Test
    void awaitDrained_interruptedOrOnTheLoopsThreadOrOfAKilledTasklet_doesNotWait() throws Exception {
        offer(0, 1);
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> tasklet.awaitDrained(1, TimeUnit.HOURS));
        assertFalse(Thread.interrupted());
        loop.newTasklet((self, reasons) -> {
                    final Exception refused =
                            assertThrows(IllegalStateException.class, () -> tasklet.awaitDrained(0, TimeUnit.HOURS));
                    assertTrue(refused.getMessage().contains("awaitDrained"), refused::toString);
                })
                .wakeup();
        tasklet.tasklet().kill();
        runUntilIdle();
        assertEquals(0, loop.stats().failures());
        assertFalse(tasklet.awaitDrained(1, TimeUnit.HOURS));
    }

    @Test
    void controlledHandler_thatAborts_sleepsUntilItsTaskletIsWoken() throws Exception {
        final boolean[] writable = new boolean[1];
        final int[] asked = new int[1];
        final List<Integer> written = new ArrayList<>();
        final RingTasklet paused = RingTasklet.createControlled(
                loop,
                VarLenMpscRing.builder().capacity(1024),
                record -> {
                    asked[0]++;
                    if (!writable[0]) {
                        return Action.ABORT;
                    }
                    written.add(Integer.valueOf(record.get(record.position())));
                    return Action.CONTINUE;
                },
                4);
        runUntilIdle();
        for (int i = 0; i < 6; i++) {
            assertTrue(paused.ring().newProducer().offer(new byte[] {(byte) i}, 0, 1));
            runUntilIdle();
        }
        assertEquals(1, asked[0], "it sleeps, whatever is offered");
        assertFalse(Deadlines.has(paused.look), "and no time wakes it");
        paused.tasklet().wakeup();
        runUntilIdle();
        assertEquals(2, asked[0]);
        writable[0] = true;
        paused.tasklet().wakeup();
        runUntilIdle();
        assertEquals(List.of(0, 1, 2, 3, 4, 5), written);
        assertTrue(paused.ring().newProducer().offer(new byte[] {6}, 0, 1));
        runUntilIdle();
        assertEquals(7, written.size(), "armed again");
        writable[0] = false;
        assertTrue(paused.ring().newProducer().offer(new byte[] {7}, 0, 1));
        runUntilIdle();
        final int before = asked[0];
        loop.close();
        assertEquals(before + 1, asked[0], "a loop that ends asks once more");
        assertEquals(7, written.size());
        assertEquals(0, loop.stats().failures());
        assertFalse(paused.awaitDrained(1, TimeUnit.HOURS));
    }

    @Test
    void closedLoop_whoseHandlerAbortsBehindARecord_asksItNoMore() {
        final int[] asked = new int[1];
        final VarLenMpscRing refused = RingTasklet.createControlled(
                        loop,
                        VarLenMpscRing.builder().capacity(1024),
                        record -> ++asked[0] <= 3 ? Action.CONTINUE : Action.ABORT,
                        2)
                .ring();
        runUntilIdle();
        for (int i = 0; i < 5; i++) {
            assertTrue(refused.newProducer().offer(new byte[1], 0, 1));
        }
        loop.close();
        assertEquals(2 + 2, asked[0], "by the last run, and then at the end");
        assertEquals(2, refused.consumer().drain(record -> {}));
    }

    @Test
    void closedLoop_whoseHandlerKillsItsTasklet_leavesTheRest() {
        final int[] asked = new int[1];
        final RingTasklet[] gone = new RingTasklet[1];
        gone[0] = RingTasklet.createControlled(
                loop,
                VarLenMpscRing.builder().capacity(1024),
                record -> {
                    if (!loop.isClosed()) {
                        return Action.ABORT;
                    }
                    asked[0]++;
                    gone[0].tasklet().kill();
                    return Action.CONTINUE;
                },
                1);
        for (int i = 0; i < 3; i++) {
            assertTrue(gone[0].ring().newProducer().offer(new byte[1], 0, 1));
        }
        runUntilIdle();
        loop.close();
        assertEquals(1, asked[0]);
        assertEquals(2, gone[0].ring().consumer().drain(record -> {}));
        assertEquals(0, loop.stats().failures());
    }

    /** What it has aborted comes again, and is consumed by its failure: the ring is empty then, and has to be armed. */
    @Test
    void controlledHandler_thatAbortsAndThenThrows_isWokenByTheNextRecord() {
        final Thread thread = Thread.currentThread();
        thread.setUncaughtExceptionHandler((t, failure) -> {});
        try {
            final int[] asked = new int[1];
            final RingTasklet failing = RingTasklet.createControlled(
                    loop,
                    VarLenMpscRing.builder().capacity(1024),
                    record -> {
                        if (++asked[0] == 2) {
                            throw new IllegalStateException("from the handler");
                        }
                        return asked[0] == 1 ? Action.ABORT : Action.CONTINUE;
                    },
                    4);
            assertTrue(failing.ring().newProducer().offer(new byte[1], 0, 1));
            runUntilIdle();
            failing.tasklet().wakeup();
            runUntilIdle();
            assertEquals(2, asked[0]);
            assertTrue(failing.ring().isEmpty());
            assertTrue(failing.ring().newProducer().offer(new byte[1], 0, 1));
            runUntilIdle();
            assertEquals(3, asked[0]);
        } finally {
            thread.setUncaughtExceptionHandler(null);
        }
    }

    @Test
    void controlledHandler_thatBreaks_letsOthersRunBeforeTheNextRecord() {
        final List<String> order = new ArrayList<>();
        final RingTasklet breaking = RingTasklet.create( // the one with a controlled handler
                loop,
                VarLenMpscRing.builder().capacity(1024),
                record -> {
                    order.add("record");
                    return Action.BREAK;
                },
                4);
        runUntilIdle();
        for (int i = 0; i < 2; i++) {
            assertTrue(breaking.ring().newProducer().offer(new byte[1], 0, 1));
        }
        loop.newTasklet((self, reasons) -> order.add("other")).wakeup();
        runUntilIdle();
        assertEquals(List.of("record", "other", "record"), order);
    }

    @Test
    void toString_saysTheState() {
        assertTrue(tasklet.toString().contains("queued by 1 wakeups"), tasklet::toString);
        assertTrue(tasklet.toString().contains("TaskletLoop[manual, awake]"), tasklet::toString);
        runUntilIdle();
        assertTrue(tasklet.toString().contains("not queued"), tasklet::toString);
        ring.close();
        runUntilIdle();
        assertTrue(tasklet.toString().contains("killed"), tasklet::toString);
        loop.close();
        assertEquals("TaskletLoop[manual, ended]", loop.toString());
    }

    @Test
    void badInput_isRefused() {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().capacity(64);
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> RingTasklet.create(loop, builder, record -> {}, 0))
                        .getMessage()
                        .contains("0"));
        assertThrows(NullPointerException.class, () -> RingTasklet.create(null, builder, record -> {}, 1));
        assertThrows(NullPointerException.class, () -> RingTasklet.create(loop, null, record -> {}, 1));
        assertThrows(NullPointerException.class, () -> RingTasklet.create(loop, builder, null, 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> RingTasklet.createControlled(loop, builder, record -> Action.CONTINUE, -1));
        assertThrows(NullPointerException.class, () -> RingTasklet.createControlled(loop, builder, null, 1));
        assertThrows(
                IllegalStateException.class, () -> RingTasklet.create(loop, VarLenMpscRing.builder(), record -> {}, 1));
    }

    @Test
    void awaitDrained_withATimeoutThatOverflowsTheClock_waits() throws Exception {
        for (final TimeUnit unit : new TimeUnit[] {TimeUnit.NANOSECONDS, TimeUnit.DAYS}) {
            offer(0, 1);
            final FutureTask<Boolean> waiting = new FutureTask<>(() -> tasklet.awaitDrained(Long.MAX_VALUE, unit));
            final Thread waiter = new Thread(waiting, "waiting");
            waiter.start();
            while (waiter.getState() != Thread.State.TIMED_WAITING) {
                assertFalse(waiting.isDone());
                Thread.onSpinWait();
            }
            runUntilIdle();
            assertTrue(waiting.get());
        }
    }

    /** The tasklet looks at its ring from time to time while a claim is open, whatever deadline the user has set. */
    @Test
    void openClaim_leavesTheDeadlineOfTheUser() {
        final RingClaim claim = producer.tryClaim(8);
        final long deadline = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
        loop.wakeupAt(tasklet.tasklet(), deadline, 5);
        runUntilIdle();
        assertEquals(deadline, tasklet.tasklet().deadline.nanoTime);
        assertEquals(5, tasklet.tasklet().deadline.reasons);
        assertTrue(Deadlines.has(tasklet.look));
        claim.abort();
    }

    @Test
    void look_wakesTheTasklet_andEndsWithIt() {
        final RingClaim claim = producer.tryClaim(1);
        runUntilIdle();
        assertTrue(Deadlines.has(tasklet.look));
        claim.commit();
        ring.close();
        tasklet.look.wakeup();
        runUntilIdle();
        assertEquals(1, seen.size());
        assertTrue(tasklet.tasklet().isKilled());
        assertTrue(tasklet.look.isKilled());
        assertFalse(Deadlines.has(tasklet.look));
    }

    @Test
    void look_ofAKilledTasklet_runsNothingAndIsTheLast() {
        final RingClaim claim = producer.tryClaim(1);
        runUntilIdle();
        tasklet.tasklet().kill();
        claim.commit();
        loop.cancelWakeup(tasklet.look);
        tasklet.look.wakeup();
        runUntilIdle();
        assertEquals(List.of(), seen);
        assertFalse(Deadlines.has(tasklet.look));
        loop.close();
        assertTrue(tasklet.look.isKilled());
    }

    /** It would come again with each run; what others have made good is found all the same. */
    @Test
    void corruptRing_isReportedAndLookedAtAgainLater() {
        final Thread thread = Thread.currentThread();
        final List<Throwable> reported = new ArrayList<>();
        thread.setUncaughtExceptionHandler((t, failure) -> reported.add(failure));
        try {
            final ByteBuffer memory = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
            final RingTasklet corrupt =
                    RingTasklet.create(loop, VarLenMpscRing.builder().memory(memory), record -> seen.add(0), 4);
            assertTrue(corrupt.ring().newProducer().offer(new byte[8], 0, 8));
            final long header = memory.getLong(0);
            memory.putLong(0, -3);
            loop.runOnce(0);
            assertEquals(1, reported.size(), reported::toString);
            assertInstanceOf(RingCorruptException.class, reported.get(0));
            assertTrue(Deadlines.has(corrupt.look));
            memory.putLong(0, header);
            corrupt.look.wakeup();
            runUntilIdle();
            assertEquals(1, seen.size());
            assertTrue(corrupt.ring().newProducer().offer(new byte[8], 0, 8));
            runUntilIdle();
            assertEquals(2, seen.size(), "armed again");
            assertTrue(corrupt.ring().newProducer().offer(new byte[8], 0, 8));
            memory.putLong(32, -3);
            loop.close(); // what is queued runs once more, and then the ring is ended, which is not tried again
            assertEquals(3, reported.size(), reported::toString);
            for (final Throwable failure : reported) {
                assertInstanceOf(RingCorruptException.class, failure);
            }
        } finally {
            thread.setUncaughtExceptionHandler(null);
        }
    }

    /** Nobody can drain while the consumer is in use: the loop tries for a while, and reports that once. */
    @Test
    void closedLoop_thatCannotDrain_pausesBetweenItsTriesAndReportsTheFirst() {
        final AtomicInteger tries = new AtomicInteger();
        final Thread closing = new Thread(loop::close) {
            @Override
            public String toString() { // for the message of each failure
                tries.incrementAndGet();
                return getName();
            }
        };
        closing.setUncaughtExceptionHandler((t, failure) -> {});
        runUntilIdle();
        offer(0, 2);
        ring.consumer()
                .drain(
                        record -> {
                            closing.start();
                            while (closing.isAlive()) {
                                Thread.onSpinWait();
                            }
                        },
                        1);
        assertTrue(tries.get() > 1 && tries.get() < 1000, () -> tries + " tries");
        assertEquals(2, loop.stats().failures(), "in the run that was queued, and at the end");
    }

    /** Each handler offers to a ring made before its own, which must be open until all made later have been drained. */
    @Test
    void closedLoop_endsTheRingMadeLastFirst() {
        final int length = 20;
        final int[] arrived = new int[1];
        RingProducer last = null;
        for (int i = 0; i < length; i++) {
            final RingProducer next = last;
            last = RingTasklet.create(
                            loop,
                            VarLenMpscRing.builder().capacity(256),
                            record -> {
                                if (next == null) {
                                    arrived[0]++;
                                } else {
                                    assertTrue(next.offer(record));
                                }
                            },
                            1)
                    .ring()
                    .newProducer();
        }
        runUntilIdle();
        for (int i = 0; i < 5; i++) {
            assertTrue(last.offer(new byte[8], 0, 8));
        }
        loop.close();
        assertEquals(5, arrived[0]);
        assertEquals(0, loop.stats().failures());
    }

    @Test
    void emptyRing_isNotLookedAtFromTimeToTime_andOneWithAnOpenClaimIs() {
        runUntilIdle();
        assertFalse(Deadlines.has(tasklet.look));
        final RingClaim claim = producer.tryClaim(8);
        assertTrue(ring.newProducer().offer(new byte[1], 0, 1));
        final long before = System.nanoTime();
        runUntilIdle();
        final long after = System.nanoTime();
        final long due = tasklet.look.deadline.nanoTime;
        final long wait = TimeUnit.MILLISECONDS.toNanos(100);
        assertTrue(Deadlines.has(tasklet.look));
        assertTrue(due - before >= wait && due - after <= wait, () -> "in " + (due - before) + " ns");
        claim.abort();
    }

    private static WeakReference<VarLenMpscRing> dropRing(final TaskletLoop loop) {
        return new WeakReference<>(
                RingTasklet.create(loop, VarLenMpscRing.builder().capacity(64), record -> {}, 1)
                        .ring());
    }

    @Test
    void ringThatNobodyCanReach_isCollectedThoughItsLoopGoesOn() throws Exception {
        final WeakReference<VarLenMpscRing> dropped = dropRing(loop);
        runUntilIdle();
        awaitCollection(dropped);
        loop.close();
    }

    /** Offers one record to a ring that pauses, and that nobody else has. */
    private WeakReference<RingTasklet> pauseAndDrop(final AtomicReference<Action> answer, final AtomicInteger asked) {
        final RingTasklet paused = RingTasklet.createControlled(
                loop,
                VarLenMpscRing.builder().capacity(64),
                record -> {
                    asked.incrementAndGet();
                    return answer.get();
                },
                1);
        assertTrue(paused.ring().newProducer().offer(new byte[1], 0, 1));
        runUntilIdle();
        return new WeakReference<>(paused);
    }

    private static void awaitCollection(final WeakReference<?> dropped) throws InterruptedException {
        while (dropped.get() != null) {
            System.gc();
            Thread.sleep(1);
        }
    }

    /** It was accepted, and nothing else knows of it any more. */
    @Test
    void recordBehindAbort_isHandedOverAtTheEnd_whateverTheCollectorDoes() throws Exception {
        final AtomicReference<Action> answer = new AtomicReference<>(Action.ABORT);
        final AtomicInteger asked = new AtomicInteger();
        pauseAndDrop(answer, asked);
        awaitCollection(new WeakReference<>(new Object())); // what can be collected has been
        answer.set(Action.CONTINUE);
        loop.close();
        assertEquals(2, asked.get());
    }

    @Test
    void ringThatHasPaused_isCollectedWhenItHasGoneOnOrWasKilled() throws Exception {
        final AtomicReference<Action> answer = new AtomicReference<>(Action.ABORT);
        final WeakReference<RingTasklet> killed = pauseAndDrop(answer, new AtomicInteger());
        killed.get().tasklet().kill();
        awaitCollection(killed);
        final WeakReference<RingTasklet> goesOn = pauseAndDrop(answer, new AtomicInteger());
        answer.set(Action.CONTINUE);
        goesOn.get().tasklet().wakeup();
        runUntilIdle();
        awaitCollection(goesOn);
    }

    /** Killed by another thread while it drains: the kill comes before the pause. */
    @Test
    void ringThatPausesInTheRunInWhichItIsKilled_isCollected() throws Exception {
        awaitCollection(pauseAndKill());
    }

    private WeakReference<RingTasklet> pauseAndKill() {
        final RingTasklet[] self = new RingTasklet[1];
        final RingTasklet paused = RingTasklet.createControlled(
                loop,
                VarLenMpscRing.builder().capacity(64),
                record -> {
                    self[0].tasklet().kill();
                    return Action.ABORT;
                },
                1);
        self[0] = paused;
        assertTrue(paused.ring().newProducer().offer(new byte[1], 0, 1));
        runUntilIdle();
        return new WeakReference<>(paused);
    }

    @Test
    void awaitDrained_doesNotWaitForWhatIsOfferedLater() throws Exception {
        offer(0, 4);
        final FutureTask<Boolean> waiting = new FutureTask<>(() -> tasklet.awaitDrained(1, TimeUnit.HOURS));
        final Thread waiter = new Thread(waiting, "waiting");
        waiter.start();
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        offer(4, 44);
        loop.runOnce(0); // five budgets of 4
        assertTrue(waiting.get());
        assertFalse(ring.isEmpty());
    }

    /** The record at which the consumer stops is the first that was offered later. */
    @Test
    void awaitDrained_whenTheConsumerStopsRightBehind_ends() throws Exception {
        final int[] handled = new int[1];
        final RingTasklet stopping = RingTasklet.createControlled(
                loop,
                VarLenMpscRing.builder().capacity(1024),
                record -> handled[0]++ < 2 ? Action.CONTINUE : Action.ABORT,
                4);
        for (int i = 0; i < 2; i++) {
            assertTrue(stopping.ring().newProducer().offer(new byte[1], 0, 1));
        }
        final FutureTask<Boolean> waiting = new FutureTask<>(() -> stopping.awaitDrained(1, TimeUnit.HOURS));
        final Thread waiter = new Thread(waiting, "waiting");
        waiter.start();
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertTrue(stopping.ring().newProducer().offer(new byte[1], 0, 1));
        runUntilIdle();
        assertTrue(waiting.get());
        assertFalse(stopping.ring().isEmpty());
    }

    /** The limit of 100 ms may have passed when this thread goes on, so one of several tries is enough. */
    @Test
    void closedLoop_waitsAWhileForAnOpenClaim() throws Exception {
        int handled = 0;
        for (int i = 0; i < 10 && handled == 0; i++) {
            final AtomicInteger records = new AtomicInteger();
            final TaskletLoop ending = TaskletLoop.start("ending");
            final VarLenMpscRing claimed = RingTasklet.create(
                            ending, VarLenMpscRing.builder().capacity(1024), record -> records.incrementAndGet(), 4)
                    .ring();
            final RingClaim claim = claimed.newProducer().tryClaim(8);
            assertFalse(ending.close(0, TimeUnit.SECONDS));
            while (!claimed.isClosed()) {
                Thread.onSpinWait();
            }
            Thread.sleep(5);
            claim.commit();
            assertTrue(ending.close(1, TimeUnit.HOURS));
            handled = records.get();
        }
        assertEquals(1, handled);
    }

    @Test
    void create_withABuilderOfBefore_saysThatItMakesOneRing() {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder();
        assertThrows(IllegalStateException.class, () -> RingTasklet.create(loop, builder, record -> {}, 1));
        builder.capacity(64);
        final String message = assertThrows(
                        IllegalStateException.class, () -> RingTasklet.create(loop, builder, record -> {}, 1))
                .getMessage();
        assertTrue(message.startsWith("a builder makes one ring with a tasklet, also when that fails"), message);
    }
}
