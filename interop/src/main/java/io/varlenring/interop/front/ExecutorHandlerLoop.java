// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import io.varlenring.RecordHandler;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * An event loop of Netty's own, which the ring wakes by handing it a task: not one for each record, but one for each time
 * that records come and the last task has found nothing more.
 */
public final class ExecutorHandlerLoop implements HandlerLoop {
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory()); // parks: there is no socket to wait for
    private final EventLoop loop = group.next();
    private final Runnable drain = this::drain;
    private final RecordHandler handler;
    private final RingDatagramChannel channel;
    private final Consumer<Throwable> failures;
    private final VarLenMpscRing ring;

    public ExecutorHandlerLoop(
            final int capacity, final RingDatagramChannel channel, final Consumer<Throwable> failures) {
        this.handler = channel::read;
        this.channel = channel;
        this.failures = failures;
        this.ring = VarLenMpscRing.builder()
                .capacity(capacity)
                .hook(WakeupHook.executor(loop, drain))
                .build();
    }

    @Override
    public VarLenMpscRing ring() {
        return ring;
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public void start() {
        loop.execute(drain); // the first run arms the ring
    }

    /** Whatever a record does to the pipeline, the ring is drained again. */
    private void drain() {
        int records = BUDGET; // when the drain throws there may be more
        try {
            records = ring.consumer().drain(handler, BUDGET);
            if (records > 0) {
                channel.readComplete();
            }
        } catch (final Throwable failure) {
            failures.accept(failure);
        } finally {
            if (records == BUDGET || !ring.consumer().arm() && !(ring.isClosed() && ring.isEmpty())) {
                loop.execute(drain); // behind the tasks that wait already
            }
        }
    }

    @Override
    public boolean shutdown() throws InterruptedException {
        channel.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        return group.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    }
}
