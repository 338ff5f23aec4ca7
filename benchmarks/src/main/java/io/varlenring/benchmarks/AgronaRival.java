// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's ring over aligned direct memory. The source is direct memory; the fork turns the bounds checks off. */
final class AgronaRival extends Rival {
    private static final int ALIGNMENT = 128;
    private static final int TYPE = 1;

    private final Config config;
    private final ManyToOneRingBuffer ring;
    private final MessageHandler handler;

    AgronaRival(final Config config) {
        this.config = config;
        ring = new ManyToOneRingBuffer(new UnsafeBuffer(
                BufferUtil.allocateDirectAligned(config.capacity() + RingBufferDescriptor.TRAILER_LENGTH, ALIGNMENT)));
        final boolean all = config.readAll();
        handler = (type, buffer, index, length) -> checksum += read(buffer, index, length, all);
    }

    private static long read(final DirectBuffer buffer, final int index, final int length, final boolean all) {
        final int end = index + length - Long.BYTES;
        if (!all) {
            return index <= end ? buffer.getLong(index) : 0;
        }
        long sum = 0;
        for (int i = index; i <= end; i += Long.BYTES) {
            sum += buffer.getLong(i);
        }
        return sum;
    }

    @Override
    int drain() {
        return ring.read(handler, Integer.MAX_VALUE);
    }

    @Override
    Producer newProducer() {
        final DirectBuffer source = new UnsafeBuffer(config.newDirectSource());
        return new Producer() {
            @Override
            boolean offer(final int length) {
                return ring.write(TYPE, source, 0, length);
            }
        };
    }
}
