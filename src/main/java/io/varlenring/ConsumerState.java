// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.ref.WeakReference;

/** The state that the consumer writes with every record or drain. */
abstract class ConsumerState extends RingCounters {
    /** The value of {@code lastUser} once this process has left the ring. */
    static final WeakReference<Thread> DETACHED = new WeakReference<>(null);

    /**
     * The thread inside a call, or in the last one; weakly held. Replaced only for another thread: that allocates, and
     * the collector's write barrier for a reference store takes cache lines from threads that store references into
     * neighbours of this object.
     */
    WeakReference<Thread> lastUser = new WeakReference<>(null);
    /** The position of the next header. */
    long cursor;
    /** All bytes before it are zeroed. */
    long zeroed;
    /** The consumer position: all bytes before it are also given back. */
    long givenBack;
    /** Where the current drain must zero, give back, or end. */
    long pausePosition;

    /** A lap after where the current drain began. */
    long drainEnd;
    /** How far from its start a drain first pauses: at once, 0, while {@link #isStallWatched}. */
    int pauseBytes;
    /** Whether the current drain has reached a header that is not ready. */
    boolean caughtUp;
    /** Whether a thread is inside a call. */
    boolean isInUse;

    /** How many drains since the last record; goes round. */
    int fruitlessDrains;
    /** Where the consumer was last blocked by an unfinished reservation, and since when. */
    long stalledPosition;

    long stalledNanos;

    /** Whether an event of a stall is open, whose end a drain must not miss. */
    final boolean isStallWatched() {
        return pauseBytes == 0;
    }

    /** Returns these words and the thread inside a call, or {@code nobody}; may be slightly out of date. */
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
