// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.ControlledRecordHandler.Action;
import io.varlenring.RingClaim;
import io.varlenring.VarLenMpscRing;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code awaitDrained} waits for what has been offered, and for nothing else. */
final class AwaitDrainedTest extends RingTaskletFixture {
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

    private static FutureTask<Boolean> waitElsewhere(final Callable<Boolean> call) {
        final FutureTask<Boolean> waiting = new FutureTask<>(call);
        final Thread waiter = new Thread(waiting, "waiting");
        waiter.start();
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            assertFalse(waiting.isDone());
            Thread.onSpinWait();
        }
        return waiting;
    }

    /** Its space goes back to the producers, so nobody consumes as far as the producer position was. */
    @Test
    void awaitDrained_whileAClaimIsOpen_endsWhenThatIsGivenBack() throws Exception {
        final RingClaim claim = ring.newProducer().tryClaim(8);
        final FutureTask<Boolean> waiting = waitElsewhere(() -> tasklet.awaitDrained(1, TimeUnit.HOURS));
        claim.abort();
        assertTrue(waiting.get());
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
        assertFalse(tasklet.awaitDrained(1, TimeUnit.HOURS));
    }

    @ParameterizedTest
    @EnumSource(names = {"NANOSECONDS", "DAYS"})
    void awaitDrained_withATimeoutThatOverflowsTheClock_waits(final TimeUnit unit) throws Exception {
        offer(0, 1);
        final FutureTask<Boolean> waiting = waitElsewhere(() -> tasklet.awaitDrained(Long.MAX_VALUE, unit));
        runUntilIdle();
        assertTrue(waiting.get());
    }

    @Test
    void awaitDrained_doesNotWaitForWhatIsOfferedLater() throws Exception {
        offer(0, 4);
        final FutureTask<Boolean> waiting = waitElsewhere(() -> tasklet.awaitDrained(1, TimeUnit.HOURS));
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
        offerTo(stopping.ring(), 2);
        final FutureTask<Boolean> waiting = waitElsewhere(() -> stopping.awaitDrained(1, TimeUnit.HOURS));
        offerTo(stopping.ring(), 1);
        runUntilIdle();
        assertTrue(waiting.get());
        assertFalse(stopping.ring().isEmpty());
    }
}
