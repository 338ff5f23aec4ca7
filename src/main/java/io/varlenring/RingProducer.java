// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.VarLenMpscRing.FULL;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The handle through which one thread writes to a ring.
 *
 * <p>Handles are cheap and independent; {@link VarLenMpscRing#newProducer()} makes any number of them, and one that is no
 * longer used needs no closing. A handle MUST be used by one thread at a time; it may move between threads when each hands
 * it on with a happens-before edge. Two threads in one handle at once is undefined. None of the methods ever waits.
 *
 * <p>Every way to write has three answers, never mixed. The record is stored; or the ring is full right now, which is not
 * an error; or an exception is thrown and nothing was stored:
 *
 * <ul>
 *   <li>{@link IllegalArgumentException} when the record is longer than {@link VarLenMpscRing#maxPayload()} and so could
 *       never be stored,
 *   <li>{@link RingClosedException} when the ring is closed,
 *   <li>{@link NullPointerException} and {@link IndexOutOfBoundsException} for what their names say.
 * </ul>
 *
 * <p>The one exception to "nothing was stored" is an {@link Error} thrown by the ring's {@link WakeupHook}: it reaches the
 * producer after its record was stored, or after space was given up because a source could not be read.
 *
 * <p>A record of 0 bytes is a record. An offer made while another thread has a claim open on the same ring succeeds, but
 * the consumer reaches the record only after that claim is committed or aborted.
 */
public final class RingProducer extends ProducerFields {
    @SuppressWarnings("unused") // room behind the fields above: see Padding
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7;
    @SuppressWarnings("unused")
    private long behind8, behind9, behind10, behind11, behind12, behind13, behind14, behind15;

    private final VarLenMpscRing ring;
    final RingCounters counters = new RingCounters();
    private RingClaim claim;

    RingProducer(final VarLenMpscRing ring, final long position, final long limit) {
        this.ring = ring;
        this.end = position;
        this.limit = limit;
    }

    /**
     * Stores a copy of {@code src.remaining()} bytes as one record, and on success moves the position of {@code src} to
     * its limit.
     *
     * @param src a direct, heap or read-only buffer; only its position changes, and only on success
     * @return {@code true} when stored, {@code false} when the ring is full right now
     */
    public boolean offer(final ByteBuffer src) {
        final int srcPosition = src.position();
        final int length = src.remaining();
        ring.checkLength(this, length);
        final long start = ring.reserve(this, length);
        if (start == FULL) {
            return false;
        }
        try {
            ring.memory.putPayload(ring.payloadOffset(start), src, srcPosition, length);
            src.position(srcPosition + length);
        } catch (final Throwable failure) { // another thread changed or closed the source
            ring.abort(this, begin, end);
            throw failure;
        }
        ring.commit(this, begin, start, length, end);
        return true;
    }

    /**
     * Stores a copy of {@code length} bytes as one record.
     *
     * @param src where the bytes are
     * @param offset index of the first byte
     * @param length number of bytes, {@code 0..maxPayload()}
     * @return {@code true} when stored, {@code false} when the ring is full right now
     */
    public boolean offer(final byte[] src, final int offset, final int length) {
        Objects.checkFromIndexSize(offset, length, src.length);
        ring.checkLength(this, length);
        final long start = ring.reserve(this, length);
        if (start == FULL) {
            return false;
        }
        ring.memory.putPayload(ring.payloadOffset(start), src, offset, length);
        ring.commit(this, begin, start, length, end);
        return true;
    }

    /**
     * Stores the remaining bytes of two buffers, one behind the other, as one record, and on success moves the position
     * of both to their limits.
     *
     * @param header the first part
     * @param payload the second part
     * @return {@code true} when stored, {@code false} when the ring is full right now
     */
    public boolean offer(final ByteBuffer header, final ByteBuffer payload) {
        final int headerPosition = header.position();
        final int headerLength = header.remaining();
        final int payloadPosition = payload.position();
        final int payloadLength = payload.remaining();
        ring.checkLength(this, (long) headerLength + payloadLength);
        final int length = headerLength + payloadLength;
        final long start = ring.reserve(this, length);
        if (start == FULL) {
            return false;
        }
        try {
            ring.memory.putPayload(ring.payloadOffset(start), header, headerPosition, headerLength);
            ring.memory.putPayload(ring.payloadOffset(start) + headerLength, payload, payloadPosition, payloadLength);
            header.position(headerPosition + headerLength);
            payload.position(payloadPosition + payloadLength);
        } catch (final Throwable failure) { // another thread changed or closed a source
            ring.abort(this, begin, end);
            throw failure;
        }
        ring.commit(this, begin, start, length, end);
        return true;
    }

    /**
     * Stores the longest prefix of a batch that fits, a record each, with one reservation, and makes it visible to the
     * consumer as a whole. The positions of the buffers stored move to their limits; the others stay as they are. When any
     * buffer of the batch is longer than {@code maxPayload()}, nothing is stored.
     *
     * @param srcs the buffers
     * @param from index of the first one
     * @param count number of them
     * @return how many were stored, {@code 0..count}; 0 with a positive {@code count} means that the ring is full right now
     */
    public int offerAll(final ByteBuffer[] srcs, final int from, final int count) {
        return ring.offerAll(this, srcs, from, count);
    }

    /**
     * Reserves space to be filled in place. Until the claim is committed or aborted the consumer gets nothing that was
     * reserved after it, so it should be short, and always in a try-with-resources:
     *
     * <pre>{@code
     * try (RingClaim claim = producer.tryClaim(2048)) {
     *     if (claim != null) {
     *         int length = fill(claim.buffer());
     *         claim.commit(length);
     *     }
     * }
     * }</pre>
     *
     * @param maxLength how many bytes to reserve, {@code 0..maxPayload()}
     * @return the claim, the same object every time; or {@code null} when the ring is full right now
     * @throws IllegalStateException when this handle's last claim is still open
     */
    public RingClaim tryClaim(final int maxLength) {
        if (claim == null) {
            claim = new RingClaim(ring, this);
        } else if (claim.isOpen()) {
            throw new IllegalStateException("this producer's last claim is still open: commit or abort it first");
        }
        ring.checkLength(this, maxLength);
        final long start = ring.reserve(this, maxLength);
        if (start == FULL) {
            return null;
        }
        claim.open(begin, start, maxLength, end);
        return claim;
    }
}

/** What a producer writes with every record. */
abstract class ProducerFields extends Padding {
    /** The first position that this producer must not reserve beyond without reading the consumer position again. */
    long limit;
    /** The last reservation: from its gap, if there is one, to its padding, if there is any. */
    long begin;

    /** Its end; or, behind a refusal, a later producer position. Where the next one begins, unless another handle is faster. */
    long end;
}
