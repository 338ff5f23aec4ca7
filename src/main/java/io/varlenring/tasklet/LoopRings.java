// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The rings whose consumers run on a loop, which closes them when it ends. Guarded by a lock: it is used when a ring is
 * made and when the loop ends.
 */
final class LoopRings {
    /** How long a loop that an Error keeps from ending waits before it retries. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /**
     * Weak: a producer's handle reaches its ring, and that, through its hook, the tasklet; without a handle nobody can
     * offer. What was offered before keeps the tasklet reachable in a run queue or through the deadline of its look,
     * unless it pauses: then it is its own value, which is null for all others.
     */
    private final Map<RingTasklet, RingTasklet> tasklets = new WeakHashMap<>();

    /** How many have been added so far. */
    private long count;

    /** Those still to be ended, the one made last at the end; null until the ending begins. */
    private List<RingTasklet> left;

    private boolean ending;
    private boolean ended;

    /** Returns whether the loop takes care of it; false once the loop is ending. */
    synchronized boolean add(final RingTasklet tasklet) {
        tasklet.number = count++;
        if (ending) {
            return false;
        }
        tasklets.put(tasklet, null);
        return true;
    }

    /** Keeps a tasklet reachable while it pauses, or no longer. */
    synchronized void setPausing(final RingTasklet tasklet, final boolean isPausing) {
        tasklets.replace(tasklet, isPausing ? tasklet : null);
    }

    /** Ends all of them, the one made last first; from here on none is added. */
    void endAll(final TaskletLoop loop) {
        for (RingTasklet tasklet = last(); tasklet != null; tasklet = last()) {
            LoopThread.forgetInterrupt(loop.thread);
            try {
                tasklet.end();
            } catch (final OutOfMemoryError | StackOverflowError failure) { // left to a retry
                throw failure;
            } catch (final Throwable failure) { // the others still end; e.g. a mapping that lost its file stays lost
                loop.failed(failure);
                tasklet.endTasklets();
            }
            remove(tasklet);
        }
        setEnded();
    }

    /** Runs a loop to its end, come what may: if memory runs out, it continues when there is some. */
    void insistOnTheEnd(final LoopMemory memory, final Runnable runToEnd) {
        VirtualMachineError last = null;
        while (!isEnded()) {
            try {
                runToEnd.run();
            } catch (final VirtualMachineError failure) {
                last = failure;
                memory.park(RETRY_NANOS);
            }
        }
        if (last != null) {
            throw last;
        }
    }

    /** Returns the one made last, or null. From the first call on none is added. */
    synchronized RingTasklet last() {
        ending = true;
        if (left == null) {
            final List<RingTasklet> sorted = new ArrayList<>(tasklets.keySet());
            sorted.sort(Comparator.comparingLong(tasklet -> tasklet.number));
            left = sorted;
        }
        while (!left.isEmpty()) {
            final RingTasklet last = left.get(left.size() - 1);
            if (tasklets.containsKey(last)) {
                return last;
            }
            left.remove(left.size() - 1);
        }
        return null;
    }

    synchronized void remove(final RingTasklet tasklet) {
        tasklets.remove(tasklet);
    }

    private synchronized void setEnded() {
        ended = true;
    }

    /** Tells whether the loop has run for the last time and ended its rings. */
    synchronized boolean isEnded() {
        return ended;
    }
}
