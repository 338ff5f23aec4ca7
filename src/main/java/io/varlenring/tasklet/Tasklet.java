// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.WakeupHook;

/**
 * A piece of work that is asleep, or queued once, or running, on one {@link TaskletLoop}.
 *
 * <p>All methods may be called from any thread, from bodies and from hooks of rings. None blocks, except {@link
 * #kill()} of a {@link RingTasklet}'s tasklet, which briefly takes locks; and none allocates, except {@link
 * #toString()}, and the events of a loop with profiling while they are recorded.
 *
 * @since 0.1.0
 */
public final class Tasklet extends TaskletFields implements WakeupHook {
    // What remains to be done of a wakeup in progress

    private static final int NOTHING = 0;
    private static final int TO_PUT = 1;
    private static final int TO_SIGNAL = 2;

    /** The count saturates here. */
    static final long MOST_WAKEUPS = 1L << 30;

    @SuppressWarnings("unused") // trailing padding: see Padding
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7, behind8;

    Tasklet(final TaskletLoop loop, final TaskletBody body, final boolean heavy) {
        super(loop, body, heavy);
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
     * @param reasons bits whose meaning the body defines; the run gets those of all wakeups since the last run
     */
    public void wakeup(final int reasons) {
        final boolean local = loop.isRunner();
        int left = NOTHING;
        try {
            if (local && isQueuedFor(reasons)) {
                if (!isKilled()) {
                    loop.coalesced();
                }
            } else if (addWakeup(reasons)) {
                left = TO_PUT;
            }
            if (left == NOTHING) { // queued already, unless an Error ended the wakeup that should have queued it
                // the loads pair with the stores below; the compare-and-sets elect one thread [T7]
                if (isNotPutVolatile() && compareAndSetPut()) {
                    left = TO_PUT;
                    setNextPlain(null); // the interrupted put may have set it
                } else if (isNotSignalledVolatile() && compareAndSetSignalled()) {
                    left = TO_SIGNAL;
                } else {
                    return;
                }
            }
            if (left == TO_PUT) {
                if (isKilled()) { // the count stays: nothing will look at it
                    return;
                }
                loop.enqueue(this, local);
                left = TO_SIGNAL;
            }
            if (!local) {
                loop.wakeIfAsleep();
            }
        } catch (final Throwable failure) { // an Error: the next wakeup does what remains, since no one else would
            // no calls, which could fail as well; volatile: pairs with the loads above [T7]
            if (left == TO_PUT) {
                notPut = true;
            } else if (left == TO_SIGNAL) {
                notSignalled = true;
            }
            throw failure;
        }
    }

    /** Queues this tasklet after another one, on the loop's thread, unless it is queued; returns whether it did. */
    boolean wakeupAfter(final Tasklet previousOrNull) {
        int left = NOTHING;
        try {
            if (!addWakeup(0)) {
                return false;
            }
            left = TO_PUT;
            return loop.enqueueAfter(previousOrNull, this);
        } catch (final Throwable failure) { // as in wakeup()
            if (left == TO_PUT) {
                notPut = true; // volatile: pairs with the load there [T7]
            }
            throw failure;
        }
    }

    /**
     * Ends this tasklet for good. When called on the loop's thread, no run begins any more. When called from another
     * thread, one run that the loop decided on before this method returns may still begin, or be under way, and
     * completes; there is none after it; and the deadline, if any, is dropped when it comes. To know that the last run
     * is over, wake another tasklet of the loop, which runs after it. Killing again does nothing.
     */
    public void kill() {
        setKilledVolatile(); // pairs with runUnlessKilled(): either it sees the kill, or the run had begun before [T3]
        if (loop.isRunner()) {
            loop.deadlines.remove(this); // killed elsewhere, it is dropped when it comes
        }
        if (body instanceof RingTasklet.Drain drain) {
            drain.killed();
        }
    }

    /**
     * Tells whether this tasklet has been killed.
     *
     * @return {@code true} from the moment {@link #kill()} takes effect
     */
    public boolean isKilled() {
        return isKilledVolatile(); // pairs with kill() [T3]
    }

    /**
     * Tells whether the coming run gets all these reasons anyway; only on the loop's thread, where that run comes after
     * everything the caller did.
     */
    private boolean isQueuedFor(final int reasons) {
        final long state = getStateVolatile(); // reasons of other threads only ever add [T1]
        return state >>> WAKEUPS_SHIFT != 0 && (reasons & ~state & REASONS) == 0;
    }

    /** Counts a wakeup with its reasons; returns whether the caller has to queue the tasklet. */
    boolean addWakeup(final int reasons) {
        // Both pair with takeWakeups(). If this comes before it, that run sees these reasons and all that the caller
        // did; if after, no wakeup is counted, and we queue. It stores even if the tasklet is queued: a mere load could
        // be performed before the caller's own stores are visible [T1]
        long state;
        if (reasons == 0) {
            state = getAndAddState(ONE_WAKEUP);
        } else {
            do {
                state = getStateVolatile(); // pairs with the compare-and-set below [T1]
            } while (!compareAndSetState(state, (state | (reasons & REASONS)) + ONE_WAKEUP)); // as above [T1]
        }
        if (state >>> WAKEUPS_SHIFT >= MOST_WAKEUPS) {
            forgetOneWakeup();
        }
        return state >>> WAKEUPS_SHIFT == 0; // no call after the count: the caller records that it must queue it [T7]
    }

    /** Keeps the count from wrapping to 0, which would mean "not queued". */
    private void forgetOneWakeup() {
        long state;
        do {
            state = getStateVolatile(); // pairs with the compare-and-set below [T1]
        } while (state >>> WAKEUPS_SHIFT >= MOST_WAKEUPS
                && !compareAndSetState(state, state - ONE_WAKEUP)); // as every change of the state [T1]
    }

    /** Takes this tasklet out of the queued state; returns the state before, with the reasons and the wakeups. */
    long takeWakeups() {
        return getAndSetState(0); // pairs with addWakeup() [T1]
    }

    /** Returns the state of this tasklet and its loop, for people to read. */
    @Override
    public String toString() {
        final long state = getStateVolatile(); // a snapshot [T1]
        final long wakeups = state >>> WAKEUPS_SHIFT;
        final String what;
        if (isKilled()) {
            what = "killed";
        } else if (wakeups == 0) {
            what = "not queued";
        } else {
            what = "queued by " + wakeups + " wakeups, reasons 0x" + Long.toHexString(state & REASONS);
        }
        return "Tasklet[" + what + ", " + loop + "]";
    }
}

/** The fields of a tasklet besides its state. */
abstract class TaskletFields extends TaskletState {
    final TaskletLoop loop;
    final TaskletBody body;
    final boolean heavy;

    /** The run queue it is in, or null; used by the loop's thread only. */
    RunQueue queue;

    /** Whether it was put ahead of others there. */
    boolean hasJumped;

    /** Created with the first deadline and reused; null before. Used by the loop's thread only. */
    Deadlines.Deadline deadline;

    /** When this tasklet was queued, for profiling; written by the thread that queued it. */
    long queuedNanos;

    /** The event of the wakeup that queued it, or null; written likewise. */
    Object queuedEvent;

    TaskletFields(final TaskletLoop loop, final TaskletBody body, final boolean heavy) {
        this.loop = loop;
        this.body = body;
        this.heavy = heavy;
    }
}
