// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Prints a line a second: how much each of some counts has grown, by the second, and how things stand. */
public final class Progress {
    private static final double NANOS_PER_SECOND = 1e9;

    private final List<Rate> rates = new ArrayList<>();
    private final Supplier<String> state;

    private record Rate(String name, LongSupplier count, long[] last) {}

    public Progress(final Supplier<String> state) {
        this.state = state;
    }

    public Progress rate(final String name, final LongSupplier count) {
        rates.add(new Rate(name, count, new long[1]));
        return this;
    }

    /** Prints for some seconds, or until it is over. */
    public void run(final int seconds, final ThreadWatch watch, final PrintStream out) throws InterruptedException {
        final long start = System.nanoTime();
        rates.forEach(rate -> rate.last[0] = rate.count.getAsLong());
        long last = start;
        for (int second = 1; second <= seconds; second++) {
            if (watch.sleepUntil(start + TimeUnit.SECONDS.toNanos(second))) {
                return;
            }
            final long now = System.nanoTime();
            final StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%4d s", second));
            for (final Rate rate : rates) {
                final long count = rate.count.getAsLong();
                line.append(String.format(
                        Locale.ROOT,
                        "  %s %,9.0f/s",
                        rate.name,
                        (count - rate.last[0]) / ((now - last) / NANOS_PER_SECOND)));
                rate.last[0] = count;
            }
            out.println(line.append("  ").append(state.get()));
            last = now;
        }
    }
}
