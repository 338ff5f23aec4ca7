// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.fill;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Offers that wait for room, in private rings and in files. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WaitingOfferTest {
    private static final long LONG = 50;

    private enum Way {
        ARRAY,
        BUFFER,
        TWO_BUFFERS
    }

    private final VarLenMpscRing ring;
    private final RingProducer producer;

    WaitingOfferTest(final boolean inFile) {
        ring = inFile ? FileRings.newRing(256, 0, null) : VarLenMpscRing.allocate(256);
        producer = ring.newProducer();
    }

    private static boolean offer(
            final RingProducer producer, final Way way, final byte[] payload, final long timeout, final TimeUnit unit)
            throws InterruptedException {
        final byte[] source = new byte[payload.length + 2];
        System.arraycopy(payload, 0, source, 1, payload.length);
        final ByteBuffer buffer = ByteBuffer.wrap(source, 1, payload.length);
        return switch (way) {
            case ARRAY -> producer.offer(source, 1, payload.length, timeout, unit);
            case BUFFER -> producer.offer(buffer, timeout, unit);
            case TWO_BUFFERS -> {
                final ByteBuffer front = buffer.slice().limit(payload.length / 3);
                yield producer.offer(front, buffer.position(1 + payload.length / 3), timeout, unit);
            }
        };
    }

    private static FutureTask<Boolean> start(final RingProducer producer, final Way way, final byte[] payload) {
        return start(producer, way, payload, LONG, TimeUnit.SECONDS);
    }

    private static FutureTask<Boolean> start(
            final RingProducer producer, final Way way, final byte[] payload, final long timeout, final TimeUnit unit) {
        final FutureTask<Boolean> task = new FutureTask<>(() -> offer(producer, way, payload, timeout, unit));
        new Thread(task, "waiting").start();
        return task;
    }

    private void awaitRefusals(final long refusals) throws InterruptedException {
        while (ring.stats().refusedFull() < refusals) {
            Thread.sleep(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void offer_whenThereIsRoom_storesAtOnce(final Way way) throws Exception {
        assertTrue(offer(producer, way, payload(1, 9), LONG, TimeUnit.SECONDS));
        assertTrue(offer(producer, way, payload(2, 9), 0, TimeUnit.SECONDS));
        assertEquals(2, drain(ring).size());
    }

    @ParameterizedTest
    @EnumSource
    void offer_whenFull_isFalseWhenTheTimeIsUp(final Way way) throws Exception {
        fill(producer);
        assertFalse(offer(producer, way, payload(1, 9), 0, TimeUnit.SECONDS));
        assertFalse(offer(producer, way, payload(1, 9), -7, TimeUnit.SECONDS));
        assertFalse(offer(producer, way, payload(1, 9), Long.MIN_VALUE, TimeUnit.DAYS));
        final ByteBuffer src = ByteBuffer.allocate(9);
        final long before = System.nanoTime();
        assertFalse(producer.offer(src, 5, TimeUnit.MILLISECONDS));
        assertTrue(System.nanoTime() - before >= 5_000_000);
        assertEquals(0, src.position());
        final long again = System.nanoTime();
        assertFalse(offer(producer, way, payload(1, 9), 700, TimeUnit.MICROSECONDS));
        assertTrue(System.nanoTime() - again >= 700_000);
    }

    @ParameterizedTest
    @EnumSource
    void offer_whenFull_waitsForTheDrain(final Way way) throws Exception {
        final int stored = fill(producer);
        final FutureTask<Boolean> waiting = start(producer, way, payload(5, 30));
        awaitRefusals(3);
        assertFalse(waiting.isDone());
        assertEquals(stored, drain(ring).size());
        assertTrue(waiting.get());
        final List<byte[]> last = drain(ring);
        assertEquals(1, last.size());
        assertArrayEquals(payload(5, 30), last.get(0));
    }

    @ParameterizedTest
    @EnumSource
    void offer_withATimeoutThatOverflowsTheClock_waits(final Way way) throws Exception {
        for (final TimeUnit unit : new TimeUnit[] {TimeUnit.NANOSECONDS, TimeUnit.DAYS}) {
            fill(producer);
            final long refusals = ring.stats().refusedFull();
            final FutureTask<Boolean> waiting = start(producer, way, payload(5, 30), Long.MAX_VALUE, unit);
            while (ring.stats().refusedFull() < refusals + 2) {
                assertFalse(waiting.isDone());
                Thread.sleep(1);
            }
            drain(ring);
            assertTrue(waiting.get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void offer_whenInterrupted_throwsAndStoresNothing(final Way way) throws Exception {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> offer(producer, way, payload(1, 9), LONG, TimeUnit.SECONDS));
        assertFalse(Thread.currentThread().isInterrupted());
        assertTrue(ring.isEmpty());
        fill(producer);
        final Thread current = Thread.currentThread();
        final Thread interrupter = new Thread(() -> {
            try {
                awaitRefusals(4);
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
            current.interrupt();
        });
        interrupter.start();
        assertThrows(InterruptedException.class, () -> offer(producer, way, payload(1, 9), LONG, TimeUnit.SECONDS));
        assertFalse(Thread.currentThread().isInterrupted());
        interrupter.join();
        assertEquals(32, drain(ring).size(), "nothing was stored");
    }

    @ParameterizedTest
    @EnumSource
    void offer_whenTheRingIsClosedMeanwhile_throws(final Way way) throws Exception {
        fill(producer);
        final FutureTask<Boolean> waiting = start(producer, way, payload(5, 30));
        awaitRefusals(3);
        ring.close();
        final Exception failure = assertThrows(Exception.class, waiting::get);
        assertEquals(RingClosedException.class, failure.getCause().getClass());
        assertThrows(RingClosedException.class, () -> offer(producer, way, payload(5, 30), LONG, TimeUnit.SECONDS));
        assertEquals(32, drain(ring).size());
    }

    @ParameterizedTest
    @EnumSource
    void offer_thatIsTooLong_failsAtOnce(final Way way) {
        fill(producer);
        assertThrows(
                IllegalArgumentException.class, () -> offer(producer, way, payload(1, 121), LONG, TimeUnit.SECONDS));
        assertThrows(IndexOutOfBoundsException.class, () -> producer.offer(new byte[4], 2, 3, LONG, TimeUnit.SECONDS));
        assertThrows(NullPointerException.class, () -> producer.offer(new byte[4], 2, 2, LONG, null));
    }

    /** The thread inside the handler is known by itself, and not by what it says of itself. */
    @Test
    void offer_whileAThreadOfTheSameIdIsInAHandler_isNotRefused() throws Exception {
        final class SameId extends Thread {
            SameId(final Runnable task) {
                super(task);
            }

            @Override
            public long getId() {
                return 0;
            }
        }
        assertTrue(producer.offer(payload(1, 9), 0, 9));
        final List<Throwable> failures = new ArrayList<>();
        final Thread drainer = new SameId(() -> ring.consumer().drain(record -> {
            try {
                final Thread other = new SameId(() -> {
                    try {
                        assertTrue(producer.offer(payload(2, 9), 0, 9, LONG, TimeUnit.SECONDS));
                    } catch (final Throwable failure) {
                        failures.add(failure);
                    }
                });
                other.start();
                other.join();
                assertThrows(IllegalStateException.class, () -> ring.consumer().drain(again -> {}));
            } catch (final Throwable failure) {
                failures.add(failure);
            }
        }));
        drainer.start();
        drainer.join();
        assertEquals(List.of(), failures);
    }

    @ParameterizedTest
    @EnumSource
    void offer_insideAHandlerOfItsRing_isRefused(final Way way) throws Exception {
        assertTrue(offer(producer, way, payload(1, 9), 0, TimeUnit.SECONDS));
        assertEquals(
                1,
                ring.consumer()
                        .drain(record -> assertThrows(
                                IllegalStateException.class,
                                () -> offer(producer, way, payload(1, 9), LONG, TimeUnit.SECONDS))));
        assertTrue(ring.isEmpty());
        assertTrue(offer(producer, way, payload(1, 9), 0, TimeUnit.SECONDS));
        assertEquals(
                1,
                ring.consumer()
                        .drain(
                                record -> {
                                    try { // which does not wait
                                        assertTrue(offer(producer, way, payload(2, 9), 0, TimeUnit.SECONDS));
                                    } catch (final InterruptedException e) {
                                        throw new AssertionError(e);
                                    }
                                },
                                1));
        assertEquals(1, drain(ring).size());
        final VarLenMpscRing other = VarLenMpscRing.allocate(64);
        assertTrue(offer(producer, way, payload(1, 9), 0, TimeUnit.SECONDS));
        assertEquals(1, ring.consumer().drain(record -> {
            try {
                assertTrue(offer(other.newProducer(), way, payload(1, 9), LONG, TimeUnit.SECONDS));
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
        }));
        assertEquals(1, drain(other).size());
    }

    @Test
    void manyWaitingOffers_loseNothing() throws Exception {
        final int threads = 4;
        final int records = 2_000;
        final List<FutureTask<Integer>> tasks =
                Arrays.asList(newSender(records), newSender(records), newSender(records), newSender(records));
        tasks.forEach(task -> new Thread(task, "sender").start());
        int received = 0;
        while (received < threads * records) {
            received += ring.consumer().drain(record -> {}, 64, 1, TimeUnit.SECONDS);
        }
        for (final FutureTask<Integer> task : tasks) {
            assertEquals(records, task.get());
        }
    }

    private FutureTask<Integer> newSender(final int records) {
        return new FutureTask<>(() -> {
            final RingProducer sender = ring.newProducer();
            int sent = 0;
            while (sent < records && sender.offer(payload(sent, sent % 50), 0, sent % 50, LONG, TimeUnit.SECONDS)) {
                sent++;
            }
            return sent;
        });
    }

    /** It parks for longer and longer, up to a millisecond: a park may be longer than asked for, but not shorter. */
    @ParameterizedTest
    @EnumSource
    void offer_whenFull_triesLessOftenAsTimeGoesBy(final Way way) throws Exception {
        fill(producer);
        long tries = 0;
        for (int run = 0; run < 9 && tries < 20; run++) { // a machine may stop for most of one
            final long before = ring.stats().refusedFull();
            assertFalse(offer(producer, way, payload(1, 9), 200, TimeUnit.MILLISECONDS));
            tries = ring.stats().refusedFull() - before;
            assertTrue(tries <= 220, tries + " tries");
        }
        assertTrue(tries >= 20, tries + " tries");
    }
}
