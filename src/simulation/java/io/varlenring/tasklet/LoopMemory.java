// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.simulation.Reference;
import io.varlenring.simulation.Simulation;
import io.varlenring.simulation.Weakening;
import io.varlenring.simulation.Word;
import io.varlenring.simulation.Word.Mode;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/** The twin of the shipped class of this name, on simulated memory and the simulation's clock. */
final class LoopMemory {
    /** Makes the clock overflow while a scenario runs. */
    static final long CLOCK_AT_START = Long.MAX_VALUE - 100;

    /** Small enough to overflow. */
    private static final int CAPACITY = 2;

    private final Simulation simulation = Simulation.running();
    private final Word closed = simulation.newWord("closed", 0);
    private final Word asleepWord = simulation.newWord("asleep", 0);
    /** Stored only after an Error, which does not come here. */
    boolean asleep;

    private final Word runnerWord = simulation.newWord("runner", 0);
    /** As {@link #asleep}. */
    Thread runner;

    private final Word tail = simulation.newWord("tail", 0);
    private final Word limit = simulation.newWord("limit", 0);
    private final Word head = simulation.newWord("head", 0);
    private final List<Reference<Tasklet>> slotWords =
            List.of(new Reference<>(simulation, "slot0"), new Reference<>(simulation, "slot1"));
    /** Stored only after an Error of the loop's thread; as long as the shipped one, whose indices are compiled in. */
    final long[] words = new long[52];
    /** Stored only after an Error; moved from here into the words. */
    final Tasklet[] slots = new Tasklet[CAPACITY];
    /** Whether a call that stores a slot may end with an Error. */
    boolean failsToStore;
    /** Stands for what a waker has written to a tasklet before the put: the same number as in {@code stamps}. */
    private final List<Word> written = List.of(simulation.newWord("written0", 0), simulation.newWord("written1", 0));

    private final long[] stamps = new long[CAPACITY];
    private final Reference<Tasklet> overflow = new Reference<>(simulation, "overflow");
    /** Stands for the run queues, which only the runner uses: counts how often they were handed over. */
    private final Word runQueues = simulation.newWord("runQueues", 0);

    private long handovers;
    private Thread owner;

    // Inbox

    long getTailVolatile() {
        return tail.load(Mode.VOLATILE);
    }

    boolean compareAndSetTail(final long expected, final long replacement) {
        if (simulation.has(Weakening.TAIL_STEP_SPLIT)) {
            return tail.compareThenStore(expected, replacement) == expected;
        }
        final Mode mode = simulation.mode(Mode.VOLATILE, Weakening.TAIL_STEP_NOT_VOLATILE, Mode.ORDERED);
        return tail.compareAndExchange(mode, expected, replacement) == expected;
    }

    long getLimitAcquire() {
        return limit.load(simulation.mode(Mode.ORDERED, Weakening.LIMIT_RELAXED, Mode.OPAQUE));
    }

    void setLimitRelease(final long position) {
        limit.store(simulation.mode(Mode.ORDERED, Weakening.LIMIT_RELAXED, Mode.OPAQUE), position);
    }

    long getHeadPlain() {
        return head.load(Mode.PLAIN);
    }

    long getHeadAcquire() {
        return head.load(simulation.mode(Mode.ORDERED, Weakening.HEAD_RELAXED, Mode.OPAQUE));
    }

    void setHeadRelease(final long position) {
        head.store(simulation.mode(Mode.ORDERED, Weakening.HEAD_RELAXED, Mode.OPAQUE), position);
    }

    /** Any number of takes may have found nothing. */
    boolean countTakeOfNothing() {
        return simulation.choose(4) == 0;
    }

    static int capacity() {
        return CAPACITY;
    }

    /** Spins only make sleeps rarer; nothing relies on them. */
    static int spins() {
        return 0;
    }

    static int indexOf(final long position) {
        return (int) (position & (CAPACITY - 1));
    }

    Tasklet getSlotAcquire(final int index) {
        final Reference<Tasklet> slot = slotWords.get(index);
        if (slots[index] != null) {
            slot.store(Mode.ORDERED, slots[index]);
            slots[index] = null;
        }
        final Tasklet tasklet = slot.load(simulation.mode(Mode.ORDERED, Weakening.SLOT_RELAXED, Mode.OPAQUE));
        if (tasklet != null && written.get(index).load(Mode.PLAIN) != stamps[index]) {
            simulation.fail("a tasklet is taken, and not what its waker had written");
        }
        return tasklet;
    }

    void setSlotRelease(final int index, final Tasklet tasklet) {
        if (failsToStore && simulation.choose(3) == 0) {
            throw new StackOverflowError("on purpose");
        }
        written.get(index).store(Mode.PLAIN, ++stamps[index]);
        slotWords.get(index).store(simulation.mode(Mode.ORDERED, Weakening.SLOT_RELAXED, Mode.OPAQUE), tasklet);
    }

