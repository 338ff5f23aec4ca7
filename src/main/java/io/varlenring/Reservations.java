// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.ALIGNMENT;
import static io.varlenring.RingLayout.ATTEMPTED;
import static io.varlenring.RingLayout.CLOSED;
import static io.varlenring.RingLayout.HEADER_LENGTH;
import static io.varlenring.RingLayout.NOT_READY;
import static io.varlenring.RingLayout.paddingHeader;
import static io.varlenring.RingLayout.recordHeader;

import java.nio.ByteBuffer;

/**
 * The producer's side of the algorithm, from the reservation of space to the wakeup of the consumer, with the state of
 * one producer; {@link ProducerSide} has the ways to write. {@link VarLenMpscRing} states the invariants.
 */
abstract class Reservations extends ProducerState {
    @SuppressWarnings("unused") // trailing padding: see Padding
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7;
    @SuppressWarnings("unused")
    private long behind8, behind9, behind10, behind11, behind12, behind13, behind14, behind15;

    // Phases of a call

    /** Nothing is reserved, and nobody needs waking. */
    static final int DONE = 0;
    /** The bytes from begin to end are reserved, but not published. */
    static final int RESERVED = 1;
    /** They are published, and whether the consumer has to be woken is not known yet. */
    static final int PUBLISHED = 2;
    /** This call has disarmed the consumer, and must still wake it. */
    static final int ELECTED = 3;
    /** As DONE, but what was open is given up: the single test in finishLastCall() then finds it in any call. */
    static final int GIVEN_UP = 4;

    /** As the source length for {@link #reserveAnew}: only checks for room; offers and reserves nothing. */
    static final int ONLY_ASK = -1;

    final VarLenMpscRing ring;
    final RingMemory memory;
    final WakeupHook hook;
    final int capacity;
    final int mask;
    final int maxPayload;
    /** Where this producer announces its reservations in a file; null for a private ring. */
    final RingSlot slot;
    /** The handle's entry in the registry; null until it is added. */
    ProducerRegistry.Entry entry;
    /** A second slot, for reservations made while a claim is open; null until needed. */
    private RingSlot secondSlot;
    /** Whether closing the handle has begun; from then on nothing can be reserved. */
    private boolean isRetiring;
    /** Whether the handle has been closed and its places given back. */
    boolean isRetired;

    Reservations(final VarLenMpscRing ring, final long position, final long consumerPosition, final RingSlot slot) {
        this.ring = ring;
        this.memory = ring.memory;
        this.hook = ring.hook;
        this.capacity = memory.capacity();
        this.mask = capacity - 1;
        this.maxPayload = RingLayout.maxPayload(capacity);
        this.slot = slot;
        this.limit = consumerPosition + capacity;
        checkNotClosed(position); // a file may say anything
        expect(position);
        if (limit - position < 0 || limit - position > capacity) {
            contiguousLimit = position; // in a file the first reservation checks whether this P is older than C
        }
    }

    // Reserve

    /**
     * Reserves a record, and the gap before it if there is one; returns false when the ring is full. A commit or an
     * abort MUST follow.
     */
    final boolean reserve(final int stride) {
        final long position = expected; // right if nobody has reserved since: the compare-and-set checks
        final long next = position + stride;
        // The first operand is true of every ring in a file, so the second runs only for a private one. The CAS's load
        // finds a faster producer [M4] or close() [M8]; its store makes the bytes ours [M4], and either
        // waitThenHandOver() sees it, or the signal that follows sees armed [M6]
        if (next - fastPathLimit > 0 || memory.compareAndExchangeProducerPositionOnHeap(position, next) != position) {
            return slot == null ? reserveAnew(stride, stride, null, 0, 0) : reserveInFile(stride);
        }
        // Only stores: any call may throw an Error, and by then the reservation must be recorded
        begin = position;
        recordStart = position;
        end = next;
        phase = RESERVED;
        expected = next;
        return true;
    }

    /** As {@link #reserve}, announcing each step in the slot in case this process dies at any of them. */
    final boolean reserveInFile(final int stride) {
        final long position = expected;
        final long next = position + stride;
        if (next - contiguousLimit > 0) {
            return reserveAnew(stride, stride, null, 0, 0);
        }
        final RingSlot slot = slotInUse();
        slot.setAttemptRelease(position | ATTEMPTED); // as in exchangeProducerPosition() [M12]
        if (memory.compareAndExchangeProducerPosition(position, next) != position) {
            return reserveAnew(stride, stride, null, 0, 0);
        }
        // Only stores until it is recorded, as above
        begin = position;
        recordStart = position;
        end = next;
        phase = RESERVED;
        expected = next;
        slot.setEndPlain(next); // as in tellEnd() [M13]
        memory.storeStoreFence();
        return true;
    }

