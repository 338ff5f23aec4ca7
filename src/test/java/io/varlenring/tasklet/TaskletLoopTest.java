// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** One thread, a manual loop: what runs, how often, in which order, with which reasons. */
final class TaskletLoopTest extends ManualLoopFixture {
    @Test
    void wakeup_runsTheBodyOnce() {
        final Tasklet tasklet = named("a");
        assertEquals(0, loop.runOnce(0));
        tasklet.wakeup();
        assertEquals(List.of(), ran);
        assertEquals(1, loop.runOnce(0));
        assertEquals(0, loop.runOnce(0));
        assertEquals(List.of("a"), ran);
    }

    @Test
    void wakeups_areCoalescedAndTheirReasonsCombined() {
        final List<Integer> seen = new ArrayList<>();
        final Tasklet tasklet = loop.newTasklet((self, reasons) -> seen.add(reasons));
        tasklet.wakeup(1);
        tasklet.wakeup(4);
        tasklet.wakeup();
        tasklet.wakeup(Integer.MIN_VALUE);
        assertEquals(1, loop.runOnce(0));
        tasklet.wakeup();
        assertEquals(1, loop.runOnce(0));
        assertEquals(List.of(5 | Integer.MIN_VALUE, 0), seen);
        assertEquals(
                "TaskletStats[runs=2, wakeups=5, coalesced=3, failures=0, sleeps=0, averageLatencyNanos=0, "
                        + "worstLatencyNanos=0, runningSinceNanos=0]",
                loop.stats().toString());
    }

    @Test
    void bodyThatLeavesAnInterrupt_doesNotKeepTheLoopAwake() throws Exception {
        try (TaskletLoop started = TaskletLoop.start("loop")) {
            final CountDownLatch interrupted = new CountDownLatch(1);
            started.newTasklet((self, reasons) -> {
                        Thread.currentThread().interrupt();
                        interrupted.countDown();
                    })
                    .wakeup();
            interrupted.await();
            final long sleeps = started.stats().sleeps();
            LockSupport.parkNanos(50_000_000); // in which a loop that cannot sleep would try thousands of times
            assertTrue(started.stats().sleeps() - sleeps < 100, "the loop cannot sleep");
        }
    }

