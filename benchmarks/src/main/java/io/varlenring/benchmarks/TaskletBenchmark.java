// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
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
 * Wakeups and runs of small pieces of work on one thread, of each peer in the same way.
 *
 * <p>All work is made beforehand; what a peer allocates besides is its own doing. Every burst is waited for, so that no
 * queue grows. The score is the time per wakeup, or per run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TaskletBenchmark extends Trial {
    private static final int BURST = 64;
    private static final int LOCAL_BURSTS = 16;
    /** Where the counter is in its array: far from both ends, and so from anything else that is written. */
    private static final int COUNTER = 16;

    @Param({"tasklet", "tasklet-selector", "netty", "netty-nio", "fork-join", "fork-join-task", "executor"})
    public String peer;

    /** How many runs have been completed; written by the peer's thread only. */
    private final AtomicLongArray completed = new AtomicLongArray(2 * COUNTER);

    private final Wakeable[] burst = new Wakeable[BURST];
    private Peer started;
    private Wakeable distributor;
    /** How many runs have been asked for; used by the benchmark's thread only. */
    private long asked;

    /** Counts its runs, and shows the count to the waiting thread. */
    private final class Leaf extends Work {
        @Override
        public void run() {
            complete(1);
        }
    }

    /** Wakes a burst of others, on the peer's own thread; the last of them wakes it again, for some bursts. */
    private final class Distributor extends Work {
        private final Wakeable[] others = new Wakeable[BURST];
        private Wakeable self;
        private int runs;

        @Override
        public void run() {
            for (final Wakeable other : others) {
                other.wakeupLocally();
            }
        }

        private void otherRan() {
            runs++;
            if (runs == LOCAL_BURSTS * BURST) {
                runs = 0;
                complete(LOCAL_BURSTS * BURST);
            } else if (runs % BURST == 0) {
                self.wakeupLocally();
            }
        }

        private final class Other extends Work {
            @Override
            public void run() {
                otherRan();
            }
        }
    }

    /**
     * Keeps the peer's thread awake by waking itself for ever, where that does not starve the others. What a peer allocates
     * for that is in its bytes per op.
     */
    @State(Scope.Benchmark)
    public static class Keeper {
        private volatile boolean stopped;
        private Wakeable self;

        @Setup
        public void start(final TaskletBenchmark benchmark) {
            if (!benchmark.started.canBeKeptAwake()) {
                return;
            }
            self = benchmark.started.prepare(new Work() {
                @Override
                public void run() {
                    if (!stopped) {
                        self.wakeupLocally();
                    }
                }
            });
            resume();
        }

        void resume() {
            stopped = false;
            self.wakeup();
        }

        @TearDown
        public void stop() {
            stopped = true;
        }
    }

    /** Waits for the burst outside of the measured time. */
    @State(Scope.Benchmark)
    public static class WaitAfterwards {
        private TaskletBenchmark benchmark;

        @Setup
        public void set(final TaskletBenchmark of) {
            benchmark = of;
        }

        @TearDown(Level.Invocation)
        public void await() {
            benchmark.await();
        }
    }

    @Setup
    public void start() {
        started = Peer.start(peer);
        for (int i = 0; i < BURST; i++) {
            burst[i] = started.prepare(new Leaf());
        }
        final Distributor work = new Distributor();
        for (int i = 0; i < BURST; i++) {
            work.others[i] = started.prepare(work.new Other());
        }
        distributor = started.prepare(work);
        work.self = distributor;
    }

    @TearDown
    public void stop() {
        started.close();
    }

    private void complete(final int runs) {
        completed.setRelease(COUNTER, completed.getPlain(COUNTER) + runs); // release, pairs with await(): what ran
    }

    private void wakeup(final int count) {
        for (int i = 0; i < count; i++) {
            burst[i].wakeup();
        }
        asked += count;
    }

    void await() {
        while (completed.getAcquire(COUNTER) < asked) { // acquire, pairs with complete(): what ran
            Thread.onSpinWait();
        }
    }

    /** What a wakeup costs the waking thread, while the peer's thread is awake: a burst, waited for afterwards. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void crossThreadWakeup(final Keeper keeper, final WaitAfterwards wait) {
        wakeup(BURST);
    }

    /** One wakeup of a peer whose thread is awake, until the work has run. */
    @Benchmark
    public void crossThreadRoundTrip(final Keeper keeper) {
        wakeup(1);
        await();
    }

    /** One wakeup of a peer that has nothing else to do, until the work has run. */
    @Benchmark
    public void dispatch1() {
        wakeup(1);
        await();
    }

    /** Wakeups of 8 at once, until all have run. */
    @Benchmark
    @OperationsPerInvocation(8)
    public void dispatch8() {
        wakeup(8);
        await();
    }

    /** Wakeups of 64 at once, until all have run. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void dispatch64() {
        wakeup(BURST);
        await();
    }

    /** Wakeups of 64 at once of a peer whose thread is awake, until all have run. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void dispatch64Awake(final Keeper keeper) {
        wakeup(BURST);
        await();
    }

    /** Work on the peer's thread wakes 64 others there, 16 times in a row; the time per run of those. */
    @Benchmark
    @OperationsPerInvocation(LOCAL_BURSTS * BURST)
    public void dispatchLocal() {
        distributor.wakeup();
        asked += LOCAL_BURSTS * BURST;
        await();
    }
}
