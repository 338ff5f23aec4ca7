// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.MpscArrayQueue;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What a bounded MPSC queue must do, asked of the ring and of a JCTools queue alike. */
@ParameterizedClass
@MethodSource("queues")
final class MessagePassingQueueTest {
    private static final int CAPACITY = 8;
    private static final int PRODUCERS = 3;
    private static final int EACH = 20_000;

    static Stream<Named<java.util.function.Supplier<MessagePassingQueue<Integer>>>> queues() {
        return Stream.of(
                Named.of("ring", () -> new RingQueue(CAPACITY, false)),
                Named.of("ring in a file", () -> new RingQueue(CAPACITY, true)),
                Named.of("MpscArrayQueue", () -> new MpscArrayQueue<>(CAPACITY)));
    }

    private final MessagePassingQueue<Integer> queue;

    MessagePassingQueueTest(final java.util.function.Supplier<MessagePassingQueue<Integer>> queues) {
        queue = queues.get();
    }

    private void fillUp() {
        for (int i = 0; i < CAPACITY; i++) {
            assertTrue(queue.offer(i));
        }
    }

    private List<Integer> takeAll() {
        final List<Integer> taken = new ArrayList<>();
        for (Integer number = queue.poll(); number != null; number = queue.poll()) {
            taken.add(number);
        }
        return taken;
    }

    private static List<Integer> upTo(final int end) {
        return IntStream.range(0, end).boxed().toList();
    }

    @Test
    void newQueue_isEmpty() {
        assertEquals(CAPACITY, queue.capacity());
        assertEquals(0, queue.size());
        assertTrue(queue.isEmpty());
        assertNull(queue.poll());
        assertNull(queue.relaxedPoll());
        assertNull(queue.peek());
        assertNull(queue.relaxedPeek());
        assertEquals(0, queue.drain(number -> {}));
    }

    @Test
    void offer_upToTheCapacity_keepsOrderAndThenIsRefused() {
        for (int lap = 0; lap < 5; lap++) {
            fillUp();
            assertFalse(queue.offer(99));
            assertFalse(queue.relaxedOffer(99));
            assertEquals(upTo(CAPACITY), takeAll());
        }
    }

    @Test
    void offer_whenOneWasTakenFromAFullQueue_fitsOnce() {
        fillUp();
        for (int i = 0; i < 3 * CAPACITY; i++) {
            assertEquals(i, queue.poll());
            assertTrue(queue.offer(CAPACITY + i));
            assertFalse(queue.offer(99));
        }
    }

    @Test
    void offer_ofNull_isRefusedAndStoresNothing() {
        assertThrows(NullPointerException.class, () -> queue.offer(null));
        takeAll();
        assertTrue(queue.isEmpty());
    }

    @Test
    void peek_showsTheNextAndLeavesIt() {
        assertTrue(queue.offer(1));
        assertTrue(queue.offer(2));
        assertEquals(1, queue.peek());
        assertEquals(1, queue.relaxedPeek());
        assertEquals(2, queue.size());
        assertEquals(1, queue.poll());
        assertEquals(2, queue.peek());
    }

    @Test
    void sizeAndEmptiness_ofOneThread_areExact() {
        for (int count = 0; count <= CAPACITY; count++) {
            for (int i = 0; i < count; i++) {
                assertTrue(queue.offer(i));
                assertEquals(i + 1, queue.size());
                assertFalse(queue.isEmpty());
            }
            for (int i = count; i > 0; i--) {
                assertEquals(i, queue.size());
                assertEquals(count - i, queue.poll());
            }
            assertTrue(queue.isEmpty());
        }
    }

    @Test
    void clear_ofAFullQueue_makesRoomForAll() {
        fillUp();
        queue.clear();
        assertTrue(queue.isEmpty());
        fillUp();
    }

    @Test
    void drain_withALimit_takesThatManyAtTheMost() {
        fillUp();
        final List<Integer> taken = new ArrayList<>();
        assertEquals(0, queue.drain(taken::add, 0));
        assertEquals(3, queue.drain(taken::add, 3));
        assertEquals(CAPACITY - 3, queue.size());
        assertEquals(CAPACITY - 3, queue.drain(taken::add, 100));
        assertEquals(0, queue.drain(taken::add, 100));
        assertEquals(upTo(CAPACITY), taken);
        assertThrows(IllegalArgumentException.class, () -> queue.drain(taken::add, -1));
    }

