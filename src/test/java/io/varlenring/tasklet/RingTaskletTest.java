// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.ControlledRecordHandler.Action;
import io.varlenring.RingClaim;
import io.varlenring.RingCorruptException;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The consumer of a ring as a tasklet, while its loop goes on: when it runs, what stops it, and what wakes it. */
final class RingTaskletTest extends RingTaskletFixture {
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
        final List<Throwable> reported = reported();
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
        offerTo(failing.ring(), 6);
        runUntilIdle();
        assertEquals(List.of(0, 1, 2, 3, 4, 5), handled);
        assertEquals(1, reported.size());
        offerTo(failing.ring(), 2);
        failing.ring().close();
        runUntilIdle();
        assertEquals(8, handled.size());
        assertTrue(failing.tasklet().isKilled());
        failures = 3;
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
        offerTo(paused.ring(), 1);
        runUntilIdle();
        assertEquals(7, written.size(), "armed again");
        writable[0] = false;
        offerTo(paused.ring(), 1);
        runUntilIdle();
        final int before = asked[0];
        loop.close();
        assertEquals(before + 1, asked[0], "a loop that ends asks once more");
        assertEquals(7, written.size());
        assertFalse(paused.awaitDrained(1, TimeUnit.HOURS));
    }

    /** What it has aborted comes again, and is consumed by its failure: the ring is empty then, and has to be armed. */
    @Test
    void controlledHandler_thatAbortsAndThenThrows_isWokenByTheNextRecord() {
        final List<Throwable> reported = reported();
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
        offerTo(failing.ring(), 1);
        runUntilIdle();
        failing.tasklet().wakeup();
        runUntilIdle();
        assertEquals(2, asked[0]);
        assertTrue(failing.ring().isEmpty());
        offerTo(failing.ring(), 1);
        runUntilIdle();
        assertEquals(3, asked[0]);
        failures = reported.size();
        assertEquals(1, failures);
    }

    @Test
    void controlledHandler_thatBreaks_letsOthersRunBeforeTheNextRecord() {
        final RingTasklet breaking = RingTasklet.create( // the one with a controlled handler
                loop,
                VarLenMpscRing.builder().capacity(1024),
                record -> {
                    ran.add("record");
                    return Action.BREAK;
                },
                4);
        runUntilIdle();
        offerTo(breaking.ring(), 2);
        named("other").wakeup();
        runUntilIdle();
        assertEquals(List.of("record", "other", "record"), ran);
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
        final List<Throwable> reported = reported();
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
        failures = 3;
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
        offerTo(paused.ring(), 1);
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
        offerTo(paused.ring(), 1);
        runUntilIdle();
        return new WeakReference<>(paused);
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
