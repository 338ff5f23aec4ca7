// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.util.function.IntFunction;

/** Windows of {@link TaskletBenchmark}; the peer's thread is kept awake within a window only. */
final class TaskletWindow implements IntFunction<double[]> {
    private static final int BURST = 64;
    private static final int LOCAL_RUNS = 16 * BURST;

    private final TaskletBenchmark benchmark = new TaskletBenchmark();
    private final String method;
    /** Keeps the peer awake; {@code null} where it may sleep. */
    private final TaskletBenchmark.Keeper keeper;

    TaskletWindow(final String peer, final String method) {
        benchmark.peer = peer;
        benchmark.start();
        this.method = method;
        if (method.startsWith("crossThread") || method.endsWith("Awake")) {
            keeper = new TaskletBenchmark.Keeper();
            keeper.start(benchmark);
            keeper.stop();
        } else {
            keeper = null;
        }
    }

    @Override
    public double[] apply(final int bursts) {
        if (keeper != null) {
            keeper.resume();
        }
        benchmark.dispatch1(); // it is there
        long nanos = 0;
        for (int i = 0; i < bursts; i++) {
            final long start = System.nanoTime();
            run();
            nanos += System.nanoTime() - start;
            benchmark.await();
        }
        if (keeper != null) {
            keeper.stop();
            benchmark.dispatch1(); // it has seen that
        }
        return new double[] {(double) nanos / bursts / runs(), Double.NaN, Double.NaN};
    }

    private void run() {
        switch (method) {
            case "crossThreadWakeup":
                benchmark.crossThreadWakeup(keeper, null);
                break;
            case "crossThreadRoundTrip":
                benchmark.crossThreadRoundTrip(keeper);
                break;
            case "dispatch1":
                benchmark.dispatch1();
                break;
            case "dispatch8":
                benchmark.dispatch8();
                break;
            case "dispatch64":
                benchmark.dispatch64();
                break;
            case "dispatch64Awake":
                benchmark.dispatch64Awake(keeper);
                break;
            case "dispatchLocal":
                benchmark.dispatchLocal();
                break;
            default:
                throw new IllegalArgumentException("no such benchmark: " + method);
        }
    }

    private int runs() {
        switch (method) {
            case "crossThreadRoundTrip":
            case "dispatch1":
                return 1;
            case "dispatch8":
                return 8;
            case "dispatchLocal":
                return LOCAL_RUNS;
            default:
                return BURST;
        }
    }
}
