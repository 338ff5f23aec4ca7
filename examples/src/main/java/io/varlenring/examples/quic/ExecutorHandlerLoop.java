// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import io.varlenring.RecordHandler;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import io.varlenring.examples.ThreadWatch;
import java.util.concurrent.TimeUnit;

/**
 * An event loop of Netty's own, which the ring wakes by handing it a task: not one for each record, but one for each time
 * that records come and the last task has found nothing more.
 */
final class ExecutorHandlerLoop implements HandlerLoop {
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory()); // parks: there is no socket to wait for
    private final EventLoop loop = group.next();
    private final Runnable drain = this::drain;
    private final RecordHandler handler;
    private final RingDatagramChannel channel;
    private final ThreadWatch watch;
    private final VarLenMpscRing ring;

    ExecutorHandlerLoop(final int capacity, final RingDatagramChannel channel, final ThreadWatch watch) {
        this.handler = channel::read;
        this.channel = channel;
        this.watch = watch;
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

    private void drain() {
        try {
            final int records = ring.consumer().drain(handler, BUDGET);
            if (records > 0) {
                channel.readComplete();
            }
            if (records == BUDGET || !ring.consumer().arm() && !(ring.isClosed() && ring.isEmpty())) {
                loop.execute(drain); // behind the tasks that wait already
            }
        } catch (final Throwable failure) {
            watch.threw("thread " + Thread.currentThread().getName(), failure);
        }
    }

    @Override
    public boolean shutdown() throws InterruptedException {
        channel.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        return watch.await("the event loop", group::isTerminated);
    }
}
