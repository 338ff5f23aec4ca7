// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;

/**
 * With {@code channel.writeAndFlush} from the workers' threads: Netty makes a task of each call, and a handler in the
 * pipeline consolidates the flushes.
 *
 * <p>Back-pressure: Netty counts the bytes of a write from the call on, so the channel's own writability limits them all.
 */
final class WriteRoute implements Route {
    private final Channel channel;

    WriteRoute(final Channel channel) {
        this.channel = channel;
    }

    @Override
    public Writer newWriter(final int worker) {
        final Frames frames = new Frames(worker);
        return (length, sequence, sendNanos) -> {
            if (!channel.isWritable()) {
                return false;
            }
            channel.writeAndFlush(frameOf(channel, frames, length, sequence, sendNanos), channel.voidPromise());
            return true;
        };
    }

    /** Writes a frame into a buffer of the channel's pool. */
    static ByteBuf frameOf(
            final Channel channel, final Frames frames, final int length, final long sequence, final long sendNanos) {
        final int frameLength = Frames.HEADER_LENGTH + length;
        final ByteBuf frame = channel.alloc().directBuffer(frameLength, frameLength);
        final ByteBuffer space = frame.internalNioBuffer(0, frameLength);
        frames.encode(space, space.position(), length, sequence, sendNanos);
        return frame.writerIndex(frameLength);
    }

    @Override
    public void writable() {
        // the workers look for themselves
    }

    @Override
    public void finish() {
        // there is nothing that a later task would not send
    }

    @Override
    public boolean isDrained() {
        return true; // a task of the event loop that comes later finds all of it written
    }

    @Override
    public long wakeups() {
        return 0; // Netty does not say
    }
}