    /**
     * The slow path, where there may be a gap, no room, another producer, or a closed ring or handle. Reserves up to
     * {@code most} bytes, half the capacity or less, as many as are free before the end of the data, and the gap before
     * them if not even {@code least} fits there; then offers the source, unless it is null. With {@code ONLY_ASK} it
     * only tells whether {@code least} fits. On "full" it wakes a consumer that sleeps although it has something to
     * read: its hook has failed, and a full ring gets no commit that could call it again. If the consumer has moved on,
     * the wakeup is spurious.
     *
     * <p>It MUST stay one method, of more than 325 bytecodes: HotSpot never inlines such a method, however hot. With
     * this inlined, an offer would be too large to be inlined itself.
     */
    final boolean reserveAnew(final int least, final int most, final ByteBuffer src, final int from, final int length) {
        checkNotRetired();
        long position = memory.getProducerPositionVolatile(); // pairs with the compare-and-set [M4]
        for (; ; ) {
            checkNotClosed(position);
            // placeRecord(), inlined by hand: see above
            final long record = least <= capacity - ((int) position & mask) ? position : (position | mask) + 1;
            if (record + most - limit > 0 && record + least - readLimit() > 0) {
                break;
            }
            if (length == ONLY_ASK) {
                return true;
            }
            final int room = Math.min(most, capacity - ((int) record & mask));
            final long next = record + Math.min(room, limit - record);
            final long found = exchangeProducerPosition(position, next);
            if (found == position) {
                begin = position;
                recordStart = record;
                end = next;
                phase = RESERVED;
                expect(next);
                tellEnd();
                return src == null || fill(src, from, length);
            }
            position = loseRace(found);
        }
        announceNothing();
        if (position - limit > 0) {
            throw new RingCorruptException("the producer position is " + position + ", and must be at most " + limit
                    + ", a lap ahead of the consumer position: " + ring);
        }
        countRefusal();
        fullEvent = RingEvents.refused(fullEvent, ring);
        expect(position); // spares the next attempt a failing compare-and-set
        ring.finishCollectedHandles();
        // the limit has the offset of C; pairs with arm() [M5] and publish() [M1]
        if (memory.isArmedVolatile() && memory.getHeaderAcquire((int) limit & mask) != NOT_READY) {
            signal(memory);
        }
        return false;
    }

    /** Fills the current reservation with a record, and publishes it; returns true. */
    final boolean fill(final ByteBuffer src, final int srcPosition, final int length) {
        try {
            memory.putPayload(recordOffset(), src, srcPosition, length);
            src.position(srcPosition + length);
        } catch (final Throwable failure) { // another thread changed or closed the source, or an Error
            abortAfter(failure);
            throw failure;
        }
        commit(length);
        return true;
    }

    /** Another producer was faster: returns the position it left. */
    final long loseRace(final long found) {
        countLostRace();
        Thread.onSpinWait();
        return found;
    }

    /**
     * The compare-and-set of P where there is room, first announced if the ring is in a file; returns a newer P instead
     * when C is beyond this one.
     */
    final long exchangeProducerPosition(final long position, final long next) {
        raiseFull();
        if (limit - capacity - position > 0) {
            return newerProducerPosition();
        }
        final RingSlot slot = slotInUse();
        if (slot != null) {
            // before the compare-and-set: a thread that sees P beyond this also sees who may have moved it [M12]
            slot.setAttemptRelease(position | ATTEMPTED);
        }
        return memory.compareAndExchangeProducerPosition(position, next); // as in reserve() [M4] [M6] [M8]
    }

    private long newerProducerPosition() {
        final long newest = memory.getProducerPositionVolatile(); // loaded after this C, so C is not beyond it [M4]
        if (limit - capacity - newest > 0) {
            announceNothing();
            throw new RingCorruptException("the producer position is " + newest
                    + ", and must be at least the consumer position, " + (limit - capacity) + ": " + ring);
        }
        return newest;
    }

    // Where the next reservation begins, and its limit

    /** Records where the next reservation will begin, unless another producer is faster. */
    final void expect(final long position) {
        final long lapEnd = (position | mask) + 1;
        expected = position;
        if (fullEvent != null) {
            contiguousLimit = position; // every reservation first deals with the event
        } else {
            contiguousLimit = lapEnd - limit < 0 ? lapEnd : limit;
        }
        if (slot != null) {
            fastPathLimit = position; // a P in a file only grows
        } else {
            final long longest = position + capacity / 2;
            fastPathLimit = longest - contiguousLimit < 0 ? longest : contiguousLimit;
        }
    }

    /** Where a record of this stride begins, given this producer position: there, or at the start of the next lap. */
    final long placeRecord(final long position, final int stride) {
        final int untilWrap = capacity - ((int) position & mask);
        return stride <= untilWrap ? position : position + untilWrap;
    }

