// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The one word that says what state a tasklet is in. Reasons, queued, killed and the count of wakeups change together, so
 * there is nothing to get out of step.
 *
 * <pre>
 *   bits  0-31   reasons of the wakeups since the last run
 *   bit     32   QUEUED: woken, and not run since; it is in exactly one queue
 *   bit     33   KILLED: will never run again
 *   bits 34-63   wakeups since the last run, modulo 2^30
 * </pre>
 */
abstract class TaskletState {
    static final long REASONS = 0xffff_ffffL;
    static final long QUEUED = 1L << 32;
    static final long KILLED = 1L << 33;
    static final int WAKEUPS_SHIFT = 34;
    static final long ONE_WAKEUP = 1L << WAKEUPS_SHIFT;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup()
                    .findVarHandle(TaskletState.class, "state", long.class)
                    .withInvokeExactBehavior();
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // by STATE
    private long state;

    final long getStateVolatile() {
        return (long) STATE.getVolatile(this);
    }

    final boolean compareAndSetState(final long expected, final long replacement) {
        return STATE.compareAndSet(this, expected, replacement);
    }
}
