// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.SmallStacks;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The deadline heap, without a loop around it. */
final class DeadlinesTest {
    private final Deadlines deadlines = new Deadlines();

    private static Tasklet tasklet() {
        return new Tasklet(null, null, false);
    }

    private static List<Tasklet> tasklets(final int count) {
        final List<Tasklet> tasklets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tasklets.add(tasklet());
        }
        return tasklets;
    }

    @Test
    void empty_hasNoFirst() {
        assertTrue(deadlines.isEmpty());
        assertNull(deadlines.pollDue(0));
        assertEquals(Long.MAX_VALUE, deadlines.nanosUntilFirst(5));
    }

    @Test
    void deadline_isDueFromItsTimeOn() {
        final Tasklet tasklet = tasklet();
        deadlines.set(tasklet, 0, 10, 7);
        assertEquals(6, deadlines.nanosUntilFirst(4));
        assertNull(deadlines.pollDue(9));
        assertSame(tasklet, deadlines.pollDue(10));
        assertEquals(7, tasklet.deadline.reasons);
        assertTrue(deadlines.isEmpty());
        assertNull(deadlines.pollDue(10));
    }

    @Test
    void secondDeadline_takesThePlaceOfTheFirst() {
        final Tasklet tasklet = tasklet();
        final Tasklet other = tasklet();
        deadlines.set(other, 0, 50, 0);
        deadlines.set(tasklet, 0, 10, 1);
        deadlines.set(tasklet, 0, 90, 2);
        assertNull(deadlines.pollDue(49));
        assertSame(other, deadlines.pollDue(100));
        assertSame(tasklet, deadlines.pollDue(100));
        assertEquals(2, tasklet.deadline.reasons);
        assertNull(deadlines.pollDue(100));
    }

    @Test
    void sameTime_comesInTheOrderOfTheCalls() {
        final List<Tasklet> tasklets = tasklets(40);
        tasklets.forEach(tasklet -> deadlines.set(tasklet, 0, 10, 0));
        for (final Tasklet tasklet : tasklets) {
            assertSame(tasklet, deadlines.pollDue(10));
        }
    }

    @Test
    void removed_isNotDueAndMayBeRemovedAgain() {
        final Tasklet tasklet = tasklet();
        deadlines.remove(tasklet);
        deadlines.set(tasklet, 0, 10, 0);
        deadlines.remove(tasklet);
        deadlines.remove(tasklet);
        assertTrue(deadlines.isEmpty());
        deadlines.set(tasklet, 0, 20, 0);
        assertSame(tasklet, deadlines.pollDue(20));
    }

    private WeakReference<Tasklet> setAndTakeBack() {
        final Tasklet tasklet = tasklet();
        deadlines.set(tasklet, 0, 20, 0);
        deadlines.remove(tasklet);
        return new WeakReference<>(tasklet);
    }

    @Test
    void removed_isNotKeptThoughOthersStay() throws Exception {
        deadlines.set(tasklet(), 0, 10, 0);
        final WeakReference<Tasklet> removed = setAndTakeBack();
        while (removed.get() != null) {
            System.gc();
            Thread.sleep(1);
        }
        assertEquals(10, deadlines.nanosUntilFirst(0));
    }

    private static long justBeforeTheOverflow() {
        return Long.MAX_VALUE - 5;
    }

    @Test
    void clockThatGoesRound_isCompared() {
        final long now = justBeforeTheOverflow();
        final Tasklet before = tasklet();
        final Tasklet after = tasklet();
        deadlines.set(after, now, now + 10, 0);
        deadlines.set(before, now, now + 3, 0);
        assertEquals(3, deadlines.nanosUntilFirst(now));
        assertSame(before, deadlines.pollDue(now + 5));
        assertNull(deadlines.pollDue(now + 9));
        assertSame(after, deadlines.pollDue(now + 10));
    }

    @Test
    void timesTooFarApart_areBroughtNearer() {
        final Tasklet past = tasklet();
        final Tasklet future = tasklet();
        final Tasklet soon = tasklet();
        deadlines.set(future, 0, Long.MAX_VALUE, 0);
        deadlines.set(soon, 0, 1, 0);
        deadlines.set(past, 0, Long.MIN_VALUE + 1, 0);
        assertSame(past, deadlines.pollDue(1));
        assertSame(soon, deadlines.pollDue(1));
        assertNull(deadlines.pollDue(1));
        assertEquals(Deadlines.FURTHEST, deadlines.nanosUntilFirst(0));
    }

    /** Without one between them the two are compared with each other. */
    @Test
    void timesTooFarApart_aloneInTheHeap_areOrdered() {
        final Tasklet past = tasklet();
        final Tasklet future = tasklet();
        deadlines.set(future, 0, Long.MAX_VALUE, 0);
        deadlines.set(past, 0, Long.MIN_VALUE + 1, 0);
        assertSame(past, deadlines.pollDue(0));
        assertNull(deadlines.pollDue(0));
    }

    /** Sets, moves, takes back and polls at random, beside a list that is sorted. */
    @Test
    void randomOperations_behaveLikeASortedList() {
        for (int seed = 0; seed < 200; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final Deadlines heap = new Deadlines();
            final List<Tasklet> all = tasklets(1 + random.nextInt(60));
            final List<Tasklet> model = new ArrayList<>();
            long now = random.nextLong();
            for (int i = 0; i < 400; i++) {
                final Tasklet tasklet = all.get(random.nextInt(all.size()));
                final int operation = random.nextInt(10);
                if (operation < 6) {
                    heap.set(tasklet, now, now + random.nextInt(30), i);
                    model.remove(tasklet);
                    model.add(tasklet);
                } else if (operation < 8) {
                    heap.remove(tasklet);
                    model.remove(tasklet);
                } else {
                    now += random.nextInt(20);
                    final long time = now;
                    model.sort(Comparator.comparingLong(t -> t.deadline.nanoTime - time)); // stable: as they were set
                    while (!model.isEmpty() && model.get(0).deadline.nanoTime - now <= 0) {
                        assertSame(model.remove(0), heap.pollDue(now), "seed " + seed);
                    }
                    assertNull(heap.pollDue(now), "seed " + seed);
                }
                assertEquals(model.isEmpty(), heap.isEmpty());
            }
        }
    }

    /** Sets deadlines and takes them back, with hardly any stack left. */
    static final class AtTheEndOfTheStack {
        private AtTheEndOfTheStack() {}

        public static void main(final String[] arguments) throws Exception {
            for (int i = 0; i < 120; i++) {
                inAHeap(i);
                ofALoopThatNobodyRuns(i);
            }
            System.out.println("held");
        }

        private static void inAHeap(final int i) throws Exception {
            final SplittableRandom random = new SplittableRandom(i);
            final Deadlines heap = new Deadlines();
            final List<Tasklet> model = tasklets(2 + random.nextInt(40));
            model.forEach(tasklet -> heap.set(tasklet, 0, 1 + random.nextInt(1000), 0));
            final Tasklet tasklet = i % 3 == 0 ? tasklet() : model.remove(random.nextInt(model.size()));
            final long time = random.nextInt(1000);
            if (i % 3 == 2) {
                SmallStacks.callAtTheEndOfTheStack(i / 3, () -> heap.remove(tasklet));
            } else {
                SmallStacks.callAtTheEndOfTheStack(i / 3, () -> heap.set(tasklet, 0, time, 0));
                model.add(tasklet);
            }
            model.sort(Comparator.comparingLong(t -> t.deadline.nanoTime)); // stable: as they were set
            for (final Tasklet next : model) {
                assertSame(next, heap.pollDue(1000), "call " + i);
            }
            assertNull(heap.pollDue(1000), "call " + i);
        }

        /** It is taken for the call, and has to be nobody's again. */
        private static void ofALoopThatNobodyRuns(final int i) throws Exception {
            final TaskletLoop loop = TaskletLoop.manual();
            final Tasklet tasklet = loop.newTasklet((self, reasons) -> {});
            final long time = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
            loop.wakeupAt(tasklet, time, 0); // what is loaded and linked first at the end of a stack stays unusable
            SmallStacks.callAtTheEndOfTheStack(i, () -> loop.wakeupAt(tasklet, time, 0));
            assertEquals(0, loop.runOnce(0));
            SmallStacks.callAtTheEndOfTheStack(i, () -> loop.cancelWakeup(tasklet));
            assertEquals(0, loop.runOnce(0));
        }
    }

    /** Each call changes all that it has to, or nothing. Compiled, it may need no stack besides its own. */
    @Test
    void callThatEndsInTheMiddle_changesNothing(@TempDir final Path directory) throws Exception {
        assertEquals("held, exit 0", TaskletCloseTest.run(directory, AtTheEndOfTheStack.class, "-Xint"));
    }

    /** A million deadlines, each moved once and polled, with as many steps as a heap needs: a list would never end. */
    @Test
    void aMillion_areSorted() {
        final int count = 1_000_000;
        final SplittableRandom random = new SplittableRandom(1);
        final List<Tasklet> tasklets = tasklets(count);
        tasklets.forEach(tasklet -> deadlines.set(tasklet, 0, random.nextInt(count), 0));
        tasklets.forEach(tasklet -> deadlines.set(tasklet, 0, random.nextInt(count), 0));
        long last = 0;
        int polled = 0;
        for (Tasklet next = deadlines.pollDue(count); next != null; next = deadlines.pollDue(count)) {
            assertTrue(next.deadline.nanoTime >= last);
            last = next.deadline.nanoTime;
            polled++;
        }
        assertEquals(count, polled);
    }
}
