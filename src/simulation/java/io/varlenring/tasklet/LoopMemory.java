// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.simulation.Reference;
import io.varlenring.simulation.Simulation;
import io.varlenring.simulation.Weakening;
import io.varlenring.simulation.Word;
import io.varlenring.simulation.Word.Mode;
import java.util.concurrent.ThreadFactory;

/** The twin of the shipped class of this name, on simulated memory and by the simulation's clock. */
final class LoopMemory {
    /** So that the clock goes round while a scenario runs. */
    static final long CLOCK_AT_START = Long.MAX_VALUE - 100;

    private final Simulation simulation = Simulation.running();
    private final Word closed = simulation.newWord("closed", 0);
    private final Word asleepWord = simulation.newWord("asleep", 0);
    /** Stored behind an Error only, which does not come here. */
    boolean asleep;

    private final Word runnerWord = simulation.newWord("runner", 0);
    /** As {@link #asleep}. */
    Thread runner;

    private final Reference<Tasklet> inbox = new Reference<>(simulation, "inbox");
    /** Stands for the run queues, which are the runner's alone: counts the times that they were handed on. */
    private final Word runQueues = simulation.newWord("runQueues", 0);

    private long handovers;
    private Thread owner;

    // Inbox

    Tasklet getInboxVolatile() {
        return simulation.has(Weakening.INBOX_LOAD_OMITTED) && asleepWord.newest() != 0
                ? null
                : inbox.load(Mode.VOLATILE);
    }

    boolean compareAndSetInbox(final Tasklet expected, final Tasklet replacement) {
        if (simulation.has(Weakening.INBOX_PUT_SPLIT)) {
            return inbox.compareThenStore(expected, replacement);
        }
        final Mode mode = simulation.mode(Mode.VOLATILE, Weakening.INBOX_PUT_RELAXED, Mode.OPAQUE);
        return inbox.compareAndSet(
                simulation.mode(mode, Weakening.INBOX_PUT_NOT_VOLATILE, Mode.ORDERED), expected, replacement);
    }

    Tasklet getAndSetInbox(final Tasklet replacement) {
        if (simulation.has(Weakening.INBOX_SWAP_SPLIT)) {
            final Tasklet found = inbox.load(Mode.VOLATILE);
            inbox.store(Mode.VOLATILE, replacement);
            return found;
        }
        final Mode mode = simulation.mode(Mode.VOLATILE, Weakening.INBOX_SWAP_RELAXED, Mode.OPAQUE);
        Tasklet expected = inbox.load(mode);
        while (!inbox.compareAndSet(mode, expected, replacement)) {
            expected = inbox.load(mode);
        }
        return expected;
    }

    /** Sees nothing: it makes a sleep rarer, and nothing rests on it. */
    boolean spinUntilInbox() {
        return false;
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

    /** Waits for ever: a thread that does not end is what the simulation looks for. */
    static boolean join(final Thread thread, final long nanos) {
        Simulation.running().join(thread);
        return true;
    }
}
