// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

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
 * One record goes to another thread through one queue, which reads all of it and answers with one of the same size through
 * another queue of the same rival; only then comes the next. Both threads spin.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoundTripBenchmark extends Trial {
    private static final int CAPACITY = 64 * 1024;

    @Param("ring-offer")
    public String rival;

    @Param({"64", "1200"})
    public String size;

    private Rival there;
    private Rival back;
    private Rival.Producer producer;
    private int length;
    private Thread echo;
    private volatile boolean stopped;

    @Setup
    public void start() {
        final int[] sizes = Sizes.of(size);
        length = sizes[0];
        final Rival.Config config = new Rival.Config(CAPACITY, sizes, 1, true);
        there = Rival.start(rival, config);
        back = Rival.start(rival, config);
        producer = there.newProducer();
        echo = new Thread(this::echo, "echo");
        echo.start();
    }

    @TearDown
    public void stop() throws InterruptedException {
        stopped = true;
        echo.join();
    }

    private void echo() {
        final Rival.Producer answers = back.newProducer();
        while (!stopped) {
            final int records = there.drain();
            if (records == 0) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < records; i++) {
                send(answers);
            }
        }
    }

    private void send(final Rival.Producer to) {
        while (!to.offer(length)) {
            Thread.onSpinWait();
        }
    }

    /** There and back; the percentiles are the result. */
    @Benchmark
    public long roundTrip(final Percentiles percentiles) {
        final long begin = System.nanoTime();
        send(producer);
        while (back.drain() == 0) {
            Thread.onSpinWait();
        }
        percentiles.record(System.nanoTime() - begin);
        return back.checksum;
    }
}
