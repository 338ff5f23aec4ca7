// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Space in a ring that a producer has reserved and fills in place.
 *
 * <p>A claim is open from {@link RingProducer#tryClaim} until it is committed or aborted, whatever happens to the ring
 * meanwhile: a claim taken before the ring was closed can still be committed. The producer reuses the object, so a
 * reference kept after that is the producer's next claim. The thread rule of its producer applies.
 *
 * <p>Whatever still uses the buffer of an open claim, for example an asynchronous read, MUST keep a reference to the
 * claim itself: once neither the claim nor its producer is reachable, nobody can commit it, so it is aborted, and its
 * bytes become other records.
 *
 * <p>The buffer is a view of the whole ring. Never call {@code clear}, {@code flip}, {@code rewind} or {@code compact}
 * on it, and never use an absolute index without adding its first position; pass {@code buffer().slice()} to code you
 * did not write, or build the ring with {@link VarLenMpscRing.Builder#slices()}.
 *
 * @since 0.1.0
 */
public final class RingClaim implements AutoCloseable {
    private final RingProducer producer;
    private final ProducerSide side;
    private final RecordView view;
    private ByteBuffer buffer;

    RingClaim(final RingProducer producer, final ProducerSide side, final boolean slices) {
        this.producer = producer; // keeps the handle reachable as long as this
        this.side = side;
        this.view = new RecordView(side.ring.memory, slices);
    }

    boolean open(final int maxLength) {
        final ByteBuffer space;
        try {
            space = side.claim(maxLength, view);
        } finally {
            Reference.reachabilityFence(producer);
        }
        if (space == null) {
            return false; // and a hook, which the refusal has called, may have opened this claim
        }
        buffer = space;
        side.handOut();
        return true;
    }

    /**
     * Returns the space: at first exactly the bytes from position to limit, big-endian, with undefined content. It is
     * the same buffer each time, so later the position is where the user has moved it. The initial position is usually
     * not 0. Bytes outside that range belong to others; touching them is undefined.
     *
     * @return the ring's own memory, valid until this claim is committed or aborted
     * @throws IllegalStateException when this claim is not open
     */
    public ByteBuffer buffer() {
        checkOpen();
        return buffer;
    }

    /**
     * Makes all the claimed bytes a record.
     *
     * @throws IllegalStateException when this claim is not open; or when its buffer's position or limit is outside the
     *     claim, which is then aborted
     */
    public void commit() {
        checkOpen();
        finish(side.claimLength);
    }

    /**
     * Makes the first bytes of the claim a record and gives the rest back: to the producers, if nobody has reserved
     * behind it and the ring is neither closed nor in a file; otherwise it becomes padding for the consumer. What goes
     * back to the producers is zeroed, so a claim much longer than its record costs time. The buffer's position does
     * not matter, as long as it is within the claim.
     *
     * @param length number of bytes, from 0 to the length claimed
     * @throws IllegalArgumentException when the length is out of that range; the claim stays open
     * @throws IllegalStateException when this claim is not open; or when its buffer's position or limit is outside the
     *     claim, which is then aborted
     */
    public void commit(final int length) {
        checkOpen();
        if (length < 0 || length > side.claimLength) {
            throw new IllegalArgumentException(
                    "length must be in 0.." + side.claimLength + ", the length claimed, but is " + length);
        }
        finish(length);
    }

    /**
     * Makes a record of the bytes before the buffer's position, which relative puts or a channel have written, and
     * gives the rest back as {@link #commit(int)} does.
     *
     * @throws IllegalStateException when this claim is not open; or when its buffer's position or limit is outside the
     *     claim, which is then aborted
     */
    public void commitWritten() {
        checkOpen();
        finish(view.written(buffer));
    }

    /**
     * Gives all the space back, as {@link #commit(int)} does with the rest; there will be no record. If it goes back to
     * the producers, nobody is woken.
     *
     * @throws IllegalStateException when this claim is not open; or when position or limit of its buffer lie outside
     *     the claim, which is aborted all the same
     */
    public void abort() {
        checkOpen();
        close();
    }

    /**
     * Aborts this claim when it is still open, and does nothing otherwise.
     *
     * @throws IllegalStateException when position or limit of the claim's buffer lie outside the claim, which is
     *     aborted all the same
     */
    @Override
    public void close() {
        if (side.open != Claims.CLAIM) {
            return;
        }
        // Only stores: if a later call throws an Error, the next call on the handle aborts it
        side.isGivenUp = true;
        if (side.phase == Reservations.DONE) {
            side.phase = Reservations.GIVEN_UP;
        }
        final IllegalStateException misplaced = view.isWithin(buffer) ? null : view.misplaced(buffer, "the claim's");
        try {
            side.abortOpen(view);
        } finally {
            Reference.reachabilityFence(producer);
        }
        if (misplaced != null) {
            throw misplaced;
        }
    }

    private void finish(final int length) {
        if (!view.isWithin(buffer)) {
            close(); // throws
        }
        try {
            side.commitClaim(length, view);
        } finally {
            Reference.reachabilityFence(producer);
        }
    }

    private void checkOpen() {
        side.checkOpen(Claims.CLAIM);
    }

    /** Returns a short description of the claim and its ring, for logs. */
    @Override
    public String toString() {
        return "RingClaim[" + (side.open == Claims.CLAIM ? "open, " + side.claimLength + " bytes" : "not open") + ", "
                + side.ring + "]";
    }
}
