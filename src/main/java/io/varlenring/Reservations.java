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
    @SuppressWarnings("unused") // room behind the fields above: see Padding
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7;
    @SuppressWarnings("unused")
    private long behind8, behind9, behind10, behind11, behind12, behind13, behind14, behind15;

    // Phases of a call

    /** Nothing is reserved, and nobody has to be woken. */
    static final int DONE = 0;
    /** The bytes from begin to end are reserved and not published. */
    static final int RESERVED = 1;
    /** They are published, and the consumer may still have to be woken. */
    static final int PUBLISHED = 2;
    /** As DONE, and what was open is given up: so the one test of finishLastCall() finds it in any call. */
    static final int CLAIM_GIVEN_UP = 3;

    /** The length of a source, to {@link #reserveAnew}: none is offered, and nothing reserved. */
    static final int ONLY_ASK = -1;

    final VarLenMpscRing ring;
    final RingMemory memory;
    final WakeupHook hook;
    final int capacity;
    final int mask;
    final int maxPayload;
    /** Where a ring in a file tells of this producer's reservations; null on the heap. */
    final RingSlot slot;
    /** What the registry knows of the handle; null until it does. */
    ProducerRegistry.Entry entry;
    /** Another one, for reservations beside an open claim; null until there is one. */
    private RingSlot secondSlot;
    /** Whether the closing of the handle has begun, so that nothing can be reserved any more. */
    private boolean isLeaving;
    /** Whether it has been closed, and its places given back. */
    boolean isLeft;

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
            contiguousLimit = position; // so that the first reservation looks, and finds out whether it is older than C
        }
    }

    // Reserve

    /**
     * Reserves a record, and the gap before it if there is one; returns false when the ring is full. A commit or an
     * abort MUST follow.
     */
    final boolean reserve(final int stride) {
        final long position = expected; // right if nobody has reserved since, which the compare-and-set tells
        final long next = position + stride;
        // The first is true of every ring in a file: behind it P is on the heap. The load finds who was faster [M4], or
        // close() [M8]; the store makes the bytes ours [M4], and is seen by waitThenHandOver(), or sees it armed in the
        // signal that follows [M6]
        if (next - contiguousLimitOnHeap > 0
                || memory.compareAndExchangeProducerPositionOnHeap(position, next) != position) {
            return slot == null ? reserveAnew(stride, stride, null, 0, 0) : reserveInFile(stride);
        }
        // Only stores: an Error can come with any call, and must find what was reserved
        begin = position;
        start = position;
        end = next;
        phase = RESERVED;
        expected = next;
        return true;
    }

    /** The steps of {@link #reserve}, told in the slot, for the case that this process ends at any of them. */
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
        // Only stores until it is noted, as above
        begin = position;
        start = position;
        end = next;
        phase = RESERVED;
        expected = next;
        slot.setEndPlain(next); // as in tellEnd() [M13]
        memory.storeStoreFence();
        return true;
    }

    /**
     * Reserves where there may be a gap, no room, another producer, or a closed ring or handle: at most so many bytes,
     * half the capacity or less, as are free before the end of the data, and the gap before them if not even the
     * least fits there; and offers the source there, unless it is null. Or only asks whether the least fits, and then
     * reserves nothing. Answers "full" where it does not. It then wakes a consumer that sleeps though it has something
     * to read: its hook has failed, and a full ring gets no commit that could call it again. One that has moved on is
     * woken for nothing.
     *
     * <p>It MUST stay one method, of more than 325 bytecodes: HotSpot calls such a method, however often it does so,
     * and never inlines it. With this inside, an offer would be too large to be inlined itself.
     */
    final boolean reserveAnew(final int least, final int most, final ByteBuffer src, final int from, final int length) {
        checkNotLeft();
        long position = memory.getProducerPositionVolatile(); // pairs with the compare-and-set [M4]
        for (; ; ) {
            checkNotClosed(position);
            // recordStart(), written out: see above
            final long recordStart = least <= capacity - ((int) position & mask) ? position : (position | mask) + 1;
            if (recordStart + most - limit > 0 && recordStart + least - readLimit() > 0) {
                break;
            }
            if (length == ONLY_ASK) {
                return true;
            }
            final int room = Math.min(most, capacity - ((int) recordStart & mask));
            final long next = recordStart + Math.min(room, limit - recordStart);
            final long found = exchangeProducerPosition(position, next);
            if (found == position) {
                begin = position;
                start = recordStart;
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
            throw new RingCorruptException("the producer position is " + position
                    + ", and must be at most a lap ahead of the consumer position, " + limit + ": " + ring);
        }
        countRefusal();
        full = RingEvents.refused(full, ring);
        expect(position); // the next try need not find this out by a compare-and-set
        ring.finishAbandoned();
        // pairs with arm() [M5] and publish() [M1]
        if (memory.isArmedVolatile() && memory.getHeaderAcquire((int) limit & mask) != NOT_READY) {
            signal(memory);
        }
        return false;
    }

    /** Fills the open reservation with a record, and publishes it; returns true. */
    final boolean fill(final ByteBuffer src, final int srcPosition, final int length) {
        try {
            memory.putPayload(payloadOffset(), src, srcPosition, length);
            src.position(srcPosition + length);
        } catch (final Throwable failure) { // another thread changed or closed the source, or an Error
            abortAfter(failure);
            throw failure;
        }
        commit(length);
        return true;
    }

    /** Another producer was faster: returns where it has left the position. */
    final long loseRace(final long found) {
        countLostRace();
        Thread.onSpinWait();
        return found;
    }

    /**
     * The compare-and-set of P, where there is room: announced before when the ring is in a file; or a newer P, where C
     * is beyond it.
     */
    final long exchangeProducerPosition(final long position, final long next) {
        raiseFull();
        if (limit - capacity - position > 0) {
            return newerProducerPosition();
        }
        final RingSlot slot = slotInUse();
        if (slot != null) {
            // before the compare-and-set: whoever sees P behind it sees who may have moved it there [M12]
            slot.setAttemptRelease(position | ATTEMPTED);
        }
        return memory.compareAndExchangeProducerPosition(position, next); // as in reserve() [M4] [M6] [M8]
    }

    private long newerProducerPosition() {
        final long newest = memory.getProducerPositionVolatile(); // behind this C, which is never beyond it [M4]
        if (limit - capacity - newest > 0) {
            announceNothing();
            throw new RingCorruptException("the producer position is " + newest
                    + ", and must be at least the consumer position, " + (limit - capacity) + ": " + ring);
        }
        return newest;
    }

    // What a ring in a file tells of a reservation, for the case that this process ends at any point

    /** The slot for what is reserved next; null on the heap. That of an open claim goes on telling of the claim. */
    private RingSlot slotInUse() {
        if (open == Claims.NOTHING || slot == null) {
            return slot;
        }
        if (secondSlot == null) {
            secondSlot = ring.places.takeSlot();
        }
        return secondSlot;
    }

    /** Tells in a file where the reservation ends: before anything is written into it, which is for the fence [M13]. */
    final void tellEnd() {
        final RingSlot slot = slotInUse();
        if (slot != null) {
            slot.setEndPlain(end);
            memory.storeStoreFence();
        }
    }

    /** Takes back what a refused try has announced: it could look like the owner of a reservation that another made. */
    private void announceNothing() {
        final RingSlot announced = open == Claims.NOTHING ? slot : secondSlot;
        if (announced != null) { // null on the heap, or beside an open claim when there is no second slot yet
            announced.setAttemptRelease(0); // pairs with the load by the consumer, as the attempt does [M12]
        }
    }

    final void checkNotLeft() {
        if (isLeaving) {
            throw new IllegalStateException("this producer has been closed, or its process detached from the ring");
        }
    }

    /**
     * Ends the use of the handle; nothing may be open. Gives its places in the file back; should an Error come, the
     * next call goes on.
     */
    final void leave() {
        if (!isLeft) {
            isLeaving = true;
            contiguousLimit = expected; // so that the next reservation looks
            contiguousLimitOnHeap = expected;
            raiseFull();
            if (secondSlot != null) {
                ring.places.giveBack(secondSlot);
                secondSlot = null; // another handle may have it now
            }
            if (slot != null) {
                ring.places.giveBack(slot);
            }
            isLeft = true;
        }
    }

    /** Notes where the next reservation will begin, unless another producer is faster. */
    final void expect(final long position) {
        final long lapEnd = (position | mask) + 1;
        expected = position;
        if (full != null) {
            contiguousLimit = position; // nothing is reserved without a look at the event
        } else {
            contiguousLimit = lapEnd - limit < 0 ? lapEnd : limit;
        }
        contiguousLimitOnHeap = slot == null ? contiguousLimit : position; // a P in a file only grows
    }

    /** Where a record of this stride goes behind this producer position: there, or at the start of the next lap. */
    final long recordStart(final long position, final int stride) {
        final int untilWrap = capacity - ((int) position & mask);
        return stride <= untilWrap ? position : position + untilWrap;
    }

    /** Renews the limit; MUST come after the load of the producer position for which it is to decide "full". */
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
     * Raises the event of the ring's having been full, if it was. MUST NOT be called while something is reserved: it
     * takes its time.
     */
    final void raiseFull() {
        if (full != null) {
            final Object ended = full;
            full = null;
            RingEvents.raiseFull(ended);
        }
    }

    // Publish

    /** Where in the data the payload of the record in the open reservation is. */
    final int payloadOffset() {
        return ((int) start & mask) + HEADER_LENGTH;
    }

    /** Makes the open reservation, behind the gap if there is one, a record of this length. */
    final void commit(final int length) {
        countRecords(1, length);
        publishRecords(recordHeader(length));
    }

    /** Publishes the open reservation, whose first record has this header; all others in it MUST have been written. */
    final void publishRecords(final long firstRecord) {
        publish(start == begin ? firstRecord : endGap(firstRecord));
    }

    /** Stores the header behind the gap; returns that of the gap. */
    final long endGap(final long firstRecord) {
        countPadding(start - begin);
        // plain: inside our own reservation, where nobody reads before its first header is published [M1]
        setHeaderPlain(start, firstRecord);
        return paddingHeader(start - begin);
    }

    /** Ends what is used of the open reservation here: the rest goes back to the producers, or becomes padding. */
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
     * Gives all of the open reservation back to the producers, and publishes nothing; or makes it padding, which may go
     * past the end of the data: the consumer only skips it.
     */
    final void abort() {
        countAbort();
        if (!giveBackFrom(begin)) {
            countPadding(end - begin);
            publish(paddingHeader(end - begin));
        }
    }

    /**
     * Gives what is behind this position of the open reservation back to the producers, unless somebody has reserved
     * behind it or the ring is closed; what is left of it, if anything, is still to be published.
     */
    final boolean giveBackFrom(final long used) {
        // A file's recovery relies on a P that only grows. Else the load saves the zeroing in vain [M11]
        if (slot != null || memory.getProducerPositionVolatile() != end) {
            return false;
        }
        // Plain, before the compare-and-set: whoever reserves here finds zeros [M11]. The first word is zero still
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

    /** Aborts before the caller throws the failure; what the abort itself fails with does not hide it. */
    final void abortAfter(final Throwable failure) {
        try {
            abort();
        } catch (final Throwable another) {
            if (another != failure) { // the machine has few Errors made beforehand
                failure.addSuppressed(another);
            }
        }
    }

    /** Publishes the open reservation by its first header; all others in it MUST have been written. */
    final void publish(final long header) {
        publish(memory, (int) begin & mask, header);
    }

    /** The same for who has these at hand. */
    final void publish(final RingMemory memory, final int offset, final long header) {
        if (hook == null) {
            memory.setHeaderRelease(offset, header); // pairs with next(): all that was written is visible [M1]
        } else {
            // the same, and arm()'s load of it, or ours of armed, sees the other's store [M1] [M5]
            memory.setHeaderVolatile(offset, header);
        }
        phase = PUBLISHED;
        signal(memory);
    }

    // Signal

    /** Wakes the consumer if it sleeps or is about to; comes after every store that could be what it waits for. */
    final void signal(final RingMemory memory) {
        // pairs with arm() [M5] [M6] [M8]; the compare-and-set elects one waker [M9]
        if (memory.isArmedVolatile() && memory.compareAndSetDisarmed()) {
            phase = PUBLISHED; // until it is woken: an Error may come with any call
            wake();
        } else {
            phase = DONE;
        }
    }

    final void wake() {
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

    final void callHook() {
        phase = DONE; // the hook may call this handle again, and leave something open of its own
        hookThrew = false;
        try {
            hook.wakeup();
        } catch (final Throwable failure) {
            hookThrew = true;
            if (phase == DONE) {
                phase = PUBLISHED; // until the next line has succeeded
            }
            memory.setArmedVolatile(true); // the consumer still sleeps, and the next commit tries again [M5]
            if (phase == PUBLISHED) {
                phase = DONE;
            }
            if (failure instanceof Error error) { // the record is in the ring; but the program has to know of this
                throw error;
            }
            countHookFailure();
        }
    }

    // What was left open

    /**
     * Finishes what the last call left when an Error ended it. A call on the same handle proves that the last one is
     * over; so does the handle's end.
     */
    final void finishLastCall() {
        if (phase != DONE) {
            finishInterruptedCall();
        }
    }

    final void finishInterruptedCall() {
        try {
            if (phase == RESERVED) {
                abort();
            } else if (phase == PUBLISHED) {
                wake(); // it may have disarmed the consumer and not woken it; one wakeup too many does no harm
            }
        } finally {
            if (phase == DONE && open != Claims.NOTHING && isGivenUp) {
                phase = CLAIM_GIVEN_UP; // a store, and before the next call: an Error can come with either
            }
        }
        finishGivenUpClaim();
    }

    /** Aborts a claim that the user cannot reach any more, because an Error has ended its abort. */
    abstract void finishGivenUpClaim();

    // Refusals

    final IllegalArgumentException badLength(final long length) {
        checkNotLeft();
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