    @Test
    void fill_withALimit_takesThatManyOrWhatFits() {
        final AtomicInteger supplied = new AtomicInteger();
        assertEquals(0, queue.fill(supplied::getAndIncrement, 0));
        assertEquals(3, queue.fill(supplied::getAndIncrement, 3));
        int filled = 3;
        for (int more = 1; more > 0; filled += more) { // a fill may stop before the queue is full
            more = queue.fill(supplied::getAndIncrement, 100);
        }
        assertEquals(CAPACITY, filled);
        assertEquals(CAPACITY, supplied.get(), "a full queue asks for nothing that it cannot take");
        assertEquals(upTo(CAPACITY), takeAll());
        assertThrows(IllegalArgumentException.class, () -> queue.fill(supplied::getAndIncrement, -1));
    }

    @Test
    void drainAndFill_untilToldToStop_goOn() {
        final AtomicInteger supplied = new AtomicInteger();
        final List<Integer> taken = new ArrayList<>();
        for (int round = 1; round <= 3; round++) {
            final int end = round * CAPACITY;
            queue.fill(supplied::getAndIncrement, idle -> idle + 1, () -> supplied.get() < end);
            queue.drain(taken::add, idle -> idle + 1, () -> taken.size() < end);
        }
        assertEquals(upTo(3 * CAPACITY), taken);
    }

    /** What a producer wrote plainly before its offer is visible to the thread that takes the number. */
    private static final class Written {
        int value;
    }

    @Test
    void manyProducers_loseNothingKeepTheirOrderAndShowWhatTheyWrote() throws Exception {
        final Written[] written = new Written[PRODUCERS * EACH];
        final Crew crew = new Crew();
        for (int i = 0; i < PRODUCERS; i++) {
            final int first = i * EACH;
            crew.add("producer-" + i, () -> {
                for (int number = first; number < first + EACH; number++) {
                    written[number] = new Written();
                    written[number].value = number + 1;
                    while (!queue.offer(number)) {
                        if (crew.isFailing()) {
                            return;
                        }
                        Crew.pause();
                    }
                }
            });
        }
        crew.add("consumer", () -> {
            final int[] next = IntStream.range(0, PRODUCERS).map(i -> i * EACH).toArray();
            int count = 0;
            while (count < PRODUCERS * EACH && !crew.isFailing()) {
                final Integer number = count % 2 == 0 ? queue.poll() : queue.relaxedPoll();
                if (number == null) {
                    Crew.pause();
                    continue;
                }
                assertEquals(next[number / EACH]++, number);
                assertEquals(number + 1, written[number].value);
                count++;
            }
        });
        crew.run(queue);
        assertTrue(queue.isEmpty());
        assertNull(queue.poll());
    }

    @Test
    void size_whileThreadsRun_staysInBounds() throws Exception {
        final Crew crew = new Crew();
        final AtomicInteger running = new AtomicInteger(2);
        crew.add("producer", () -> {
            for (int i = 0; i < EACH; i += queue.offer(i) ? 1 : 0) {
                if (crew.isFailing()) {
                    return;
                }
                if (queue.size() == CAPACITY) {
                    Crew.pause();
                }
            }
            running.decrementAndGet();
        });
        crew.add("consumer", () -> {
            for (int taken = 0; taken < EACH && !crew.isFailing(); ) {
                taken += queue.drain(number -> {}, 3);
                if (queue.isEmpty()) {
                    Crew.pause();
                }
            }
            running.decrementAndGet();
        });
        crew.add("observer", () -> {
            while (running.get() > 0 && !crew.isFailing()) {
                final int size = queue.size();
                assertTrue(size >= 0 && size <= CAPACITY, () -> "size " + size);
                if (size == 0 || size == CAPACITY) { // who goes on may need this processor
                    Crew.pause();
                }
            }
        });
        crew.run(queue);
    }

    @Test
    void offer_fromAThreadThatKnowsOfRoom_isNeverRefused() throws Exception {
        final AtomicInteger inUse = new AtomicInteger();
        final Crew crew = new Crew();
        final AtomicInteger running = new AtomicInteger(PRODUCERS);
        for (int i = 0; i < PRODUCERS; i++) {
            crew.add("producer-" + i, () -> {
                for (int number = 0; number < EACH && !crew.isFailing(); ) {
                    if (inUse.incrementAndGet() <= CAPACITY) {
                        assertTrue(queue.offer(number++), "full although there was room");
                    } else {
                        inUse.decrementAndGet();
                        Crew.pause();
                    }
                }
                running.decrementAndGet();
            });
        }
        crew.add("consumer", () -> {
            while ((running.get() > 0 || !queue.isEmpty()) && !crew.isFailing()) {
                if (queue.poll() != null) {
                    inUse.decrementAndGet();
                } else {
                    Crew.pause();
                }
            }
        });
        crew.run(queue);
    }
}
