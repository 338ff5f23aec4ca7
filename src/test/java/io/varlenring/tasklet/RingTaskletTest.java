// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.util.ArrayList;
import java.util.List;
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
                        if (handled.size() == 2) {
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
            assertTrue(failing.ring().newProducer().offer(new byte[] {9}, 0, 1));
            runUntilIdle();
            assertEquals(7, handled.size());
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
    void closedLoop_leavesTheRecordsInTheRing() {
        runUntilIdle();
        offer(0, 10);
        loop.close();
        assertEquals(4, seen.size());
        offer(10, 12);
        assertEquals(0, loop.runOnce(0));
        assertEquals(4, seen.size());
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
                IllegalStateException.class, () -> RingTasklet.create(loop, VarLenMpscRing.builder(), record -> {}, 1));
    }
}