    @Test
    void exceptionHandlerThatThrowsOn_doesNotEndTheLoop() throws Exception {
        try (TaskletLoop started = TaskletLoop.start("loop")) {
            final CountDownLatch both = new CountDownLatch(2);
            started.newTasklet((self, reasons) -> {
                        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {
                            both.countDown();
                            throw (AssertionError) failure;
                        });
                        throw new AssertionError("thrown by the body");
                    })
                    .wakeup();
            started.newTasklet((self, reasons) -> both.countDown()).wakeup();
            both.await();
            assertFalse(started.isClosed());
        }
    }

    @Test
    void wakeupsOfAQueuedOne_byABody_areCountedAndHandOnNewReasons() {
        final List<Integer> reasons = new ArrayList<>();
        final Tasklet other = loop.newTasklet((self, given) -> reasons.add(given));
        inLoop((self, given) -> {
            other.wakeup(1);
            other.wakeup(1);
            other.wakeup();
            other.wakeup(6);
            other.wakeup(2);
        });
        loop.runOnce(0);
        assertEquals(List.of(7), reasons);
        assertEquals(6, loop.stats().wakeups());
        assertEquals(4, loop.stats().coalesced());
    }

    /** Also when some of them are there already. */
    @Test
    void wakeupOfAQueuedOne_byABody_handsOnEachNewReason() {
        final List<Integer> reasons = new ArrayList<>();
        final Tasklet other = loop.newTasklet((self, given) -> reasons.add(given));
        inLoop((self, given) -> {
            other.wakeup(1);
            other.wakeup(3);
            other.wakeup(Integer.MIN_VALUE | 1);
        });
        loop.runOnce(0);
        assertEquals(List.of(Integer.MIN_VALUE | 3), reasons);
    }

    @Test
    void wakeupDuringTheRun_meansOneMoreRun() {
        final int[] runs = new int[1];
        final Tasklet tasklet = loop.newTasklet((self, reasons) -> {
            if (++runs[0] < 3) {
                self.wakeup();
                self.wakeup();
            }
        });
        tasklet.wakeup();
        runUntilIdle();
        assertEquals(3, runs[0]);
    }

    @Test
    void tasklets_runInTheOrderOfTheirWakeups() {
        final Tasklet a = named("a");
        final Tasklet b = named("b");
        final Tasklet c = named("c");
        c.wakeup();
        a.wakeup();
        b.wakeup();
        a.wakeup();
        loop.runOnce(0);
        assertEquals(List.of("c", "a", "b"), ran);
    }

    @Test
    void kill_beforeTheFirstRun_preventsIt() {
        final Tasklet asleep = named("asleep");
        asleep.kill();
        asleep.wakeup();
        final Tasklet queued = named("queued");
        queued.wakeup();
        queued.kill();
        queued.wakeup();
        assertEquals(0, loop.runOnce(0));
        assertEquals(List.of(), ran);
        assertTrue(asleep.isKilled());
        assertTrue(queued.isKilled());
        queued.kill();
    }

    @Test
    void kill_whileRunning_letsTheRunEndAndIsTheLast() {
        final Tasklet tasklet = loop.newTasklet((self, reasons) -> {
            self.wakeup();
            self.kill();
            self.wakeup();
            ran.add("to the end");
        });
        tasklet.wakeup();
        runUntilIdle();
        assertEquals(List.of("to the end"), ran);
    }

    @Test
    void bodyThatThrows_isReportedAndNothingElseIsLost() {
        final Thread thread = Thread.currentThread();
        final List<Throwable> reported = new ArrayList<>();
        thread.setUncaughtExceptionHandler((t, failure) -> {
            assertSame(thread, t);
            reported.add(failure);
            throw new IllegalStateException("from the handler");
        });
        for (final Throwable failure :
                List.of(new IllegalStateException("runtime"), new IOException("checked"), new StackOverflowError())) {
            final Tasklet failing = loop.newTasklet((self, reasons) -> {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (Exception) failure;
            });
            failing.wakeup();
            named("after").wakeup();
            assertEquals(2, loop.runOnce(0));
            failing.wakeup();
            assertEquals(1, loop.runOnce(0));
        }
        assertEquals(6, reported.size());
        failures = 6;
        assertEquals(9, loop.stats().runs());
        assertEquals(List.of("after", "after", "after"), ran);
    }

    @Test
    void runOnce_waitsNoLongerThanTold() {
        final long start = System.nanoTime();
        assertEquals(0, loop.runOnce(5_000_000));
        assertTrue(System.nanoTime() - start >= 5_000_000);
        assertEquals(1, loop.stats().sleeps());
        assertEquals("TaskletLoop[manual, awake]", loop.toString());
        assertEquals(0, loop.runOnce(0));
        assertEquals(0, loop.runOnce(-1));
        assertEquals(1, loop.stats().sleeps());
        named("a").wakeup();
        assertEquals(1, loop.runOnce(Long.MAX_VALUE));
        assertEquals(1, loop.stats().sleeps());
    }

    @Test
    void runOnce_fromABodyOrOnAStartedLoop_isRefused() {
        inLoop((self, reasons) -> assertTrue(assertThrows(IllegalStateException.class, () -> loop.runOnce(0))
                .getMessage()
                .contains("already")));
        try (TaskletLoop started = TaskletLoop.start("started")) {
            assertTrue(assertThrows(IllegalStateException.class, () -> started.runOnce(0))
                    .getMessage()
                    .contains("started"));
        }
    }

    @Test
    void close_runsWhatWasQueuedAndNothingLater() {
        final Tasklet foreign = named("foreign");
        final Tasklet later = named("later");
        final Tasklet waker = loop.newTasklet((self, reasons) -> {
            ran.add("waker");
            self.wakeup();
            later.wakeup();
            assertNull(loop.wakeupAfter(null, later));
        });
        foreign.wakeup();
        waker.wakeup();
        loop.newHeavyTasklet((self, reasons) -> ran.add("heavy")).wakeup();
        loop.close();
        assertEquals(List.of("foreign", "waker", "heavy"), ran);
        assertTrue(loop.isClosed());
        foreign.wakeup();
        later.wakeup(3);
        later.kill();
        loop.close();
        assertEquals(0, loop.runOnce(Long.MAX_VALUE));
        assertEquals(3, ran.size());
    }

    @Test
    void closedLoopThatIsStillRunning_refusesWakeupsAndRunsOfOtherThreads() {
        final Tasklet late = named("late");
        inLoop((self, reasons) -> {
            loop.close();
            elsewhere(() -> late.wakeup(1));
            elsewhere(() -> assertEquals(0, loop.runOnce(Long.MAX_VALUE)));
        });
        runUntilIdle();
        assertEquals(List.of(), ran);
    }

    /** It had found the loop open, and was put into the inbox when the loop had ended. */
    @Test
    void wakeupThatComesTooLate_isNotRunBehindTheEnd() {
        final Tasklet late = named("late");
        loop.close();
        assertTrue(late.addWakeup(0));
        loop.inbox.put(late);
        loop.close();
        assertEquals(0, loop.runOnce(0));
        assertEquals(List.of(), ran);
    }

    @Test
    void close_fromABody_letsTheRoundRunTheRest() {
        final Tasklet normal = named("normal");
        final Tasklet closer = loop.newTasklet((self, reasons) -> {
            normal.wakeup();
            loop.close();
        });
        closer.wakeup();
        for (int i = 0; i < 200; i++) {
            named("urgent").wakeup();
        }
        assertEquals(202, loop.runOnce(0));
        assertTrue(ran.contains("normal"));
        assertEquals(0, loop.runOnce(0));
    }

    @Test
    void nulls_areRefused() {
        assertThrows(NullPointerException.class, () -> loop.newTasklet(null));
        assertThrows(NullPointerException.class, () -> loop.newHeavyTasklet(null));
        assertThrows(NullPointerException.class, () -> TaskletLoop.start(null));
        assertThrows(NullPointerException.class, () -> TaskletLoop.builder().selector(null));
        inLoop((self, reasons) -> assertThrows(NullPointerException.class, () -> loop.wakeupAfter(null, null)));
    }

    @Test
    void bodyThatThrowsAsTheLastOfARound_isNotTheRunningOneOfTheNext() {
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {});
        final Tasklet normal = named("normal");
        final Tasklet due = named("due");
        final Tasklet throwing = loop.newHeavyTasklet((self, reasons) -> {
            normal.wakeup();
            loop.wakeupAt(due, System.nanoTime(), 0);
            throw new IllegalStateException("as planned");
        });
        failures = 1;
        throwing.wakeup();
        assertEquals(1, loop.runOnce(0));
        assertEquals(2, loop.runOnce(0));
        assertEquals(List.of("due", "normal"), ran, "what a deadline wakes goes before what a body has woken");
    }

    @Test
    void wakeups_byTheBodyThatClosesTheLoop_doNothing() {
        final Tasklet after = named("after");
        final Tasklet at = named("at");
        final Tasklet other = named("other");
        inLoop((self, reasons) -> {
            loop.close();
            self.wakeup();
            other.wakeup();
            other.wakeup();
            assertNull(loop.wakeupAfter(null, after));
            loop.wakeupAt(at, System.nanoTime(), 1);
        });
        runUntilIdle();
        assertEquals(0, loop.stats().coalesced());
        assertEquals(List.of(), ran);
    }

    @Test
    void reasons_ofEachBit_comeOnceAndLeaveTheCountAlone() {
        final List<Integer> seen = new ArrayList<>();
        final Tasklet tasklet = loop.newTasklet((self, reasons) -> seen.add(reasons));
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            tasklet.wakeup(1 << bit);
            tasklet.wakeup(1 << bit);
            assertEquals(1, loop.runOnce(0));
            assertEquals(List.of(1 << bit), seen);
            assertEquals(2L * (bit + 1), loop.stats().wakeups());
            seen.clear();
        }
        tasklet.wakeup(-1);
        assertFalse(tasklet.isKilled());
        assertEquals(1, loop.runOnce(0));
        assertEquals(List.of(-1), seen);
    }

    /** With a limit a virtual thread would set a timer for each sleep. */
    @Test
    void sleepWithoutADeadline_hasNoLimit() throws Exception {
        final AtomicReference<Thread> made = new AtomicReference<>();
        try (TaskletLoop parking = TaskletLoop.builder()
                .threadFactory(task -> {
                    made.set(new Thread(task));
                    return made.get();
                })
                .start("loop")) {
            while (made.get().getState() != Thread.State.WAITING) { // else forever
                Thread.sleep(1);
            }
            parking.newTasklet((self, reasons) -> parking.wakeupAt(self, System.nanoTime() + 1_000_000_000_000L, 0))
                    .wakeup();
            while (made.get().getState() != Thread.State.TIMED_WAITING) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void toString_saysTheState() {
        final Tasklet tasklet = named("a");
        assertEquals("Tasklet[not queued, TaskletLoop[manual, awake]]", tasklet.toString());
        tasklet.wakeup(5);
        tasklet.wakeup(Integer.MIN_VALUE);
        assertEquals(
                "Tasklet[queued by 2 wakeups, reasons 0x80000005, TaskletLoop[manual, awake]]", tasklet.toString());
        tasklet.kill();
        assertEquals("Tasklet[killed, TaskletLoop[manual, awake]]", tasklet.toString());
        inLoop((self, reasons) -> {
            loop.close();
            ran.add(loop.toString());
        });
        assertEquals(List.of("TaskletLoop[manual, closed]"), ran);
        assertEquals("TaskletLoop[manual, ended]", loop.toString());
    }

    /** The loop does not clear it between two bodies of a round, nor between two rounds that somebody else runs. */
    @Test
    void interruptThatABodyLeaves_isThereForTheNext() {
        loop.newTasklet((self, reasons) -> Thread.currentThread().interrupt()).wakeup();
        loop.newTasklet((self, reasons) -> ran.add("" + Thread.currentThread().isInterrupted()))
                .wakeup();
        loop.runOnce(0);
        assertEquals(List.of("true"), ran);
        assertTrue(Thread.interrupted());
    }

    @Test
    void manualLoop_makesNoThread() {
        final TaskletLoop manual = TaskletLoop.builder()
                .threadFactory(task -> {
                    throw new AssertionError("a manual loop has no thread");
                })
                .manual();
        manual.newTasklet((self, reasons) -> ran.add("a")).wakeup();
        assertEquals(1, manual.runOnce(0));
    }
}
