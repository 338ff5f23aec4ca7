// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import io.varlenring.RecordHandler;
import io.varlenring.RingConsumer;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A consumer that sleeps until it is given something, and says when it got it. */
abstract class Sleeper {
    private static final int CAPACITY = 64 * 1024;
    private static final int SIZE = 64;
    private static final int BUDGET = 64;

    /** When the last thing arrived, and how many have; written by the consumer only. */
    private long arrivedNanos;

    private volatile long arrivals;

    /** Whether a consumer with a thread of its own is to end. */
    volatile boolean stopped;

    static Sleeper start(final String name) throws IOException {
        switch (name) {
            case "ring-unpark":
                return new Parked(true);
            case "ring-timed-drain":
                return new TimedDrain();
            case "ring-selector":
                return new Selecting(true);
            case "ring-executor":
                return new Executed(true);
            case "ring-tasklet":
                return new OnLoop();
            case "abq":
                return new Taking();
            case "floor-park":
                return new Parked(false);
            case "floor-selector":
                return new Selecting(false);
            case "floor-executor":
                return new Executed(false);
            default:
                throw new IllegalArgumentException("no such sleeper: " + name);
        }
    }

    /** Gives it something, which wakes it. */
    abstract void send();

    /** To be called by the consumer when it got what was sent. */
    final void arrive() {
        arrivedNanos = System.nanoTime();
        arrivals = arrivals + 1; // the volatile write publishes the time
    }

    final long arrivals() {
        return arrivals;
    }

    /** May be read after {@link #arrivals()} has shown the arrival. */
    final long arrivedNanos() {
        return arrivedNanos;
    }

    /** Ends the consumer. */
    abstract void stop() throws IOException, InterruptedException;

    /** A consumer with a thread of its own. */
    private abstract static class Threaded extends Sleeper {
        final Thread thread = new Thread(this::run, "sleeper");

        abstract void run();

        abstract void wake();

        @Override
        void stop() throws IOException, InterruptedException {
            stopped = true;
            wake();
            thread.join();
        }
    }

    /** The record that is sent, and the ring that it goes through. */
    private static final class Line {
        private final VarLenMpscRing ring;
        private final RingConsumer consumer;
        private final RingProducer producer;
        private final ByteBuffer record = ByteBuffer.allocateDirect(SIZE);

        Line(final VarLenMpscRing ring) {
            this.ring = ring;
            this.consumer = ring.consumer();
            this.producer = ring.newProducer();
        }

        static Line withHook(final WakeupHook hook) {
            return new Line(
                    VarLenMpscRing.builder().capacity(CAPACITY).hook(hook).build());
        }

        void send() {
            if (!producer.offer(record.clear())) {
                throw new IllegalStateException("the ring is full");
            }
        }
    }

    /** Parks; woken by the ring's hook, or by a bare unpark after a bare volatile write. */
    private static final class Parked extends Threaded {
        private final Line lineOrNull;
        private volatile boolean sent;

        Parked(final boolean ring) {
            lineOrNull = ring ? Line.withHook(WakeupHook.unpark(thread)) : null;
            thread.start();
        }

        @Override
        void send() {
            if (lineOrNull != null) {
                lineOrNull.send();
            } else {
                sent = true;
                LockSupport.unpark(thread);
            }
        }

        @Override
        void run() {
            if (lineOrNull == null) {
                runBare();
                return;
            }
            final RingConsumer consumer = lineOrNull.consumer;
            final RecordHandler handler = record -> arrive();
            while (!stopped) {
                if (consumer.drain(handler) == 0 && consumer.arm()) {
                    LockSupport.park(this);
                }
            }
        }

        private void runBare() {
            while (!stopped) {
                if (sent) {
                    sent = false;
                    arrive();
                } else {
                    LockSupport.park(this);
                }
            }
        }

        @Override
        void wake() {
            LockSupport.unpark(thread);
        }
    }

    /** Waits in the ring's own drain with a timeout. */
    private static final class TimedDrain extends Threaded {
        private final Line line = new Line(VarLenMpscRing.allocate(CAPACITY));

        TimedDrain() {
            thread.start();
        }

        @Override
        void send() {
            line.send();
        }

        @Override
        void run() {
            final RecordHandler handler = record -> arrive();
            try {
                while (!stopped) {
                    line.consumer.drain(handler, Integer.MAX_VALUE, 1, TimeUnit.MINUTES);
                }
            } catch (final InterruptedException end) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        void wake() {
            line.ring.close();
        }
    }

    /** Waits in a selector without sockets. */
    private static final class Selecting extends Threaded {
        private final Selector selector = Selector.open();
        private final Line lineOrNull;
        private volatile boolean sent;

        Selecting(final boolean ring) throws IOException {
            lineOrNull = ring ? Line.withHook(WakeupHook.selector(selector)) : null;
            thread.start();
        }

        @Override
        void send() {
            if (lineOrNull != null) {
                lineOrNull.send();
            } else {
                sent = true;
                selector.wakeup();
            }
        }

        @Override
        void run() {
            final RecordHandler handler = record -> arrive();
            try {
                while (!stopped) {
                    if (lineOrNull == null) {
                        if (sent) {
                            sent = false;
                            arrive();
                        } else {
                            selector.select();
                        }
                    } else if (lineOrNull.consumer.drain(handler) == 0 && lineOrNull.consumer.arm()) {
                        selector.select();
                    }
                }
            } catch (final IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        void wake() {
            selector.wakeup();
        }

        @Override
        void stop() throws IOException, InterruptedException {
            super.stop();
            selector.close();
        }
    }

    /** Runs as a task of an executor with one thread. */
    private static final class Executed extends Sleeper {
        private final ExecutorService executor = Executors.newSingleThreadExecutor();
        private final RecordHandler handler = record -> arrive();
        private final Runnable bare = this::arrive;
        private final Line lineOrNull;

        Executed(final boolean ring) {
            final Runnable task = this::drain;
            lineOrNull = ring ? Line.withHook(WakeupHook.executor(executor, task)) : null;
            if (ring) {
                executor.execute(task);
            }
        }

        private void drain() {
            do {
                lineOrNull.consumer.drain(handler);
            } while (!lineOrNull.consumer.arm());
        }

        @Override
        void send() {
            if (lineOrNull != null) {
                lineOrNull.send();
            } else {
                executor.execute(bare);
            }
        }

        @Override
        void stop() {
            executor.shutdownNow();
        }
    }

    /** Runs as a ring tasklet of a loop that sleeps parked. */
    private static final class OnLoop extends Sleeper {
        private final TaskletLoop loop = TaskletLoop.start("sleeper");
        private final Line line = new Line(
                RingTasklet.create(loop, VarLenMpscRing.builder().capacity(CAPACITY), record -> arrive(), BUDGET)
                        .ring());

        @Override
        void send() {
            line.send();
        }

        @Override
        void stop() {
            loop.close();
        }
    }

    /** Takes from the JDK's array queue: the rival that sleeps by itself. */
    private static final class Taking extends Threaded {
        private final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(CAPACITY / SIZE);

        Taking() {
            thread.start();
        }

        @Override
        void send() {
            queue.add(new byte[SIZE]);
        }

        @Override
        void run() {
            try {
                while (!stopped) {
                    queue.take();
                    arrive();
                }
            } catch (final InterruptedException end) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        void wake() {
            queue.add(new byte[0]);
        }
    }
}
