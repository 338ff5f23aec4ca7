// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.ALIGNMENT;
import static io.varlenring.RingLayout.HEADER_LENGTH;
import static io.varlenring.RingLayout.NOT_READY;
import static io.varlenring.RingLayout.payloadLength;
import static io.varlenring.RingLayout.stride;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;

/**
 * The consumer's side of the algorithm; its state is in {@link ConsumerState}. {@link VarLenMpscRing} states the
 * invariants.
 *
 * <p>A drain moves the cursor over one record after another and hands each over; from time to time it zeroes what it
 * has consumed, and gives that back, less often, and at the end. When anything fails, the cursor stays where it is, so
 * the next drain continues from there.
 */
final class ConsumerSide extends ProducersLead {
    @SuppressWarnings("unused") // trailing padding: see Padding
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7;
    @SuppressWarnings("unused")
    private long behind8, behind9, behind10, behind11, behind12, behind13, behind14, behind15;

    /** Consumed bytes are zeroed once they reach an eighth of the ring or this, which the L1 cache still holds. */
    private static final int MAX_ZERO_BYTES = 16 * 1024;
    /**
     * They are given back later, once they reach a quarter of the ring or this, some of which has left that cache: a
     * waiting producer takes such lines at less cost to both. Meanwhile the producers have the rest of the ring.
     */
    private static final int MAX_GIVE_BACK_BYTES = 64 * 1024;

    /** Longest sleep of a timed drain while a reservation is unfinished: without a hook, or in a file. */
    private static final long POLL_NANOS = 100_000;
    /** The same with a hook: an Error may have prevented the cleanup of a handle collected with its claim open. */
    private static final long STALLED_NANOS = 100_000_000;
    /** Longest sleep on a ring in a file, where a waker may die between publishing and ringing the doorbell. */
    private static final long BOUNDED_NANOS = 100_000_000;
    /**
     * After this many fruitless drains in a row, a power of two, one looks for the reason. A look takes cache lines
     * from a producer about to reserve: that of the producer position, and whatever lies beside the registry.
     */
    private static final int FRUITLESS_DRAINS = 64;

    private final VarLenMpscRing ring;
    private final RingMemory memory;
    private final int capacity;
    private final int mask;
    private final int zeroBytes;
    private final int giveBackBytes;
    private final boolean isInFile;
    /**
     * The bits clear in every record header less 1: masking with them gives 0 for 1 to half the capacity, and only
     * those.
     */
    private final long notOfRecords;

    private final RecordView view;
    /** Null for a private ring. */
    private final Recovery recovery;

    private final StallWatch stallWatch;

    ConsumerSide(final VarLenMpscRing ring, final long position, final boolean slices) {
        this.ring = ring;
        this.memory = ring.memory;
        this.capacity = memory.capacity();
        this.mask = capacity - 1;
        this.zeroBytes = Math.min(capacity / 8, MAX_ZERO_BYTES);
        this.giveBackBytes = Math.min(capacity / 4, MAX_GIVE_BACK_BYTES);
        this.isInFile = memory.isInFile();
        this.notOfRecords = -(capacity / 2);
        this.view = new RecordView(memory, slices);
        this.recovery = isInFile ? ring.places.recovery : null;
        this.stallWatch = new StallWatch(ring, recovery);
        this.pauseBytes = zeroBytes;
        startAt(position);
    }

    /** Sets the start position, before the first call. */
    void startAt(final long position) {
        cursor = position;
        zeroed = position;
        givenBack = position;
        stalledPosition = position - 1; // none: positions are multiples of 8
    }

    // One user at a time

    /** Begins a call. Detects misuse as far as plain accesses can: always in one thread, else only if visible. */
    void enter() {
        final Thread current = Thread.currentThread();
        if (isInUse) {
            throw inUse(current);
        }
        if (lastUser.get() != current) { // rare: see the field
            lastUser = new WeakReference<>(current);
            memory.storeStoreFence(); // for isUsedBy()
        }
        isInUse = true;
    }

    /** Ends the use of the consumer for good, since this process leaves the ring. */
    void detach() {
        enter();
        lastUser = DETACHED;
    }

    /**
     * Tells whether the calling thread is inside a call. If it sees that another thread is, the fences make it see that
     * thread, and not itself from an earlier call.
     */
    boolean isUsedBy(final Thread caller) {
        final boolean inside = isInUse;
        memory.loadLoadFence();
        return inside && lastUser.get() == caller;
    }

    // Drains; RingConsumer enters those without a wait. Each ends its call by a store, for the reason given there

