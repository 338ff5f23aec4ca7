// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import io.varlenring.benchmarks.host.PingPong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * Producers that offer as fast as they can within a window and sleep between windows, and the calling thread, which consumes,
 * and reads all of a record or only its first word. Before and after, the calling thread and the first producer find out how
 * far they are from each other.
 */
final class ThroughputWindow implements IntFunction<double[]> {
    private static final int BURST = 64;
    private static final int CAPACITY = 64 * 1024;
    private static final int TRIPS = 50;

    private final int[] sizes;
    private final Rival rival;
    private final boolean yields;
    private final Thread[] threads;
    private final PingPong pingPong = new PingPong();
    /** How many producers are in the window. */
    private final AtomicInteger present = new AtomicInteger();
    /** Changes when the first producer is to come, */
    private volatile int firstWindow;
    /** and when the others are. */
    private volatile int window;

    /** Changes when the first producer has answered long enough. */
    private volatile int over;

    /** The last window in which all were let go, */
    private volatile int begun;
    /** and the last in which they were stopped; numbers, so that one who was not running misses neither. */
    private volatile int ended;

    /** What a producer died of; the consumer, which would wait for it for ever, looks whenever it has nothing to do. */
    private volatile Throwable failure;

    ThroughputWindow(final String name, final String size, final int producers, final boolean readAll) {
        sizes = Sizes.of(size);
        rival = Rival.start(name, new Rival.Config(CAPACITY, sizes, producers, readAll));
        yields = producers + 1 > Runtime.getRuntime().availableProcessors();
        threads = new Thread[producers];
        for (int i = 0; i < producers; i++) {
            final boolean first = i == 0;
            threads[i] = new Thread(() -> produceOrFail(first), "producer");
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    private void backOff() {
        if (yields) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    private void awaitProducers() {
        if (failure != null) {
            throw new IllegalStateException("a producer failed", failure);
        }
        backOff();
    }

    private void produceOrFail(final boolean first) {
        try {
            produce(first);
        } catch (final Throwable thrown) { // an Error, too: a build may not have what it is asked for
            failure = thrown;
        }
    }

    private void produce(final boolean first) {
        final Rival.Producer producer = rival.newProducer();
        final int batch = rival.batch();
        int next = 0;
        int done = 0;
        for (; ; ) {
            while ((first ? firstWindow : window) == done) {
                LockSupport.park(this);
            }
            done++;
            present.incrementAndGet();
            while (begun != done) {
                if (first && window != done) {
                    pingPong.answer();
                } else {
                    backOff();
                }
            }
            while (ended != done) {
                final int taken = producer.offer(sizes, next, batch);
                next = (next + batch) & (Sizes.COUNT - 1);
                if (taken < batch) {
                    backOff();
                }
            }
            present.decrementAndGet();
            while (first && over != done) {
                pingPong.answer();
            }
        }
    }

    @Override
    public double[] apply(final int bursts) {
        firstWindow++;
        LockSupport.unpark(threads[0]);
        while (present.get() < 1) {
            awaitProducers();
        }
        final double before = pingPong.ask(TRIPS);
        window++;
        for (int i = 1; i < threads.length; i++) {
            LockSupport.unpark(threads[i]);
        }
        while (present.get() < threads.length) {
            awaitProducers();
        }
        final int records = bursts * BURST;
        int consumed = 0;
        final long start = System.nanoTime();
        begun++;
        while (consumed < records) {
            final int drained = rival.drain();
            consumed += drained;
            if (drained == 0) {
                awaitProducers();
            }
        }
        final long nanos = System.nanoTime() - start;
        ended++;
        while (present.get() > 0) {
            if (rival.drain() == 0) {
                awaitProducers();
            }
        }
        while (rival.drain() > 0) { // what came last
        }
        final double after = pingPong.ask(TRIPS);
        over++;
        return new double[] {(double) nanos / consumed, before, after};
    }
}
