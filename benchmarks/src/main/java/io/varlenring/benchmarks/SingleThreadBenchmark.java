// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One thread offers a burst of records and then drains it: what a record costs when nobody interferes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SingleThreadBenchmark extends Trial {
    private static final int BURST = 64;
    private static final int CAPACITY = 256 * 1024;
    private static final int LARGE_CAPACITY = 1024 * 1024;
    private static final int LARGE = 2048;

    @Param("ring-offer")
    public String rival;

    @Param({"0", "16", "64", "256", "1200", "8192", Sizes.QUIC})
    public String size;

    /** How many records are offered before they are drained; set where other than bursts are counted. */
    public int burst = BURST;

    private int[] sizes;
    private Rival started;
    private Rival.Producer producer;
    private int next;

    @Setup
    public void start() {
        sizes = Sizes.of(size);
        final boolean large = sizes[0] > LARGE;
        started = Rival.start(rival, new Rival.Config(large ? LARGE_CAPACITY : CAPACITY, sizes, 1, false));
        producer = started.newProducer();
    }

    /** The time for one record, offered and drained. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public long offerAndDrain() {
        return burst == BURST ? offerAndDrain(BURST) : offerAndDrain(burst); // a constant for the compiler
    }

    private long offerAndDrain(final int records) {
        final int offered = producer.offer(sizes, next, records);
        if (offered != records) {
            throw new IllegalStateException("refused after " + offered + " records, though a burst fits");
        }
        next = (next + records) & (Sizes.COUNT - 1);
        int drained = 0;
        while (drained < records) { // a peer may stop where its memory wraps
            drained += started.drain();
        }
        return started.checksum;
    }
}
