// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.TimeUnit;

/** One thread that runs work: the tasklet loop, or a rival of it. */
interface Peer extends AutoCloseable {
    /** Makes work of this peer, ahead of the measurement; it does not run yet. */
    Wakeable prepare(Work work);

    /**
     * Tells whether work that wakes itself for ever lets other threads' work run. In a fork-join pool it does not: a thread
     * runs what it gave itself before it looks at what others gave to the pool.
     */
    default boolean canBeKeptAwake() {
        return true;
    }

    @Override
    void close();

    /** Starts a peer by the name that the benchmarks give it. */
    static Peer start(final String name) {
        switch (name) {
            case "tasklet":
            case "other-tasklet":
                return new TaskletPeer(null);
            case "tasklet-selector":
            case "other-tasklet-selector":
                return TaskletPeer.withSelector();
            case "netty":
                return new NettyPeer(new DefaultEventLoop());
            case "netty-nio":
                return new NettyPeer(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()));
            case "fork-join":
                return new ExecutorPeer(newForkJoinPool());
            case "fork-join-task":
                return new ForkJoinTaskPeer(newForkJoinPool());
            case "executor":
                return new ExecutorPeer(Executors.newSingleThreadExecutor());
            default:
                throw new IllegalArgumentException("no such peer: " + name);
        }
    }

    private static ForkJoinPool newForkJoinPool() {
        return new ForkJoinPool(1, ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, true);
    }

    /** The tasklet loop, which sleeps parked, or in a selector without sockets. */
    final class TaskletPeer implements Peer {
        private final Selector selector;
        private final TaskletLoop loop;

        TaskletPeer(final Selector selectorOrNull) {
            selector = selectorOrNull;
            final TaskletLoop.Builder builder = TaskletLoop.builder();
            loop = (selector == null ? builder : builder.selector(selector)).start("tasklets");
        }

        static TaskletPeer withSelector() {
            try {
                return new TaskletPeer(Selector.open());
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Wakeable prepare(final Work work) {
            return new TaskletWakeable(loop.newTasklet(work));
        }

        @Override
        public void close() {
            loop.close();
            if (selector != null) {
                try {
                    selector.close();
                } catch (final IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    record TaskletWakeable(Tasklet tasklet) implements Wakeable {
        @Override
        public void wakeup() {
            tasklet.wakeup();
        }

        @Override
        public void wakeupLocally() {
            tasklet.wakeup();
        }
    }

    /** A Netty event loop; its work is a runnable made beforehand. */
    final class NettyPeer implements Peer {
        private final EventLoopGroup group;
        private final Executor eventLoop;

        NettyPeer(final EventLoopGroup group) {
            this.group = group;
            this.eventLoop = group.next();
        }

        @Override
        public Wakeable prepare(final Work work) {
            return new ExecutorWakeable(eventLoop, work);
        }

        @Override
        public void close() {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    /** A single-thread executor, or a fork-join pool of one thread that is given runnables, which it wraps itself. */
    final class ExecutorPeer implements Peer {
        private final ExecutorService executor;

        ExecutorPeer(final ExecutorService executor) {
            this.executor = executor;
        }

        @Override
        public Wakeable prepare(final Work work) {
            return new ExecutorWakeable(executor, work);
        }

        @Override
        public boolean canBeKeptAwake() {
            return !(executor instanceof ForkJoinPool);
        }

        @Override
        public void close() {
            executor.shutdownNow();
        }
    }

    record ExecutorWakeable(Executor executor, Work work) implements Wakeable {
        @Override
        public void wakeup() {
            executor.execute(work);
        }

        @Override
        public void wakeupLocally() {
            executor.execute(work);
        }
    }

    /** A fork-join pool of one thread at its best: tasks that never complete, and so can be given to it again. */
    final class ForkJoinTaskPeer implements Peer {
        private final ForkJoinPool pool;

        ForkJoinTaskPeer(final ForkJoinPool pool) {
            this.pool = pool;
        }

        @Override
        public Wakeable prepare(final Work work) {
            return new ReusedTask(pool, work);
        }

        @Override
        public boolean canBeKeptAwake() {
            return false;
        }

        @Override
        public void close() {
            pool.shutdownNow();
        }
    }

    final class ReusedTask extends ForkJoinTask<Void> implements Wakeable {
        private static final long serialVersionUID = 1L;

        private final transient ForkJoinPool pool;
        private final transient Work work;

        ReusedTask(final ForkJoinPool pool, final Work work) {
            this.pool = pool;
            this.work = work;
        }

        @Override
        public void wakeup() {
            pool.execute(this);
        }

        @Override
        public void wakeupLocally() {
            fork();
        }

        @Override
        protected boolean exec() {
            work.run();
            return false; // not completed: may be forked again
        }

        @Override
        public Void getRawResult() {
            return null;
        }

        @Override
        protected void setRawResult(final Void value) {}
    }
}