    /** Reloads the limit; MUST come after the load of the P for which it decides "full". */
    final long readLimit() {
        // pairs with giveBack(): up to the new limit all bytes are zero [M2], and nobody reads or writes them [M3]
        final long consumerPosition = memory.getConsumerPositionAcquire();
        if (consumerPosition % ALIGNMENT != 0) {
            announceNothing();
            throw new RingCorruptException(
                    "the consumer position is " + consumerPosition + ", and must be a multiple of 8: " + ring);
        }
        limit = consumerPosition + capacity;
        return limit;
    }

    /**
     * Raises the event that the ring was full, if it was. MUST NOT be called while something is reserved: it is slow.
     */
    final void raiseFull() {
        if (fullEvent != null) {
            final Object ended = fullEvent;
            fullEvent = null;
            RingEvents.raiseFull(ended);
        }
    }

    // What a ring in a file records of a reservation, in case this process dies at any point

    /** This call's slot; null for a private ring. The slot of an open claim keeps announcing the claim. */
    private RingSlot slotInUse() {
        if (open == Claims.NOTHING || slot == null) {
            return slot;
        }
        if (secondSlot == null) {
            secondSlot = ring.places.takeSlot();
        }
        return secondSlot;
    }

    /** Records the reservation's end in a file; the fence orders that before anything written into it [M13]. */
    final void tellEnd() {
        final RingSlot slot = slotInUse();
        if (slot != null) {
            slot.setEndPlain(end);
            memory.storeStoreFence();
        }
    }

    /** Withdraws a refused attempt's announcement: it could look like the owner of another's reservation. */
    private void announceNothing() {
        final RingSlot announced = open == Claims.NOTHING ? slot : secondSlot;
        if (announced != null) { // null for a private ring, or with an open claim and no second slot yet
            announced.setAttemptRelease(0); // pairs with the load by the consumer, as the attempt does [M12]
        }
    }

    // Publish

    /** The offset of the current reservation's record. */
    final int recordOffset() {
        return (int) recordStart & mask;
    }

    /** Makes the current reservation, after its gap if any, a record of this length. */
    final void commit(final int length) {
        countRecords(1, length);
        publishRecords(recordHeader(length));
    }

    /** Publishes the current reservation, whose first record has this header; all its others MUST have been written. */
    final void publishRecords(final long firstHeader) {
        publish(recordStart == begin ? firstHeader : endGap(firstHeader));
    }

    /** Stores the header after the gap; returns the gap's. */
    final long endGap(final long firstHeader) {
        countPadding(recordStart - begin);
        // plain: in our own reservation, which nobody reads before its first header is published [M1]
        setHeaderPlain(recordStart, firstHeader);
        return paddingHeader(recordStart - begin);
    }

    /** Ends the current reservation here: the rest is given back to the producers, or becomes padding. */
    final void endAt(final long used) {
        if (used != end && !giveBackFrom(used)) {
            countPadding(end - used);
            setHeaderPlain(used, paddingHeader(end - used)); // plain: as in endGap() [M1]
        }
    }

    final void setHeaderPlain(final long position, final long header) {
        memory.setHeaderPlain((int) position & mask, header);
    }

    /**
     * Gives all of the current reservation back to the producers and publishes nothing; or makes it padding, which may
     * extend past the end of the data: the consumer only skips it.
     */
    final void abort() {
        countAbort();
        if (!giveBackFrom(begin)) {
            countPadding(end - begin);
            publish(paddingHeader(end - begin));
        }
    }

    /**
     * Gives the current reservation from this position on back to the producers, unless somebody has reserved after it
     * or the ring is closed; what remains of it, if anything, is still to be published.
     */
    final boolean giveBackFrom(final long used) {
        // Recovery of a file relies on P never moving back. In a private ring this load avoids useless zeroing [M11]
        if (slot != null || memory.getProducerPositionVolatile() != end) {
            return false;
        }
        // Plain, before the compare-and-set: whoever reserves here finds zeros [M11]. The first word still is zero
        // (I4), and the consumer may be loading it.
        memory.zero(used == begin ? begin + HEADER_LENGTH : used, end);
        // pairs with reserve() [M4] [M11] and close() [M8]; the consumer finds the ring empty, or polls [M6]
        if (memory.compareAndExchangeProducerPosition(end, used) != end) {
            return false;
        }
        end = used; // only stores, as in reserve()
        phase = used == begin ? DONE : RESERVED;
        expect(used);
        return true;
    }

    /** Aborts before the caller throws the failure; a failure of the abort itself does not mask it. */
    final void abortAfter(final Throwable failure) {
        try {
            abort();
        } catch (final Throwable another) {
            if (another != failure) { // not the same: the JVM reuses preallocated Errors
                failure.addSuppressed(another);
            }
        }
    }

