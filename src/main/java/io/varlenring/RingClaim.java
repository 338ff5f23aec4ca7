// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.nio.ByteBuffer;

/**
 * Space in a ring that a producer has reserved and fills in place.
 *
 * <p>A claim is open from {@link RingProducer#tryClaim} until it is committed or aborted, whatever happens to the ring
 * meanwhile: a claim taken before the ring was closed can still be committed. The object is reused by its producer, so a
 * reference kept after that is the producer's next claim. It follows the thread rule of its producer.
 */
public final class RingClaim extends ClaimFields implements AutoCloseable {
    @SuppressWarnings("unused") // room behind the fields above: see Padding
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7;
    @SuppressWarnings("unused")
    private long behind8, behind9, behind10, behind11, behind12, behind13, behind14, behind15;

    private final VarLenMpscRing ring;
    private final RingProducer producer;
    private final PaddedView view;

    RingClaim(final VarLenMpscRing ring, final RingProducer producer) {
        this.ring = ring;
        this.producer = producer;
        this.view = new PaddedView(ring.memory);
    }

    /**
     * Returns the space: exactly the bytes from position to limit, big-endian, with undefined content. The position is
     * usually not 0. Bytes outside that range belong to others; touching them is undefined.
     *
     * @return the ring's own memory, valid until this claim is committed or aborted
     * @throws IllegalStateException when this claim is not open
     */
    public ByteBuffer buffer() {
        checkOpen();
        return view.buffer;
    }

    /**
     * Makes the claimed bytes, all of them, a record.
     *
     * @throws IllegalStateException when this claim is not open
     */
    public void commit() {
        checkOpen();
        finish(length);
    }

    /**
     * Makes the first bytes of the claim a record and gives the rest back. The buffer's position does not matter.
     *
     * @param length number of bytes, from 0 to the length claimed
     * @throws IllegalArgumentException when the length is out of that range; the claim stays open
     * @throws IllegalStateException when this claim is not open
     */
    public void commit(final int length) {
        checkOpen();
        if (length < 0 || length > this.length) {
            throw new IllegalArgumentException(
                    "length must be in 0.." + this.length + ", the length claimed, but is " + length);
        }
        finish(length);
    }

    /**
     * Gives all the space back; there will be no record.
     *
     * @throws IllegalStateException when this claim is not open
     */
    public void abort() {
        checkOpen();
        shut();
        ring.abort(producer, begin, end);
    }

    /** Aborts this claim when it is still open, and does nothing otherwise. */
    @Override
    public void close() {
        if (open) {
            abort();
        }
    }

    boolean isOpen() {
        return open;
    }

    void open(final long begin, final long start, final int length, final long end) {
        this.begin = begin;
        this.start = start;
        this.length = length;
        this.end = end;
        RingMemory.moveView(view.buffer, ring.payloadOffset(start), length);
        open = true;
    }

    private void finish(final int committed) {
        shut();
        ring.commit(producer, begin, start, committed, end);
    }

    /** Ends the claim; a buffer that was kept shows no bytes. Comes before the publication, after which a hook may throw. */
    private void shut() {
        view.buffer.limit(0);
        open = false;
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException("the claim has been committed or aborted");
        }
    }
}

/** What a claim writes each time. */
abstract class ClaimFields extends Padding {
    long begin;
    long start;
    int length;
    long end;
    boolean open;
}
