// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.stride;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.ListIterator;

/**
 * A model of what a ring must answer: which reservations fit and where they lie, which record comes next, the values of
 * both positions and of the counters, and when the hook is called.
 */
final class RingModel {
    /** A reservation from {@code begin} to {@code end}: a gap, a record at {@code start}, padding. */
    static final class Slot {
        final long begin;
        final long start;
        /** Goes back to what is used when the rest is given back. */
        private long end;

        boolean open = true;
        /** The record's bytes; null while the reservation is open, and after it was aborted. */
        byte[] payload;

        private Slot(final long begin, final long start, final long end) {
            this.begin = begin;
            this.start = start;
            this.end = end;
        }
    }

    private final int capacity;
    private final boolean hasHook;
    private final boolean givesBack;
    private final List<Slot> slots = new ArrayList<>();

    private long producerPosition;
    private long consumerPosition;
    private boolean closed;
    private boolean closeFailed;
    private boolean armed;
    private boolean hookFails;

    private long offered;
    private long bytes;
    private long refused;
    private long tooLarge;
    private long padding;
    private long aborted;
    private long wakeups;
    private long hookFailures;

    /** @param givesBack whether the rest of the last reservation goes back to the producers */
    RingModel(final int capacity, final long initialPosition, final boolean hasHook, final boolean givesBack) {
        this.givesBack = givesBack;
        this.capacity = capacity;
        this.hasHook = hasHook;
        this.producerPosition = initialPosition;
        this.consumerPosition = initialPosition;
    }

    // Positions, which change in no other place

    /** Reserves a record, one of its own or the next of a batch; null when it does not fit. */
    Slot reserve(final int length) {
        final long untilWrap = capacity - (producerPosition & capacity - 1);
        final long start = stride(length) > untilWrap ? producerPosition + untilWrap : producerPosition;
        final Slot slot = new Slot(producerPosition, start, start + stride(length));
        if (slot.end - consumerPosition > capacity) {
            return null;
        }
        producerPosition = slot.end;
        slots.add(slot);
        return slot;
    }

    /** Reserves for a batch of records what is free before the end of the data; null when the least does not fit. */
    Slot reserveUpTo(final int minLength, final int maxBytes) {
        final Slot slot = reserve(minLength);
        if (slot == null) {
            return null;
        }
        final long untilWrap = capacity - (slot.start & capacity - 1);
        final long free = consumerPosition + capacity - slot.start;
        slot.end = slot.start + Math.min(Math.min(maxBytes & -8, untilWrap), free);
        producerPosition = slot.end;
        return slot;
    }

    /** The reservation is unused from this position on: that is given back if it is the last one, else padding. */
    private boolean giveBack(final Slot slot, final long used) {
        final boolean isLast = givesBack && producerPosition == slot.end && !closed;
        if (isLast) {
            producerPosition = used;
            slot.end = used;
        }
        return isLast;
    }

    /** Ends a reservation of which so many bytes hold records; the rest is padding. */
    private void finish(final Slot slot, final int used) {
        slot.open = false;
        padding += slot.end - slot.begin - used;
    }

    /** A drain consumed the record that {@link #peek} shows. */
    void consume() {
        final Slot slot = slots.remove(0);
        consumerPosition = slot.start + stride(slot.payload.length);
    }

    /** A drain stopped before the record that {@link #peek} shows, and has consumed the padding up to it. */
    void leave() {
        consumerPosition = slots.get(0).start;
    }

    /** A drain found nothing more to read: it has passed over all padding too, up to an open reservation or the end. */
    void caughtUp() {
        consumerPosition = slots.isEmpty() ? producerPosition : slots.get(0).begin;
    }

    long endOf(final Slot slot) {
        return slot.end;
    }

    long producerPosition() {
        return producerPosition;
    }

    long consumerPosition() {
        return consumerPosition;
    }

    int size() {
        return (int) (producerPosition - consumerPosition);
    }

