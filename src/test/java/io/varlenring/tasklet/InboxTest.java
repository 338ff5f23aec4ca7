// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static io.varlenring.tasklet.ManualLoopFixture.elsewhere;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.SmallStacks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The inbox by itself, in one thread, and a loop with a waker that has stopped in the middle of a put. */
final class InboxTest {
    private static final int CAPACITY = LoopMemory.capacity();

    private final TaskletLoop loop = TaskletLoop.manual();
    private final LoopMemory memory = loop.memory;
    private final Inbox inbox = loop.inbox;
    private final RunQueues queues = new RunQueues();
    /** Of what was put and run, in the order of that. */
    private final List<Integer> put = new ArrayList<>();

    private final List<Integer> ran = new ArrayList<>();

    private Tasklet next() {
        final int number = put.size();
        put.add(number);
        return loop.newTasklet((self, reasons) -> ran.add(number));
    }

    private void put(final int count) {
        for (int i = 0; i < count; i++) {
            inbox.put(next());
        }
    }

    /** Takes the first step of a put; returns where the second one is to be. */
    private int beginPut() {
        final long position = memory.getTailVolatile();
        assertTrue(memory.compareAndSetTail(position, position + 1));
        return LoopMemory.indexOf(position);
    }

    private void runAll() {
        while (!queues.isEmpty()) {
            queues.runShares(tasklet -> {
                queues.beginRun(tasklet);
                try {
                    tasklet.body.run(tasklet, 0);
                } catch (final Exception failure) {
                    throw new AssertionError(failure);
                }
                queues.endRun();
                return true;
            });
        }
    }

    private void checkTakenInOrder() {
        inbox.take(queues, false);
        runAll();
        assertEquals(put, ran);
        assertTrue(inbox.isEmpty());
    }

    @Test
    void puts_areTakenInTheirOrder_howeverMany() {
        for (final int count : new int[] {0, 1, 2, CAPACITY - 1, CAPACITY, CAPACITY + 1, 3 * CAPACITY, 5}) {
            put(count);
            assertEquals(count == 0, inbox.isEmpty());
            checkTakenInOrder();
        }
    }

    @Test
    void array_goesOnBehindAnOverflow() {
        put(CAPACITY + 5);
        checkTakenInOrder();
        put(1);
        assertNull(memory.getOverflowVolatile());
        checkTakenInOrder();
    }

    /** All that comes goes to the overflow, until the loop has emptied it: else it would go past what is there. */
    @Test
    void putBehindAnOverflow_whenTheArrayHasRoom_staysBehindIt() {
        put(CAPACITY + 1);
        inbox.take(new RunQueues() /* forgets them */, false);
        ran.addAll(put);
        final Tasklet overflown = next();
        assertTrue(memory.compareAndSetOverflow(null, overflown));
        assertFalse(inbox.isEmpty());
        put(2);
        checkTakenInOrder();
    }

    @Test
    void putUnderWay_isNoEmptyInbox_andHoldsUpNobody() {
        final int index = beginPut();
        final Tasklet late = loop.newTasklet((self, reasons) -> ran.add(-1));
        assertFalse(inbox.isEmpty());
        put(3);
        inbox.take(queues, true);
        runAll();
        assertEquals(put, ran);
        assertFalse(inbox.isEmpty());
        memory.setSlotRelease(index, late);
        inbox.take(queues, false);
        runAll();
        assertEquals(List.of(0, 1, 2, -1), ran);
        assertTrue(inbox.isEmpty());
        put(2 * CAPACITY);
        ran.remove(3);
        checkTakenInOrder();
    }

    @Test
    void putUnderWay_forLong_fillsTheArray_andTheRestOverflows() {
        final int index = beginPut();
        put(2 * CAPACITY);
        inbox.take(queues, false);
        put(10);
        inbox.take(queues, true);
        runAll();
        assertEquals(put, ran);
        memory.setSlotRelease(index, next());
        checkTakenInOrder();
        put(CAPACITY);
        assertNull(memory.getOverflowVolatile());
        checkTakenInOrder();
    }

    /** A loop with a thread of its own that is never idle looks as well, if not in each round. */
    @Test
    void putUnderWay_holdsUpNobody_whenNotAllIsAskedFor() {
        beginPut();
        put(1);
        for (int i = 0; i < 1000 && queues.isEmpty(); i++) {
            inbox.take(queues, false);
        }
        runAll();
        assertEquals(put, ran);
    }

    /** Who runs a loop finds in its round what he has woken before, though it has other work. */
    @Test
    void putUnderWay_doesNotDelayWhatTheRunnerOfALoopHasWoken() {
        final Tasklet busy = loop.newTasklet((self, reasons) -> self.wakeup());
        busy.wakeup();
        loop.runOnce(0);
        beginPut();
        next().wakeup();
        assertTrue(loop.runOnce(0) > 0);
        assertEquals(put, ran);
    }

    /** What an Error takes from a loop is gone, but for the loop there is no position to wait for. */
    @Test
    void takeThatIsCutShort_leavesNoHole() {
        put(1);
        assertThrows(NullPointerException.class, () -> inbox.take(null, false)); // stands for an Error
        assertTrue(inbox.isEmpty());
        put.clear();
        put(CAPACITY);
        assertNull(memory.getOverflowVolatile());
        checkTakenInOrder();
    }

    /** It sleeps, but not past later puts; and not for long, since the waker in progress may have loaded asleep. */
    @Test
    void putUnderWay_letsTheLoopSleepForAMoment() throws Exception {
        final int index = beginPut();
        assertEquals(0, loop.runOnce(Long.MAX_VALUE));
        assertEquals(1, loop.stats().sleeps());
        elsewhere(next()::wakeup);
        assertEquals(1, loop.runOnce(Long.MAX_VALUE));
        assertEquals(1, loop.stats().sleeps());
        elsewhere(next()::wakeup);
        assertEquals(1, loop.runOnce(0));
        memory.setSlotRelease(index, next());
        assertEquals(1, loop.runOnce(Long.MAX_VALUE));
        assertEquals(put, ran);
    }

    @Test
    void close_besideAPutUnderWay_runsWhatIsBehindAndEnds() throws Exception {
        beginPut();
        elsewhere(() -> {
            for (int i = 0; i < 3; i++) { // no overflow: with one the loop would look past it as well
                next().wakeup();
            }
        });
        loop.close();
        assertEquals(put, ran);
        assertTrue(loop.toString().contains("ended"));
    }

    /** A put either ends with an Error and has put nothing, or has put its tasklet where the loop finds it in turn. */
    @Test
    void putAtTheEndOfAStack_leavesNoGap() throws Exception {
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        final Thread small = new Thread(
                null,
                () -> {
                    for (int i = 0; i < 400; i++) {
                        final int shift = i % 100;
                        final boolean overflows = i >= 200;
                        put(overflows ? CAPACITY : 0);
                        final Tasklet tasklet = next();
                        SmallStacks.callAtTheEndOfThisStack(shift, () -> {
                            tasklet.setNextPlain(null); // as a wakeup that goes on does
                            inbox.put(tasklet);
                        });
                        put(1);
                        checkTakenInOrder();
                        put.clear();
                        ran.clear();
                    }
                },
                "small stack",
                SmallStacks.STACK_BYTES);
        small.setUncaughtExceptionHandler((thread, failure) -> thrown.set(failure));
        small.start();
        small.join();
        assertNull(thrown.get());
    }
}