    int drainOrWait(final RecordHandler handler, final int maxRecords, final long nanos) throws InterruptedException {
        enter();
        try {
            checkInterrupt();
            final int records = handOver(handler, maxRecords);
            return records > 0 || maxRecords == 0 || nanos <= 0
                    ? records
                    : waitThenHandOver(handler, maxRecords, nanos);
        } finally {
            isInUse = false;
        }
    }

    boolean arm() {
        enter();
        try {
            if (memory.getWaiterVolatile() != null) { // an Error came as a timed drain ended [M7]
                memory.setWaiterVolatile(null);
            }
            memory.emptyDoorbell();
            if (cursor != givenBack) { // an Error ended a drain before it; a refused producer looks at C for a header
                giveBack();
                view.hide();
            }
            prepareToArm();
        } finally {
            isInUse = false; // before armed is set: whichever thread is then woken is the consumer, before this returns
        }
        return tryArm();
    }

    int handOver(final RecordHandler handler, final int maxRecords) {
        int records = 0;
        beginDrain();
        try {
            while (records < maxRecords) {
                final ByteBuffer record = next();
                if (record == null) {
                    if (goOn(records)) {
                        continue;
                    }
                    break;
                }
                final int start = record.position();
                final int end = record.limit();
                records++;
                handler.onRecord(record);
                if (record.position() < start || record.limit() > end) {
                    throw RecordView.misplaced(record, start, end, "the record's");
                }
            }
        } finally {
            if (cursor != givenBack) {
                giveBack();
            }
            endDrain(records);
        }
        return records;
    }

    /** As {@link #handOver}; apart from it because each must compile to a loop that calls nothing but its handler. */
    int handOverControlled(final ControlledRecordHandler handler, final int maxRecords) {
        int records = 0;
        beginDrain();
        try {
            while (records < maxRecords) {
                final ByteBuffer record = next();
                if (record == null) {
                    if (goOn(records)) {
                        continue;
                    }
                    break;
                }
                final int start = record.position();
                final int end = record.limit();
                records++;
                final ControlledRecordHandler.Action action = handler.onRecord(record);
                if (record.position() < start || record.limit() > end) {
                    throw RecordView.misplaced(record, start, end, "the record's");
                }
                if (action == ControlledRecordHandler.Action.ABORT) {
                    records--;
                    cursor -= stride(end - start);
                    break;
                } else if (action == ControlledRecordHandler.Action.BREAK) {
                    break;
                } else if (action == ControlledRecordHandler.Action.COMMIT) {
                    giveBack();
                } else if (action == null) {
                    throw new NullPointerException("the handler returned null instead of an action");
                }
            }
        } finally {
            if (cursor != givenBack) {
                giveBack();
            }
            endDrain(records);
        }
        return records;
    }

    private void beginDrain() {
        caughtUp = false;
        drainEnd = cursor + capacity;
        pausePosition = givenBack + pauseBytes; // no later than pause() sets it, even if an Error left zeroes
    }

    /** Moves the cursor over one record and returns it; or null when there is none, or a pause is due. */
    private ByteBuffer next() {
        final long position = cursor;
        if (position - pausePosition < 0) {
            final int offset = (int) position & mask;
            final long header = memory.getHeaderAcquire(offset); // pairs with publish() [M1]
            if ((header - 1 & notOfRecords) == 0) { // 1 to half the capacity; show() refuses 1 to 7
                final ByteBuffer record = show(offset, payloadLength(header));
                // before the handler is called: if it throws, its record is consumed
                cursor = position + RingLayout.strideOf(header);
                return record;
            }
            skip(header, position);
        }
        return null;
    }

    /** Moves the cursor over padding, or records that there is nothing more. */
    private void skip(final long header, final long position) {
        if (header == NOT_READY) {
            caughtUp = true;
        } else {
            cursor = position + paddingLength(header, position);
        }
    }

    /**
     * Continues a drain, which has handed over this many records, when {@link #next} has found none: after a pause,
     * after padding, or where it pays to look again. Returns false when the drain is over.
     */
    private boolean goOn(final int records) {
        if (caughtUp && records == 0 && beginsLead()) {
            memory.spin(LEAD_NANOS);
            caughtUp = false;
        }
        return !caughtUp && (cursor - pausePosition < 0 || pause(cursor, records));
    }

    /** Shows a payload; the view refuses one that extends past the end of the data, or has a negative length. */
    private ByteBuffer show(final int offset, final int length) {
        try {
            return view.show(offset + HEADER_LENGTH, length);
        } catch (final IllegalArgumentException | IndexOutOfBoundsException outside) {
            throw corruptHeader(RingLayout.recordHeader(length), cursor);
        }
    }

