// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.ControlledRecordHandler.Action;
import io.varlenring.RingClaim;
import io.varlenring.RingClosedException;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A loop that ends drains its rings and closes them, whatever their handlers do, and takes no more of them. */
final class RingTaskletEndTest extends RingTaskletFixture {
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
        final List<Throwable> reported = reported();
        loop.close();
        assertEquals(List.of(0), seen);
        assertEquals(1, reported.size(), reported::toString);
        assertTrue(reported.get(0).getMessage().contains(" is left: VarLenMpscRing["), reported::toString);
        failures = 1;
        assertFalse(tasklet.awaitDrained(1, TimeUnit.HOURS));
        claim.commit();
        assertEquals(2, ring.consumer().drain(record -> {}));
    }

    @Test
    void closedLoop_whoseHandlerThrows_handsOverTheRest() {
        final List<Throwable> reported = reported();
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
        offerTo(failing, 5);
        loop.close();
        assertEquals(List.of(0, 1, 2, 3, 4), handled);
        assertEquals(5, reported.size());
        failures = 5;
        assertTrue(failing.isClosed());
    }

    /** Who waits for the last record, or for the end of the loop, would else be told too early. */
    @Test
    void closedLoop_killsTheTaskletAndEndsBehindTheLastRecord() {
        final RingTasklet[] ending = new RingTasklet[1];
        ending[0] = RingTasklet.create(
                loop,
                VarLenMpscRing.builder().capacity(1024),
                record -> ran.add((ending[0].tasklet().isKilled() ? "killed, " : "alive, ") + loop),
                1);
        runUntilIdle();
        offerTo(ending[0].ring(), 2);
        loop.close();
        final String alive = "alive, TaskletLoop[manual, closed]";
        assertEquals(List.of(alive, alive), ran);
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
        inLoop((self, reasons) -> {
            loop.close();
            assertThrows(IllegalStateException.class, () -> RingTasklet.create(loop, builder, record -> {}, 1));
        });
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
    void closedLoop_whoseHandlerAbortsBehindARecord_asksItNoMore() {
        final int[] asked = new int[1];
        final VarLenMpscRing refused = RingTasklet.createControlled(
                        loop,
                        VarLenMpscRing.builder().capacity(1024),
                        record -> ++asked[0] <= 3 ? Action.CONTINUE : Action.ABORT,
                        2)
                .ring();
        runUntilIdle();
        offerTo(refused, 5);
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
        offerTo(gone[0].ring(), 3);
        runUntilIdle();
        loop.close();
        assertEquals(1, asked[0]);
        assertEquals(2, gone[0].ring().consumer().drain(record -> {}));
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
        failures = 2; // in the run that was queued, and at the end
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
}
