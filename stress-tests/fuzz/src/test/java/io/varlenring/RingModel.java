// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.util.ArrayDeque;
import java.util.List;

/**
 * What a ring must answer, worked out without one: which reservations fit and where they lie, which record comes next,
 * where both positions stand, how much is counted, and when the hook is called.
 */
final class RingModel {
    /** A reservation from {@code begin} to {@code end}: a gap, a record at {@code start}, padding. */
    static final class Slot {
        final long begin;
        final long start;
        final long end;
        boolean open = true;
        /** The record's bytes; null while the reservation is open, and after it was aborted. */
        byte[] payload;

        Slot(final long begin, final long start, final long end) {
            this.begin = begin;
            this.start = start;
            this.end = end;
        }

        long recordEnd() {
            return start + stride(payload.length);
        }
    }

    /** What one producer's handle knows of the consumer. */
    static final class Handle {
        long limit;
    }

    private final int capacity;
    private final boolean hasHook;
    private final ArrayDeque<Slot> slots = new ArrayDeque<>();

    long producerPosition;
    long consumerPosition;
    boolean closed;
    boolean armed;
    boolean hookFails;

    long offered;
    long bytes;
    long refused;
    long tooLarge;
    long padding;
    long aborted;
    long wakeups;
    long hookFailures;

    RingModel(final int capacity, final long initialPosition, final boolean hasHook) {
        this.capacity = capacity;
        this.hasHook = hasHook;
        this.producerPosition = initialPosition;
        this.consumerPosition = initialPosition;
    }

    static int stride(final int length) {
        return (length + 15) / 8 * 8;
    }

    Handle newHandle() {
        final Handle handle = new Handle();
        handle.limit = consumerPosition + capacity;
        return handle;
    }

    // Producers

    /** Reserves a record; null when it must be refused. */
    Slot reserve(final Handle handle, final int length) {
        final Slot slot = reserveNext(handle, length);
        refused += slot == null ? 1 : 0;
        return slot;
    }

    /** Reserves a record, as one or in a batch; null when it must be refused, which is not counted. */
    Slot reserveNext(final Handle handle, final int length) {
        final long untilWrap = capacity - (producerPosition & capacity - 1);
        final long start = stride(length) > untilWrap ? producerPosition + untilWrap : producerPosition;
        final long end = start + stride(length);
        if (end - handle.limit > 0) {
            handle.limit = consumerPosition + capacity;
        }
        if (end - handle.limit > 0) {
            return null;
        }
        final Slot slot = new Slot(producerPosition, start, end);
        slots.add(slot);
        producerPosition = end;
        return slot;
    }

    void commit(final Slot slot, final byte[] payload) {
        store(slot, payload);
        published();
    }

    void commitBatch(final List<Slot> batch, final List<byte[]> payloads) {
        for (int i = 0; i < batch.size(); i++) {
            store(batch.get(i), payloads.get(i));
        }
        published();
    }

    private void store(final Slot slot, final byte[] payload) {
        slot.open = false;
        slot.payload = payload;
        offered++;
        bytes += payload.length;
        padding += slot.end - slot.begin - stride(payload.length);
    }

    void abort(final Slot slot) {
        slot.open = false;
        aborted++;
        padding += slot.end - slot.begin;
        published();
    }

    void close() {
        if (!closed) {
            closed = true;
            published();
        }
    }

    private void published() {
        if (!armed) {
            return;
        }
        armed = false;
        if (hasHook) {
            wakeups++;
            hookFailures += hookFails ? 1 : 0;
            armed = hookFails;
        }
    }

    // Consumer

    /** The next record that a drain must hand over, which stays; null when there is none. Passes over what is padding. */
    Slot peek() {
        while (!slots.isEmpty() && !slots.peek().open && slots.peek().payload == null) {
            slots.poll();
        }
        return slots.isEmpty() || slots.peek().open ? null : slots.peek();
    }

    void consume() {
        consumerPosition = slots.poll().recordEnd();
    }

    /** A drain found nothing more to read: it has passed over all padding too, up to an open reservation or the end. */
    void caughtUp() {
        consumerPosition = slots.isEmpty() ? producerPosition : slots.peek().begin;
    }

    boolean mustArm() {
        final boolean atOpenReservation =
                !slots.isEmpty() && slots.peek().open && slots.peek().begin == consumerPosition;
        return atOpenReservation || !closed && consumerPosition == producerPosition;
    }
}