    /** Checks that the length is one a reservation can have: in words, and within what the producers were given. */
    private long paddingLength(final long header, final long position) {
        final long length = -header;
        if (length <= 0 || length % ALIGNMENT != 0 || length > givenBack + capacity - position) {
            throw corruptHeader(header, position);
        }
        return length;
    }

    private RingCorruptException corruptHeader(final long header, final long position) {
        return new RingCorruptException("the header at position " + position + " is " + header
                + ", and must be 8 to " + capacity / 2 + " for a record, and not go over the end of the data, or a"
                + " multiple of 8 in " + (position - givenBack - capacity) + " to -8 for padding: " + ring);
    }

    /**
     * Zeroes or gives back when due, which MUST be before the cursor can be a lap ahead; returns false when the drain
     * has passed as many bytes as the ring holds, or twice as many without a record.
     */
    private boolean pause(final long position, final int records) {
        // pairs with publish() [M1]: what blocked the consumer is finished
        if (isStallWatched() && memory.getHeaderAcquire((int) position & mask) != NOT_READY) {
            endStall();
        }
        // all that was readable when the drain began has been passed
        if (position - drainEnd >= (records > 0 ? 0 : capacity)) {
            return false;
        }
        if (position - givenBack >= giveBackBytes) {
            giveBack();
        } else if (position - zeroed >= zeroBytes) {
            zeroEarly();
        }
        final long next = earlier(zeroed + zeroBytes, givenBack + giveBackBytes);
        // a lap of only padding so far: the first record ends the drain
        pausePosition = position - drainEnd >= 0 ? position + 1 : earlier(next, drainEnd);
        return true;
    }

    private static long earlier(final long position, final long other) {
        return position - other < 0 ? position : other;
    }

    private void endDrain(final int records) {
        view.hide(); // a handler that kept it, unless a slice, finds it empty
        count(records);
    }

    /** Separate from {@link #endDrain}: both are small enough to be inlined. */
    private void count(final int records) {
        learn(records);
        if (records > 0) {
            countHandedOver(records);
            fruitlessDrains = 0;
        } else if (caughtUp && (++fruitlessDrains & (FRUITLESS_DRAINS - 1)) == 0) {
            ring.finishCollectedHandles(); // a reservation that nobody will finish may block it
            noteStall(ring.producerPosition());
        }
    }

    /** Zeroes what the cursor has passed, and gives it back to the producers. */
    private void giveBack() {
        final long to = cursor;
        // P is for noteUse(): use peaks just before space is given back, at what was consumed and what was reserved
        // after it. A drain that has caught up leaves out the latter, rather than take P's cache line from producers.
        prepareToZero(to, caughtUp && !isInFile ? to : ring.producerPosition());
        final RingMemory memory = this.memory;
        memory.zero(zeroed, to); // plain, before the store of the consumer position [M2]
        zeroed = to;
        // pairs with readLimit(): the zeroes [M2] and all that handlers read and wrote [M3] come first
        memory.setConsumerPositionRelease(to);
        givenBack = to;
    }

    /** Zeroes what the cursor has passed, to give it back later. */
    private void zeroEarly() {
        final long to = cursor;
        prepareToZero(to, isInFile ? ring.producerPosition() : to);
        memory.zero(zeroed, to); // plain, as in giveBack() [M2]
        zeroed = to;
    }

    /** MUST come before zeroing up to a position; the caller says how far P is known, in a file by loading it. */
    private void prepareToZero(final long to, final long reserved) {
        if (to - reserved > 0) {
            throw new RingCorruptException("the producer position is " + reserved + ", and must be at least " + to
                    + ", up to where there are headers: " + ring);
        }
        noteUse(reserved - givenBack);
        if (isInFile) { // before the zeroes: if this process dies, the next consumer redoes them [M14]
            memory.setRedoPositionPlain(to);
            memory.storeStoreFence();
        }
    }

    /** Records since when the consumer has been blocked by an unfinished reservation; returns false when it is not. */
    private boolean noteStall(final long producerPosition) {
        if (producerPosition - cursor < RingLayout.ALIGNMENT) {
            stalledPosition = cursor - 1; // none: what was here was given back, and another may follow
            endStall();
            return false;
        }
        if (stalledPosition != cursor) {
            endStall(); // of another reservation, perhaps published between two loads of its header
            stalledNanos = memory.nanoTime();
            stalledPosition = cursor;
        }
        pauseBytes = stallWatch.blocked(cursor) ? 0 : zeroBytes;
        return true;
    }

