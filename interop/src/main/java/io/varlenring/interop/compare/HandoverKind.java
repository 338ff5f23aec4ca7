// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.varlenring.RecordHandler;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.examples.udp.ParkingConsumer;
import io.varlenring.interop.front.Inlet;
import io.varlenring.interop.front.QuicRecords;
import io.varlenring.interop.front.RingInlet;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The kinds of hand-over that are compared. All may hold about the same number of bytes: those with slots have as many as
 * records of the longest kind fit, and a slot's bytes count the objects too that stand for it while it waits, on a 64-bit JVM
 * with compressed pointers.
 */
enum HandoverKind {
    /** A ring, drained by a thread that parks. */
    RING,
    /** A bounded queue of {@code java.util.concurrent}, with a new buffer for each datagram, and a thread that takes. */
    QUEUE,
    /** Netty's: pooled buffers, and a task for each on the event loop of the handler. */
    NETTY;

    Handover open(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        return switch (this) {
            case RING -> new ByRing(ParkingConsumer.start(capacity, handler, watch));
            case QUEUE -> new ByQueue(capacity, handler, watch);
            case NETTY -> new ByNetty(capacity, handler, watch);
        };
    }

    /** A way from the listeners to one handler, and the thread at its end. */
    interface Handover extends Closeable {
        /** Returns an inlet for one more listener. */
        Inlet newInlet();

        default List<VarLenMpscRing> rings() {
            return List.of();
        }

        /**
         * Hands over what is left, and ends the thread; the listeners MUST have ended.
         *
         * @return whether it has ended; what the handler has done is visible then
         */
        boolean finish() throws InterruptedException;

        @Override
        void close();
    }

    private record ByRing(ParkingConsumer consumer) implements Handover {
        @Override
        public Inlet newInlet() {
            return new RingInlet(consumer.ring());
        }

        @Override
        public List<VarLenMpscRing> rings() {
            return List.of(consumer.ring());
        }

        @Override
        public boolean finish() throws InterruptedException {
            consumer.ring().close();
            return consumer.await();
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    /** Through a bounded queue: each record is copied into a buffer of its own, which the garbage collector gets in the end. */
    private static final class ByQueue implements Handover {
        /** The array and its header, the buffer object, the place in the queue. */
        private static final int SLOT_BYTES = QuicRecords.CLAIM_LENGTH + 15 + 16 + 56 + 4;

        private final ByteBuffer end = ByteBuffer.allocate(0);
        private final BlockingQueue<ByteBuffer> queue;
        private final RecordHandler handler;
        private final ThreadWatch watch;
        private final Thread thread;

        ByQueue(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
            this.queue = new ArrayBlockingQueue<>(Math.max(1, capacity / SLOT_BYTES));
            this.handler = handler;
            this.watch = watch;
            this.thread = watch.start("handler", this::run);
        }

        private void run() throws InterruptedException {
            for (ByteBuffer record = queue.take(); record != end; record = queue.take()) {
                handler.onRecord(record);
            }
        }

        /** There is no space to receive into: how long the record will be is known only afterwards. */
        @Override
        public Inlet newInlet() {
            return record -> queue.remainingCapacity() > 0 // or there would be garbage for what is dropped as well
                    && queue.offer(
                            ByteBuffer.allocate(record.remaining()).put(record).flip());
        }

        @Override
        public boolean finish() throws InterruptedException {
            return queue.offer(end, 1, TimeUnit.MINUTES) && watch.join(thread);
        }

        @Override
        public void close() {
            thread.interrupt(); // for when it was not finished; what the watch notes then, nobody asks for
        }
    }

    /**
     * From thread to thread as Netty's users do it: the datagram is received into a pooled buffer, and a task with that buffer
     * goes to the event loop of the handler. The queue of tasks has no bound of its own, so the buffers under way are counted.
     */
    private static final class ByNetty implements Handover {
        /** The pool's size for it, the pooled object, the task, the place in the queue. */
        private static final int SLOT_BYTES = 1536 + 88 + 24 + 4;

        private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        private final EventLoop loop = group.next();
        private final int slots;
        private final Semaphore free;
        private final RecordHandler handler;
        private final ThreadWatch watch;

        ByNetty(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
            this.slots = Math.max(1, capacity / SLOT_BYTES);
            this.free = new Semaphore(slots);
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
                if (!free.tryAcquire()) {
                    return null;
                }
                space = PooledByteBufAllocator.DEFAULT.directBuffer(QuicRecords.CLAIM_LENGTH);
                return space.internalNioBuffer(0, QuicRecords.CLAIM_LENGTH);
            }

            @Override
            public void commit(final int length) {
                final ByteBuf record = space;
                space = null;
                loop.execute(() -> handle(record, length));
            }

            @Override
            public void release() {
                if (space != null) {
                    space.release();
                    space = null;
                    free.release();
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
                free.release();
            }
        }

        @Override
        public boolean finish() throws InterruptedException {
            final boolean empty = watch.await("the event loop's tasks", () -> free.availablePermits() == slots);
            close();
            return empty && watch.await("the event loop", group::isTerminated);
        }

        @Override
        public void close() {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
