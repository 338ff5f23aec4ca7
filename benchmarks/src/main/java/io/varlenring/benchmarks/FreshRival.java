// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.MpscArrayQueue;

/** Queues of byte arrays, a new one of the right length for each record. */
abstract class FreshRival extends Rival {
    final Config config;
    final boolean all;

    FreshRival(final Config config) {
        this.config = config;
        this.all = config.readAll();
    }

    final void read(final byte[] record) {
        checksum += ArrayReader.read(record, record.length, all);
    }

    /** Puts an array into the queue, or refuses it. */
    abstract boolean enqueue(byte[] record);

    @Override
    Producer newProducer() {
        final byte[] source = config.newSource();
        return new Producer() {
            @Override
            boolean offer(final int length) {
                return enqueue(Arrays.copyOf(source, length));
            }
        };
    }

    /** JCTools' array queue. */
    static final class JcTools extends FreshRival {
        private final MpscArrayQueue<byte[]> queue = new MpscArrayQueue<>(config.records());
        private final MessagePassingQueue.Consumer<byte[]> handler = this::read;

        JcTools(final Config config) {
            super(config);
        }

        @Override
        boolean enqueue(final byte[] record) {
            return queue.offer(record);
        }

        @Override
        int drain() {
            return queue.drain(handler);
        }
    }

    /** The JDK's array queue with a lock, emptied in one go for each drain. */
    static final class ArrayBlocking extends FreshRival {
        private final ArrayBlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(config.records());
        private final List<byte[]> drained = new ArrayList<>(config.records());

        ArrayBlocking(final Config config) {
            super(config);
        }

        @Override
        boolean enqueue(final byte[] record) {
            return queue.offer(record);
        }

        @Override
        int drain() {
            final int records = queue.drainTo(drained);
            for (int i = 0; i < records; i++) {
                read(drained.get(i));
            }
            drained.clear();
            return records;
        }
    }

    /**
     * The JDK's linked queue. As it has no bound of its own, the bytes in flight are counted, as the ring would store them;
     * the consumer subtracts once for each drain.
     */
    static final class ConcurrentLinked extends FreshRival {
        private final Queue<byte[]> queue = new ConcurrentLinkedQueue<>();
        private final AtomicInteger bytesInFlight = new AtomicInteger();

        ConcurrentLinked(final Config config) {
            super(config);
        }

        @Override
        boolean enqueue(final byte[] record) {
            final int stride = stride(record.length);
            if (bytesInFlight.get() + stride > config.capacity()) { // several producers may exceed it by a record each
                return false;
            }
            bytesInFlight.getAndAdd(stride);
            queue.offer(record);
            return true;
        }

        @Override
        int drain() {
            int records = 0;
            int bytes = 0;
            for (byte[] record = queue.poll(); record != null; record = queue.poll()) {
                read(record);
                records++;
                bytes += stride(record.length);
            }
            if (records > 0) {
                bytesInFlight.getAndAdd(-bytes);
            }
            return records;
        }
    }
}
