// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * With {@code eventLoop.execute} from the workers' threads: each message is a task that writes it, and a handler in the
 * pipeline consolidates the flushes.
 *
 * <p>Back-pressure: nobody counts the bytes of tasks, so this does, up to what the ring holds in the other mode; and nothing
 * is added while the channel is not writable.
 */
final class ExecuteRoute implements Route {
    private final Channel channel;
    private final long capacity;
    private final AtomicLong waitingBytes = new AtomicLong();

    ExecuteRoute(final Channel channel, final ChannelWritersOptions options) {
        this.channel = channel;
        this.capacity = options.capacity;
    }

    @Override
    public Writer newWriter(final int worker) {
        final Frames frames = new Frames(worker);
        return (length, sequence, sendNanos) -> {
            final int frameLength = Frames.HEADER_LENGTH + length;
            if (!channel.isWritable()) {
                return false;
            }
            if (waitingBytes.addAndGet(frameLength) > capacity) {
                waitingBytes.addAndGet(-frameLength);
                return false;
            }
            final ByteBuf frame = WriteRoute.frameOf(channel, frames, length, sequence, sendNanos);
            channel.eventLoop().execute(() -> {
                waitingBytes.addAndGet(-frameLength);
                channel.writeAndFlush(frame, channel.voidPromise());
            });
            return true;
        };
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
        return waitingBytes.get() == 0;
    }

    @Override
    public long wakeups() {
        return 0; // Netty does not say
    }
}
