// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;

/**
 * The Disruptor for several producers, with slots for the largest record made beforehand. It is polled, and its wait
 * strategy is the one that costs a producer nothing.
 */
final class DisruptorRival extends Rival {
    private final Config config;
    private final RingBuffer<Slot> ring;
    private final EventPoller<Slot> poller;
    private final EventPoller.Handler<Slot> handler;
    private int records;

    private static final class Slot {
        private final byte[] bytes;
        private int length;

        Slot(final int size) {
            bytes = new byte[size];
        }
    }

    DisruptorRival(final Config config) {
        this.config = config;
        ring = RingBuffer.createMultiProducer(
                () -> new Slot(config.slotBytes()), config.slots(), new BusySpinWaitStrategy());
        poller = ring.newPoller();
        ring.addGatingSequences(poller.getSequence());
        final boolean all = config.readAll();
        handler = (slot, sequence, endOfBatch) -> {
            checksum += ArrayReader.read(slot.bytes, slot.length, all);
            records++;
            return true;
        };
    }

    @Override
    int drain() {
        records = 0;
        try {
            poller.poll(handler);
        } catch (final Exception e) { // declared by the poller; the handler throws none
            throw new IllegalStateException(e);
        }
        return records;
    }

    @Override
    Producer newProducer() {
        final byte[] source = config.newSource();
        return new Producer() {
            @Override
            boolean offer(final int length) {
                final long sequence;
                try {
                    sequence = ring.tryNext();
                } catch (final InsufficientCapacityException full) { // one and the same object, without a stack trace
                    return false;
                }
                final Slot slot = ring.get(sequence);
                System.arraycopy(source, 0, slot.bytes, 0, length);
                slot.length = length;
                ring.publish(sequence);
                return true;
            }
        };
    }
}
