// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.SmallStacks;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an Error leaves of a wakeup, the next one finishes. */
final class CutShortWakeupTest extends ManualLoopFixture {
    /** Each lets one failure happen. */
    private final Semaphore fail = new Semaphore(0);

    private final FailingWakeup selector = new FailingWakeup(fail::acquireUninterruptibly);

    @Test
    void wakeupAfter_ofOneWhoseWakeupAnErrorHasEnded_queuesIt() {
        final Tasklet left = named("left");
        assertTrue(left.addWakeup(0));
        left.notPut = true; // as an Error leaves a wakeup from another thread
        left.setNextPlain(named("not queued"));
        inLoop((self, reasons) -> loop.wakeupAfter(null, left));
        runUntilIdle();
        assertEquals(List.of("left"), ran);
    }

    @Test
    void wakeupThatEndsInTheMiddle_isFinishedByTheNext() throws Exception {
        try (TaskletLoop parked = TaskletLoop.start("parked");
                Selector selector = Selector.open();
                TaskletLoop selecting = TaskletLoop.builder().selector(selector).start("selecting")) {
            for (final TaskletLoop started : List.of(parked, selecting)) {
                final AtomicInteger runs = new AtomicInteger();
                final Tasklet tasklet = started.newTasklet((self, reasons) -> runs.incrementAndGet());
                for (int i = 0; i < 40; i++) {
                    awaitSleep(started);
                    final int before = runs.get();
                    if (i == 0) {
                        tasklet.wakeup(); // what is loaded and linked first at the end of a stack stays unusable
                    } else {
                        SmallStacks.callAtTheEndOfTheStack(i, tasklet::wakeup);
                    }
                    while (runs.get() == before) {
                        Thread.sleep(1);
                    }
                }
            }
        }
    }

    /** On the loop's own thread, whose code is compiled after some rounds, and where nobody has to be woken. */
    @Test
    void wakeupOnTheLoopsThreadThatEndsInTheMiddle_isFinishedByTheNext() throws Exception {
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread small = new Thread(
                null,
                () -> {
                    for (int i = 0; i < 100 && failure.get() == null; i++) {
                        wakeAtTheEndOfTheStack(i, (by, next) -> next.wakeup(), failure);
                        wakeAtTheEndOfTheStack(i, (by, next) -> by.wakeupAfter(null, next), failure);
                    }
                },
                "small stack",
                SmallStacks.STACK_BYTES);
        small.start();
        small.join();
        assertNull(failure.get());
    }

    private static void wakeAtTheEndOfTheStack(
            final int shift, final BiConsumer<TaskletLoop, Tasklet> way, final AtomicReference<Throwable> failure) {
        final TaskletLoop small = TaskletLoop.manual();
        final AtomicInteger runs = new AtomicInteger();
        final Tasklet tasklet = small.newTasklet((self, reasons) -> runs.incrementAndGet());
        small.newTasklet(
                        (self, reasons) -> SmallStacks.callAtTheEndOfThisStack(shift, () -> way.accept(small, tasklet)))
                .wakeup();
        for (int i = 0; i < 3; i++) {
            small.runOnce(0);
        }
        tasklet.wakeup();
        small.runOnce(0);
        small.runOnce(0);
        if (runs.get() == 0) {
            failure.set(new AssertionError("never run: " + tasklet));
        }
    }

    /** It still sleeps, and the next wakeup wakes it, of the same tasklet or another one. */
    @Test
    void loopWhoseWakingHasFailed_isWokenByTheNext() throws Exception {
        fail.release(2); // at once
        try (TaskletLoop started = TaskletLoop.builder().selector(selector).start("loop")) {
            final Semaphore runs = new Semaphore(0);
            final Tasklet first = started.newTasklet((self, reasons) -> runs.release());
            final Tasklet second = started.newTasklet((self, reasons) -> runs.release());
            for (final Tasklet next : List.of(second, first)) {
                awaitSleep(started);
                selector.fails.set(true);
                assertThrows(StackOverflowError.class, first::wakeup);
                next.wakeup();
                runs.acquire();
                if (next == second) {
                    runs.acquire();
                }
            }
            assertTrue(started.close(1, TimeUnit.HOURS));
            assertEquals(0, runs.availablePermits());
        }
    }

    /** It sleeps, and the one that was to wake it is about to fail. */
    private FutureTask<?> beginToFail(final TaskletLoop sleeping, final Tasklet tasklet) throws InterruptedException {
        awaitSleep(sleeping);
        selector.fails.set(true);
        final FutureTask<?> waker = new FutureTask<>(() -> assertThrows(StackOverflowError.class, tasklet::wakeup));
        new Thread(waker, "waker").start();
        while (selector.fails.get()) {
            Thread.sleep(1);
        }
        return waker;
    }

    /** The closer finds the sleep ended, and relies on the thread that ended it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void close_whileAWakeupIsAboutToFail_endsAllTheSame(final boolean isLimited) throws Exception {
        final TaskletLoop started = TaskletLoop.builder().selector(selector).start("loop");
        final FutureTask<?> waker = beginToFail(started, started.newTasklet((self, reasons) -> {}));
        final FutureTask<Boolean> closing = new FutureTask<>(() -> {
            if (isLimited) {
                return started.close(1, TimeUnit.HOURS);
            }
            started.close();
            return true;
        });
        final Thread closer = new Thread(closing, "closer");
        closer.start();
        while (closer.getState() != Thread.State.TIMED_WAITING) {
            Thread.sleep(1);
        }
        fail.release();
        assertTrue(closing.get());
        waker.get();
    }

    /** That the loop could not be woken is noted late, when another wakeup has not put the same tasklet. */
    @Test
    void wakeupsThatFail_oneLate_areBothFinishedByTheNext() throws Exception {
        final TaskletLoop sleeping = TaskletLoop.builder().selector(selector).manual();
        final AtomicInteger runs = new AtomicInteger();
        final Tasklet tasklet = sleeping.newTasklet((self, reasons) -> runs.incrementAndGet());
        final Thread sleeper = new Thread(() -> sleeping.runOnce(Long.MAX_VALUE), "sleeper");
        sleeper.start();
        final FutureTask<?> waker = beginToFail(sleeping, tasklet);
        selector.wakeups.release(); // the sleep ends all the same
        sleeper.join();
        assertEquals(1, runs.get());
        assertTrue(tasklet.addWakeup(0));
        tasklet.notPut = true; // as an Error leaves a wakeup
        fail.release();
        waker.get();
        assertTrue(tasklet.notSignalled);
        tasklet.wakeup();
        sleeping.runOnce(0);
        assertEquals(2, runs.get());
    }
}