    void setSlotPlain(final int index, final Tasklet tasklet) {
        slotWords.get(index).store(Mode.PLAIN, tasklet);
    }

    Tasklet getOverflowVolatile() {
        return overflow.load(Mode.VOLATILE);
    }

    boolean compareAndSetOverflow(final Tasklet expected, final Tasklet replacement) {
        if (simulation.has(Weakening.OVERFLOW_STEP_SPLIT)) {
            return overflow.compareThenStore(expected, replacement);
        }
        final Mode mode = simulation.mode(Mode.VOLATILE, Weakening.OVERFLOW_STEP_RELAXED, Mode.OPAQUE);
        return overflow.compareAndSet(
                simulation.mode(mode, Weakening.OVERFLOW_STEP_NOT_VOLATILE, Mode.ORDERED), expected, replacement);
    }

    Tasklet getAndSetOverflow(final Tasklet replacement) {
        if (simulation.has(Weakening.OVERFLOW_SWAP_SPLIT)) {
            final Tasklet found = overflow.load(Mode.VOLATILE);
            overflow.store(Mode.VOLATILE, replacement);
            return found;
        }
        final Mode mode = simulation.mode(Mode.VOLATILE, Weakening.OVERFLOW_SWAP_RELAXED, Mode.OPAQUE);
        Tasklet expected = overflow.load(mode);
        while (!overflow.compareAndSet(mode, expected, replacement)) {
            expected = overflow.load(mode);
        }
        return expected;
    }

    // Flags

    boolean isClosedVolatile() {
        return closed.load(simulation.mode(Mode.VOLATILE, Weakening.CLOSED_LOADED_ACQUIRE, Mode.ORDERED)) != 0;
    }

    void setClosedVolatile() {
        closed.store(simulation.mode(Mode.VOLATILE, Weakening.CLOSED_STORED_RELEASE, Mode.ORDERED), 1);
    }

    boolean isAsleepVolatile() {
        return asleepWord.load(simulation.mode(Mode.VOLATILE, Weakening.ASLEEP_LOADED_ACQUIRE, Mode.ORDERED)) != 0;
    }

    void setAsleepVolatile(final boolean value) {
        asleepWord.store(simulation.mode(Mode.VOLATILE, Weakening.ASLEEP_STORED_RELEASE, Mode.ORDERED), value ? 1 : 0);
    }

    boolean compareAndSetAwake() {
        return asleepWord.compareAndExchange(Mode.VOLATILE, 1, 0) == 1;
    }

    Thread getRunnerVolatile() {
        return simulation.ofNumber(runnerWord.load(Mode.VOLATILE));
    }

    void setRunnerVolatile(final Thread thread) {
        if (thread == null) {
            runQueues.store(Mode.PLAIN, ++handovers);
        }
        owner = thread;
        runnerWord.store(
                simulation.mode(Mode.VOLATILE, Weakening.RUNNER_STORED_PLAIN, Mode.PLAIN), simulation.numberOf(thread));
    }

    boolean compareAndSetRunner(final Thread thread) {
        final long number = simulation.numberOf(thread);
        final boolean done = simulation.has(Weakening.RUNNER_STEP_SPLIT)
                ? runnerWord.compareThenStore(0, number) == 0
                : runnerWord.compareAndExchange(Mode.VOLATILE, 0, number) == 0;
        if (done) {
            if (owner != null) {
                simulation.fail("two threads run the loop");
            }
            owner = thread;
            if (runQueues.load(Mode.PLAIN) != handovers) {
                simulation.fail("the run queues are not seen as the last runner left them");
            }
        }
        return done;
    }

    // Sleeping and time

    long nanoTime() {
        return CLOCK_AT_START + simulation.nanoTime();
    }

    void park(final long nanos) {
        simulation.park(simulation.has(Weakening.PARK_WITHOUT_TIME) ? Long.MAX_VALUE : nanos);
    }

    void parkInterruptibly(final long nanos) throws InterruptedException {
        simulation.park(nanos);
    }

    void unpark(final Thread thread) {
        simulation.unpark(thread);
    }

    // The loop's own thread

    static Thread newThread(final ThreadFactory factoryOrNull, final Runnable task, final String name) {
        return Simulation.running().newThread(name, task::run);
    }

    static void start(final Thread thread) {
        Simulation.running().start(thread);
    }

    /** Waits without a limit: the simulation looks for threads that do not end. */
    static boolean join(final Thread thread, final long nanos) {
        Simulation.running().join(thread);
        return true;
    }
}
