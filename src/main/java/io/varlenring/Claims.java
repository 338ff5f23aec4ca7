// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.HEADER_LENGTH;
import static io.varlenring.RingLayout.recordHeader;
import static io.varlenring.RingLayout.stride;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;

/**
 * What a user has open between two calls, a claim or a batch. Its reservation is kept apart from that of the current
 * call, and becomes the current one again to be finished.
 */
abstract class Claims extends Reservations {
    // What is open

    static final int NOTHING = 0;
    static final int CLAIM = 1;
    static final int BATCH = 2;

    /** The user holds no space for the batch's next record. */
    static final int NO_SPACE = -1;

    Claims(final VarLenMpscRing ring, final long position, final long consumerPosition, final RingSlot slot) {
        super(ring, position, consumerPosition, slot);
    }

    /** Opens a claim and returns the view of its payload, or null when the ring is full. */
    final ByteBuffer claim(final int length, final RecordView view) {
        checkNothingOpen();
        if (length < 0 || length > maxPayload) {
            throw badLength(length);
        }
        if (!reserve(stride(length))) {
            return null;
        }
        final ByteBuffer buffer;
        try {
            buffer = view.move(recordOffset() + HEADER_LENGTH, length);
        } catch (final Throwable failure) { // an Error
            abortAfter(failure);
            throw failure;
        }
        claimLength = length;
        keepOpen(CLAIM);
        return buffer;
    }

    final void commitClaim(final int length, final RecordView view) {
        finishLastCallBeforeCommit(CLAIM);
        resume();
        view.hide(); // a buffer that the user kept, unless a slice, shows no bytes
        endAt(recordStart + stride(length));
        commit(length);
    }

    /** Opens a batch of at least one record of {@code minLength} bytes; returns false when the ring is full. */
    final boolean claimBatch(final int minLength, final int maxBytes) {
        checkNothingOpen();
        if (minLength < 0 || minLength > maxPayload) {
            throw badLength(minLength);
        }
        if (maxBytes < stride(minLength) || maxBytes > capacity / 2) {
            throw new IllegalArgumentException("maxBytes must be in " + stride(minLength) + ".." + capacity / 2
                    + ", from what a record of minLength " + minLength + " takes to half the capacity, but is "
                    + maxBytes);
        }
        if (!reserveAnew(stride(minLength), maxBytes & -RingLayout.ALIGNMENT, null, 0, 0)) {
            return false;
        }
        batchNext = recordStart;
        batchSpace = NO_SPACE;
        batchRecords = 0;
        batchBytes = 0;
        keepOpen(BATCH);
        return true;
    }

    /** Returns the view of the space for the batch's next record, or null when the batch has no room for it. */
    final ByteBuffer nextSpace(final int length, final RecordView view) {
        if (length < 0 || length > maxPayload) {
            throw badLength(length);
        }
        if (batchNext + stride(length) - openEnd > 0) {
            return null;
        }
        final ByteBuffer buffer = view.move(((int) batchNext & mask) + HEADER_LENGTH, length);
        batchSpace = length;
        return buffer;
    }

    /** Turns what was filled in into the batch's next record. */
    final void addRecord(final int length, final RecordView view) {
        final long header = recordHeader(length);
        final long next = batchNext + stride(length);
        if (batchNext == openRecordStart) {
            batchFirstHeader = header; // stored last
        } else {
            setHeaderPlain(batchNext, header); // plain: as in endGap() [M1]
        }
        // Only stores: despite an Error, the record is counted and its space taken, or neither
        batchSpace = NO_SPACE;
        batchRecords++;
        batchBytes += length;
        batchNext = next;
        view.hide(); // the rest is the next record's space
    }

    /** Returns the longest payload for which the batch has room, or -1. */
    final int batchRoom() {
        return batchNext == openEnd ? -1 : (int) (openEnd - batchNext) - HEADER_LENGTH;
    }

    final void commitBatch(final RecordView view) {
        finishLastCallBeforeCommit(BATCH);
        resume();
        view.hide();
        if (batchRecords == 0) {
            abort();
            return;
        }
        endAt(batchNext);
        countRecords(batchRecords, batchBytes);
        publishRecords(batchFirstHeader);
    }

    /** Aborts what was given up, which {@link #finishLastCall} finds by its phase. */
    final void abortOpen(final RecordView view) {
        view.start = 0; // else another close, after an Error in this one, would find the buffer misplaced
        view.hide();
        finishLastCall(); // and not what a hook has opened meanwhile
    }

    @Override
    final void abortGivenUp() {
        if (open != NOTHING && isGivenUp) {
            resume();
            abort();
        }
    }

    /** Closes a handle that has been collected: nobody can commit or abort any more what it left open. */
    final void closeCollected() {
        fullEvent = null; // no event: nobody was waiting for the room there is by now
        finishLastCall();
        if (open != NOTHING) {
            countLeak();
            resume();
            abort();
        }
        retire();
    }

    /** Ends the use of the handle, and aborts what it has open. */
    final void close() {
        try {
            finishLastCall();
            isGivenUp = true;
            abortGivenUp();
        } finally { // a hook may throw an Error
            if (open == NOTHING && phase == DONE) { // else the next call continues
                retire();
            }
        }
    }

    /** An Error may have interrupted the abort of what is now to be committed: then nothing is open. */
    private void finishLastCallBeforeCommit(final int kind) {
        finishLastCall();
        abortGivenUp();
        checkOpen(kind);
    }

    final void checkOpen(final int kind) {
        if (open != kind) {
            throw new IllegalStateException("the " + nameOf(kind) + " has been committed or aborted");
        }
    }

    private void checkNothingOpen() {
        finishLastCall();
        abortGivenUp();
        if (open != NOTHING) {
            throw new IllegalStateException("this producer's last " + nameOfOpen() + " is still open in ring "
                    + ring.name() + ": commit or abort it first; closing the producer aborts it, too");
        }
    }

    final String nameOfOpen() {
        return nameOf(open);
    }

    private static String nameOf(final int kind) {
        return kind == BATCH ? "batch" : "claim";
    }

    /**
     * Keeps this call's reservation open, but as given up until {@link #handOut}: if an Error comes before the user has
     * anything to close, the next call aborts it.
     */
    private void keepOpen(final int kind) {
        final Thread current = Thread.currentThread();
        if (claimant.get() != current) {
            claimant = new WeakReference<>(current);
        }
        openBegin = begin; // only stores, which cannot fail
        openRecordStart = recordStart;
        openEnd = end;
        isGivenUp = true;
        open = kind;
        phase = GIVEN_UP;
    }

    /** Hands what was opened to the user. No call may follow until the user has it: any could throw an Error. */
    final void handOut() {
        isGivenUp = false;
        phase = DONE;
    }

    /** Makes what is open the current reservation again. */
    private void resume() {
        begin = openBegin;
        recordStart = openRecordStart;
        end = openEnd;
        phase = RESERVED;
        open = NOTHING;
    }

    /**
     * Describes what this producer has open at this position, or returns null. Any thread may call it: what it loads
     * may be from different moments.
     */
    final String describeOpen(final long position) {
        final int what = open;
        if (what != NOTHING && openBegin == position) {
            return (what == BATCH ? "a batch of " + batchRecords + " records" : "a claim of " + claimLength + " bytes")
                    + ", made by " + (claimant.refersTo(null) ? "a thread that has ended" : claimant.get());
        }
        return phase == RESERVED && begin == position ? "an offer or a commit under way" : null;
    }
}
