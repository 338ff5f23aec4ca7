// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.util.Arrays;

/**
 * The tasklets of a loop that wait for a time, the first of them on top; used by the loop's thread only. It is a binary
 * heap in an array that grows, and each tasklet knows its place in it, so that a deadline can be moved and taken back.
 *
 * <p>Times are those of {@link System#nanoTime()}, which may overflow: only differences are compared. Those are right
 * while all deadlines are less than 2^63 ns apart, so one that is further away from now than {@link #FURTHEST} is
 * brought nearer.
 */
final class Deadlines {
    /** The place of a tasklet that has no deadline. */
    static final int NONE = -1;
    /** 73 years. */
    static final long FURTHEST = 1L << 61;

    private static final int INITIAL_CAPACITY = 16;

    private Tasklet[] heap = new Tasklet[INITIAL_CAPACITY];
    private int size;
    /** Deadlines set so far: those for the same time come in the order in which they were set. */
    private long count;

    boolean isEmpty() {
        return size == 0;
    }

    /** Gives a tasklet a deadline, in the place of the one that it has. */
    void set(final Tasklet tasklet, final long now, final long nanoTime, final int reasons) {
        tasklet.deadlineNanos = now + Math.max(-FURTHEST, Math.min(FURTHEST, nanoTime - now));
        tasklet.deadlineNumber = count++;
        tasklet.deadlineReasons = reasons;
        if (tasklet.deadlineIndex == NONE) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, 2 * size);
            }
            moveUp(size++, tasklet);
        } else {
            moveUp(tasklet.deadlineIndex, tasklet);
            moveDown(tasklet.deadlineIndex, tasklet);
        }
    }

    /** Takes a tasklet's deadline back, if it has one. */
    void remove(final Tasklet tasklet) {
        final int index = tasklet.deadlineIndex;
        if (index == NONE) {
            return;
        }
        tasklet.deadlineIndex = NONE;
        final Tasklet last = heap[--size];
        heap[size] = null;
        if (last != tasklet) {
            moveUp(index, last);
            moveDown(last.deadlineIndex, last);
        }
    }

    /** Takes out the tasklet with the first deadline, when that has come; else null. */
    Tasklet pollDue(final long now) {
        final Tasklet first = heap[0];
        if (first == null || first.deadlineNanos - now > 0) {
            return null;
        }
        remove(first);
        return first;
    }

    /** Returns the time from now until the first deadline. */
    long nanosUntilFirst(final long now) {
        return size == 0 ? Long.MAX_VALUE : heap[0].deadlineNanos - now;
    }

    private static boolean isBefore(final Tasklet a, final Tasklet b) {
        final long difference = a.deadlineNanos - b.deadlineNanos;
        return difference < 0 || (difference == 0 && a.deadlineNumber < b.deadlineNumber);
    }

    /** Puts a tasklet into this place or one above, where it is not before its parent. */
    private void moveUp(final int from, final Tasklet tasklet) {
        int index = from;
        while (index > 0 && isBefore(tasklet, heap[(index - 1) / 2])) {
            place(index, heap[(index - 1) / 2]);
            index = (index - 1) / 2;
        }
        place(index, tasklet);
    }

    /** Puts a tasklet into this place or one below, where none of its children is before it. */
    private void moveDown(final int from, final Tasklet tasklet) {
        int index = from;
        for (int child = 2 * index + 1; child < size; child = 2 * index + 1) {
            if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isBefore(heap[child], tasklet)) {
                break;
            }
            place(index, heap[child]);
            index = child;
        }
        place(index, tasklet);
    }

    private void place(final int index, final Tasklet tasklet) {
        heap[index] = tasklet;
        tasklet.deadlineIndex = index;
    }
}
