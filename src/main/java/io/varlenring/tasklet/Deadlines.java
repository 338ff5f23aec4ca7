// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.util.Arrays;

/**
 * The deadlines of a loop's tasklets, the first of them on top; used by the loop's thread only. It is a binary
 * heap in an array that grows, and each deadline knows its place in it, so that a deadline can be moved and taken back.
 *
 * <p>Times are those of {@link System#nanoTime()}, which may overflow: only differences are compared. Those are right
 * while all deadlines are less than 2^63 ns apart, so one that is further away from now than {@link #FURTHEST} is
 * brought nearer.
 */
final class Deadlines {
    /** 73 years. */
    static final long FURTHEST = 1L << 61;

    /** The place of a deadline that is not in the heap. */
    private static final int NONE = -1;

    private static final int INITIAL_CAPACITY = 16;

    /** The deadline of one tasklet. */
    static final class Deadline {
        final Tasklet tasklet;
        long nanoTime;
        int reasons;
        private long number;
        private int index = NONE;

        Deadline(final Tasklet tasklet) {
            this.tasklet = tasklet;
        }

        private boolean isBefore(final Deadline other) {
            final long difference = nanoTime - other.nanoTime;
            return difference < 0 || (difference == 0 && number < other.number);
        }
    }

    private Deadline[] heap = new Deadline[INITIAL_CAPACITY];
    private int size;
    /** Deadlines set so far: those for the same time come in the order in which they were set. */
    private long count;

    boolean isEmpty() {
        return size == 0;
    }

    static boolean has(final Tasklet tasklet) {
        return tasklet.deadline != null && tasklet.deadline.index != NONE;
    }

    /** Gives a tasklet a deadline, in the place of the one that it has. */
    void set(final Tasklet tasklet, final long now, final long nanoTime, final int reasons) {
        if (tasklet.deadline == null) {
            tasklet.deadline = new Deadline(tasklet);
        }
        final Deadline deadline = tasklet.deadline;
        if (deadline.index == NONE && size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        deadline.nanoTime = now + Math.max(-FURTHEST, Math.min(FURTHEST, nanoTime - now));
        deadline.number = count++;
        deadline.reasons = reasons;
        if (deadline.index == NONE) {
            moveUp(size++, deadline);
        } else {
            moveUp(deadline.index, deadline);
            moveDown(deadline.index, deadline);
        }
    }

    /** Takes a tasklet's deadline back, if it has one. */
    void remove(final Tasklet tasklet) {
        if (!has(tasklet)) {
            return;
        }
        final Deadline deadline = tasklet.deadline;
        final int index = deadline.index;
        deadline.index = NONE;
        final Deadline last = heap[--size];
        heap[size] = null;
        if (last != deadline) {
            moveUp(index, last);
            moveDown(last.index, last);
        }
    }

    /** Takes out the tasklet with the first deadline, when that has come; else null. */
    Tasklet pollDue(final long now) {
        final Deadline first = heap[0];
        if (first == null || first.nanoTime - now > 0) {
            return null;
        }
        remove(first.tasklet);
        return first.tasklet;
    }

    /** Returns the time from now until the first deadline. */
    long nanosUntilFirst(final long now) {
        return size == 0 ? Long.MAX_VALUE : heap[0].nanoTime - now;
    }

    /** Puts a deadline into this place or one above, where it is not before its parent. */
    private void moveUp(final int from, final Deadline deadline) {
        int index = from;
        while (index > 0 && deadline.isBefore(heap[(index - 1) / 2])) {
            place(index, heap[(index - 1) / 2]);
            index = (index - 1) / 2;
        }
        place(index, deadline);
    }

    /** Puts a deadline into this place or one below, where none of its children is before it. */
    private void moveDown(final int from, final Deadline deadline) {
        int index = from;
        for (int child = 2 * index + 1; child < size; child = 2 * index + 1) {
            if (child + 1 < size && heap[child + 1].isBefore(heap[child])) {
                child++;
            }
            if (!heap[child].isBefore(deadline)) {
                break;
            }
            place(index, heap[child]);
            index = child;
        }
        place(index, deadline);
    }

    private void place(final int index, final Deadline deadline) {
        heap[index] = deadline;
        deadline.index = index;
    }
}
