// SPDX-License-Identifier: Apache-2.0
package io.varlenring.simulation;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.function.BooleanSupplier;

/** Runs a scenario with many seeds. */
public final class Schedules {
    private static final long ONE_SEED = Long.getLong("simulation.seed", 0);
    private static final int COUNT = Integer.getInteger("simulation.schedules", 10_000);
    private static final int MOST_FOR_A_CONTROL = 100_000;

    private Schedules() {}

    /** Fails if any of the schedules does; with {@code -Dsimulation.seed=N} only that one is run. */
    public static void check(final String name, final Simulation.Scenario scenario) {
        check(name, scenario, Weakening.NONE);
    }

    /** The same with a weakening, which this shows to be harmless. */
    public static void check(final String name, final Simulation.Scenario scenario, final Weakening weakening) {
        final long first = ONE_SEED == 0 ? 1 : ONE_SEED;
        final long last = ONE_SEED == 0 ? atLeastOne(COUNT) : ONE_SEED;
        for (long seed = first; seed <= last; seed++) {
            final Throwable failure = Simulation.run(scenario, seed, weakening);
            if (failure != null) {
                fail(
                        name + " fails with -Dsimulation.seed=" + seed + ": " + failure + "\nthe last accesses:\n"
                                + Simulation.lastTrace(),
                        failure);
            }
        }
    }

    /** With 0 schedules all scenarios would pass. */
    static int atLeastOne(final int count) {
        if (count < 1) {
            throw new IllegalArgumentException("-Dsimulation.schedules must be at least 1, but is " + count);
        }
        return count;
    }

    /** Fails if no schedule meets something, or one before it fails. */
    public static void checkMeets(final BooleanSupplier met, final Simulation.Scenario scenario) {
        for (long seed = 1; !met.getAsBoolean(); seed++) {
            final Throwable failure = Simulation.run(scenario, seed, Weakening.NONE);
            if (failure != null || seed == MOST_FOR_A_CONTROL) {
                fail("not met up to schedule " + seed + ", which ended with " + failure, failure);
            }
        }
    }

    /** Fails if no schedule shows the weakening. */
    public static void checkFinds(final Weakening weakening, final Simulation.Scenario scenario) {
        for (long seed = 1; seed <= MOST_FOR_A_CONTROL; seed++) {
            final Throwable failure = Simulation.run(scenario, seed, weakening);
            if (failure != null) {
                System.out.println(weakening + ": found by schedule " + seed + ": " + failure.getMessage());
                return;
            }
        }
        fail(weakening + " was not found in " + MOST_FOR_A_CONTROL + " schedules");
    }
}