    private void endStall() {
        pauseBytes = zeroBytes;
        stallWatch.ended();
    }

    /** Appends how long the consumer has been blocked at this position, if it noticed; called by any thread. */
    void describeStall(final long position, final StringBuilder text) {
        if (stalledPosition == position) {
            text.append(", in the consumer's way for " + (memory.nanoTime() - stalledNanos) / 1_000_000 + " ms");
        }
    }

    // What is in the way

    /** Returns the unfinished reservation at the cursor, or null. */
    StalledClaim stalledBy() {
        enter();
        try {
            if (!isInFile) {
                return stalledHere();
            }
            ring.places.letGoDropped(); // else this process would hold the lock of a dead one's slot
            return recovery.find(cursor);
        } finally {
            isInUse = false;
        }
    }

    /** For the heap, where the owner is in this process. */
    private StalledClaim stalledHere() {
        return ring.producerPosition() == cursor
                        || memory.getHeaderAcquire((int) cursor & mask) != NOT_READY // pairs with publish() [M1]
                ? null
                : new StalledClaim(null, cursor, -1, ProcessIdentity.ownUnlessHidden(), StalledClaim.Owner.LIVES);
    }

    /** Turns the reservation at the cursor into padding; returns false if it is finished by now. */
    boolean recover(final StalledClaim claim) {
        enter();
        try {
            if (claim.position() != cursor) {
                return false;
            }
            final StalledClaim found = isInFile ? recovery.recover(claim) : stalledHere();
            if (found != null && found.owner() != StalledClaim.Owner.DEAD) {
                throw new IllegalStateException("the owner may still finish it: " + found + " in " + ring);
            }
            if (found != null) {
                countPadding(found.end() - found.position());
            }
            return found != null;
        } finally {
            isInUse = false;
        }
    }

    // Waiting

    private int waitThenHandOver(final RecordHandler handler, final int maxRecords, final long nanos)
            throws InterruptedException {
        final long deadline = memory.nanoTime() + nanos;
        long remaining = nanos;
        memory.prepareToSleep();
        // before armed: the thread that ends the arming sees whom to wake [M7]
        memory.setWaiterVolatile(Thread.currentThread());
        try {
            int handedOver;
            do {
                prepareToArm();
                if (tryArm()) {
                    // isEmpty() loads P after tryArm() has stored armed: pairs with the compare-and-set of P [M6]
                    final boolean isEmpty = ring.isEmpty();
                    memory.sleep(Math.min(remaining, longestSleep(isEmpty)));
                    checkInterrupt();
                }
                handedOver = handOver(handler, maxRecords);
                remaining = deadline - memory.nanoTime(); // also when not armed: padding alone must not keep us here
            } while (handedOver == 0 && !(ring.isClosed() && ring.isEmpty()) && remaining > 0);
            return handedOver;
        } finally {
            memory.setWaiterVolatile(null); // from here on a producer calls the hook [M7]
            memory.setArmedVolatile(false); // ends the arming, unless a producer has [M5]
        }
    }

    private long longestSleep(final boolean isEmpty) {
        if (isEmpty) {
            return isInFile ? BOUNDED_NANOS : Long.MAX_VALUE;
        }
        return ring.hook == null || isInFile ? POLL_NANOS : STALLED_NANOS;
    }

    private static void checkInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** MUST come before armed is set: it may wait for a lock, which would consume the permit of a wakeup. */
    private void prepareToArm() {
        // Perhaps nobody else checks for collected handles before the awaited wakeup. Pairs with publish() [M1]
        if (memory.getHeaderAcquire((int) cursor & mask) == NOT_READY && noteStall(ring.producerPosition())) {
            ring.finishCollectedHandles();
        }
    }

    /**
     * Returns whether the consumer may sleep; from then on the thread that is woken is the consumer. The thread that
     * turns armed from 1 to 0 wakes it or becomes it, so there are never two at once.
     */
    private boolean tryArm() {
        final long position = cursor;
        memory.setArmedVolatile(true); // before the loads below: pairs with signal()'s load of armed [M5] [M6]
        // pairs with publish(): this load, or its load of armed, sees the other's store [M5]
        final boolean ready = memory.getHeaderVolatile((int) position & mask) != NOT_READY;
        final long producerPosition = memory.getProducerPositionVolatile(); // pairs with close(): likewise [M8]
        if (ready || producerPosition == (position | RingLayout.CLOSED)) {
            return !memory.compareAndSetDisarmed(); // if a producer was faster, that one wakes [M9]
        }
        return true;
    }
}
