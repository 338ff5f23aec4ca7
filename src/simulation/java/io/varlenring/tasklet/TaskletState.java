// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.simulation.Simulation;
import io.varlenring.simulation.Weakening;
import io.varlenring.simulation.Word;
import io.varlenring.simulation.Word.Mode;

/** The twin of the shipped class of this name, on simulated memory. */
abstract class TaskletState {
    static final long REASONS = 0xffff_ffffL;
    static final long QUEUED = 1L << 32;
    static final long KILLED = 1L << 33;
    static final int WAKEUPS_SHIFT = 34;
    static final long ONE_WAKEUP = 1L << WAKEUPS_SHIFT;

    private final Simulation simulation = Simulation.running();
    private final Word state = simulation.newWord("state", 0);

    final long getStateVolatile() {
        return state.load(Mode.VOLATILE);
    }

    final boolean compareAndSetState(final long expected, final long replacement) {
        if (simulation.has(Weakening.STATE_EXCHANGE_SPLIT)) {
            return state.compareThenStore(expected, replacement) == expected;
        }
        if (simulation.has(Weakening.STATE_LOOK_INSTEAD_OF_EXCHANGE)
                && (expected & QUEUED) != 0
                && replacement == expected + ONE_WAKEUP) {
            return true;
        }
        return state.compareAndExchange(
                        simulation.mode(Mode.VOLATILE, Weakening.STATE_EXCHANGE_RELAXED, Mode.OPAQUE),
                        expected,
                        replacement)
                == expected;
    }
}
