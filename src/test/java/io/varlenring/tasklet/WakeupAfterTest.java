// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is woken by {@code wakeupAfter} runs right behind another one, and a series in its order. */
final class WakeupAfterTest extends ManualLoopFixture {
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
    void wakeupAfter_ofAKilledOne_leavesTheSeriesWhereItWas() {
        final Tasklet a = named("a");
        final Tasklet killed = named("killed");
        killed.kill();
        inLoop((self, reasons) -> {
            assertNull(loop.wakeupAfter(null, killed));
            assertSame(a, loop.wakeupAfter(null, a));
            assertSame(a, loop.wakeupAfter(a, killed));
        });
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
    void wakeupAfter_offTheLoopsThread_isRefused() {
        final Tasklet tasklet = named("a");
        final String message = assertThrows(IllegalStateException.class, () -> loop.wakeupAfter(null, tasklet))
                .getMessage();
        assertTrue(message.startsWith("wakeupAfter must be called on the loop's thread"), message);
        assertTrue(message.contains(Thread.currentThread().getName()), message);
        try (TaskletLoop other = TaskletLoop.start("other-loop")) {
            final Tasklet foreign = other.newTasklet((self, reasons) -> {});
            assertThrows(IllegalStateException.class, () -> other.wakeupAfter(null, foreign));
            inLoop((self, reasons) ->
                    assertTrue(assertThrows(IllegalArgumentException.class, () -> loop.wakeupAfter(null, foreign))
                            .getMessage()
                            .contains("another loop")));
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
}
