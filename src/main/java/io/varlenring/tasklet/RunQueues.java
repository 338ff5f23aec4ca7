// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * The queued tasklets of a loop by class, and which of them runs next; used by the loop's thread only. A round goes
 * through the classes in their order, and lets each run up to its share.
 */
final class RunQueues {
    private final RunQueue urgent = new RunQueue(64);
    private final RunQueue normal = new RunQueue(60);
    private final RunQueue bulk = new RunQueue(4);
    private final RunQueue heavy = new RunQueue(1);

    // The current round

    private RunQueue current = urgent;
    private int runsOfClass;
    /** The running tasklet; null between two runs. */
    private Tasklet running;

    boolean isEmpty() {
        return urgent.isEmpty() && normal.isEmpty() && bulk.isEmpty() && heavy.isEmpty();
    }

    // Adding

    /** Adds a tasklet that another thread, or a socket, has woken. */
    void addFromOutside(final Tasklet tasklet) {
        (tasklet.heavy ? heavy : urgent).addLast(tasklet);
    }

    /** Adds, in order of the wakeups, what other threads have linked newest first; {@code end} is excluded. */
    void addNewestFirst(final Tasklet last, final Tasklet end) {
        Tasklet newest = last;
        Tasklet oldest = null;
        while (newest != end && newest != null) {
            final Tasklet older = newest.getNextPlain();
            newest.setNextPlain(oldest);
            oldest = newest;
            newest = older;
        }
        while (oldest != null) {
            final Tasklet newer = oldest.getNextPlain();
            oldest.setNextPlain(null);
            addFromOutside(oldest);
            oldest = newer;
        }
    }

    /** Adds a tasklet that was woken on the loop's thread: by the running one, or from outside when none runs. */
    void add(final Tasklet tasklet) {
        if (running == null || tasklet.heavy) {
            addFromOutside(tasklet);
        } else {
            (tasklet == running ? bulk : normal).addLast(tasklet);
        }
    }

    /** Adds a tasklet right after one in these queues, or else right after the running one. */
    void addAfter(final Tasklet previousOrNull, final Tasklet tasklet) {
        if (previousOrNull != null && previousOrNull.queue != null) {
            previousOrNull.queue.addAfter(previousOrNull, tasklet);
        } else {
            (running == null ? normal : current).push(tasklet);
        }
    }

    boolean isRunning(final Tasklet tasklet) {
        return tasklet == running;
    }

    // Running

    /** Runs a removed tasklet, between {@link #beginRun} and {@link #endRun}. */
    interface Runner {
        /** Returns whether the tasklet has used up a run of its class; a killed one does not. */
        boolean run(Tasklet tasklet);
    }

    /**
     * Runs each class's share of a round; returns the number of runs. It is one loop over all classes, with its state
     * in fields: with a loop per class, dispatch on the loop's thread was slower.
     */
    int runShares(final Runner runner) {
        current = urgent;
        runsOfClass = 0;
        int runs = 0;
        for (Tasklet tasklet = poll(); tasklet != null; tasklet = poll()) {
            runs += runner.run(tasklet) ? 1 : 0;
        }
        return runs;
    }

    /** Removes the tasklet to run next in this round; null at its end. */
    private Tasklet poll() {
        RunQueue queue = current;
        while (runsOfClass >= queue.share || queue.isEmpty()) {
            if (queue == heavy) {
                return null;
            }
            queue = queue == urgent ? normal : queue == normal ? bulk : heavy;
            current = queue;
            runsOfClass = 0;
        }
        return queue.remove(runsOfClass);
    }

    /** Records that the removed tasklet runs, and uses up one run of its class. */
    void beginRun(final Tasklet tasklet) {
        running = tasklet;
        runsOfClass++;
    }

    void endRun() {
        running = null;
    }
}
