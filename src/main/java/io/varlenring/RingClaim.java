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
public final class RingClaim implements AutoCloseable {
    private final VarLenMpscRing ring;
    private final RingProducer producer;
    private final ByteBuffer view;

    private int offset;
    private int length;
    private boolean open;

    RingClaim(final VarLenMpscRing ring, final RingProducer producer) {
        this.ring = ring;
        this.producer = producer;
        this.view = ring.memory.newView();
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
        return view;
    }

    /**
     * Makes the claimed bytes, all of them, a record.
     *
     * @throws IllegalStateException when this claim is not open
     */
    public void commit() {
        checkOpen();
        ring.commit(producer, offset, length, end());
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
        ring.commit(producer, offset, length, end());
    }

    /**
     * Gives all the space back; there will be no record.
     *
     * @throws IllegalStateException when this claim is not open
     */
    public void abort() {
        checkOpen();
        ring.abort(producer, offset, end());
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

    void begin(final int offset, final int length) {
        this.offset = offset;
        this.length = length;
        RingMemory.moveView(view, offset + RingLayout.HEADER_LENGTH, length);
        open = true;
    }

    /** Ends the claim, so that a buffer that was kept shows no bytes, and returns the length that was claimed. */
    private int end() {
        view.limit(0);
        open = false;
        return length;
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException("the claim has been committed or aborted");
        }
    }
}
