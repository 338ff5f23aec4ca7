// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/** Goes through a trace, as fast as it can or at the times of the trace, and notes how late it was. */
final class ReplayPace {
    private static final long MAX_DELAY_NANOS = TimeUnit.MINUTES.toNanos(10);
    /** Sleeps are cut to pieces of this length, so that a stop is seen. */
    private static final long MAX_SLEEP_NANOS = 50_000_000;

    private final Trace trace;
    private final ReplayOptions options;
    private final Histogram lateNanos = new Histogram(MAX_DELAY_NANOS, 3);

    ReplayPace(final Trace trace, final ReplayOptions options) {
        this.trace = trace;
        this.options = options;
    }

    /** Sends one datagram. */
    @FunctionalInterface
    interface Step {
        void send(int size, long sequence) throws Exception;
    }

    /** Takes the steps of the whole trace, or until the time is up, or until it is stopped. */
    void run(final long startNanos, final BooleanSupplier stopped, final Step step) throws Exception {
        if (trace.length() == 0) { // more producers than flows
            return;
        }
        if (options.speed == ReplayOptions.Speed.MAX) {
            runMax(startNanos, stopped, step);
        } else {
            runOriginal(startNanos, stopped, step);
        }
    }

    private void runMax(final long startNanos, final BooleanSupplier stopped, final Step step) throws Exception {
        final long nanos = TimeUnit.SECONDS.toNanos(options.seconds);
        int index = 0;
        for (long sequence = 0; !stopped.getAsBoolean() && System.nanoTime() - startNanos < nanos; sequence++) {
            step.send(trace.size(index), sequence);
            index = index + 1 == trace.length() ? 0 : index + 1;
        }
    }

    private void runOriginal(final long startNanos, final BooleanSupplier stopped, final Step step) throws Exception {
        final long nanos = TimeUnit.SECONDS.toNanos(options.seconds);
        for (int i = 0; i < trace.length() && trace.nanos(i) < nanos; i++) {
            final long due = startNanos + trace.nanos(i);
            long early;
            while ((early = due - System.nanoTime()) > 0) {
                if (stopped.getAsBoolean()) {
                    return;
                }
                LockSupport.parkNanos(Math.min(early, MAX_SLEEP_NANOS));
            }
            lateNanos.recordValue(Math.min(-early, MAX_DELAY_NANOS));
            step.send(trace.size(i), i);
        }
    }

    /** Returns how long after their times datagrams were sent; empty at maximum speed. */
    Histogram lateNanos() {
        return lateNanos;
    }
}
