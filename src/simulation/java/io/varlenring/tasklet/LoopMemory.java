// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.simulation.Simulation;
import io.varlenring.simulation.Weakening;
import io.varlenring.simulation.Word;
import io.varlenring.simulation.Word.Mode;
import java.util.ArrayList;
import java.util.List;
import org.jctools.queues.MessagePassingQueue;

/**
 * The twin of the shipped class of this name, on simulated memory.
 *
 * <p>Its inbox does what the queue in the shipped one does: the producer index counts by twos; a put moves it on by a
 * volatile exchange and then stores the element with release. A put that makes the queue grow, here any one by chance,
 * exchanges it for an odd one, which keeps other putters away, and then stores the next even one with release. The queue is
 * empty when the halves of both indices are the same. It has a slot for each put of a run, so that none is used twice.
 */
final class LoopMemory {
    private static final int SLOTS = 16;

    private final Simulation simulation = Simulation.running();
    private final Word closed = simulation.newWord("closed", 0);
    private final Word asleep = simulation.newWord("asleep", 0);
    private final Word runner = simulation.newWord("runner", 0);
    private final Word putIndex = simulation.newWord("inboxPutIndex", 0);
    private final Word takeIndex = simulation.newWord("inboxTakeIndex", 0);
    private final Word[] slots = new Word[SLOTS];
    /** What the numbers in the slots stand for. */
    private final List<Tasklet> tasklets = new ArrayList<>();
    /** Stands for the run queues, which are the runner's alone: counts the times that they were handed on. */
    private final Word runQueues = simulation.newWord("runQueues", 0);

    private long handovers;
    private Thread owner;

    LoopMemory() {
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = simulation.newWord("inbox+" + i, 0);
        }
    }

    // Inbox

    void putInbox(final Tasklet tasklet) {
        final Mode mode = Mode.VOLATILE;
        final boolean grows = simulation.choose(2) == 0;
        long index = putIndex.load(mode);
        for (; ; ) {
            if (index % 2 != 0) {
                simulation.letOthersRun();
                index = putIndex.load(mode);
                continue;
            }
            final long found = putIndex.compareAndExchange(mode, index, index + (grows ? 1 : 2));
            if (found == index) {
                break;
            }
            index = found;
        }
        if (grows) {
            putIndex.store(Mode.ORDERED, index + 2);
        }
        tasklets.add(tasklet);
        slots[(int) index / 2].store(Mode.ORDERED, tasklets.size());
        if (!simulation.has(Weakening.INBOX_FENCE_OMITTED)) { // as an exchange that changes nothing
            putIndex.compareAndExchange(Mode.VOLATILE, index + 2, index + 2);
        }
    }

    boolean isInboxEmptyVolatile() {
        return simulation.has(Weakening.INBOX_LOOK_OMITTED)
                || takeIndex.load(Mode.PLAIN) == putIndex.load(Mode.VOLATILE) / 2;
    }

    void drainInbox(final MessagePassingQueue.Consumer<Tasklet> consumer) {
        for (; ; ) {
            final long index = takeIndex.load(Mode.OPAQUE);
            final long number = slots[(int) index].load(Mode.ORDERED);
            if (number == 0) {
                return;
            }
            takeIndex.store(Mode.ORDERED, index + 1);
            consumer.accept(tasklets.get((int) number - 1));
        }
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
        return asleep.load(simulation.mode(Mode.VOLATILE, Weakening.ASLEEP_LOADED_ACQUIRE, Mode.ORDERED)) != 0;
    }

    void setAsleepVolatile(final boolean value) {
        asleep.store(simulation.mode(Mode.VOLATILE, Weakening.ASLEEP_STORED_RELEASE, Mode.ORDERED), value ? 1 : 0);
    }

    boolean compareAndSetAwake() {
        return asleep.compareAndExchange(Mode.VOLATILE, 1, 0) == 1;
    }

    Thread getRunnerVolatile() {
        return simulation.ofNumber(runner.load(Mode.VOLATILE));
    }

    void setRunnerVolatile(final Thread thread) {
        if (thread == null) {
            runQueues.store(Mode.PLAIN, ++handovers);
        }
        owner = thread;
        runner.store(
                simulation.mode(Mode.VOLATILE, Weakening.RUNNER_STORED_PLAIN, Mode.PLAIN), simulation.numberOf(thread));
    }

    boolean compareAndSetRunner(final Thread thread) {
        final long number = simulation.numberOf(thread);
        final boolean done = simulation.has(Weakening.RUNNER_EXCHANGE_SPLIT)
                ? runner.compareThenStore(0, number) == 0
                : runner.compareAndExchange(Mode.VOLATILE, 0, number) == 0;
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

    // Sleeping

    void park(final long nanos) {
        simulation.park(nanos);
    }

    void unpark(final Thread thread) {
        simulation.unpark(thread);
    }

    // The loop's own thread

    static Thread newThread(final Runnable task, final String name) {
        return Simulation.running().newThread(name, task::run);
    }

    static void start(final Thread thread) {
        Simulation.running().start(thread);
    }

    static void join(final Thread thread) {
        Simulation.running().join(thread);
    }
}
