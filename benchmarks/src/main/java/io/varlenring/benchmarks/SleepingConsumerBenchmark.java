// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * From just before a record of 64 bytes is offered until the handler of a consumer that slept has it. The offering thread
 * spins for a while before each, so that the consumer has gone to sleep; JMH's own score contains that and means nothing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SleepingConsumerBenchmark extends Trial {
    private static final long PAUSE_NANOS = 100_000;

    @Param("ring-unpark")
    public String rival;

    private Sleeper sleeper;

    @Setup
    public void start() throws IOException {
        sleeper = Sleeper.start(rival);
    }

    @TearDown
    public void stop() throws IOException, InterruptedException {
        sleeper.stop();
    }

    /** One wakeup; the percentiles are the result. */
    @Benchmark
    public void wakeup(final Percentiles percentiles) {
        final long pauseEnd = System.nanoTime() + PAUSE_NANOS;
        while (System.nanoTime() - pauseEnd < 0) {
            Thread.onSpinWait();
        }
        final long before = sleeper.arrivals();
        final long begin = System.nanoTime();
        sleeper.send();
        while (sleeper.arrivals() == before) {
            Thread.onSpinWait();
        }
        percentiles.record(sleeper.arrivedNanos() - begin);
    }
}
