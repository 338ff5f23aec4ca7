// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.ref.WeakReference;

/** What the consumer writes with every record or drain. */
abstract class ConsumerState extends RingCounters {
    /** Stands for the user once this process has left the ring. */
    static final WeakReference<Thread> DETACHED = new WeakReference<>(null);

    /**
     * The thread inside a call, or that was in the last one; the ring does not keep it. Renewed only where another
     * comes: it takes memory, and with each reference in an object a collector is told, which takes cache lines from
     * threads that do so with neighbours of this object.
     */
    WeakReference<Thread> lastUser = new WeakReference<>(null);
    /** Where the next header is. */
    long cursor;
    /** All before it is zeroed. */
    long zeroed;
    /** The consumer position: all before it is the producers', too. */
    long givenBack;
    /** Where the drain under way has to zero, to give back, or to end. */
    long pausePosition;

    /** A lap behind where it began. */
    long drainEnd;
    /** How far behind its begin a drain pauses first: 0 while a stall is watched, whose end must not be missed. */
    int pauseBytes;
    /** Whether the drain under way has come to a header that is not ready. */
    boolean caughtUp;
    /** Whether a thread is inside a call. */
    boolean isInUse;

    /** Since the last record. */
    int fruitlessDrains;
    /** Where the consumer was last seen behind an unfinished reservation, and since when. */
    long stalledPosition;

    long stalledNanos;

    /** Says who is inside a call, behind these words for it; or {@code nobody}. Perhaps of a moment ago. */
    final String describeUser(final String words, final String nobody) {
        return !isInUse ? nobody : lastUser == DETACHED ? "detached" : words + lastUser.get();
    }

    final IllegalStateException inUse(final Thread current) {
        return new IllegalStateException(
                lastUser == DETACHED
                        ? "this process has been detached from the ring"
                        : lastUser.get() == current
                                ? "the consumer was called from inside its own handler"
                                : "the consumer is in use by " + lastUser.get() + " and was called by " + current);
    }
}
