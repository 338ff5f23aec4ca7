// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The drain that waits: what ends it, and that it leaves no state behind; with and without a hook, private and in a
 * file.
 */
@ParameterizedClass
@CsvSource({"false, false", "true, false", "false, true", "true, true"})
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TimedDrainTest {
    private final AtomicInteger hookCalls = new AtomicInteger();
    private final boolean hasHook;
    private final VarLenMpscRing ring;
    private final RingProducer producer;

    TimedDrainTest(final boolean hook, final boolean inFile) {
        hasHook = hook;
        final WakeupHook counting = hook ? hookCalls::incrementAndGet : null;
        if (inFile) {
            ring = FileRings.newRing(256, 0, counting);
        } else {
            final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().capacity(256);
            ring = (hook ? builder.hook(counting) : builder).build();
        }
        producer = ring.newProducer();
    }

    /** A consumer on a thread of its own, known to be asleep in its drain. */
    private final class Sleeper {
        final FutureTask<Integer> result;
        final Thread thread;

        Sleeper(final Callable<Integer> drain) throws InterruptedException {
            result = new FutureTask<>(drain);
            thread = new Thread(result);
            thread.start();
            // in a file it sleeps in a selector, which looks like running
            while (ring.file() == null
                    ? thread.getState() != Thread.State.TIMED_WAITING
                    : !ring.memory.isArmedVolatile()) {
                Thread.sleep(1);
            }
        }

        int get() throws Exception {
            final int drained = result.get();
            thread.join();
            return drained;
        }
    }

    private int drainFor(final long timeout, final TimeUnit unit) throws InterruptedException {
        return ring.consumer().drain(record -> {}, Integer.MAX_VALUE, timeout, unit);
    }

    @Test
    void withARecord_returnsAtOnce() throws Exception {
        assertTrue(offer(producer, payload(1, 4)));
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(2, drainFor(1, TimeUnit.DAYS));
        assertTrue(offer(producer, payload(1, 4)));
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(1, ring.consumer().drain(record -> {}, 1, Long.MAX_VALUE, TimeUnit.DAYS));
        assertEquals(0, ring.consumer().drain(record -> {}, 0, 1, TimeUnit.DAYS));
        assertEquals(1, drain(ring).size());
    }

    @Test
    void withoutTime_doesNotWait() throws Exception {
        assertEquals(0, drainFor(0, TimeUnit.DAYS));
        assertEquals(0, drainFor(-1, TimeUnit.DAYS));
        assertEquals(0, drainFor(Long.MIN_VALUE, TimeUnit.NANOSECONDS));
    }

    @Test
    void whenNothingComes_returns0AfterTheTimeAndNotBefore() throws Exception {
        final long start = System.nanoTime();
        assertEquals(0, drainFor(20, TimeUnit.MILLISECONDS));
        assertTrue(System.nanoTime() - start >= 20_000_000, "a wait never ends before its time");
        final long again = System.nanoTime();
        assertEquals(0, drainFor(700, TimeUnit.MICROSECONDS));
        assertTrue(System.nanoTime() - again >= 700_000, "nor before a part of a millisecond");
        assertEquals(0, hookCalls.get());
    }

    private WeakReference<Thread> drainElsewhere() throws Exception {
        final FutureTask<Integer> drain = new FutureTask<>(() -> drainFor(1, TimeUnit.MILLISECONDS));
        final Thread thread = new Thread(drain);
        thread.start();
        thread.join();
        assertEquals(0, drain.get());
        return new WeakReference<>(thread);
    }

    @Test
    void threadThatHasDrained_isNotKept() throws Exception {
        final WeakReference<Thread> drainer = drainElsewhere();
        while (drainer.get() != null) {
            System.gc();
            Thread.sleep(1);
        }
    }

    @Test
    void offer_endsTheWait() throws Exception {
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(1, sleeper.get());
        assertEquals(0, hookCalls.get(), "the waiting thread is woken in place of the hook");
        assertEquals(1, ring.stats().wakeups());
    }

    @Test
    void veryLongTimeout_doesNotOverflow() throws Exception {
        final Sleeper sleeper = new Sleeper(() -> drainFor(Long.MAX_VALUE, TimeUnit.DAYS));
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(1, sleeper.get());
    }

    @Test
    void veryLongTimeout_behindAnOpenClaim_goesOnWaiting() throws Exception {
        final RingClaim claim = producer.tryClaim(8);
        final Sleeper sleeper = new Sleeper(() -> drainFor(Long.MAX_VALUE, TimeUnit.DAYS));
        Thread.sleep(10); // it looks again each 100 microseconds
        claim.commit();
        assertEquals(1, sleeper.get());
    }

    @Test
    void commitOfAClaimThatWasOpenBefore_endsTheWait() throws Exception {
        final RingClaim claim = producer.tryClaim(8);
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        claim.commit();
        assertEquals(1, sleeper.get());
    }

    @Test
    void abort_goesOnWaiting() throws Exception {
        final RingClaim claim = producer.tryClaim(8);
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        claim.abort();
        while (ring.size() > 0) {
            Thread.sleep(1);
        }
        assertFalse(sleeper.result.isDone());
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(1, sleeper.get());
    }

    @Test
    void secondInLine_waitsForTheFirst() throws Exception {
        final RingClaim claim = producer.tryClaim(8);
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        assertTrue(offer(ring.newProducer(), payload(1, 4)));
        assertFalse(sleeper.result.isDone());
        claim.commit();
        final int first = sleeper.get();
        assertEquals(2, first + drain(ring).size());
    }

    @Test
    void strayUnpark_goesOnWaiting() throws Exception {
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        for (int i = 0; i < 20; i++) {
            ring.memory.unpark(sleeper.thread); // in a file, ends the wait for its doorbell
            Thread.sleep(1);
            assertFalse(sleeper.result.isDone());
        }
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(1, sleeper.get());
    }

    @Test
    void interrupt_endsTheWaitAndLosesNothing() throws Exception {
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        sleeper.thread.interrupt();
        final ExecutionException failure = assertThrows(ExecutionException.class, sleeper::get);
        assertInstanceOf(InterruptedException.class, failure.getCause());
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(0, hookCalls.get(), "an interrupted wait does not stay armed");
        assertEquals(0, ring.stats().wakeups());
        assertEquals(1, drain(ring).size());
    }

    @Test
    void interruptBefore_isThrownAndLosesNothing() throws Exception {
        assertTrue(offer(producer, payload(1, 4)));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> drainFor(1, TimeUnit.DAYS));
        assertFalse(Thread.currentThread().isInterrupted());
        assertEquals(1, drainFor(1, TimeUnit.DAYS));
    }

    @Test
    void close_endsTheWait() throws Exception {
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        ring.close();
        assertEquals(0, sleeper.get());
        assertEquals(0, drainFor(1, TimeUnit.DAYS));
    }

    @Test
    void close_withAnOpenClaim_waitsForIt() throws Exception {
        final RingClaim claim = producer.tryClaim(8);
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        ring.close();
        Thread.sleep(5);
        assertFalse(sleeper.result.isDone());
        claim.commit();
        assertEquals(1, sleeper.get());
    }

    @Test
    void close_withAnOpenClaimThatIsAborted_endsTheWait() throws Exception {
        final RingClaim claim = producer.tryClaim(8);
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        ring.close();
        claim.abort();
        assertEquals(0, sleeper.get());
    }

    @Test
    void handlerThatThrows_endsTheWaitAndTheRingIsUsable() throws Exception {
        final Sleeper sleeper = new Sleeper(() -> ring.consumer()
                .drain(
                        record -> {
                            throw new IllegalStateException("from the handler");
                        },
                        1,
                        1,
                        TimeUnit.DAYS));
        assertTrue(offer(producer, payload(1, 4)));
        assertInstanceOf(
                IllegalStateException.class,
                assertThrows(ExecutionException.class, sleeper::get).getCause());
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(1, drainFor(1, TimeUnit.DAYS));
        assertEquals(0, hookCalls.get());
    }

    /** After a wait that did not end well, arming must work as if there had been none. */
    private void assertArmingWorks() {
        final int called = hookCalls.get();
        final long wakeups = ring.stats().wakeups();
        assertTrue(ring.consumer().arm());
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(hasHook ? called + 1 : 0, hookCalls.get());
        assertEquals(
                wakeups + (hasHook || ring.file() != null ? 1 : 0), ring.stats().wakeups());
        assertEquals(1, drain(ring).size());
    }

    @Test
    void interruptedWait_thenArmAndOffer_callsTheHook() throws Exception {
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        sleeper.thread.interrupt();
        assertThrows(ExecutionException.class, sleeper::get);
        assertArmingWorks();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> drainFor(1, TimeUnit.DAYS));
        assertArmingWorks();
    }

    @Test
    void waitEndedByAHandlersFailure_thenArmAndOffer_callsTheHook() throws Exception {
        for (final Throwable failure : new Throwable[] {new IllegalStateException(), new StackOverflowError()}) {
            final RecordHandler handler = record -> {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) failure;
            };
            final Sleeper sleeper = new Sleeper(() -> ring.consumer().drain(handler, 1, 1, TimeUnit.DAYS));
            assertTrue(offer(producer, payload(1, 4)));
            assertSame(
                    failure,
                    assertThrows(ExecutionException.class, sleeper::get).getCause());
            sleeper.thread.join();
            assertArmingWorks();

            assertTrue(offer(producer, payload(1, 4))); // and one that did not get as far as to wait
            assertSame(
                    failure,
                    assertThrows(failure.getClass(), () -> ring.consumer().drain(handler, 1, 1, TimeUnit.DAYS)));
            assertArmingWorks();
        }
    }

    @Test
    void waitEndedByItsTime_thenArmAndOffer_callsTheHook() throws Exception {
        assertEquals(0, drainFor(1, TimeUnit.MILLISECONDS));
        assertArmingWorks();
    }

    @Test
    void closeThatEndsTheWait_isCountedAsAWakeup() throws Exception {
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        ring.close();
        assertEquals(0, sleeper.get());
        assertEquals(1, ring.stats().wakeups());
        assertEquals(0, hookCalls.get());
    }

    @Test
    void secondThread_whileOneWaits_isRefused() throws Exception {
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        assertThrows(IllegalStateException.class, () -> ring.consumer().drain(record -> {}));
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(1, sleeper.get());
    }

    @Test
    void recordsDuringTheWait_areHandedOverUpToMaxRecords() throws Exception {
        final ByteBuffer[] batch = new ByteBuffer[5];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = ByteBuffer.wrap(payload(i, 4));
        }
        final Sleeper sleeper = new Sleeper(() -> ring.consumer().drain(record -> {}, 2, 1, TimeUnit.DAYS));
        assertEquals(5, producer.offerAll(batch, 0, 5));
        assertEquals(2, sleeper.get());
        final List<byte[]> rest = drain(ring);
        assertEquals(3, rest.size());
        assertArrayEquals(payload(2, 4), rest.get(0));
    }

    /** An exception says that nothing was handed over, a number how much, whatever came at the same time. */
    @Test
    void interruptWithARecordBehindIt_isTheOneOrTheOther() throws Exception {
        for (int round = 0; round < 30; round++) {
            final AtomicInteger handled = new AtomicInteger();
            final Sleeper sleeper =
                    new Sleeper(() -> ring.consumer().drain(record -> handled.incrementAndGet(), 9, 1, TimeUnit.DAYS));
            sleeper.thread.interrupt();
            assertTrue(offer(producer, payload(1, 4)));
            try {
                final int drained = sleeper.get();
                assertEquals(drained, handled.get());
            } catch (final ExecutionException interrupted) {
                assertInstanceOf(InterruptedException.class, interrupted.getCause());
                assertEquals(0, handled.get());
            }
            sleeper.thread.join();
            assertEquals(1, handled.get() + drain(ring).size());
        }
    }

    @Test
    void paddingThatComes_doesNotEndTheWait() throws Exception {
        final RingClaim claim = producer.tryClaim(8);
        final RingClaim behind = ring.newProducer().tryClaim(8);
        final Sleeper sleeper = new Sleeper(() -> drainFor(1, TimeUnit.DAYS));
        claim.abort();
        while (ring.size() > 16) {
            Thread.sleep(1);
        }
        Thread.sleep(5);
        assertFalse(sleeper.result.isDone());
        behind.commit();
        assertEquals(1, sleeper.get());
    }

    @Test
    void drainThatDoesNotWait_leavesTheRingArmed() throws Exception {
        assertTrue(ring.consumer().arm());
        assertEquals(0, drain(ring).size());
        assertEquals(0, ring.consumer().drainControlled(record -> null, 9));
        assertEquals(0, drainFor(0, TimeUnit.DAYS));
        assertEquals(0, ring.consumer().drain(record -> {}, 0, 1, TimeUnit.DAYS));
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(hasHook ? 1 : 0, hookCalls.get());
    }

    @Test
    void drainThatHasWaited_endsAnEarlierArming() throws Exception {
        assertTrue(ring.consumer().arm());
        assertEquals(0, drainFor(1, TimeUnit.MILLISECONDS));
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(0, hookCalls.get());
    }
}
