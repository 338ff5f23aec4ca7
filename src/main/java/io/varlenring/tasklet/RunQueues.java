// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * The queued tasklets of a loop by class, and which of them runs next; used by the loop's thread only. A round goes
 * through the classes in their order, and lets each run up to its share.
 */
final class RunQueues {
    private static final int URGENT = 0;
    private static final int NORMAL = 1;
    private static final int BULK = 2;
    private static final int HEAVY = 3;

    private final RunQueue[] classes = {new RunQueue(64), new RunQueue(60), new RunQueue(4), new RunQueue(1)};

    // The round under way

    private int current;
    private int runs;
    /** The tasklet that runs just now; null between two runs. */
    private Tasklet running;

    boolean isEmpty() {
        for (final RunQueue queue : classes) {
            if (!queue.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    // Adding

    /** Adds a tasklet that another thread, or a socket, has woken. */
    void addFromOutside(final Tasklet tasklet) {
        classes[tasklet.heavy ? HEAVY : URGENT].addLast(tasklet);
    }

    /** Adds a tasklet that was woken on the loop's thread: by the running one, or from outside when none runs. */
    void add(final Tasklet tasklet) {
        if (running == null || tasklet.heavy) {
            addFromOutside(tasklet);
        } else {
            classes[tasklet == running ? BULK : NORMAL].addLast(tasklet);
        }
    }

    /** Adds a tasklet right behind one of these queues, and else right behind the running one. */
    void addAfter(final Tasklet previousOrNull, final Tasklet tasklet) {
        if (previousOrNull != null && previousOrNull.queue != null) {
            previousOrNull.queue.addAfter(previousOrNull, tasklet);
        } else {
            classes[running == null ? NORMAL : current].push(tasklet);
        }
    }

    boolean isRunning(final Tasklet tasklet) {
        return tasklet == running;
    }

    // Running

    void beginRound() {
        current = 0;
        runs = 0;
    }

    /** Takes out the tasklet to run next in this round; null at its end. */
    Tasklet poll() {
        while (current < classes.length) {
            final RunQueue queue = classes[current];
            if (runs < queue.share && !queue.isEmpty()) {
                return queue.remove(runs);
            }
            current++;
            runs = 0;
        }
        return null;
    }

    /** Notes that the tasklet that was taken out runs, and uses up one run of its class. */
    void beginRun(final Tasklet tasklet) {
        running = tasklet;
        runs++;
    }

    void endRun() {
        running = null;
    }
}
