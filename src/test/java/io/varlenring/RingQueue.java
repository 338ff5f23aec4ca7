// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import org.jctools.queues.MessagePassingQueue;

/** A ring as a queue of numbers, one record each, with JCTools' contract: any thread offers, one takes. */
final class RingQueue implements MessagePassingQueue<Integer> {
    /** Bytes that a record of an {@code int} takes; as this divides every capacity, no gap is ever needed. */
    private static final int STRIDE = Rings.stride(Integer.BYTES);

    private final VarLenMpscRing ring;
    private final ThreadLocal<RingProducer> producer;

    RingQueue(final int capacity, final boolean inFile) {
        final int bytes = capacity * STRIDE;
        ring = inFile ? FileRings.newRing(bytes, 0, null) : VarLenMpscRing.allocate(bytes);
        producer = ThreadLocal.withInitial(ring::newProducer);
    }

    @Override
    public boolean offer(final Integer number) {
        return fill(() -> number, 1) == 1;
    }

    @Override
    public Integer poll() {
        final Integer[] taken = new Integer[1];
        drain(number -> taken[0] = number, 1);
        return taken[0];
    }

    @Override
    public Integer peek() {
        final Integer[] seen = new Integer[1];
        ring.consumer()
                .drainControlled(
                        record -> {
                            seen[0] = record.getInt(record.position());
                            return ControlledRecordHandler.Action.ABORT;
                        },
                        1);
        return seen[0];
    }

    @Override
    public int size() {
        return ring.size() / STRIDE;
    }

    @Override
    public boolean isEmpty() {
        return ring.isEmpty();
    }

    @Override
    public void clear() {
        while (ring.consumer().drain(record -> {}) > 0) {
            // a drain ends after a lap
        }
    }

    @Override
    public int capacity() {
        return ring.capacity() / STRIDE;
    }

    @Override
    public boolean relaxedOffer(final Integer number) {
        return offer(number);
    }

    @Override
    public Integer relaxedPoll() {
        return poll();
    }

    @Override
    public Integer relaxedPeek() {
        return peek();
    }

    @Override
    public int drain(final Consumer<Integer> consumer, final int limit) {
        return ring.consumer().drain(record -> consumer.accept(record.getInt()), limit);
    }

    @Override
    public int drain(final Consumer<Integer> consumer) {
        return drain(consumer, capacity());
    }

    @Override
    public int fill(final Supplier<Integer> supplier, final int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("limit is negative: " + limit);
        }
        int count = 0;
        for (; count < limit; count++) {
            try (RingClaim claim = producer.get().tryClaim(Integer.BYTES)) {
                if (claim == null) {
                    break;
                }
                claim.buffer().putInt(supplier.get());
                claim.commit();
            }
        }
        return count;
    }

    @Override
    public int fill(final Supplier<Integer> supplier) {
        return fill(supplier, capacity());
    }

    @Override
    public void drain(final Consumer<Integer> consumer, final WaitStrategy wait, final ExitCondition exit) {
        int idle = 0;
        while (exit.keepRunning()) {
            idle = drain(consumer) == 0 ? wait.idle(idle) : 0;
        }
    }

    @Override
    public void fill(final Supplier<Integer> supplier, final WaitStrategy wait, final ExitCondition exit) {
        int idle = 0;
        while (exit.keepRunning()) {
            idle = fill(supplier) == 0 ? wait.idle(idle) : 0;
        }
    }
}
