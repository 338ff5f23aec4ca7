// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * The queued tasklets of one class, linked through the tasklets themselves; used by the loop's thread only. Those that run
 * right after another one wait in a stack of their own, which goes first, but does not take the last run of a round from the
 * others: tasklets that wake each other that way for ever would starve them. Where the last run is the only one, both take
 * turns.
 */
final class RunQueue {
    /** How many tasklets of this class may run in a round. */
    final int share;

    private Tasklet first;
    private Tasklet last;
    private Tasklet top;
    private boolean topHadTurn;

    RunQueue(final int share) {
        this.share = share;
    }

    boolean isEmpty() {
        return first == null && top == null;
    }

    void addLast(final Tasklet tasklet) {
        if (first == null) {
            first = tasklet;
        } else {
            last.next = tasklet;
        }
        last = tasklet;
        tasklet.queue = this;
    }

    /** Adds right behind the running tasklet. */
    void push(final Tasklet tasklet) {
        tasklet.next = top;
        top = tasklet;
        tasklet.queue = this;
    }

    /** Adds right behind a tasklet that is in this queue. */
    void addAfter(final Tasklet previous, final Tasklet tasklet) {
        tasklet.next = previous.next;
        previous.next = tasklet;
        if (last == previous) {
            last = tasklet;
        }
        tasklet.queue = this;
    }

    /** Takes out the tasklet to run next, when this many of the class have run in this round; the queue is not empty. */
    Tasklet remove(final int runs) {
        final Tasklet tasklet;
        topHadTurn = top != null && (first == null || runs < share - 1 || (share == 1 && !topHadTurn));
        if (topHadTurn) {
            tasklet = top;
            top = tasklet.next;
        } else {
            tasklet = first;
            first = tasklet.next;
            if (first == null) {
                last = null;
            }
        }
        tasklet.next = null;
        tasklet.queue = null;
        return tasklet;
    }
}
