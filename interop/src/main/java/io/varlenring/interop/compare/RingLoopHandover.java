// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.varlenring.RecordHandler;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.HandlerLoop;
import io.varlenring.interop.front.Inlet;
import io.varlenring.interop.front.RingInlet;
import java.util.concurrent.TimeUnit;

/** Through a ring, to an event loop of Netty's, which gets a task for each time that it must begin to drain. */
final class RingLoopHandover implements Handover {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final Runnable drain = this::drain;
    private final VarLenMpscRing ring;
    private final RecordHandler handler;
    private final ThreadWatch watch;

    RingLoopHandover(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        this.ring = VarLenMpscRing.builder()
                .capacity(capacity)
                .hook(WakeupHook.executor(loop, drain))
                .build();
        this.handler = handler;
        this.watch = watch;
        loop.execute(drain); // the first run arms the ring
    }

    private void drain() {
        int records = HandlerLoop.BUDGET; // when the drain throws there may be more
        try {
            records = ring.consumer().drain(handler, HandlerLoop.BUDGET);
        } catch (final Throwable failure) {
            watch.threw("the event loop", failure);
        } finally {
            if (records == HandlerLoop.BUDGET || !ring.consumer().arm() && !(ring.isClosed() && ring.isEmpty())) {
                loop.execute(drain);
            }
        }
    }

    @Override
    public Inlet newInlet() {
        return new RingInlet(ring);
    }

    @Override
    public boolean finish() throws InterruptedException {
        ring.close();
        final boolean empty = watch.await("draining the ring", ring::isEmpty);
        close();
        return empty && watch.await("the event loop", group::isTerminated);
    }

    @Override
    public long highWaterMark() {
        return ring.stats().highWaterMark();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