    /** Publishes the current reservation by its first header; all its others MUST have been written. */
    final void publish(final long header) {
        publish(memory, (int) begin & mask, header);
    }

    /** The same, for a caller with these in locals. */
    final void publish(final RingMemory memory, final int offset, final long header) {
        if (hook == null) {
            memory.setHeaderRelease(offset, header); // pairs with next(): makes all that was written visible [M1]
        } else {
            // likewise; and arm()'s load of it, or ours of armed, sees the other's store [M1] [M5]
            memory.setHeaderVolatile(offset, header);
        }
        phase = PUBLISHED;
        signal(memory);
    }

    // Signal

    /** Wakes the consumer if it sleeps or is about to; called after every store that it could be waiting for. */
    final void signal(final RingMemory memory) {
        // pairs with arm() [M5] [M6] [M8]; the compare-and-set elects one waker [M9]
        if (memory.isArmedVolatile() && memory.compareAndSetDisarmed()) {
            phase = ELECTED; // until it is woken: any call may throw an Error
            wake();
        } else {
            phase = DONE;
        }
    }

    private void wake() {
        final Thread waiter = memory.getWaiterVolatile(); // pairs with waitThenHandOver() [M7]
        if (waiter != null) {
            countWakeup();
            memory.unpark(waiter);
            phase = DONE;
        } else if (hook != null && ring.isConsumedHere()) {
            countWakeup();
            callHook();
        } else {
            if (memory.ringDoorbell()) {
                countWakeup();
            }
            phase = DONE;
        }
    }

    private void callHook() {
        phase = DONE; // the hook may use this handle, and leave something open itself
        hookThrew = false;
        try {
            hook.wakeup();
        } catch (final Throwable failure) {
            hookThrew = true;
            if (phase == DONE) {
                phase = ELECTED; // until the next line has succeeded
            }
            memory.setArmedVolatile(true); // the consumer still sleeps: the next commit retries [M5]
            if (phase == ELECTED) {
                phase = DONE;
            }
            if (failure instanceof Error error) { // the record is in the ring, but the program must learn of it
                throw error;
            }
            countHookFailure();
        }
    }

    // What was left open

    /**
     * Finishes what the last call left when an Error ended it. A new call on the same handle proves that the last one
     * is over; so does the collection of the handle.
     */
    final void finishLastCall() {
        if (phase != DONE) {
            finishFailedCall();
        }
    }

    private void finishFailedCall() {
        try {
            if (phase == RESERVED) {
                abort();
            } else if (phase == PUBLISHED) {
                signal(memory);
            } else if (phase == ELECTED) {
                wake();
            }
        } finally {
            if (phase == DONE && open != Claims.NOTHING && isGivenUp) {
                phase = GIVEN_UP; // a store, before the next call: either call may throw an Error
            }
        }
        abortGivenUp();
    }

    /** Aborts what is open, if the user cannot finish it any more. */
    abstract void abortGivenUp();

    // Closing the handle

    /**
     * Ends the use of the handle, with nothing open, and gives back its places in the file. After an Error the next
     * call continues.
     */
    final void retire() {
        if (!isRetired) {
            isRetiring = true;
            contiguousLimit = expected; // sends the next reservation to the slow path
            fastPathLimit = expected;
            raiseFull();
            if (secondSlot != null) {
                ring.places.giveBack(secondSlot);
                secondSlot = null; // another handle may have it now
            }
            if (slot != null) {
                ring.places.giveBack(slot);
            }
            isRetired = true;
        }
    }

    // Refusals

    final void checkNotRetired() {
        if (isRetiring) {
            throw new IllegalStateException("this producer has been closed, or its process detached from the ring");
        }
    }

    /** Not declared as what it is: code that throws a class without subclasses is discarded when one is loaded. */
    final RuntimeException badLength(final long length) {
        checkNotRetired();
        if (length > maxPayload) {
            countTooLarge();
        }
        return new IllegalArgumentException("a record's length must be in 0.." + maxPayload
                + ", the maxPayload of ring " + ring.name() + ", but is " + length);
    }

    final void checkNotClosed(final long producerPosition) {
        if ((producerPosition & (ALIGNMENT - 1)) != 0) {
            throw notOpen(producerPosition);
        }
    }

    private IllegalStateException notOpen(final long producerPosition) {
        announceNothing();
        raiseFull();
        return (producerPosition & (ALIGNMENT - 1)) == CLOSED
                ? new RingClosedException(
                        ring.file() == null
                                ? "the ring is closed: " + ring
                                : "the ring in " + ring.file() + " is closed, for all and for good, until the file is"
                                        + " deleted and made anew: " + ring)
                : new RingCorruptException("the producer position is " + producerPosition
                        + ", and must be a multiple of 8, or that and 1: " + ring);
    }
}
