// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a producer pays for bursts of 32 records, offered one by one, or at once where the rival can. They are drained
 * outside of the measured time, after so many bursts that reading the clock does not count.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BurstBenchmark extends Trial {
    private static final int BURST = 32;
    private static final int RECORDS = 16 * BURST;
    private static final int CAPACITY = 256 * 1024;

    @Param("ring-offer")
    public String rival;

    @Param({"16", "64", "256"})
    public String size;

    private int[] sizes;
    private Rival started;
    private Rival.Producer producer;

    @Setup
    public void start() {
        sizes = Sizes.of(size);
        started = Rival.start(rival, new Rival.Config(CAPACITY, sizes, 1, false));
        producer = started.newProducer();
    }

    @TearDown(Level.Invocation)
    public void drain() {
        int drained = 0;
        while (drained < RECORDS) {
            drained += started.drain();
        }
    }

    /** The time for one record, offered only. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void offerOnly() {
        for (int i = 0; i < RECORDS; i += BURST) {
            if (producer.offer(sizes, i, BURST) != BURST) {
                throw new IllegalStateException("refused, though all fit");
            }
        }
    }
}
