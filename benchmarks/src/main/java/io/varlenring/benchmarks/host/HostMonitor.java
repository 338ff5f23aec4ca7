// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.host;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;

/** Reads what the host gives right now, from a process that does nothing else; a reading takes some 30 milliseconds. */
public final class HostMonitor {
    private static final int READINGS = 600;
    private static final int WINDOWS = 60;
    private static final int TRIPS = 500;
    private static final int FEW_TRIPS = 50;

    private final PingPong pingPong = new PingPong();
    private final Thread partner = new Thread(this::answer, "ping-pong");
    private final boolean alone = Runtime.getRuntime().availableProcessors() == 1;
    private volatile boolean asking;

    /** Starts the partner, which sleeps while nothing is read. */
    public HostMonitor() {
        CoreCalibrator.warmUp();
        partner.setDaemon(true);
        partner.start();
        for (int i = 0; i < 5; i++) { // until compiled
            read();
        }
    }

    private void answer() {
        for (; ; ) {
            while (!asking) {
                LockSupport.park(this);
            }
            while (asking) {
                pingPong.answer();
            }
        }
    }

    /**
     * Reads.
     *
     * @return medians of many short readings; with one processor only, no distance
     */
    public HostReading read() {
        final double alu = median(READINGS, CoreCalibrator::read);
        if (alone) {
            return new HostReading(alu, Double.NaN);
        }
        asking = true;
        LockSupport.unpark(partner);
        final double line = median(WINDOWS, () -> pingPong.ask(TRIPS));
        asking = false;
        return new HostReading(alu, line);
    }

    /**
     * Reads only how far the partner is, in a fraction of a millisecond.
     *
     * @return nanoseconds there and back
     */
    public double readLine() {
        if (alone) {
            return Double.NaN;
        }
        asking = true;
        LockSupport.unpark(partner);
        pingPong.ask(FEW_TRIPS); // until it is awake
        final double line = pingPong.ask(FEW_TRIPS);
        asking = false;
        return line;
    }

    private static double median(final int count, final DoubleSupplier reading) {
        final double[] values = new double[count];
        Arrays.setAll(values, i -> reading.getAsDouble());
        Arrays.sort(values);
        return values[count / 2];
    }
}
