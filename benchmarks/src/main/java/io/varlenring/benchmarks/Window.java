// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.util.Map;
import java.util.function.IntFunction;

/**
 * A benchmark of one rival in pieces of a fraction of a millisecond, so that several builds can be measured in turn in one
 * process. Each is in a class loader of its own, and so is this class; they are told apart from outside as functions: given
 * how many bursts, a window returns the nanoseconds for one record, and how far the threads were from each other before and
 * after, or {@code NaN} where it has no other thread.
 */
public final class Window {
    private static final int LARGE_BURST = 512;

    private Window() {}

    /**
     * Starts a rival.
     *
     * @param set the set
     * @param rival the rival
     * @param parameters the parameters of the set
     * @return its windows
     */
    public static IntFunction<double[]> start(
            final String set, final String rival, final Map<String, String> parameters) {
        switch (set) {
            case "single-thread":
                return singleThread(rival, parameters.get("size"), Integer.parseInt(parameters.get("burst")));
            case "burst":
                return burst(rival, parameters.get("size"));
            case "throughput":
                return new ThroughputWindow(
                        rival,
                        parameters.get("size"),
                        Integer.parseInt(parameters.get("producers")),
                        parameters.get("reads").equals("all"));
            case "tasklets":
                return new TaskletWindow(rival, parameters.get("benchmark"));
            default:
                throw new IllegalArgumentException("no such set: " + set);
        }
    }

    private static double[] result(final long nanos, final int records) {
        return new double[] {(double) nanos / records, Double.NaN, Double.NaN};
    }

    private static IntFunction<double[]> singleThread(final String rival, final String size, final int burst) {
        final SingleThreadBenchmark benchmark = new SingleThreadBenchmark();
        benchmark.rival = rival;
        benchmark.size = size;
        benchmark.burst = burst;
        benchmark.start();
        return bursts -> {
            final long start = System.nanoTime();
            for (int i = 0; i < bursts; i++) {
                benchmark.offerAndDrain();
            }
            return result(System.nanoTime() - start, bursts * burst);
        };
    }

    private static IntFunction<double[]> burst(final String rival, final String size) {
        final BurstBenchmark benchmark = new BurstBenchmark();
        benchmark.rival = rival;
        benchmark.size = size;
        benchmark.start();
        return bursts -> {
            long nanos = 0;
            for (int i = 0; i < bursts; i++) {
                final long start = System.nanoTime();
                benchmark.offerOnly();
                nanos += System.nanoTime() - start;
                benchmark.drain();
            }
            return result(nanos, bursts * LARGE_BURST);
        };
    }
}
