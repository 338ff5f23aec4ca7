// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.SmallStacks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One thread, a manual loop: what runs, how often, in which order, with which reasons. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TaskletLoopTest {
    private final TaskletLoop loop = TaskletLoop.manual();
    private final List<String> ran = new ArrayList<>();
    /** Bodies of this loop that are to throw; an assertion that fails in a body is one more. */
    private int failures;

    @AfterEach
    void noOtherBodyHasFailed() {
        assertEquals(failures, loop.stats().failures());
    }

    private Tasklet named(final String name) {
        return loop.newTasklet((self, reasons) -> ran.add(name));
    }

    private void runUntilIdle() {
        int runs = 1;
        while (runs > 0) {
            runs = loop.runOnce(0);
        }
    }

    /** Runs something on the loop's thread, as a body. */
    private void inLoop(final TaskletBody body) {
        loop.newTasklet(body).wakeup();
        loop.runOnce(0);
    }

    static void awaitSleep(final TaskletLoop loop) {
        while (!loop.toString().contains("asleep")) {
            Thread.onSpinWait();
        }
    }

    /** Does something on another thread, and waits for its end. */
    static void elsewhere(final Runnable task) throws InterruptedException {
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        final Thread other = new Thread(task, "elsewhere");
        other.setUncaughtExceptionHandler((thread, failure) -> thrown.set(failure));
        other.start();
        other.join();
        assertNull(thrown.get());
    }

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
    void stats_minusEarlierOnes_areWhatCameSince() throws Exception {
        final TaskletLoop profiled = TaskletLoop.builder().profiling().manual();
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {});
        final Tasklet first = profiled.newTasklet((self, reasons) -> {});
        first.wakeup();
        first.wakeup();
        Thread.sleep(2);
        profiled.runOnce(0);
        profiled.runOnce(1);
        final TaskletStats earlier = profiled.stats();
        assertTrue(earlier.averageLatencyNanos() >= 2_000_000, earlier::toString);
        final Tasklet failing = profiled.newTasklet((self, reasons) -> {
            throw new IllegalStateException("as planned");
        });
        for (int i = 0; i < 3; i++) {
            first.wakeup();
            failing.wakeup();
            failing.wakeup();
            profiled.runOnce(0);
        }
        final TaskletStats both = profiled.stats();
        final TaskletStats since = both.minus(earlier);
        assertEquals(6, since.runs());
        assertEquals(9, since.wakeups());
        assertEquals(3, since.coalesced());
        assertEquals(3, since.failures());
        assertEquals(0, since.sleeps());
        final long all = both.averageLatencyNanos() * 7;
        assertTrue(since.averageLatencyNanos() * 6 <= all + 7 - earlier.averageLatencyNanos(), since::toString);
        assertEquals(both.worstLatencyNanos(), since.worstLatencyNanos());
        assertEquals(0, since.runningSinceNanos());
        assertEquals(0, both.minus(both).averageLatencyNanos());
    }

    /** To the nanosecond, which those of a loop that has run cannot be. */
    @Test
    void stats_minusEarlierOnes_areTheDifferenceOfEachCount() {
        final TaskletStats earlier = new TaskletStats(4, 8, 1, 3, 4, 400, 300, 5);
        final TaskletStats later = new TaskletStats(10, 30, 3, 4, 10, 1600, 300, 7);
        assertEquals(
                "TaskletStats[runs=6, wakeups=22, coalesced=16, failures=2, sleeps=1, averageLatencyNanos=200, "
                        + "worstLatencyNanos=300, runningSinceNanos=7]",
                later.minus(earlier).toString());
    }

    @Test
    void wakeupAfter_aHeavyOneThatGoesOnForEver_runs() {
        final int[] heavyRuns = new int[1];
        final int[] streamRuns = new int[1];
        final Tasklet stream = loop.newTasklet((self, reasons) -> streamRuns[0]++);
        final Tasklet heavy = loop.newHeavyTasklet((self, reasons) -> {
            heavyRuns[0]++;
            loop.wakeupAfter(null, stream);
            self.wakeup();
        });
        heavy.wakeup();
        for (int i = 0; i < 100; i++) {
            assertEquals(1, loop.runOnce(0));
        }
        assertEquals(50, heavyRuns[0]);
        assertEquals(50, streamRuns[0]);
    }

    @Test
    void bodyThatLeavesAnInterrupt_doesNotKeepTheLoopAwake() {
        try (TaskletLoop started = TaskletLoop.start("loop")) {
            final CountDownLatch ran = new CountDownLatch(1);
            started.newTasklet((self, reasons) -> {
                        Thread.currentThread().interrupt();
                        ran.countDown();
                    })
                    .wakeup();
            while (ran.getCount() > 0) {
                Thread.onSpinWait();
            }
            final long sleeps = started.stats().sleeps();
            LockSupport.parkNanos(50_000_000); // in which a loop that cannot sleep would try thousands of times
            assertTrue(started.stats().sleeps() - sleeps < 100, "the loop cannot sleep");
        }
    }

    @Test
    void exceptionHandlerThatThrowsOn_doesNotEndTheLoop() throws Exception {
        try (TaskletLoop started = TaskletLoop.start("loop")) {
            final CountDownLatch ran = new CountDownLatch(2);
            started.newTasklet((self, reasons) -> {
                        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {
                            ran.countDown();
                            throw (AssertionError) failure;
                        });
                        throw new AssertionError("thrown by the body");
                    })
                    .wakeup();
            started.newTasklet((self, reasons) -> ran.countDown()).wakeup();
            ran.await();
            assertFalse(started.isClosed());
        }
    }

    @Test
    void wakeups_moreThanAreCounted_areStillOneRun() {
        final Tasklet tasklet = named("a");
        tasklet.wakeup();
        tasklet.getAndAddState((Tasklet.MOST_WAKEUPS - 1) * TaskletState.ONE_WAKEUP);
        for (int i = 0; i < 10; i++) {
            tasklet.wakeup(i & 1);
            assertTrue(tasklet.getStateVolatile() >>> TaskletState.WAKEUPS_SHIFT <= Tasklet.MOST_WAKEUPS);
        }
        assertEquals(1, loop.runOnce(0));
        assertEquals(0, loop.runOnce(0));
        assertEquals(Tasklet.MOST_WAKEUPS, loop.stats().wakeups());
        tasklet.wakeup();
        assertEquals(1, loop.runOnce(0));
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
    void manyCoalescedWakeups_areCountedAndStillOneRun() {
        final Tasklet tasklet = named("a");
        for (int i = 0; i < 1_000_000; i++) {
            tasklet.wakeup();
        }
        assertEquals(1, loop.runOnce(0));
        assertEquals(1_000_000, loop.stats().wakeups());
        assertEquals(999_999, loop.stats().coalesced());
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
    void wakeupAfter_runsNextBeforeWhatWasQueuedBefore() {
        final Tasklet other = named("other");
        final Tasklet next = named("next");
        final Tasklet first = loop.newTasklet((self, reasons) -> {
            ran.add("first");
            assertSame(next, loop.wakeupAfter(null, next));
        });
        first.wakeup();
        other.wakeup();
        runUntilIdle();
        assertEquals(List.of("first", "next", "other"), ran);
    }

    /** Tasklets that a queue let jump earlier do not count against later ones. */
    @Test
    void wakeupAfter_manyTimes_isStillRightBehind() {
        final Tasklet first = named("first");
        final Tasklet other = named("other");
        final Tasklet next = named("next");
        final Tasklet driver = loop.newTasklet((self, reasons) -> {
            first.wakeup();
            other.wakeup();
            loop.wakeupAfter(first, next);
        });
        for (int i = 0; i < 300; i++) {
            ran.clear();
            driver.wakeup();
            runUntilIdle();
            assertEquals(List.of("first", "next", "other"), ran, "time " + i);
        }
    }

    /** The rest of a long series goes to the end of the queue, and then has jumped nobody. */
    @ParameterizedTest
    @ValueSource(ints = {50, 150, 300})
    void wakeupAfter_behindALongSeries_isRightBehind(final int length) {
        final Tasklet first = named("first");
        final Tasklet other = named("other");
        final Tasklet next = named("next");
        final List<Tasklet> series = new ArrayList<>();
        for (int i = 1; i < length; i++) {
            series.add(loop.newTasklet((self, reasons) -> {}));
        }
        series.add(loop.newTasklet((self, reasons) -> {
            first.wakeup();
            other.wakeup();
            loop.wakeupAfter(first, next);
        }));
        final Tasklet driver = loop.newTasklet((self, reasons) -> {
            Tasklet last = null;
            for (final Tasklet one : series) {
                last = loop.wakeupAfter(last, one);
            }
        });
        loop.newTasklet((self, reasons) -> driver.wakeup()).wakeup(); // so that it runs in the queue of the others
        runUntilIdle();
        assertEquals(List.of("first", "next", "other"), ran);
    }

    @Test
    void wakeupAfter_aSeries_keepsItsOrder() {
        final Tasklet other = named("other");
        final List<Tasklet> streams = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            streams.add(named("s" + i));
        }
        final Tasklet connection = loop.newTasklet((self, reasons) -> {
            Tasklet last = null;
            for (final Tasklet stream : streams) {
                last = loop.wakeupAfter(last, stream);
                assertSame(stream, last);
            }
        });
        connection.wakeup();
        other.wakeup();
        runUntilIdle();
        assertEquals(List.of("s0", "s1", "s2", "s3", "s4", "other"), ran);
    }

    @Test
    void wakeupAfter_ofOneAlreadyQueued_leavesItWhereItIsAndTheSeriesGoesOn() {
        final Tasklet a = named("a");
        final Tasklet queued = named("queued");
        final Tasklet b = named("b");
        final Tasklet connection = loop.newTasklet((self, reasons) -> {
            final Tasklet last = loop.wakeupAfter(null, a);
            assertSame(a, loop.wakeupAfter(last, queued));
            assertSame(b, loop.wakeupAfter(a, b));
        });
        connection.wakeup();
        queued.wakeup();
        runUntilIdle();
        assertEquals(List.of("a", "b", "queued"), ran);
        assertEquals(5, loop.stats().wakeups(), "that of a queued one counts as any other");
        assertEquals(1, loop.stats().coalesced());
    }

    @Test
    void wakeupAfter_aKilledOne_isNotMoved() {
        final Tasklet a = named("a");
        final Tasklet killed = named("killed");
        killed.kill();
        final AtomicReference<Tasklet> last = new AtomicReference<>();
        inLoop((self, reasons) -> last.set(loop.wakeupAfter(loop.wakeupAfter(null, a), killed)));
        assertSame(a, last.get());
        runUntilIdle();
        assertEquals(List.of("a"), ran);
    }

    @Test
    void wakeupAfter_aPreviousThatHasRun_meansAfterTheRunningOne() {
        final Tasklet gone = named("gone");
        gone.wakeup();
        loop.runOnce(0);
        final Tasklet other = named("other");
        final Tasklet next = named("next");
        final Tasklet first = loop.newTasklet((self, reasons) -> assertSame(next, loop.wakeupAfter(gone, next)));
        first.wakeup();
        other.wakeup();
        runUntilIdle();
        assertEquals(List.of("gone", "next", "other"), ran);
    }

    @Test
    void wakeupAfter_theLastOfAQueue_isTheNewLast() {
        final Tasklet last = named("last");
        final Tasklet next = named("next");
        final Tasklet later = named("later");
        inLoop((self, reasons) -> {
            last.wakeup();
            loop.wakeupAfter(last, next);
            later.wakeup();
        });
        runUntilIdle();
        assertEquals(List.of("last", "next", "later"), ran);
    }

    @Test
    void wakeupAfter_nested_runsDepthFirst() {
        final Tasklet inner = named("inner");
        final Tasklet outer2 = named("outer2");
        final Tasklet outer1 = loop.newTasklet((self, reasons) -> {
            ran.add("outer1");
            loop.wakeupAfter(null, inner);
        });
        inLoop((self, reasons) -> loop.wakeupAfter(loop.wakeupAfter(null, outer1), outer2));
        runUntilIdle();
        assertEquals(List.of("outer1", "inner", "outer2"), ran);
    }

    @Test
    void wakeupAfter_itself_isAWakeup() {
        final int[] runs = new int[1];
        inLoop((self, reasons) -> {
            if (runs[0]++ == 0) {
                assertNull(loop.wakeupAfter(null, self));
            }
        });
        runUntilIdle();
        assertEquals(2, runs[0]);
    }

    @Test
    void wakeupAfter_ofOneThatIsWokenAsByWakeup_leavesTheSeriesWhereItWas() {
        final Tasklet a = named("a");
        final Tasklet heavy = loop.newHeavyTasklet((self, reasons) -> ran.add("heavy"));
        final Tasklet b = named("b");
        final int[] runs = new int[1];
        inLoop((self, reasons) -> {
            if (runs[0]++ == 0) {
                final Tasklet last = loop.wakeupAfter(null, a);
                assertSame(a, loop.wakeupAfter(last, heavy));
                assertSame(a, loop.wakeupAfter(last, self));
                assertSame(b, loop.wakeupAfter(last, b));
            } else {
                ran.add("self");
            }
        });
        assertEquals(List.of("a", "b", "self", "heavy"), ran);
    }

    @Test
    void wakeupAfter_aPreviousJustWokenByAnotherThread_isAfterTheRunningOne() {
        final Tasklet previous = named("previous");
        final Tasklet waiting = named("waiting");
        final Tasklet next = named("next");
        inLoop((self, reasons) -> {
            elsewhere(previous::wakeup);
            waiting.wakeup();
            assertSame(next, loop.wakeupAfter(previous, next));
        });
        runUntilIdle();
        assertEquals(List.of("next", "waiting", "previous"), ran);
    }

    @Test
    void wakeupAfter_offTheLoopsThread_isRefused() throws Exception {
        final Tasklet tasklet = named("a");
        final String message = assertThrows(IllegalStateException.class, () -> loop.wakeupAfter(null, tasklet))
                .getMessage();
        assertTrue(message.startsWith("wakeupAfter must be called on the loop's thread"), message);
        assertTrue(message.contains(Thread.currentThread().getName()), message);
        try (TaskletLoop other = TaskletLoop.start("other-loop")) {
            final Tasklet foreign = other.newTasklet((self, reasons) -> {});
            assertThrows(IllegalStateException.class, () -> other.wakeupAfter(null, foreign));
            final AtomicReference<Throwable> thrown = new AtomicReference<>();
            inLoop((self, reasons) ->
                    thrown.set(assertThrows(IllegalArgumentException.class, () -> loop.wakeupAfter(null, foreign))));
            assertTrue(thrown.get().getMessage().contains("another loop"));
        }
        runUntilIdle();
        assertEquals(List.of(), ran);
    }

    /** What another loop's thread has in its run queues is nothing to this one, not even to read. */
    @Test
    void wakeupAfter_aPreviousOfAnotherLoop_isAfterTheRunningOne() {
        final TaskletLoop other = TaskletLoop.manual();
        final Tasklet foreign = other.newTasklet((self, reasons) -> ran.add("foreign"));
        final Tasklet next = named("next");
        other.newTasklet((self, reasons) -> {
                    foreign.wakeup(); // it is in a run queue of the other loop now
                    inLoop((inner, given) -> {
                        named("waiting").wakeup();
                        assertSame(next, loop.wakeupAfter(foreign, next));
                    });
                    runUntilIdle();
                    assertEquals(List.of("next", "waiting"), ran);
                })
                .wakeup();
        other.runOnce(0);
        assertEquals(0, other.stats().failures());
        assertEquals(List.of("next", "waiting", "foreign"), ran);
    }

    @Test
    void wakeupAfter_aKilledTasklet_doesNothing() {
        final Tasklet killed = named("killed");
        killed.kill();
        inLoop((self, reasons) -> assertNull(loop.wakeupAfter(null, killed)));
        runUntilIdle();
        assertEquals(List.of(), ran);
    }

    @Test
    void wakeupAfter_forEver_doesNotStarveOthers() {
        for (final int length : new int[] {2, 3, 64, 65, 100}) {
            final Tasklet[] circle = new Tasklet[length];
            for (int i = 0; i < length; i++) {
                final int next = (i + 1) % length;
                circle[i] = loop.newTasklet((self, reasons) -> loop.wakeupAfter(null, circle[next]));
            }
            circle[0].wakeup();
            final Tasklet normal = named("normal");
            loop.newTasklet((self, reasons) -> {
                        ran.add("urgent");
                        normal.wakeup();
                    })
                    .wakeup();
            loop.runOnce(0);
            loop.runOnce(0);
            assertEquals(List.of("urgent", "normal"), ran, "beside a circle of " + length);
            ran.clear();
            for (final Tasklet tasklet : circle) {
                tasklet.kill();
            }
            runUntilIdle();
        }
    }

    /** A chain that is always put after its own last one, ahead of those waiting in the queue. */
    @Test
    void wakeupAfterEachOther_forEver_doesNotStarveTheQueue() {
        final Tasklet[] chain = new Tasklet[3];
        for (int i = 0; i < chain.length; i++) {
            final int next = (i + 1) % chain.length;
            final int last = (i + 2) % chain.length;
            chain[i] = loop.newTasklet((self, reasons) -> loop.wakeupAfter(chain[next], chain[last]));
        }
        chain[0].wakeup();
        chain[1].wakeup();
        named("waits").wakeup();
        for (int i = 0; i < 3; i++) {
            assertEquals(64, loop.runOnce(0));
        }
        assertEquals(List.of("waits"), ran);
    }

    /** Two that wake each other on top of one that waits to run right after another. */
    @Test
    void wakeupAfter_forEver_doesNotStarveThoseBelow() {
        final Tasklet waits = named("waits");
        final Tasklet fromOutside = loop.newTasklet((self, reasons) -> {});
        for (final boolean isQueueEmpty : new boolean[] {true, false}) {
            final Tasklet[] pair = new Tasklet[2];
            for (int i = 0; i < pair.length; i++) {
                final int other = 1 - i;
                pair[i] = loop.newTasklet((self, reasons) -> loop.wakeupAfter(null, pair[other]));
            }
            loop.newTasklet((self, reasons) -> {
                        loop.wakeupAfter(null, waits);
                        loop.wakeupAfter(null, pair[0]);
                    })
                    .wakeup();
            for (int i = 0; i < 4; i++) {
                if (!isQueueEmpty) {
                    fromOutside.wakeup();
                }
                loop.runOnce(0);
            }
            assertEquals(List.of("waits"), ran);
            ran.clear();
            pair[0].kill();
            pair[1].kill();
            runUntilIdle();
        }
    }

    /** What a round leaves of a series keeps its order, after those that have waited. */
    @Test
    void wakeupAfter_ofMoreThanAShare_keepsTheirOrder() {
        final List<String> expected = new ArrayList<>();
        inLoop((self, reasons) -> {
            Tasklet last = null;
            for (int i = 0; i < 200; i++) {
                expected.add("s" + i);
                last = loop.wakeupAfter(last, named("s" + i));
            }
        });
        runUntilIdle();
        assertEquals(expected, ran);
    }

    /** Where a round has one run, the two and the others take turns. */
    @Test
    void wakeupAfter_forEver_inTheClassOfHeavyOnes_doesNotStarveThem() {
        final Tasklet[] pair = new Tasklet[2];
        pair[0] = loop.newTasklet((self, reasons) -> loop.wakeupAfter(null, pair[1]));
        pair[1] = loop.newTasklet((self, reasons) -> loop.wakeupAfter(null, pair[0]));
        loop.newHeavyTasklet((self, reasons) -> loop.wakeupAfter(null, pair[0])).wakeup();
        loop.newHeavyTasklet((self, reasons) -> ran.add("heavy")).wakeup();
        for (int i = 0; i < 10; i++) {
            assertEquals(1, loop.runOnce(0));
        }
        assertEquals(List.of("heavy"), ran);
    }

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
    void wakeups_ofAKilledTasklet_areNotCounted() {
        final Tasklet killed = named("killed");
        killed.kill();
        killed.wakeup();
        assertTrue(loop.inbox.isEmpty()); // so no loop is woken for it
        inLoop((self, reasons) -> {
            killed.wakeup();
            killed.wakeup();
            loop.wakeupAfter(null, killed);
        });
        assertEquals(0, loop.stats().coalesced());
        assertEquals(List.of(), ran);
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
        try {
            final List<Throwable> thrown = List.of(
                    new IllegalStateException("runtime"), new java.io.IOException("checked"), new StackOverflowError());
            for (final Throwable failure : thrown) {
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
        } finally {
            thread.setUncaughtExceptionHandler(null);
        }
    }

    @Test
    void selfWaker_doesNotStarveOthers() {
        final int[] runs = new int[1];
        final Tasklet selfish = loop.newTasklet((self, reasons) -> {
            runs[0]++;
            self.wakeup();
        });
        selfish.wakeup();
        loop.runOnce(0);
        for (int round = 1; round <= 10; round++) {
            final int before = runs[0];
            named("urgent").wakeup();
            loop.runOnce(0);
            assertEquals(round, ran.size());
            assertEquals(4, runs[0] - before, "the share of BULK");
        }
    }

    @Test
    void floodOfUrgent_doesNotStarveNormalBulkOrHeavy() {
        final Tasklet heavy = loop.newHeavyTasklet((self, reasons) -> ran.add("heavy"));
        final Tasklet normal = named("normal");
        final Tasklet bulk = loop.newTasklet((self, reasons) -> {
            if (ran.size() < 100) {
                ran.add("bulk");
                self.wakeup();
            }
        });
        final int[] urgentRuns = new int[1];
        for (int i = 0; i < 200; i++) {
            loop.newTasklet((self, reasons) -> {
                        if (urgentRuns[0]++ == 0) {
                            normal.wakeup();
                        }
                    })
                    .wakeup();
        }
        bulk.wakeup();
        heavy.wakeup();
        assertEquals(64 + 1 + 1, loop.runOnce(0));
        assertEquals(List.of("normal", "heavy"), ran);
        assertEquals(64, urgentRuns[0]);
    }

    @Test
    void heavyOnes_runOnePerRound() {
        for (int i = 0; i < 5; i++) {
            final int number = i;
            loop.newHeavyTasklet((self, reasons) -> ran.add("heavy" + number)).wakeup();
        }
        for (int round = 1; round <= 5; round++) {
            assertEquals(1, loop.runOnce(0));
            assertEquals(round, ran.size());
        }
        inLoop((self, reasons) -> {
            for (int i = 0; i < 3; i++) {
                final Tasklet heavy = loop.newHeavyTasklet((s, r) -> ran.add("heavy"));
                assertNull(loop.wakeupAfter(null, heavy));
            }
        });
        assertEquals(6, ran.size());
        runUntilIdle();
        assertEquals(8, ran.size());
    }

    @Test
    void shares_areThoseOfTheClasses() {
        final Tasklet[] normals = new Tasklet[100];
        for (int i = 0; i < normals.length; i++) {
            normals[i] = named("normal");
        }
        inLoop((self, reasons) -> {
            for (final Tasklet normal : normals) {
                normal.wakeup();
            }
        });
        assertEquals(60, ran.size(), "in the round of the one that woke them");
        assertEquals(40, loop.runOnce(0));
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
    void runOnce_fromABodyOrOnAStartedLoop_isRefused() throws Exception {
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        inLoop((self, reasons) -> thrown.set(assertThrows(IllegalStateException.class, () -> loop.runOnce(0))));
        assertTrue(thrown.get().getMessage().contains("already"));
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
    void runOnce_ofALoopThatHasEnded_doesNotSelect() throws Exception {
        final Selector selector = Selector.open();
        final TaskletLoop selecting = TaskletLoop.builder().selector(selector).manual();
        selecting.close();
        selector.close();
        assertEquals(0, selecting.runOnce(Long.MAX_VALUE));
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
    void profiling_measuresTheTimeInTheQueue() throws Exception {
        final TaskletLoop profiled = TaskletLoop.builder().profiling().manual();
        final Tasklet next = profiled.newTasklet((self, reasons) -> {});
        profiled.newTasklet((self, reasons) -> profiled.wakeupAfter(null, next)).wakeup();
        Thread.sleep(2);
        assertEquals(2, profiled.runOnce(0));
        final TaskletStats stats = profiled.stats();
        assertTrue(stats.worstLatencyNanos() >= 2_000_000, stats::toString);
        assertTrue(stats.averageLatencyNanos() >= 1_000_000, stats::toString);
        assertTrue(stats.averageLatencyNanos() <= stats.worstLatencyNanos(), stats::toString);
        assertEquals(0, loop.stats().worstLatencyNanos());
    }

    @Test
    void selector_wakesTheAttachedTaskletWithItsReadyOperations() throws Exception {
        try (Selector selector = Selector.open();
                DatagramChannel receiver = DatagramChannel.open();
                DatagramChannel sender = DatagramChannel.open()) {
            final TaskletLoop selecting =
                    TaskletLoop.builder().selector(selector).manual();
            receiver.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .configureBlocking(false);
            final ByteBuffer buffer = ByteBuffer.allocate(100);
            final List<Integer> seen = new ArrayList<>();
            final Tasklet tasklet = selecting.newTasklet((self, reasons) -> {
                seen.add(reasons);
                receiver.receive(buffer.clear());
            });
            final SelectionKey key = selecting.register(receiver, SelectionKey.OP_READ, tasklet);
            assertSame(tasklet, key.attachment());
            selecting.runOnce(0);
            assertEquals(List.of(), seen);
            sender.send(ByteBuffer.wrap(new byte[7]), receiver.getLocalAddress());
            while (seen.isEmpty()) {
                selecting.runOnce(1_000_000_000);
            }
            assertEquals(List.of(SelectionKey.OP_READ), seen);
            assertEquals(7, buffer.position());
            // A busy loop looks at its sockets all the same.
            final Tasklet selfish = selecting.newTasklet((self, reasons) -> self.wakeup());
            selfish.wakeup();
            sender.send(ByteBuffer.wrap(new byte[8]), receiver.getLocalAddress());
            while (seen.size() < 2) {
                selecting.runOnce(1_000_000_000);
            }
            selfish.kill();
            key.cancel();
            selecting.runOnce(0);
            sender.send(ByteBuffer.wrap(new byte[9]), receiver.getLocalAddress());
            selecting.runOnce(0);
            assertEquals(2, seen.size());
            // A key with something else attached is nobody's.
            receiver.register(selector, SelectionKey.OP_WRITE, "not a tasklet");
            assertEquals(0, selecting.runOnce(0));
            tasklet.wakeup();
            assertEquals(1, selecting.runOnce(0));
        }
    }

    /** That is less than what its key is interested in. */
    @Test
    void selector_givesAsReasonsOnlyWhatIsReady() throws Exception {
        try (Selector selector = Selector.open();
                DatagramChannel channel = DatagramChannel.open()) {
            final TaskletLoop selecting =
                    TaskletLoop.builder().selector(selector).manual();
            channel.configureBlocking(false);
            final List<Integer> seen = new ArrayList<>();
            selecting.register(
                    channel,
                    SelectionKey.OP_READ | SelectionKey.OP_WRITE,
                    selecting.newTasklet((self, reasons) -> seen.add(reasons)));
            while (seen.isEmpty()) {
                selecting.runOnce(1_000_000_000);
            }
            assertEquals(List.of(SelectionKey.OP_WRITE), seen);
        }
    }

    /** Its selector would end every sleep at once. */
    @Test
    void key_withoutATasklet_losesItsInterest() throws Exception {
        try (Selector selector = Selector.open();
                DatagramChannel channel = DatagramChannel.open()) {
            final TaskletLoop selecting =
                    TaskletLoop.builder().selector(selector).manual();
            channel.configureBlocking(false);
            final SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            selecting.runOnce(0);
            assertEquals(0, key.interestOps());
        }
    }

    @Test
    void register_onAClosedLoop_isRefused() throws Exception {
        try (Selector selector = Selector.open();
                DatagramChannel channel = DatagramChannel.open()) {
            final TaskletLoop closed = TaskletLoop.builder().selector(selector).manual();
            channel.configureBlocking(false);
            closed.close();
            final Tasklet own = closed.newTasklet((self, reasons) -> {});
            assertThrows(IllegalStateException.class, () -> closed.register(channel, SelectionKey.OP_READ, own));
        }
    }

    @Test
    void register_whatDoesNotFit_isRefused() throws Exception {
        try (Selector selector = Selector.open();
                DatagramChannel channel = DatagramChannel.open()) {
            final TaskletLoop selecting =
                    TaskletLoop.builder().selector(selector).manual();
            channel.configureBlocking(false);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> selecting.register(channel, SelectionKey.OP_READ, named("foreign")));
            assertThrows(NullPointerException.class, () -> selecting.register(channel, SelectionKey.OP_READ, null));
            assertTrue(selector.keys().isEmpty());
            final DatagramChannel gone = DatagramChannel.open();
            gone.close();
            final Tasklet own = selecting.newTasklet((self, reasons) -> {});
            assertThrows(IOException.class, () -> selecting.register(gone, SelectionKey.OP_READ, own));
            assertThrows(
                    IllegalArgumentException.class, () -> selecting.register(channel, SelectionKey.OP_ACCEPT, own));
            channel.configureBlocking(true);
            assertThrows(
                    IllegalBlockingModeException.class, () -> selecting.register(channel, SelectionKey.OP_READ, own));
        }
    }

    @Test
    void selector_closed_isRefused() throws Exception {
        final Selector closed = Selector.open();
        closed.close();
        final TaskletLoop.Builder builder = TaskletLoop.builder();
        final Exception refused = assertThrows(IllegalArgumentException.class, () -> builder.selector(closed));
        assertTrue(refused.getMessage().contains("open") && refused.getMessage().contains(closed.toString()));
    }

    /** Two loops in one selector: what wakes one ends the other's sleep, and takes its sockets. */
    @Test
    void selector_isOneLoopsOnly() throws Exception {
        try (Selector first = Selector.open();
                Selector second = Selector.open()) {
            final TaskletLoop.Builder builder = TaskletLoop.builder().selector(first);
            assertThrows(NullPointerException.class, () -> builder.start(null));
            final TaskletLoop user = builder.manual();
            assertTrue(user.hasSockets());
            assertTrue(assertThrows(IllegalStateException.class, builder::manual)
                    .getMessage()
                    .startsWith("the selector belongs to another loop, which has not ended: TaskletLoop[manual, "));
            final TaskletLoop.Builder another = TaskletLoop.builder().selector(first);
            assertThrows(IllegalStateException.class, () -> another.start("another"));
            assertTrue(builder.selector(second).manual().hasSockets());
            user.close();
            assertTrue(another.manual().hasSockets());
        }
    }

    /** What the last loop has left there is nobody's, and must not end every sleep. */
    @Test
    void selector_ofALoopThatHasEnded_forgetsItsKeys() throws Exception {
        try (Selector selector = Selector.open();
                DatagramChannel channel = DatagramChannel.open()) {
            final TaskletLoop first = TaskletLoop.builder().selector(selector).manual();
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .configureBlocking(false);
            final SelectionKey key =
                    first.register(channel, SelectionKey.OP_READ, first.newTasklet((self, reasons) -> {}));
            first.close();
            assertEquals(1, channel.send(ByteBuffer.allocate(1), channel.getLocalAddress()));
            final TaskletLoop second = TaskletLoop.builder().selector(selector).manual();
            final Tasklet another = named("of a third loop");
            key.attach(another); // which is served as its own
            while (loop.runOnce(0) == 0) { // until the datagram has come
                second.runOnce(1_000_000);
            }
            assertTrue(key.isValid());
            key.attach(first.newTasklet((self, reasons) -> {}));
            while (key.isValid()) {
                second.runOnce(1_000_000);
            }
        }
    }

    /** The factory that made the thread may have started it. */
    @Test
    void loopThatIsRefusedItsSelector_isClosed() throws Exception {
        final AtomicReference<Thread> made = new AtomicReference<>();
        try (Selector selector = Selector.open()) {
            final TaskletLoop user = TaskletLoop.builder().selector(selector).manual();
            final TaskletLoop.Builder refused = TaskletLoop.builder()
                    .selector(selector)
                    .threadFactory(task -> {
                        made.set(new Thread(task));
                        made.get().start();
                        return made.get();
                    });
            assertThrows(IllegalStateException.class, () -> refused.start("refused"));
            made.get().join();
            user.close();
        }
    }

    @Test
    void selector_ofALoopWhoseThreadCannotBeStarted_isFree() throws Exception {
        final Selector selector = Selector.open();
        final TaskletLoop.Builder builder = TaskletLoop.builder()
                .selector(selector)
                .threadFactory(task -> new Thread(task) {
                    @Override
                    public synchronized void start() {
                        throw new OutOfMemoryError("on purpose");
                    }
                });
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    "on purpose",
                    assertThrows(OutOfMemoryError.class, () -> builder.start("never"))
                            .getMessage());
        }
        selector.close();
        assertTrue(assertThrows(IllegalStateException.class, builder::manual)
                .getMessage()
                .startsWith("the selector has been closed: "));
    }

    @Test
    void selector_keyOfAKilledTasklet_isCancelled() throws Exception {
        try (Selector selector = Selector.open();
                DatagramChannel receiver = DatagramChannel.open();
                DatagramChannel sender = DatagramChannel.open()) {
            final TaskletLoop selecting =
                    TaskletLoop.builder().selector(selector).manual();
            receiver.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .configureBlocking(false);
            final Tasklet killed = selecting.newTasklet((self, reasons) -> ran.add("killed"));
            final SelectionKey key = selecting.register(receiver, SelectionKey.OP_READ, killed);
            killed.kill();
            selecting.runOnce(0);
            assertTrue(key.isValid());
            sender.send(ByteBuffer.wrap(new byte[1]), receiver.getLocalAddress());
            while (key.isValid()) {
                selecting.runOnce(1_000_000_000);
            }
            assertEquals(List.of(), ran);
            assertTrue(receiver.isOpen());
        }
    }

    /** A socket's tasklet goes before what bodies have woken, however busy they are. */
    @Test
    void selector_wakesIntoTheClassOfThoseFromOutside() throws Exception {
        try (Selector selector = Selector.open();
                DatagramChannel channel = DatagramChannel.open()) {
            final TaskletLoop selecting =
                    TaskletLoop.builder().selector(selector).manual();
            final Tasklet normal = selecting.newTasklet((self, reasons) -> ran.add("normal"));
            final Tasklet[] wakers = new Tasklet[60];
            for (int i = 0; i < wakers.length; i++) {
                final Tasklet woken = selecting.newTasklet((self, reasons) -> ran.add("first"));
                wakers[i] = woken;
            }
            selecting
                    .newTasklet((self, reasons) -> {
                        for (final Tasklet waker : wakers) {
                            waker.wakeup();
                        }
                        normal.wakeup(); // the 61st of its class: it waits for the next round
                    })
                    .wakeup();
            selecting.runOnce(0);
            assertEquals(60, ran.size());
            ran.clear();
            channel.configureBlocking(false);
            selecting.register(
                    channel, SelectionKey.OP_WRITE, selecting.newTasklet((self, reasons) -> ran.add("socket")));
            selecting.runOnce(0);
            assertEquals(List.of("socket", "normal"), ran);
        }
    }

    @Test
    void classes_runInTheirOrder() {
        final Tasklet normal = named("normal");
        final Tasklet heavy = loop.newHeavyTasklet((self, reasons) -> ran.add("heavy"));
        final int[] runs = new int[1];
        loop.newTasklet((self, reasons) -> {
                    ran.add(runs[0]++ == 0 ? "urgent" : "bulk");
                    if (runs[0] == 1) {
                        heavy.wakeup();
                        self.wakeup();
                        normal.wakeup();
                    }
                })
                .wakeup();
        assertEquals(4, loop.runOnce(0));
        assertEquals(List.of("urgent", "normal", "bulk", "heavy"), ran);
    }

    @Test
    void profiling_averagesOverRunsAndNotOverWakeups() throws Exception {
        final TaskletLoop profiled = TaskletLoop.builder().profiling().manual();
        final Tasklet tasklet = profiled.newTasklet((self, reasons) -> {});
        for (int i = 0; i < 1000; i++) {
            tasklet.wakeup();
        }
        Thread.sleep(2);
        profiled.runOnce(0);
        final TaskletStats stats = profiled.stats();
        assertEquals(1000, stats.wakeups());
        assertEquals(stats.worstLatencyNanos(), stats.averageLatencyNanos());
    }

    @Test
    void roundThatThrows_leavesTheLoopToTheNextOne() throws Exception {
        final Selector selector = Selector.open();
        final TaskletLoop selecting = TaskletLoop.builder().selector(selector).manual();
        final Tasklet tasklet = selecting.newTasklet((self, reasons) -> ran.add("a"));
        tasklet.wakeup();
        selector.close();
        for (int i = 0; i < 2; i++) {
            assertThrows(ClosedSelectorException.class, () -> selecting.runOnce(0));
        }
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        final Thread other = new Thread(() -> selecting.runOnce(0));
        other.setUncaughtExceptionHandler((thread, failure) -> thrown.set(failure));
        other.start();
        other.join();
        assertTrue(thrown.get() instanceof ClosedSelectorException, () -> String.valueOf(thrown.get()));
        selecting.close();
        assertEquals(List.of("a"), ran, "what was queued is run when it is closed");
    }

    @Test
    void selector_whenClosed_isReportedToWhoRunsTheLoop() throws Exception {
        final Selector selector = Selector.open();
        final TaskletLoop selecting = TaskletLoop.builder().selector(selector).manual();
        selector.close();
        assertThrows(ClosedSelectorException.class, () -> selecting.runOnce(0));
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.configureBlocking(false);
            final Tasklet own = selecting.newTasklet((self, reasons) -> {});
            assertThrows(ClosedSelectorException.class, () -> selecting.register(channel, SelectionKey.OP_READ, own));
        }
        final Exception refused =
                assertThrows(IllegalStateException.class, () -> loop.register(DatagramChannel.open(), 0, named("a")));
        assertTrue(refused.getMessage().contains("selector"), refused::toString);
    }

    @Test
    void profiling_ofWhatWakeupAfterWoke_countsFromThatWakeup() {
        final long begin = System.nanoTime();
        final TaskletLoop profiled = TaskletLoop.builder().profiling().manual();
        final Tasklet next = profiled.newTasklet((self, reasons) -> {});
        profiled.newTasklet((self, reasons) -> profiled.wakeupAfter(null, next)).wakeup();
        assertEquals(2, profiled.runOnce(0));
        assertTrue(profiled.stats().worstLatencyNanos() <= System.nanoTime() - begin);
    }

    @Test
    void profiling_ofWhatABodyWoke_countsFromThatWakeup() {
        final long begin = System.nanoTime();
        final TaskletLoop profiled = TaskletLoop.builder().profiling().manual();
        final Tasklet next = profiled.newTasklet((self, reasons) -> {});
        profiled.newTasklet((self, reasons) -> next.wakeup()).wakeup();
        assertEquals(2, profiled.runOnce(0));
        assertTrue(profiled.stats().worstLatencyNanos() <= System.nanoTime() - begin);
    }

    @Test
    void profiling_tellsWhenTheBodyBegan_notWhenItWasQueued() {
        final TaskletLoop profiled = TaskletLoop.builder().profiling().manual();
        final long[] since = new long[1];
        profiled.newTasklet((self, reasons) -> since[0] = profiled.stats().runningSinceNanos())
                .wakeup();
        final long queued = System.nanoTime();
        while (System.nanoTime() == queued) {
            Thread.onSpinWait();
        }
        profiled.runOnce(0);
        assertTrue(since[0] - queued > 0, () -> since[0] + " after " + queued);
    }

    /** 0 says that no body runs. */
    @Test
    void bodyThatBeginsWhenTheClockIs0_runsAllTheSame() {
        final LoopCounters counters = new LoopCounters();
        counters.began(0);
        assertEquals(1, counters.snapshot().runningSinceNanos());
    }

    /** The runs of a snapshot may be of a later moment than its wakeups. */
    @Test
    void stats_withMoreRunsThanWakeups_haveNoneCoalesced() {
        assertEquals(0, new TaskletStats(3, 2, 0, 0, 0, 0, 0, 0).coalesced());
    }

    @Test
    void profiling_ofAKilledTasklet_isOfNoRun() throws Exception {
        final TaskletLoop profiled = TaskletLoop.builder().profiling().manual();
        final Tasklet killed = profiled.newTasklet((self, reasons) -> {});
        killed.wakeup();
        killed.kill();
        Thread.sleep(1);
        assertEquals(0, profiled.runOnce(0));
        assertEquals(0, profiled.stats().averageLatencyNanos());
        assertEquals(0, profiled.stats().worstLatencyNanos());
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
    void profiling_betweenTwoRuns_saysThatNothingRuns() {
        final TaskletLoop profiled = TaskletLoop.builder().profiling().manual();
        final long[] since = new long[1];
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {});
        final Tasklet ends = profiled.newTasklet((self, reasons) -> {});
        final Tasklet throwing = profiled.newTasklet((self, reasons) -> {
            since[0] = profiled.stats().runningSinceNanos();
            throw new IllegalStateException("as planned");
        });
        final Tasklet killed = profiled.newTasklet((self, reasons) -> {});
        for (final Tasklet tasklet : List.of(ends, throwing, killed)) {
            tasklet.wakeup();
            if (tasklet == killed) {
                killed.kill();
            }
            profiled.runOnce(0);
            assertEquals(0, profiled.stats().runningSinceNanos());
        }
        assertNotEquals(0, since[0]);
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

    @Test
    void channel_registeredWhileTheLoopSelects_isServed() throws Exception {
        final Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source();
                Pipe.SinkChannel sink = pipe.sink();
                Selector selector = Selector.open();
                TaskletLoop selecting = TaskletLoop.builder().selector(selector).start("selecting")) {
            final CountDownLatch served = new CountDownLatch(1);
            final Tasklet tasklet = selecting.newTasklet((self, reasons) -> {
                source.read(ByteBuffer.allocate(8));
                served.countDown();
            });
            source.configureBlocking(false);
            sink.write(ByteBuffer.allocate(1));
            awaitSleep(selecting);
            Thread.sleep(20); // so that it is inside its select; if not, this test only sees less
            selecting.register(source, SelectionKey.OP_READ, tasklet);
            served.await();
        }
    }

    /** Whatever an Error leaves of a wakeup, the next one of the tasklet finishes. */
    @Test
    void wakeupThatEndsInTheMiddle_isFinishedByTheNext() throws Exception {
        try (TaskletLoop parked = TaskletLoop.start("parked");
                Selector selector = Selector.open();
                TaskletLoop selecting = TaskletLoop.builder().selector(selector).start("selecting")) {
            for (final TaskletLoop loop : List.of(parked, selecting)) {
                final AtomicInteger runs = new AtomicInteger();
                final Tasklet tasklet = loop.newTasklet((self, reasons) -> runs.incrementAndGet());
                for (int i = 0; i < 40; i++) {
                    awaitSleep(loop);
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
        final TaskletLoop loop = TaskletLoop.manual();
        final AtomicInteger runs = new AtomicInteger();
        final Tasklet tasklet = loop.newTasklet((self, reasons) -> runs.incrementAndGet());
        loop.newTasklet((self, reasons) -> SmallStacks.callAtTheEndOfThisStack(shift, () -> way.accept(loop, tasklet)))
                .wakeup();
        for (int i = 0; i < 3; i++) {
            loop.runOnce(0);
        }
        tasklet.wakeup();
        loop.runOnce(0);
        loop.runOnce(0);
        if (runs.get() == 0) {
            failure.set(new AssertionError("never run: " + tasklet));
        }
    }

    /** It still sleeps, and the next wakeup wakes it, of the same tasklet or another one. */
    @Test
    void loopWhoseWakingHasFailed_isWokenByTheNext() throws Exception {
        final AtomicBoolean fails = new AtomicBoolean();
        try (Selector selector = new FailingWakeup(fails, () -> {});
                TaskletLoop loop = TaskletLoop.builder().selector(selector).start("loop")) {
            final Semaphore runs = new Semaphore(0);
            final Tasklet first = loop.newTasklet((self, reasons) -> runs.release());
            final Tasklet second = loop.newTasklet((self, reasons) -> runs.release());
            for (final Tasklet next : List.of(second, first)) {
                awaitSleep(loop);
                fails.set(true);
                assertThrows(StackOverflowError.class, first::wakeup);
                next.wakeup();
                runs.acquire();
                if (next == second) {
                    runs.acquire();
                }
            }
            assertTrue(loop.close(1, TimeUnit.HOURS));
            assertEquals(0, runs.availablePermits());
        }
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

    /** Of a body it would be a failure, too, and the loop would go on. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void selectorWithoutMemory_doesNotEndTheLoop(final boolean isBusy) throws Exception {
        final long begin = System.nanoTime();
        final AtomicInteger fails = new AtomicInteger(2);
        final Semaphore reports = new Semaphore(0);
        final Semaphore runs = new Semaphore(0);
        try (WithoutMemory selector = new WithoutMemory(fails);
                TaskletLoop selecting = TaskletLoop.builder()
                        .selector(selector)
                        .threadFactory(task -> {
                            final Thread thread = new Thread(task);
                            thread.setUncaughtExceptionHandler((self, failure) -> reports.release());
                            return thread;
                        })
                        .start("loop")) {
            final Tasklet tasklet = selecting.newTasklet((self, reasons) -> {
                runs.release();
                if (reasons < 5) {
                    self.wakeup(reasons + 1);
                }
            });
            if (isBusy) {
                tasklet.wakeup(1);
                runs.acquire(5);
            }
            reports.acquire(2);
            runs.drainPermits();
            tasklet.wakeup(5);
            runs.acquire();
            assertTrue(System.nanoTime() - begin > 15_000_000, "it waits behind each");
            assertEquals(2, selecting.stats().failures());
            assertFalse(selecting.isClosed());
            // the system may not have been told what had changed; nor was there memory for that at first
            assertEquals(List.of(SelectionKey.OP_READ, 0, SelectionKey.OP_READ), selector.told);
            assertEquals(SelectionKey.OP_READ, selector.key.interestOps());
        }
    }

    /** It sleeps, and the one that was to wake it is about to fail. */
    private static FutureTask<?> beginToFail(final TaskletLoop loop, final Tasklet tasklet, final AtomicBoolean fails)
            throws InterruptedException {
        awaitSleep(loop);
        fails.set(true);
        final FutureTask<?> waker = new FutureTask<>(() -> assertThrows(StackOverflowError.class, tasklet::wakeup));
        new Thread(waker, "waker").start();
        while (fails.get()) {
            Thread.sleep(1);
        }
        return waker;
    }

    /** The closer finds the sleep ended, and relies on the thread that ended it. */
    @Test
    void close_whileAWakeupIsAboutToFail_endsAllTheSame() throws Exception {
        for (final boolean limited : new boolean[] {false, true}) {
            final AtomicBoolean fails = new AtomicBoolean();
            final Semaphore fail = new Semaphore(0);
            try (Selector selector = new FailingWakeup(fails, fail::acquireUninterruptibly)) {
                final TaskletLoop loop =
                        TaskletLoop.builder().selector(selector).start("loop");
                final FutureTask<?> waker = beginToFail(loop, loop.newTasklet((self, reasons) -> {}), fails);
                final FutureTask<Boolean> closing = new FutureTask<>(() -> {
                    if (limited) {
                        return loop.close(1, TimeUnit.HOURS);
                    }
                    loop.close();
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
        }
    }

    /** That the loop could not be woken is noted late, when another wakeup has not put the same tasklet. */
    @Test
    void wakeupsThatFail_oneLate_areBothFinishedByTheNext() throws Exception {
        final AtomicBoolean fails = new AtomicBoolean();
        final Semaphore fail = new Semaphore(0);
        try (FailingWakeup selector = new FailingWakeup(fails, fail::acquireUninterruptibly)) {
            final TaskletLoop loop = TaskletLoop.builder().selector(selector).manual();
            final AtomicInteger runs = new AtomicInteger();
            final Tasklet tasklet = loop.newTasklet((self, reasons) -> runs.incrementAndGet());
            final Thread sleeper = new Thread(() -> loop.runOnce(Long.MAX_VALUE), "sleeper");
            sleeper.start();
            final FutureTask<?> waker = beginToFail(loop, tasklet, fails);
            selector.wakeups.release(); // the sleep ends all the same
            sleeper.join();
            assertEquals(1, runs.get());
            assertTrue(tasklet.addWakeup(0));
            tasklet.notPut = true; // as an Error leaves a wakeup
            fail.release();
            waker.get();
            assertTrue(tasklet.notSignalled);
            tasklet.wakeup();
            loop.runOnce(0);
            assertEquals(2, runs.get());
        }
    }

    /** A selector whose one key is ready, and whose channel is registered again in the middle of the selection. */
    private static final class RegisteredInTime extends SelectorDouble {
        private final CountDownLatch registers = new CountDownLatch(1);
        private final Thread selecting = Thread.currentThread();
        private Runnable registration;
        private volatile boolean silenced;
        private final SelectionKey key = new SelectionKey() {
            @Override
            public SelectableChannel channel() {
                throw new UnsupportedOperationException();
            }

            @Override
            public Selector selector() {
                return RegisteredInTime.this;
            }

            @Override
            public boolean isValid() {
                return !silenced;
            }

            @Override
            public void cancel() {
                silenced = true;
            }

            @Override
            public int interestOps() {
                return SelectionKey.OP_READ;
            }

            @Override
            public SelectionKey interestOps(final int operations) {
                silenced = true;
                return this;
            }

            @Override
            public int readyOps() {
                return SelectionKey.OP_READ;
            }
        };
        /** Called by the other thread, when the selecting one has found that no loop serves the key. */
        @Override
        protected SelectionKey register(
                final AbstractSelectableChannel channel, final int operations, final Object attachment) {
            registers.countDown();
            while (selecting.getState() != Thread.State.BLOCKED && !silenced) {
                Thread.onSpinWait();
            }
            key.attach(attachment);
            return key;
        }

        @Override
        public int selectNow(final Consumer<SelectionKey> action) {
            final Thread other = new Thread(registration, "registers");
            other.start();
            try {
                registers.await();
                action.accept(key);
                other.join();
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
            return 1;
        }

        @Override
        public int select(final Consumer<SelectionKey> action, final long timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Selector wakeup() {
            return this;
        }
    }

    /** A key that no tasklet serves loses its interest set, or is cancelled, but not the new registration. */
    @Test
    void channel_registeredAnewWhileItsKeyIsReady_keepsItsKey() throws Exception {
        for (final boolean killed : new boolean[] {false, true}) {
            try (RegisteredInTime selector = new RegisteredInTime();
                    DatagramChannel channel = DatagramChannel.open()) {
                channel.configureBlocking(false);
                final TaskletLoop selecting =
                        TaskletLoop.builder().selector(selector).manual();
                final Tasklet old = selecting.newTasklet((self, reasons) -> ran.add("old"));
                old.kill();
                selector.key.attach(killed ? old : null);
                final Tasklet served = selecting.newTasklet((self, reasons) -> ran.add("new"));
                selector.registration = () -> {
                    try {
                        selecting.register(channel, SelectionKey.OP_READ, served);
                    } catch (final IOException e) {
                        throw new UncheckedIOException(e);
                    }
                };
                selecting.runOnce(0);
                assertSame(served, selector.key.attachment());
                assertFalse(selector.silenced);
            }
        }
    }

    /** A selector that no channel knows; a loop uses no other ways to select than those with an action. */
    private abstract static class SelectorDouble extends AbstractSelector {
        SelectorDouble() {
            super(SelectorProvider.provider());
        }

        @Override
        public Set<SelectionKey> keys() {
            return Set.of();
        }

        @Override
        public final Set<SelectionKey> selectedKeys() {
            return keys();
        }

        @Override
        public final int selectNow() {
            throw new UnsupportedOperationException();
        }

        @Override
        public final int select(final long timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public final int select() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected final void implCloseSelector() {}

        @Override
        protected SelectionKey register(
                final AbstractSelectableChannel channel, final int operations, final Object attachment) {
            throw new UnsupportedOperationException();
        }
    }

    /** A selector without keys, which can once not be woken. */
    private static class FailingWakeup extends SelectorDouble {
        private final Semaphore wakeups = new Semaphore(0);
        private final AtomicBoolean fails;
        private final Runnable beforeFailure;

        FailingWakeup(final AtomicBoolean fails, final Runnable beforeFailure) {
            this.fails = fails;
            this.beforeFailure = beforeFailure;
        }

        @Override
        public Selector wakeup() {
            if (fails.getAndSet(false)) {
                beforeFailure.run();
                throw new StackOverflowError("on purpose");
            }
            wakeups.release();
            return this;
        }

        @Override
        public int select(final Consumer<SelectionKey> action, final long timeout) {
            wakeups.acquireUninterruptibly();
            return selectNow(action);
        }

        @Override
        public int selectNow(final Consumer<SelectionKey> action) {
            wakeups.drainPermits();
            return 0;
        }
    }

    /** A selector with a key, which has no memory now and then. */
    private static final class WithoutMemory extends FailingWakeup {
        final List<Integer> told = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger fails;
        private final SelectionKey key = new SelectionKey() {
            private int operations = OP_READ;

            @Override
            public SelectableChannel channel() {
                throw new UnsupportedOperationException();
            }

            @Override
            public Selector selector() {
                return WithoutMemory.this;
            }

            @Override
            public boolean isValid() {
                return true;
            }

            @Override
            public void cancel() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int interestOps() {
                return operations;
            }

            @Override
            public SelectionKey interestOps(final int ops) {
                operations = ops;
                if (ops == 0) {
                    fail(); // as the JDK does, when the change has been made
                }
                told.add(ops);
                return this;
            }

            @Override
            public int readyOps() {
                return 0;
            }
        };

        WithoutMemory(final AtomicInteger fails) {
            super(new AtomicBoolean(), () -> {});
            this.fails = fails;
        }

        @Override
        public Set<SelectionKey> keys() {
            return Set.of(key, new CancelledInTime().key);
        }

        @Override
        public int select(final Consumer<SelectionKey> action, final long timeout) {
            fail();
            return super.select(action, timeout);
        }

        @Override
        public int selectNow(final Consumer<SelectionKey> action) {
            fail();
            return super.selectNow(action);
        }

        private void fail() {
            if (fails.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new OutOfMemoryError("on purpose");
            }
        }
    }

    /** A selector with one key, which is ready, and which another thread cancels before anybody asks for what. */
    private static final class CancelledInTime extends SelectorDouble {
        private IOException failure;
        private long timeoutMillis;
        private final SelectionKey key = new SelectionKey() {
            @Override
            public SelectableChannel channel() {
                throw new CancelledKeyException();
            }

            @Override
            public Selector selector() {
                return CancelledInTime.this;
            }

            @Override
            public boolean isValid() {
                return false;
            }

            @Override
            public void cancel() {}

            @Override
            public int interestOps() {
                throw new CancelledKeyException();
            }

            @Override
            public SelectionKey interestOps(final int operations) {
                throw new CancelledKeyException();
            }

            @Override
            public int readyOps() {
                throw new CancelledKeyException();
            }
        };

        @Override
        public int selectNow(final Consumer<SelectionKey> action) throws IOException {
            if (failure != null) {
                throw failure;
            }
            action.accept(key);
            return 1;
        }

        @Override
        public int select(final Consumer<SelectionKey> action, final long timeout) throws IOException {
            timeoutMillis = timeout;
            return selectNow(action);
        }

        @Override
        public Set<SelectionKey> keys() {
            return Set.of(key);
        }

        @Override
        public Selector wakeup() {
            return this;
        }
    }

    @Test
    void selector_keyCancelledByAnotherThread_wakesItsTaskletWithoutReasons() throws Exception {
        try (CancelledInTime selector = new CancelledInTime()) {
            final TaskletLoop selecting =
                    TaskletLoop.builder().selector(selector).manual();
            selector.key.attach(selecting.newTasklet((self, reasons) -> ran.add("reasons " + reasons)));
            assertEquals(1, selecting.runOnce(0));
            assertEquals(List.of("reasons 0"), ran);
        }
    }

    /** Never 0 of them, which would mean forever. */
    @Test
    void selector_waitsForWholeMillisecondsRoundedUp() throws Exception {
        try (CancelledInTime selector = new CancelledInTime()) {
            final TaskletLoop selecting =
                    TaskletLoop.builder().selector(selector).manual();
            final long[][] nanosAndMillis = {
                {1, 1}, {999_999, 1}, {1_000_000, 1}, {1_000_001, 2}, {Long.MAX_VALUE, 9_223_372_036_855L}
            };
            for (final long[] wait : nanosAndMillis) {
                assertEquals(0, selecting.runOnce(wait[0]));
                assertEquals(wait[1], selector.timeoutMillis);
            }
        }
    }

    @Test
    void selector_thatFails_isReportedToWhoRunsTheLoop() throws Exception {
        try (CancelledInTime selector = new CancelledInTime()) {
            final TaskletLoop selecting =
                    TaskletLoop.builder().selector(selector).manual();
            selector.failure = new IOException("of the selector");
            for (final long nanos : new long[] {0, 1_000_000}) {
                final Exception reported = assertThrows(UncheckedIOException.class, () -> selecting.runOnce(nanos));
                assertSame(selector.failure, reported.getCause());
            }
            selector.failure = null;
            selector.key.attach(selecting.newTasklet((self, reasons) -> ran.add("ran")));
            assertEquals(1, selecting.runOnce(1_000_000));
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
    void withoutProfiling_noTimeIsTold() {
        inLoop((self, reasons) -> assertEquals(0, loop.stats().runningSinceNanos()));
        assertEquals(
                new TaskletStats(1, 1, 0, 0, 0, 0, 0, 0).toString(),
                loop.stats().toString());
    }

    @Test
    void killedOnes_areNoRuns() {
        final Tasklet killed = named("killed");
        killed.wakeup();
        killed.wakeup();
        killed.kill();
        named("a").wakeup();
        assertEquals(1, loop.runOnce(0));
        assertEquals(
                new TaskletStats(1, 1, 0, 0, 0, 0, 0, 0).toString(),
                loop.stats().toString());
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
