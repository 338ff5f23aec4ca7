// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Wakeups of a tasklet that is queued already, which add no run, beside the memory accesses they could cost at the
 * least: a volatile read, and a compare-and-set that nobody contends.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CoalescedBenchmark extends Trial {
    private static final int CALLS = 1024;

    private TaskletLoop idle;
    private Tasklet queued;
    private TaskletLoop loop;
    private Tasklet waker;
    private volatile long word;
    private final AtomicLong exchanged = new AtomicLong();

    @Setup
    public void start() {
        idle = TaskletLoop.manual(); // nobody runs it, so that what is queued stays queued
        queued = idle.newTasklet((self, reasons) -> {});
        queued.wakeup();

        loop = TaskletLoop.manual();
        final Tasklet other = loop.newTasklet((self, reasons) -> {});
        waker = loop.newTasklet((self, reasons) -> {
            for (int i = 0; i <= CALLS; i++) { // the first one queues it, the others are coalesced
                other.wakeup();
            }
        });
    }

    @TearDown
    public void stop() {
        idle.close();
        loop.close();
    }

    /** From a thread that is not the loop's. */
    @Benchmark
    public void coalescedForeign() {
        queued.wakeup();
    }

    /** From the loop's thread, inside a body; a round with two runs is shared by 1024 wakeups. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int coalescedLocal() {
        waker.wakeup();
        return loop.runOnce(0);
    }

    @Benchmark
    public long volatileRead() {
        return word;
    }

    /** A volatile read and an exchange of what was read. */
    @Benchmark
    public boolean compareAndSet() {
        final long value = exchanged.get();
        return exchanged.compareAndSet(value, value + 1);
    }
}
