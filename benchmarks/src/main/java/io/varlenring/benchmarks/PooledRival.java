// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.MpscArrayQueue;
import org.jctools.queues.SpscArrayQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;

/**
 * JCTools' array queue of buffers that are made beforehand. Each producer has its share of them, and gets those back
 * from the consumer through a queue of its own. An offer is refused when its producer has no free buffer.
 */
abstract class PooledRival extends Rival {
    private final Config config;
    private final MessagePassingQueue<Buffer> queue;
    private final MessagePassingQueue.Consumer<Buffer> handler;

    private static final class Buffer {
        private final byte[] bytes;
        private final MessagePassingQueue<Buffer> home;
        private int length;

        Buffer(final int size, final MessagePassingQueue<Buffer> home) {
            this.bytes = new byte[size];
            this.home = home;
        }
    }

    PooledRival(final Config config, final MessagePassingQueue<Buffer> queue) {
        this.config = config;
        this.queue = queue;
        final boolean all = config.readAll();
        handler = buffer -> {
            checksum += ArrayReader.read(buffer.bytes, buffer.length, all);
            buffer.home.relaxedOffer(buffer);
        };
    }

    abstract MessagePassingQueue<Buffer> newHome(int capacity);

    @Override
    final int drain() {
        return queue.drain(handler);
    }

    @Override
    final Producer newProducer() {
        final int buffers = config.slots() / config.producers();
        // JCTools' queue for one producer looks a quarter ahead, and refuses before it is full
        final MessagePassingQueue<Buffer> home = newHome(2 * buffers);
        for (int i = 0; i < buffers; i++) {
            home.offer(new Buffer(config.slotBytes(), home));
        }
        final byte[] source = config.newSource();
        return new Producer() {
            @Override
            boolean offer(final int length) {
                final Buffer buffer = home.relaxedPoll();
                if (buffer == null) {
                    return false;
                }
                System.arraycopy(source, 0, buffer.bytes, 0, length);
                buffer.length = length;
                return queue.offer(buffer); // true: there is room for all buffers
            }
        };
    }

    /** JCTools' queues that use {@code Unsafe}. */
    static final class WithUnsafe extends PooledRival {
        WithUnsafe(final Config config) {
            super(config, new MpscArrayQueue<>(config.slots()));
        }

        @Override
        MessagePassingQueue<Buffer> newHome(final int capacity) {
            return new SpscArrayQueue<>(capacity);
        }
    }

    /** JCTools' queues that use variable handles. */
    static final class WithVarHandles extends PooledRival {
        WithVarHandles(final Config config) {
            super(config, new MpscVarHandleArrayQueue<>(config.slots()));
        }

        @Override
        MessagePassingQueue<Buffer> newHome(final int capacity) {
            return new SpscVarHandleArrayQueue<>(capacity);
        }
    }
}
