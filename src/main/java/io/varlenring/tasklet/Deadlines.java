// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.util.Arrays;

/**
 * The deadlines of a loop's tasklets, earliest on top; used by the loop's thread only. It is a binary heap in a growing
 * array, and each deadline knows its index, so it can be moved and removed.
 *
 * <p>Times are those of {@link System#nanoTime()}, which may overflow: only differences are compared. Those are right
 * while all deadlines are less than 2^63 ns apart, so one further from now than {@link #FURTHEST} is clamped.
 */
final class Deadlines {
    /** 73 years. */
    static final long FURTHEST = 1L << 61;

    /** The index of a deadline that is not in the heap. */
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

        private boolean isAfter(final long otherTime, final long otherNumber) {
            final long difference = otherTime - nanoTime;
            return difference < 0 || (difference == 0 && otherNumber < number);
        }
    }

    private Deadline[] heap = new Deadline[INITIAL_CAPACITY];
    private int size;
    /** Deadlines set so far: those for the same time come due in the order in which they were set. */
    private long count;

    boolean isEmpty() {
        return size == 0;
    }

    static boolean has(final Tasklet tasklet) {
        return tasklet.deadline != null && tasklet.deadline.index != NONE;
    }

    /** Gives a tasklet a deadline, replacing the one it has. */
    void set(final Tasklet tasklet, final long now, final long nanoTime, final int reasons) {
        if (tasklet.deadline == null) {
            tasklet.deadline = new Deadline(tasklet);
        }
        final Deadline deadline = tasklet.deadline;
        final boolean isNew = deadline.index == NONE;
        if (isNew && size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        final long time = now + Math.max(-FURTHEST, Math.min(FURTHEST, nanoTime - now));
        final long number = count++;
        final int newSize = isNew ? size + 1 : size;
        final int free = isNew ? size : deadline.index;
        move(deadline, free, placeFor(time, number, free, newSize));
        deadline.nanoTime = time; // no call after move(): see there
        deadline.number = number;
        deadline.reasons = reasons;
        size = newSize;
    }

    /** Removes a tasklet's deadline, if it has one. */
    void remove(final Tasklet tasklet) {
        if (!has(tasklet)) {
            return;
        }
        final Deadline deadline = tasklet.deadline;
        final int newSize = size - 1;
        final Deadline last = heap[newSize];
        final int free = deadline.index;
        move(last, free, placeFor(last.nanoTime, last.number, free, newSize));
        deadline.index = NONE; // no call after move(): see there
        heap[newSize] = null;
        size = newSize;
    }

    /** Removes and returns the tasklet with the first deadline if that has come, else null. */
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

    /**
     * Returns where a deadline belongs when this place is free: there; or above, where it is not before its parent; or
     * below, where none of its children is before it.
     */
    private int placeFor(final long nanoTime, final long number, final int free, final int newSize) {
        int index = free;
        while (index > 0 && heap[(index - 1) / 2].isAfter(nanoTime, number)) {
            index = (index - 1) / 2;
        }
        if (index != free) {
            return index;
        }
        for (int child = 2 * index + 1; child < newSize; child = 2 * index + 1) {
            if (child + 1 < newSize && heap[child].isAfter(heap[child + 1].nanoTime, heap[child + 1].number)) {
                child++;
            }
            if (heap[child].isAfter(nanoTime, number)) {
                break;
            }
            index = child;
        }
        return index;
    }

    /**
     * Puts a deadline into the free place, or above or below it; those in between move towards the free one. From its
     * first store on it makes no calls, and nor may its caller: a call near the end of the stack could fail, and leave
     * the heap inconsistent.
     */
    private void move(final Deadline deadline, final int free, final int to) {
        int top = free;
        for (; top > to; top = (top - 1) / 2) {
            final Deadline parent = heap[(top - 1) / 2];
            heap[top] = parent;
            parent.index = top;
        }
        Deadline moved = deadline;
        for (int index = to; index > free; index = (index - 1) / 2) {
            final Deadline raised = heap[index];
            heap[index] = moved;
            moved.index = index;
            moved = raised;
        }
        heap[top] = moved;
        moved.index = top;
    }
}
