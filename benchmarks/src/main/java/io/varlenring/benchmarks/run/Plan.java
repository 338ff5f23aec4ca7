// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.util.Locale;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** How long is measured: rounds with one fork of each rival, and what happens in a fork. */
enum Plan {
    SMOKE(1, 0, 1, 50),
    QUICK(3, 3, 3, 250),
    FULL(11, 5, 5, 300);

    /** What a fork takes besides its iterations, for the estimate only. */
    private static final double FORK_SECONDS = 0.8;

    final int rounds;
    private final int warmups;
    private final int iterations;
    private final int millis;

    Plan(final int rounds, final int warmups, final int iterations, final int millis) {
        this.rounds = rounds;
        this.warmups = warmups;
        this.iterations = iterations;
        this.millis = millis;
    }

    /** Sets the iterations of a fork; a single one is as long as the others together. */
    void apply(final ChainedOptionsBuilder options, final boolean single) {
        options.warmupIterations(warmups)
                .warmupTime(TimeValue.milliseconds(millis))
                .measurementIterations(single ? 1 : iterations)
                .measurementTime(TimeValue.milliseconds(single ? (long) iterations * millis : millis));
    }

    String estimate(final int forks) {
        final double minutes = forks * (FORK_SECONDS + (warmups + iterations) * millis / 1e3) / 60;
        return String.format(Locale.ROOT, "about %.0f min", Math.ceil(minutes));
    }

    String describe(final int actualRounds) {
        return actualRounds + " rounds; each fork " + warmups + " x " + millis + " ms to warm up and " + iterations
                + " x " + millis + " ms measured";
    }
}
