// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.WakeupHook;

/**
 * A piece of work that is asleep, or queued once, or running, on one {@link TaskletLoop}.
 *
 * <p>All methods may be called from any thread, from bodies and from hooks of rings; none blocks, and none allocates once
 * the loop has seen as many tasklets queued at once as there will be.
 */
public final class Tasklet extends TaskletState implements WakeupHook {
    final TaskletLoop loop;
    final TaskletBody body;
    final boolean heavy;

    // Used by the loop's thread only, while this tasklet is in one of its run queues

    Tasklet next;
    RunQueue queue;

    /** When this tasklet was queued, for profiling; written by the thread that queued it. */
    long queuedNanos;

    Tasklet(final TaskletLoop loop, final TaskletBody body, final boolean heavy) {
        this.loop = loop;
        this.body = body;
        this.heavy = heavy;
    }

    /**
     * Makes the body run at least once more.
     *
     * <p>What the caller did before happens-before that run. When the tasklet is queued already, nothing is added. On a
     * tasklet that was killed, or a loop that was closed, this does nothing.
     */
    @Override
    public void wakeup() {
        wakeup(0);
    }

    /**
     * Makes the body run at least once more, and hands it reasons.
     *
     * @param reasons bits whose meaning is the body's; the run gets those of all wakeups since the last one
     */
    public void wakeup(final int reasons) {
        if (addWakeup(reasons)) {
            loop.enqueue(this);
        }
    }

    /**
     * Ends this tasklet, for good. From the return of this method on the body is not started any more; a run under way goes
     * on to its end. Killing again does nothing.
     */
    public void kill() {
        long state;
        do {
            state = getStateVolatile(); // volatile, pairs with the exchange below [T1]
            // volatile, pairs with beginRun(): either it sees the kill, or the run had begun before [T3]
        } while ((state & KILLED) == 0 && !compareAndSetState(state, state | KILLED));
    }

    /**
     * Tells whether this tasklet has been killed.
     *
     * @return {@code true} from the moment on when {@link #kill()} took effect
     */
    public boolean isKilled() {
        return (getStateVolatile() & KILLED) != 0; // volatile, pairs with kill() [T3]
    }

    /** Counts a wakeup with its reasons; returns whether the caller has to queue the tasklet. */
    boolean addWakeup(final int reasons) {
        for (; ; ) {
            final long state = getStateVolatile(); // volatile, pairs with the exchange below [T1]
            if ((state & KILLED) != 0) {
                return false;
            }
            // volatile, pairs with beginRun(), which clears QUEUED before the body runs. When this comes before it,
            // that run
            // sees these reasons and all the caller did; when it comes after it, QUEUED is not set, and we queue. It is
            // an
            // exchange even if QUEUED is set: a mere look could come before the caller's own stores are visible [T1]
            if (compareAndSetState(state, (state | QUEUED | (reasons & REASONS)) + ONE_WAKEUP)) {
                return (state & QUEUED) == 0;
            }
        }
    }

    /** Takes this tasklet out of the queued state; returns the state before, with the reasons and the wakeups. */
    long beginRun() {
        for (; ; ) {
            final long state = getStateVolatile(); // volatile, pairs with the exchange below [T1]
            // volatile, pairs with addWakeup() [T1] and kill() [T3]
            if (compareAndSetState(state, state & KILLED)) {
                return state;
            }
        }
    }
}