    // Producers

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
        slot.payload = payload;
        offered++;
        bytes += payload.length;
        giveBack(slot, slot.start + stride(payload.length));
        finish(slot, stride(payload.length));
    }

    /** Commits a reservation of several records: each becomes one of its own. */
    void commitRecords(final Slot slot, final List<byte[]> payloads) {
        if (payloads.isEmpty()) {
            abort(slot);
            return;
        }
        final int used =
                payloads.stream().mapToInt(payload -> stride(payload.length)).sum();
        giveBack(slot, slot.start + used);
        finish(slot, used);
        final ListIterator<Slot> place = slots.listIterator(slots.indexOf(slot));
        place.next();
        place.remove();
        long begin = slot.begin;
        long start = slot.start;
        for (final byte[] payload : payloads) {
            final Slot record = new Slot(begin, start, start + stride(payload.length));
            record.open = false;
            record.payload = payload;
            place.add(record);
            offered++;
            bytes += payload.length;
            begin = record.end;
            start = record.end;
        }
        published();
    }

    void abort(final Slot slot) {
        aborted++;
        if (giveBack(slot, slot.begin)) {
            slots.remove(slot);
            return;
        }
        finish(slot, 0);
        published();
    }

    /** An offer, a claim or a batch was answered with "full"; a consumer that sleeps though it could read is woken. */
    void refused() {
        refused++;
        final boolean atOpenReservation =
                !slots.isEmpty() && slots.get(0).open && slots.get(0).begin == consumerPosition;
        if (!atOpenReservation) {
            published();
        }
    }

    /** Only part of a batch was stored. */
    void refusedPart() {
        refused++;
    }

    void tooLarge() {
        tooLarge++;
    }

    /** Closing again calls a hook again that has thrown. */
    void close() {
        if (closed && !closeFailed) {
            return;
        }
        closed = true;
        final long before = wakeups;
        published();
        if (wakeups > before) {
            closeFailed = hookFails;
        }
    }

    boolean isClosed() {
        return closed;
    }

    private void published() {
        if (!armed) {
            return;
        }
        armed = false;
        if (hasHook) {
            wakeups++;
            hookFailures += hookFails ? 1 : 0;
            armed = hookFails; // the next one tries again
        }
    }

    // Consumer

    /** Returns, without removing it, the next record that a drain must hand over, or null. Passes over padding. */
    Slot peek() {
        while (!slots.isEmpty() && !slots.get(0).open && slots.get(0).payload == null) {
            slots.remove(0);
        }
        return slots.isEmpty() || slots.get(0).open ? null : slots.get(0);
    }

    /** Arms, and tells what the ring must answer: that there is nothing to read and nothing to skip. */
    boolean arm() {
        final boolean atOpenReservation =
                !slots.isEmpty() && slots.get(0).open && slots.get(0).begin == consumerPosition;
        armed = atOpenReservation || (!closed && consumerPosition == producerPosition);
        return armed;
    }

    /** A timed drain has waited, and ended what was armed. */
    void disarm() {
        armed = false;
    }

    // Hook and counters

    void toggleHookFails() {
        hookFails = !hookFails;
    }

    boolean hookFails() {
        return hookFails;
    }

    long wakeups() {
        return wakeups;
    }

    /** Without a hook a ring in a file may ring its doorbell; then so often as the ring says. */
    void checkInFile(final RingStats stats) {
        check(stats, hasHook ? 0 : stats.wakeups());
    }

    void check(final RingStats stats) {
        check(stats, 0);
    }

    private void check(final RingStats stats, final long doorbells) {
        assertEquals(offered, stats.offered());
        assertEquals(bytes, stats.bytes());
        assertEquals(refused, stats.refusedFull());
        assertEquals(tooLarge, stats.tooLarge());
        assertEquals(padding, stats.paddingBytes());
        assertEquals(aborted, stats.aborted());
        assertEquals(wakeups, stats.wakeups() - doorbells);
        assertEquals(hookFailures, stats.hookFailures());
        assertEquals(0, stats.casRetries());
        assertTrue(stats.highWaterMark() >= 0 && stats.highWaterMark() <= capacity);
    }
}
