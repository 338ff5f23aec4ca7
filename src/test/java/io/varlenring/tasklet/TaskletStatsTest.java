// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted and, with profiling, measured. */
final class TaskletStatsTest extends ManualLoopFixture {
    private final TaskletLoop profiled = TaskletLoop.builder().profiling().manual();

    @Test
    void stats_minusEarlierOnes_areWhatCameSince() throws Exception {
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
    void profiling_measuresTheTimeInTheQueue() throws Exception {
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
    void profiling_averagesOverRunsAndNotOverWakeups() throws Exception {
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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void profiling_ofWhatABodyWoke_countsFromThatWakeup(final boolean isAfter) {
        final long begin = System.nanoTime();
        final Tasklet next = profiled.newTasklet((self, reasons) -> {});
        profiled.newTasklet((self, reasons) -> {
                    if (isAfter) {
                        profiled.wakeupAfter(null, next);
                    } else {
                        next.wakeup();
                    }
                })
                .wakeup();
        assertEquals(2, profiled.runOnce(0));
        assertTrue(profiled.stats().worstLatencyNanos() <= System.nanoTime() - begin);
    }

    @Test
    void profiling_tellsWhenTheBodyBegan_notWhenItWasQueued() {
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
        final Tasklet killed = profiled.newTasklet((self, reasons) -> {});
        killed.wakeup();
        killed.kill();
        Thread.sleep(1);
        assertEquals(0, profiled.runOnce(0));
        assertEquals(0, profiled.stats().averageLatencyNanos());
        assertEquals(0, profiled.stats().worstLatencyNanos());
    }

    @Test
    void profiling_betweenTwoRuns_saysThatNothingRuns() {
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
}
