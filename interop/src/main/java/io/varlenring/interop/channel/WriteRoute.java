// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.varlenring.examples.harness.Datagrams;
import io.varlenring.interop.measure.MessageWriter;
import java.nio.ByteBuffer;

/**
 * With {@code channel.writeAndFlush} from the workers' threads: Netty makes a task of each call, and a handler in the
 * pipeline consolidates the flushes.
 *
 * <p>Back-pressure: Netty counts the bytes of a write from the call on, so the channel's own writability limits them all.
 */
record WriteRoute(Channel channel) implements Route {
    @Override
    public MessageWriter.Target newTarget(final int worker) {
        final Datagrams encoder = new Datagrams();
        return (length, sequence, sendNanos) -> {
            if (!channel.isWritable()) {
                return false;
            }
            final int frameLength = FarEnd.HEADER_LENGTH + length;
            final ByteBuf frame = channel.alloc().directBuffer(frameLength, frameLength);
            final ByteBuffer space = frame.internalNioBuffer(0, frameLength);
            FarEnd.putFrame(encoder, space, space.position(), length, worker, sequence, sendNanos);
            channel.writeAndFlush(frame.writerIndex(frameLength), channel.voidPromise());
            return true;
        };
    }
}
