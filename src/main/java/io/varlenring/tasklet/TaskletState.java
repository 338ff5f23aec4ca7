// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What threads share of a tasklet: one word that says whether it is queued and why; whether it has been killed; and the
 * link to the next tasklet in its queue. In the word, reasons and count of wakeups change together, so they cannot get
 * out of step.
 *
 * <pre>
 *   bits  0-31   reasons of the wakeups since the last run
 *   bits 32-63   wakeups since the last run; when there are any, the tasklet is queued
 * </pre>
 */
abstract class TaskletState extends Padding {
    static final long REASONS = 0xffff_ffffL;
    static final int WAKEUPS_SHIFT = 32;
    static final long ONE_WAKEUP = 1L << WAKEUPS_SHIFT;

    private static final VarHandle STATE;
    private static final VarHandle NOT_PUT;
    private static final VarHandle NOT_SIGNALLED;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(TaskletState.class, "state", long.class)
                    .withInvokeExactBehavior();
            NOT_PUT = lookup.findVarHandle(TaskletState.class, "notPut", boolean.class)
                    .withInvokeExactBehavior();
            NOT_SIGNALLED = lookup.findVarHandle(TaskletState.class, "notSignalled", boolean.class)
                    .withInvokeExactBehavior();
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // by STATE
    private long state;

    private volatile boolean killed;

    // What an Error left undone of a first wakeup. Two words: a waker that could not wake the loop may record that
    // late, after the next first waker has recorded that it did not put the tasklet.

    /** The wakeup is counted, but the tasklet is not in the inbox. */
    volatile boolean notPut;

    /** The tasklet is in the inbox, but the loop may be asleep. */
    volatile boolean notSignalled;

    /** Written by the thread that queues this tasklet, then by the loop; the inbox hands it over. */
    private Tasklet next;

    /** Links the calls that allocate on first use, which may be when the heap is full. */
    final void link() {
        if (getAndAddState(0) == 0
                && compareAndSetState(getStateVolatile(), 0)
                && !compareAndSetPut()
                && !compareAndSetSignalled()) {
            getAndSetState(0);
        }
    }

    final long getStateVolatile() {
        return (long) STATE.getVolatile(this);
    }

    final boolean compareAndSetState(final long expected, final long replacement) {
        return STATE.compareAndSet(this, expected, replacement);
    }

    /** Adds atomically; returns the previous state. */
    final long getAndAddState(final long delta) {
        return (long) STATE.getAndAdd(this, delta);
    }

    /** Replaces atomically; returns the previous state. */
    final long getAndSetState(final long replacement) {
        return (long) STATE.getAndSet(this, replacement);
    }

    final boolean isNotPutVolatile() {
        return notPut;
    }

    /** Returns whether this call has taken it over. */
    final boolean compareAndSetPut() {
        return NOT_PUT.compareAndSet(this, true, false);
    }

    final boolean isNotSignalledVolatile() {
        return notSignalled;
    }

    /** As {@link #compareAndSetPut}. */
    final boolean compareAndSetSignalled() {
        return NOT_SIGNALLED.compareAndSet(this, true, false);
    }

    final boolean isKilledVolatile() {
        return killed;
    }

    final void setKilledVolatile() {
        killed = true;
    }

    /**
     * Plain: only the waker has it between the first wakeup and the put into the inbox, else only the loop's thread.
     */
    final Tasklet getNextPlain() {
        return next;
    }

    final void setNextPlain(final Tasklet tasklet) {
        next = tasklet;
    }
}
