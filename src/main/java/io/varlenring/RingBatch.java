// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Space for several records that a producer has reserved at once and fills in place, one after the other.
 *
 * <p>{@link #next} returns space for the next record, {@link #add} or {@link #addWritten} makes it a record, and the
 * following one begins right at its end; {@link #commit()} hands all of them over at once, and gives the rest back.
 *
 * <p>A batch is open from {@link RingProducer#tryClaimBatch} until it is committed or aborted. The lifetime, thread and
 * buffer rules of {@link RingClaim} apply here too: the producer reuses the object; whatever still uses a buffer of an
 * open batch MUST keep a reference to the batch; the buffers are views of the whole ring, on which {@code clear},
 * {@code flip}, {@code rewind} and {@code compact} must never be called, except on a ring with {@link
 * VarLenMpscRing.Builder#slices()}. In a ring in a file the unused part of a batch is padding, given back only when the
 * consumer has passed it: claim no more there than what comes.
 *
 * @since 0.1.0
 */
public final class RingBatch implements AutoCloseable {
    private final RingProducer producer;
    private final ProducerSide side;
    private final RecordView view;
    private ByteBuffer buffer;

    RingBatch(final RingProducer producer, final ProducerSide side, final boolean slices) {
        this.producer = producer; // keeps the handle reachable as long as this
        this.side = side;
        this.view = new RecordView(side.ring.memory, slices);
    }

    boolean open(final int minLength, final int maxBytes) {
        final boolean isOpen;
        try {
            isOpen = side.claimBatch(minLength, maxBytes);
        } finally {
            Reference.reachabilityFence(producer);
        }
        if (isOpen) {
            side.handOut();
        }
        return isOpen;
    }

    /**
     * Returns space for the next record: exactly the bytes from position to limit, big-endian, with undefined content.
     * The position is usually not 0. The space from the last call, if not added, is discarded.
     *
     * @param maxLength the longest payload, {@code 0..maxPayload()}
     * @return the ring's own memory, valid until {@code next} gives another space, or the batch is added to, committed
     *     or aborted; or {@code null} when the batch has no room for such a record, in which case nothing changes. The
     *     first record always has the room that {@link RingProducer#tryClaimBatch} was asked for
     * @throws IllegalArgumentException when the length is out of its range; the batch stays open
     * @throws IllegalStateException when this batch is not open; or when position or limit of the last buffer lie
     *     outside its space: the batch is then aborted
     */
    @SuppressWarnings("exports") // callers compile without the annotation
    public @Nullable ByteBuffer next(final int maxLength) {
        checkOpen();
        checkPlaced();
        final ByteBuffer space = side.nextSpace(maxLength, view);
        if (space != null) {
            buffer = space;
        }
        return space;
    }

    /**
     * Makes the first bytes of the space from {@link #next} a record of this batch. The buffer's position does not
     * matter, as long as it is within that space.
     *
     * @param length number of bytes, from 0 to the length asked for
     * @throws IllegalArgumentException when the length is out of that range; the space can still be added
     * @throws IllegalStateException when this batch is not open, or has given no space since the last record; or when
     *     position or limit of the buffer lie outside its space: the batch is then aborted
     */
    public void add(final int length) {
        checkSpace();
        if (length < 0 || length > side.batchSpace) {
            throw new IllegalArgumentException(
                    "length must be in 0.." + side.batchSpace + ", the length asked for, but is " + length);
        }
        try {
            side.addRecord(length, view);
        } finally {
            Reference.reachabilityFence(producer);
        }
    }

    /**
     * Makes the bytes before the buffer's position a record of this batch: what relative puts or a channel have
     * written into the space from {@link #next}.
     *
     * @throws IllegalStateException when this batch is not open, or has given no space since the last record; or when
     *     position or limit of the buffer lie outside its space: the batch is then aborted
     */
    public void addWritten() {
        checkSpace();
        try {
            side.addRecord(view.written(buffer), view);
        } finally {
            Reference.reachabilityFence(producer);
        }
    }

    /**
     * Returns the number of records added.
     *
     * @return 0 or more
     * @throws IllegalStateException when this batch is not open
     */
    public int count() {
        checkOpen();
        return side.batchRecords;
    }

    /**
     * Returns how long the next record can be.
     *
     * @return the longest payload, in bytes, for which {@link #next} still has room; or -1 when not even an empty
     *     record fits
     * @throws IllegalStateException when this batch is not open
     */
    public int remaining() {
        checkOpen();
        return side.batchRoom();
    }

    /**
     * Hands over all added records, and gives the rest back as {@link RingClaim#commit(int)} does. Space not added is
     * part of the rest. Without any record this is an abort.
     *
     * @throws IllegalStateException when this batch is not open; or when position or limit of the last buffer lie
     *     outside its space: the batch is then aborted
     */
    public void commit() {
        checkOpen();
        checkPlaced();
        try {
            side.commitBatch(view);
        } finally {
            Reference.reachabilityFence(producer);
        }
    }

    /**
     * Gives all the space back as {@link RingClaim#abort()} does; none of the records will be handed over.
     *
     * @throws IllegalStateException when this batch is not open; or when position or limit of the last buffer lie
     *     outside its space: the batch is aborted all the same
     */
    public void abort() {
        checkOpen();
        close();
    }

    /**
     * Aborts this batch when it is still open, and does nothing otherwise.
     *
     * @throws IllegalStateException when position or limit of the last buffer lie outside its space: the batch is
     *     aborted all the same
     */
    @Override
    public void close() {
        if (side.open != Claims.BATCH) {
            return;
        }
        // Only stores: if a later call throws an Error, the next call on the handle aborts it
        side.isGivenUp = true;
        if (side.phase == Reservations.DONE) {
            side.phase = Reservations.GIVEN_UP;
        }
        final IllegalStateException misplaced = isPlaced() ? null : view.misplaced(buffer, "the batch's");
        try {
            side.abortOpen(view);
        } finally {
            Reference.reachabilityFence(producer);
        }
        if (misplaced != null) {
            throw misplaced;
        }
    }

    private void checkOpen() {
        side.checkOpen(Claims.BATCH);
    }

    private void checkSpace() {
        checkOpen();
        if (side.batchSpace == Claims.NO_SPACE) {
            throw new IllegalStateException("there is no space to be added: call next first, for each record");
        }
        checkPlaced();
    }

    private void checkPlaced() {
        if (!isPlaced()) {
            close(); // throws
        }
    }

    private boolean isPlaced() {
        return side.batchSpace == Claims.NO_SPACE || view.isWithin(buffer);
    }

    /** Returns a short description of the batch and its ring, for logs. */
    @Override
    public String toString() {
        return "RingBatch["
                + (side.open == Claims.BATCH ? "open, " + side.batchRecords + " records" : "not open")
                + ", " + side.ring + "]";
    }
}
