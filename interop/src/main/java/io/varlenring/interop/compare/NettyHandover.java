// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Inlet;
import io.varlenring.interop.front.QuicRecords;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * From thread to thread as Netty's users do it: the datagram is received into a pooled buffer, and a task with that buffer
 * goes to the event loop of the handler. The queue of tasks has no bound of its own, so the buffers under way are counted.
 */
final class NettyHandover implements Handover {
    /** The pool's size for it, the pooled object, the task, the place in the queue. */
    private static final int SLOT_BYTES = 1536 + 88 + 24 + 4;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final AtomicInteger used = new AtomicInteger();
    private final int slots;
    private final RecordHandler handler;
    private final ThreadWatch watch;

    NettyHandover(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        this.slots = Math.max(1, capacity / SLOT_BYTES);
        this.handler = handler;
        this.watch = watch;
    }

    @Override
    public Inlet newInlet() {
        return new PooledInlet();
    }

    private final class PooledInlet implements Inlet {
        private ByteBuf space;

        @Override
        public ByteBuffer tryClaim() {
            if (used.incrementAndGet() > slots) {
                used.decrementAndGet();
                return null;
            }
            space = PooledByteBufAllocator.DEFAULT.directBuffer(QuicRecords.CLAIM_LENGTH);
            return space.internalNioBuffer(0, QuicRecords.CLAIM_LENGTH);
        }

        @Override
        public void commit(final int length) {
            final ByteBuf record = space;
            space = null;
            try {
                loop.execute(() -> handle(record, length));
            } catch (final RejectedExecutionException e) { // the loop has ended
                record.release();
                used.decrementAndGet();
                throw e;
            }
        }

        @Override
        public void release() {
            if (space != null) {
                space.release();
                space = null;
                used.decrementAndGet();
            }
        }

        @Override
        public boolean offer(final ByteBuffer record) {
            final ByteBuffer copy = tryClaim();
            if (copy == null) {
                return false;
            }
            final int length = record.remaining();
            copy.put(record);
            commit(length);
            return true;
        }
    }

    private void handle(final ByteBuf record, final int length) {
        try {
            handler.onRecord(record.internalNioBuffer(0, length));
        } catch (final Throwable failure) {
            watch.threw("the event loop", failure);
        } finally {
            record.release();
            used.decrementAndGet();
        }
    }

    @Override
    public boolean finish() throws InterruptedException {
        final boolean empty = watch.await("the event loop's tasks", () -> used.get() == 0);
        close();
        return empty && watch.await("the event loop", group::isTerminated);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
