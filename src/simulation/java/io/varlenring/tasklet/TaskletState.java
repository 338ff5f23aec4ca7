// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.simulation.Reference;
import io.varlenring.simulation.Simulation;
import io.varlenring.simulation.Weakening;
import io.varlenring.simulation.Word;
import io.varlenring.simulation.Word.Mode;
import java.util.function.LongUnaryOperator;

/** The twin of the shipped class of this name, on simulated memory. */
abstract class TaskletState {
    static final long REASONS = 0xffff_ffffL;
    static final int WAKEUPS_SHIFT = 32;
    static final long ONE_WAKEUP = 1L << WAKEUPS_SHIFT;

    // Not in simulated memory: no Error comes here, so nothing is left undone.

    boolean notPut;
    boolean notSignalled;

    private final Simulation simulation = Simulation.running();
    private final Word state = simulation.newWord("state", 0);
    private final Word killed = simulation.newWord("killed", 0);
    private final Reference<Tasklet> next = new Reference<>(simulation, "next");

    /** No Error comes here either. */
    final void link() {}

    private Mode stepMode() {
        return simulation.mode(Mode.VOLATILE, Weakening.STATE_STEP_RELAXED, Mode.OPAQUE);
    }

    final long getStateVolatile() {
        return state.load(Mode.VOLATILE);
    }

    final boolean compareAndSetState(final long expected, final long replacement) {
        if (simulation.has(Weakening.STATE_STEP_SPLIT)) {
            return state.compareThenStore(expected, replacement) == expected;
        }
        return state.compareAndExchange(stepMode(), expected, replacement) == expected;
    }

    final long getAndAddState(final long delta) {
        if (simulation.has(Weakening.STATE_LOAD_INSTEAD_OF_ADD)) {
            final long found = getStateVolatile();
            if (found >= ONE_WAKEUP) {
                return found;
            }
        }
        return change(found -> found + delta);
    }

    final long getAndSetState(final long replacement) {
        return change(found -> replacement);
    }

    private long change(final LongUnaryOperator operation) {
        long expected = getStateVolatile();
        while (!compareAndSetState(expected, operation.applyAsLong(expected))) {
            expected = getStateVolatile();
        }
        return expected;
    }

    final boolean isNotPutVolatile() {
        return notPut;
    }

    final boolean compareAndSetPut() {
        final boolean isFirst = notPut;
        notPut = false;
        return isFirst;
    }

    final boolean isNotSignalledVolatile() {
        return notSignalled;
    }

    final boolean compareAndSetSignalled() {
        final boolean isFirst = notSignalled;
        notSignalled = false;
        return isFirst;
    }

    final boolean isKilledVolatile() {
        return killed.load(Mode.VOLATILE) != 0;
    }

    final void setKilledVolatile() {
        killed.store(simulation.mode(Mode.VOLATILE, Weakening.KILLED_STORED_PLAIN, Mode.PLAIN), 1);
    }

    final Tasklet getNextPlain() {
        return next.load(Mode.PLAIN);
    }

    final void setNextPlain(final Tasklet tasklet) {
        next.store(Mode.PLAIN, tasklet);
    }
}
