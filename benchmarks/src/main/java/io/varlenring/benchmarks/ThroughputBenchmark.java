// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Some threads offer records as fast as they can, and one drains them. The score is the records consumed; accepted and
 * refused offers are counted apart, and JMH's own score, calls of both methods, means nothing.
 *
 * <p>A thread that finds the rival full, or empty, spins once and tries again. With more threads than processors it
 * yields instead, since the thread that it waits for may not be running.
 */
@State(Scope.Group)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ThroughputBenchmark extends Trial {
    @Param("ring-offer")
    public String rival;

    @Param("64")
    public String size;

    /** How many threads offer; the runner makes the group's threads accordingly. */
    @Param("1")
    public int producers;

    /** How much of a record the consumer reads: its first word, or all of them. */
    @Param({"head", "all"})
    public String reads;

    @Param("65536")
    public int capacity;

    private int[] sizes;
    private Rival started;
    private boolean yields;

    /** What the consumer got. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Consumed {
        public long consumed;
    }

    /** What became of the offers. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Offered {
        public long accepted;
        public long refused;
    }

    /** One producing thread. */
    @State(Scope.Thread)
    public static class Sender {
        private Rival.Producer producer;
        private int next;

        @Setup
        public void start(final ThroughputBenchmark benchmark) {
            producer = benchmark.started.newProducer();
        }
    }

    @Setup
    public void start() {
        sizes = Sizes.of(size);
        started = Rival.start(rival, new Rival.Config(capacity, sizes, producers, reads.equals("all")));
        yields = producers + 1 > Runtime.getRuntime().availableProcessors();
    }

    private void backOff() {
        if (yields) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    /** One drain. */
    @Benchmark
    @Group("throughput")
    public long consume(final Consumed counters) {
        final int records = started.drain();
        counters.consumed += records;
        if (records == 0) {
            backOff();
        }
        return started.checksum;
    }

    /** One offer, or one batch where the rival takes them. */
    @Benchmark
    @Group("throughput")
    public void produce(final Sender sender, final Offered counters) {
        final int batch = started.batch();
        final int taken = sender.producer.offer(sizes, sender.next, batch);
        sender.next = (sender.next + batch) & (Sizes.COUNT - 1);
        counters.accepted += taken;
        if (taken < batch) {
            counters.refused++;
            backOff();
        }
    }
}
