// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Records become due at random times, at a given rate, and one thread offers each when it is due, or later if the rival
 * was full. Another thread drains. The result is the time from when a record was due until the drain that read it has
 * returned, so a rival that falls behind is charged for the whole queue; JMH's own score, the time of one drain, means
 * nothing. Both threads spin.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SteadyLoadBenchmark extends Trial {
    private static final int CAPACITY = 64 * 1024;
    /** How many gaps are drawn, a power of two; then they repeat. */
    private static final int GAPS = 1 << 16;

    private static final long LEAD_TIME_NANOS = 1_000_000;

    @Param("ring-offer")
    public String rival;

    @Param("64")
    public String size;

    @Param({"1000000", "5000000"})
    public int perSecond;

    private final long[] gaps = new long[GAPS];
    private int length;
    private Rival started;
    private Rival.Producer producer;
    private Thread sender;
    private volatile boolean stopped;
    /** When the schedule of an iteration begins; 0 before its first call. */
    private volatile long begin;

    // For the consumer

    /** When the last record that was read had been due. */
    private long due;
    /** How many records were read in this iteration. */
    private int read;

    @Setup
    public void start() {
        final int[] sizes = Sizes.of(size);
        length = sizes[0];
        started = Rival.start(rival, new Rival.Config(CAPACITY, sizes, 1, true));
        producer = started.newProducer();
        final SplittableRandom random = new SplittableRandom(perSecond);
        for (int i = 0; i < GAPS; i++) {
            gaps[i] = Math.round(-Math.log(1 - random.nextDouble()) * TimeUnit.SECONDS.toNanos(1) / perSecond);
        }
    }

    /** Each iteration has a schedule of its own: nobody drains between two, and what was due then would count. */
    @Setup(Level.Iteration)
    public void startSender() {
        begin = 0;
        stopped = false;
        sender = new Thread(this::send, "sender");
        sender.start();
    }

    @TearDown(Level.Iteration)
    public void stopSender() throws InterruptedException {
        stopped = true;
        sender.join();
        while (started.drain() > 0) { // what nobody asks about any more
            Thread.onSpinWait();
        }
    }

    private void send() {
        while (begin == 0 && !stopped) {
            Thread.onSpinWait();
        }
        long next = begin;
        for (int i = 0; !stopped; i++) {
            next += gaps[i & (GAPS - 1)];
            while (System.nanoTime() - next < 0) {
                Thread.onSpinWait();
            }
            while (!producer.offer(length) && !stopped) {
                Thread.onSpinWait();
            }
        }
    }

    /** One drain; the percentiles are the result. */
    @Benchmark
    public long drain(final Percentiles percentiles) {
        if (begin == 0) {
            read = 0;
            due = System.nanoTime() + LEAD_TIME_NANOS;
            begin = due;
        }
        final int records = started.drain();
        if (records == 0) {
            Thread.onSpinWait();
            return started.checksum;
        }
        final long now = System.nanoTime();
        for (int i = 0; i < records; i++) {
            due += gaps[read++ & (GAPS - 1)];
            percentiles.record(now - due);
        }
        return started.checksum;
    }
}
