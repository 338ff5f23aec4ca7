// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deadlines of tasklets on a loop; waits have lower bounds only, since a busy machine may take longer. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TaskletTimeTest {
    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final TaskletLoop loop = TaskletLoop.manual();
    private final List<String> ran = new ArrayList<>();
    private Selector selector;

    private Tasklet named(final String name) {
        return loop.newTasklet((self, reasons) -> ran.add(name + reasons));
    }

    /** Makes a manual loop, which sleeps in a selector or parked. */
    private TaskletLoop manual(final boolean selecting) throws Exception {
        if (!selecting) {
            return TaskletLoop.manual();
        }
        selector = Selector.open();
        return TaskletLoop.builder().selector(selector).manual();
    }

    @AfterEach
    void closeSelector() throws Exception {
        if (selector != null) {
            selector.close();
        }
    }

    @Test
    void wakeupAt_aTimeThatHasCome_runsInTheNextRoundInTheOrderOfTheTimes() {
        final long now = System.nanoTime();
        loop.wakeupAt(named("later"), now - 1, 2);
        loop.wakeupAt(named("earlier"), now - 2, 1);
        loop.wakeupAt(named("never"), now + HOUR, 3);
        assertEquals(2, loop.runOnce(0));
        assertEquals(0, loop.runOnce(0));
        assertEquals(List.of("earlier1", "later2"), ran);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void runOnce_sleepsUntilTheFirstDeadlineAndNoLonger(final boolean selecting) throws Exception {
        final TaskletLoop manual = manual(selecting);
        final Tasklet tasklet = manual.newTasklet((self, reasons) -> ran.add("ran"));
        for (final long delay : new long[] {1000, MILLISECOND / 2, 3 * MILLISECOND + 1}) {
            final long due = System.nanoTime() + delay;
            manual.wakeupAt(tasklet, due, 0);
            int rounds = 0;
            while (ran.isEmpty()) {
                manual.runOnce(HOUR); // which would be a hang
                rounds++;
            }
            assertTrue(System.nanoTime() - due >= 0);
            assertTrue(rounds < 100, rounds + " rounds for one deadline: it did not sleep");
            ran.clear();
        }
        assertTrue(manual.stats().sleeps() > 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void runOnce_waitsBelowAMillisecond_andReturns(final boolean selecting) throws Exception {
        final TaskletLoop manual = manual(selecting);
        final long start = System.nanoTime();
        assertEquals(0, manual.runOnce(1));
        assertEquals(0, manual.runOnce(MILLISECOND + 1));
        assertEquals(2, manual.stats().sleeps());
        assertTrue(System.nanoTime() - start >= MILLISECOND);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void startedLoop_meetsDeadlinesOfItsBodies(final boolean selecting) throws Exception {
        try (Selector selector = Selector.open();
                TaskletLoop started = selecting
                        ? TaskletLoop.builder().selector(selector).start("loop")
                        : TaskletLoop.start("loop")) {
            final CountDownLatch ticks = new CountDownLatch(5);
            final AtomicReference<Long> early = new AtomicReference<>();
            final long[] due = new long[1];
            final Tasklet ticker = started.newTasklet((self, reasons) -> {
                final long now = System.nanoTime();
                if (reasons == 1 && now - due[0] < 0) {
                    early.set(due[0] - now);
                }
                ticks.countDown();
                due[0] = now + 2 * MILLISECOND;
                started.wakeupAt(self, due[0], 1);
            });
            ticker.wakeup();
            ticks.await();
            assertEquals(null, early.get());
        }
    }

    @Test
    void secondDeadline_replacesTheFirst_andCancelTakesItBack() {
        final Tasklet tasklet = named("a");
        loop.wakeupAt(tasklet, System.nanoTime(), 1);
        loop.wakeupAt(tasklet, System.nanoTime() + HOUR, 2);
        assertEquals(0, loop.runOnce(0));
        loop.wakeupAt(tasklet, System.nanoTime(), 4);
        loop.cancelWakeup(tasklet);
        loop.cancelWakeup(tasklet);
        assertEquals(0, loop.runOnce(0));
        loop.wakeupAt(tasklet, System.nanoTime(), 8);
        assertEquals(1, loop.runOnce(0));
        assertEquals(List.of("a8"), ran);
    }

    @Test
    void wakeupAndRun_leaveTheDeadline_andTheirReasonsAreCombined() {
        final Tasklet tasklet = named("a");
        loop.wakeupAt(tasklet, System.nanoTime() + 5 * MILLISECOND, 2);
        tasklet.wakeup(1);
        assertEquals(1, loop.runOnce(0));
        while (ran.size() < 2) {
            loop.runOnce(HOUR);
        }
        loop.wakeupAt(tasklet, System.nanoTime(), 2);
        tasklet.wakeup(1);
        assertEquals(1, loop.runOnce(0));
        assertEquals(List.of("a1", "a2", "a3"), ran);
    }

    @Test
    void kill_onTheLoopsThread_takesTheDeadlineBack() {
        final Tasklet tasklet = named("a");
        loop.wakeupAt(tasklet, System.nanoTime() + HOUR, 0);
        loop.newTasklet((self, reasons) -> tasklet.kill()).wakeup();
        loop.runOnce(0);
        assertFalse(Deadlines.has(tasklet));
        loop.wakeupAt(tasklet, System.nanoTime(), 0);
        assertFalse(Deadlines.has(tasklet));
        assertEquals(0, loop.runOnce(0));
    }

    @Test
    void killElsewhere_isFoundWhenTheTimeHasCome() {
        final Tasklet tasklet = named("a");
        loop.wakeupAt(tasklet, System.nanoTime(), 0);
        tasklet.kill();
        assertTrue(Deadlines.has(tasklet), "they are the loop's, and this thread has not entered it");
        assertEquals(0, loop.runOnce(0));
        assertEquals(List.of(), ran);
        assertFalse(Deadlines.has(tasklet));
    }

    @Test
    void closedLoop_forgetsWhatIsNotDue() {
        final Tasklet tasklet = named("a");
        loop.wakeupAt(tasklet, System.nanoTime() + HOUR, 0);
        loop.close();
        final Tasklet late = named("late");
        loop.wakeupAt(late, System.nanoTime(), 0);
        assertFalse(Deadlines.has(late));
        loop.cancelWakeup(tasklet);
        assertEquals(0, loop.runOnce(HOUR));
        assertEquals(List.of(), ran);
    }

    @Test
    void otherThreadsAndOtherLoops_areRefused() throws Exception {
        final Tasklet tasklet = named("a");
        try (TaskletLoop started = TaskletLoop.start("loop")) {
            final Tasklet foreign = started.newTasklet((self, reasons) -> {});
            final String message = assertThrows(IllegalStateException.class, () -> started.wakeupAt(foreign, 0, 0))
                    .getMessage();
            assertTrue(
                    message.contains("wakeupAt")
                            && message.contains(Thread.currentThread().getName()),
                    message);
            final String cancel = assertThrows(IllegalStateException.class, () -> started.cancelWakeup(foreign))
                    .getMessage();
            assertTrue(cancel.startsWith("cancelWakeup must be called on the loop's thread"), cancel);
            assertThrows(IllegalArgumentException.class, () -> started.wakeupAt(tasklet, 0, 0));
            assertThrows(IllegalArgumentException.class, () -> loop.cancelWakeup(foreign));
        }
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        loop.newTasklet((self, reasons) -> {
                    final Thread other = new Thread(() ->
                            thrown.set(assertThrows(IllegalStateException.class, () -> loop.wakeupAt(tasklet, 0, 0))));
                    other.start();
                    other.join();
                })
                .wakeup();
        loop.runOnce(0);
        assertTrue(thrown.get().getMessage().contains("wakeupAt"), String.valueOf(thrown.get()));
    }

    /** As with an Error: here the deadline is in another heap. */
    @Test
    void cancelWakeup_thatFails_leavesALoopThatNobodyRunsToOthers() throws Exception {
        final Tasklet tasklet = named("a");
        new Deadlines().set(tasklet, 0, 1, 0);
        final FutureTask<?> other = new FutureTask<>(
                () -> assertThrows(ArrayIndexOutOfBoundsException.class, () -> loop.cancelWakeup(tasklet)));
        new Thread(other).start();
        other.get();
        assertFalse(loop.rings.isEnded());
        loop.newTasklet((self, reasons) -> {
                    assertThrows(ArrayIndexOutOfBoundsException.class, () -> loop.cancelWakeup(tasklet));
                    ran.add("" + loop.isRunner());
                })
                .wakeup();
        assertEquals(1, loop.runOnce(0));
        assertEquals(List.of("true"), ran);
    }

    /** The thread that made it is not the loop's, though no other has run it yet. */
    @Test
    void loopWhoseThreadHasNotBegun_isNotItsMakers() {
        final CountDownLatch begin = new CountDownLatch(1);
        final TaskletLoop started = TaskletLoop.builder()
                .threadFactory(task -> new Thread(() -> {
                    try {
                        begin.await();
                    } catch (final InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    task.run();
                }))
                .start("late");
        final Tasklet tasklet = started.newTasklet((self, reasons) -> ran.add("ran" + reasons));
        tasklet.wakeup(2);
        assertThrows(IllegalStateException.class, () -> started.wakeupAt(tasklet, System.nanoTime(), 1));
        assertThrows(IllegalStateException.class, () -> started.cancelWakeup(tasklet));
        begin.countDown();
        started.close();
        assertEquals(List.of("ran2"), ran);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void runOnce_withAnInterruptSet_doesNotWaitAndKeepsIt(final boolean selecting) throws Exception {
        final TaskletLoop manual = manual(selecting);
        Thread.currentThread().interrupt();
        assertEquals(0, manual.runOnce(HOUR));
        assertTrue(Thread.interrupted());
    }

    private static Thread whenAsleep(final TaskletLoop loop, final Runnable action) {
        final Thread other = new Thread(() -> {
            ManualLoopFixture.awaitSleep(loop);
            action.run();
        });
        other.start();
        return other;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void interruptAndClose_endTheWait(final boolean selecting) throws Exception {
        final TaskletLoop manual = manual(selecting);
        final Thread other = whenAsleep(manual, Thread.currentThread()::interrupt);
        do {
            assertEquals(0, manual.runOnce(HOUR)); // which would be a hang
        } while (!Thread.interrupted()); // a park may end for no reason
        other.join();
        whenAsleep(manual, manual::close);
        while (!manual.isClosed()) {
            manual.runOnce(HOUR);
        }
    }

    @Test
    void deadlines_wakeIntoTheClassOfThoseFromOutside() {
        final Tasklet normal = named("normal");
        final Tasklet heavy = loop.newHeavyTasklet((self, reasons) -> ran.add("heavy"));
        final long now = System.nanoTime();
        for (int i = 0; i < 70; i++) {
            loop.wakeupAt(
                    loop.newTasklet((self, reasons) -> {
                        ran.add("due");
                        normal.wakeup();
                    }),
                    now,
                    0);
        }
        loop.wakeupAt(heavy, now - 1, 0);
        assertEquals(64 + 1 + 1, loop.runOnce(0));
        assertEquals(
                List.of("due", "normal", "heavy"),
                ran.subList(63, ran.size()).stream()
                        .map(name -> name.replaceAll("\\d", ""))
                        .toList());
        assertEquals(6 + 1, loop.runOnce(0));
    }

    @Test
    void deadline_ofOneWhoseBodyThrew_wakesIntoThatClassToo() {
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {});
        try {
            final Tasklet normal = named("normal");
            final Tasklet urgent = loop.newTasklet((self, reasons) -> {
                ran.add("urgent");
                normal.wakeup();
            });
            final Tasklet throwing = loop.newTasklet((self, reasons) -> {
                ran.add("throwing");
                throw new IllegalStateException("as planned");
            });
            throwing.wakeup();
            assertEquals(1, loop.runOnce(0));
            loop.wakeupAt(throwing, System.nanoTime(), 0);
            urgent.wakeup();
            assertEquals(3, loop.runOnce(0));
            assertEquals(List.of("throwing", "urgent", "throwing", "normal0"), ran);
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(null);
        }
    }

    /** A park may end for no reason, so one of several tries is enough. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void runOnce_thatAWakeupEnds_runsWhatWasWoken(final boolean selecting) throws Exception {
        final TaskletLoop manual = manual(selecting);
        final Tasklet tasklet = manual.newTasklet((self, reasons) -> ran.add("ran"));
        int runs = 0;
        for (int i = 0; i < 20 && runs == 0; i++) {
            final Thread waker = whenAsleep(manual, tasklet::wakeup);
            runs = manual.runOnce(HOUR);
            while (waker.isAlive()) {
                manual.runOnce(1000);
            }
            manual.runOnce(0);
        }
        assertEquals(1, runs);
    }

    @Test
    void cancelWakeup_whenTheTimeHasComeAndItIsQueued_letsItRun() {
        final Tasklet second = named("second");
        final Tasklet first = loop.newTasklet((self, reasons) -> {
            ran.add("first");
            loop.cancelWakeup(second);
        });
        final long now = System.nanoTime();
        loop.wakeupAt(first, now - 2, 0);
        loop.wakeupAt(second, now - 1, 3);
        assertEquals(2, loop.runOnce(0));
        assertEquals(List.of("first", "second3"), ran);
    }
}
