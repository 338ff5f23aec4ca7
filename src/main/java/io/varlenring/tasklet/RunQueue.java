// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * The queued tasklets of one class, linked through the tasklets themselves; used by the loop's thread only.
 *
 * <p>It is a queue and a stack. The stack holds what was woken to run right after the running tasklet, and goes first.
 * But tasklets that keep waking each other that way must not starve others. So the last run of a round is the queue's,
 * and if a round has only one run, stack and queue take turns; the rest of the stack then goes to the end of the queue.
 * And once a full share of tasklets in a row have run that were put ahead of others in the queue, no more are put
 * ahead.
 */
final class RunQueue {
    /** How many tasklets of this class may run in a round. */
    final int share;

    private Tasklet first;
    private Tasklet last;
    private Tasklet top;
    private boolean stackHadTurn;
    /** How many in a row have run that were put ahead of others in the queue. */
    private int jumped;

    RunQueue(final int share) {
        this.share = share;
    }

    boolean isEmpty() {
        return first == null && top == null;
    }

    /** Adds at the end of the queue. */
    void addLast(final Tasklet tasklet) {
        if (first == null) {
            first = tasklet;
        } else {
            last.setNextPlain(tasklet);
        }
        last = tasklet;
        tasklet.queue = this;
    }

    /** Adds on top of the stack. */
    void push(final Tasklet tasklet) {
        tasklet.setNextPlain(top);
        top = tasklet;
        tasklet.queue = this;
    }

    /** Adds right after a tasklet that is in the queue or the stack, while that is fair. */
    void addAfter(final Tasklet previous, final Tasklet tasklet) {
        if (jumped >= share) {
            addLast(tasklet);
            return;
        }
        tasklet.hasJumped = true;
        tasklet.setNextPlain(previous.getNextPlain());
        previous.setNextPlain(tasklet);
        if (last == previous) {
            last = tasklet;
        }
        tasklet.queue = this;
    }

    /** Removes the tasklet to run next, given how many of the class have run in this round; must not be empty. */
    Tasklet remove(final int runs) {
        final Tasklet tasklet;
        stackHadTurn = top != null && (runs < share - 1 || (share == 1 && !stackHadTurn));
        if (stackHadTurn) {
            tasklet = top;
            top = tasklet.getNextPlain();
        } else {
            if (top != null) {
                queueStack();
            }
            tasklet = first;
            first = tasklet.getNextPlain();
            if (first == null) {
                last = null;
            }
            if (tasklet.hasJumped) {
                jumped++;
            } else if (jumped != 0) {
                jumped = 0;
            }
        }
        if (tasklet.hasJumped) {
            tasklet.hasJumped = false;
        }
        tasklet.setNextPlain(null);
        tasklet.queue = null;
        return tasklet;
    }

    /** Appends the stack to the queue. */
    private void queueStack() {
        Tasklet tasklet = top;
        top = null;
        while (tasklet != null) {
            final Tasklet below = tasklet.getNextPlain();
            tasklet.hasJumped = false;
            addLast(tasklet);
            tasklet = below;
        }
    }
}
