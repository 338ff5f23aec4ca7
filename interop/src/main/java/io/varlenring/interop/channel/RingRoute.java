// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.varlenring.ControlledRecordHandler;
import io.varlenring.RingConsumer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import java.nio.ByteBuffer;

/**
 * Through a ring: workers write their messages into it, and the event loop, woken once for any number of them, gathers them
 * into buffers of the channel.
 *
 * <p>Back-pressure: the event loop takes nothing out of the ring while the channel is not writable. The ring fills, and
 * refuses. When the channel is writable again it says so, and that is where the draining goes on.
 */
final class RingRoute extends ChannelInboundHandlerAdapter {
    /** Messages are gathered up to this many bytes, or one message, for one write to the channel. */
    private static final int BATCH_BYTES = 32 * 1024;

    private final Channel channel;
    private final EventLoop loop;
    private final VarLenMpscRing ring;
    private final RingConsumer consumer;
    private final int batchBytes;
    private final Runnable drain = this::drain;
    private final ControlledRecordHandler gather = this::gather;

    private ByteBuf batch;
    /** The draining waits for the channel. Otherwise it is queued once, or the ring is armed and will queue it. */
    private boolean stalled;

    RingRoute(final Channel channel, final ChannelWritersOptions options) {
        this.channel = channel;
        this.loop = channel.eventLoop();
        this.batchBytes = Math.max(BATCH_BYTES, options.size.max());
        this.ring = VarLenMpscRing.builder()
                .capacity(options.capacity)
                .hook(WakeupHook.executor(loop, drain))
                .build();
        this.consumer = ring.consumer();
        loop.execute(drain); // a new ring is not armed
    }

    /** Sends one batch, and sees to it that this is called again when there may be more. */
    private void drain() {
        if (!channel.isWritable()) {
            stalled = true; // it goes on when the channel is writable again
            return;
        }
        boolean mayBeMore = true; // also when something is thrown here
        try {
            mayBeMore = sendBatch();
        } finally {
            if (mayBeMore || !consumer.arm() && !isDrained()) {
                loop.execute(drain); // behind what else the loop has to do
            }
        }
    }

    private boolean sendBatch() {
        batch = channel.alloc().directBuffer(batchBytes, batchBytes);
        try {
            consumer.drainControlled(gather, Integer.MAX_VALUE);
        } finally {
            if (!batch.isReadable()) {
                batch.release();
                batch = null;
            } else {
                channel.writeAndFlush(batch, channel.voidPromise());
            }
        }
        return batch != null;
    }

    private ControlledRecordHandler.Action gather(final ByteBuffer message) {
        if (batch.writableBytes() < message.remaining()) {
            return ControlledRecordHandler.Action.ABORT; // the first one of the next batch
        }
        batch.writeBytes(message);
        return ControlledRecordHandler.Action.CONTINUE;
    }

    @Override
    public void channelWritabilityChanged(final ChannelHandlerContext context) {
        if (stalled && channel.isWritable()) {
            stalled = false;
            loop.execute(drain); // not here: the flush that made room may still be under way
        }
    }

    VarLenMpscRing ring() {
        return ring;
    }

    boolean isDrained() {
        return ring.isClosed() && ring.isEmpty();
    }
}
