// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The handle through which one thread writes to a ring.
 *
 * <p>Handles are independent, {@link VarLenMpscRing#newProducer()} makes any number of them, and an unused one need not
 * be closed; but on a ring in a file each takes a slot of the file, and closing it gives the slot back. A handle MUST
 * be used by one thread at a time; it may move between threads over a happens-before edge. Using one handle from two
 * threads at once is undefined, and usually stops the ring for good, without an exception. Only the methods with a
 * timeout ever wait; but calls that take a slot of a file, such as {@link VarLenMpscRing#newProducer()} and the first
 * record beside an open claim, retry for some milliseconds while another process looks at the last free one.
 *
 * <p>Every write has exactly one of three outcomes. The record is stored; or the ring is full right now, which is not
 * an error; or an exception is thrown and nothing was stored:
 *
 * <ul>
 *   <li>{@link IllegalArgumentException} when the record is longer than {@link VarLenMpscRing#maxPayload()} and so
 *       could never be stored,
 *   <li>{@link RingClosedException} when the ring is closed,
 *   <li>{@link IllegalStateException} when this handle is closed,
 *   <li>{@link RingCorruptException}, which is one of those, when the words of a ring in a file make no sense,
 *   <li>{@link java.io.UncheckedIOException} when the system refuses the lock of a second slot,
 *   <li>{@link java.util.ConcurrentModificationException}, or what a buffer's checks throw, when another thread changed
 *       a source meanwhile,
 *   <li>whatever an unreadable source throws, for example an {@link IllegalStateException} when its memory is closed,
 *   <li>{@link NullPointerException} and {@link IndexOutOfBoundsException} as usual.
 * </ul>
 *
 * <p>The one exception to "nothing was stored" is an {@link Error}. One thrown by the ring's {@link WakeupHook} reaches
 * the producer after its record was stored; but if it comes from a refusal, or from a wakeup that an earlier call owed,
 * nothing was stored. {@link RingStats#offered()} tells which. Others, such as a {@link StackOverflowError}, may come
 * at any point. What they left unfinished is aborted by the next call on the same handle, or when the handle has been
 * collected. Truncating a mapped file that is being offered leads to an {@link Error} of that kind, or to none: the
 * virtual machine may report it late, and what was copied by then is stored as the record.
 *
 * <p>A record of 0 bytes is a record. An offer made while another claim is open on the same ring succeeds, but the
 * consumer reaches the record only after that claim is committed or aborted. On a ring in a file, a handle that offers
 * while its own claim is open takes a second slot, which it keeps, and is refused with {@link IllegalStateException}
 * when there is none.
 *
 * <p>"Full" means that this record does not fit now; a shorter one may. On a ring that others keep full, a record
 * longer than what one drain gives back may never get in, however often it is offered: keep the longest record to at
 * most a quarter of the capacity and 64 KiB, or give long records a ring of their own.
 *
 * @since 0.1.0
 */
public final class RingProducer implements AutoCloseable {
    private final ProducerSide side;
    private final boolean slices;
    private RingClaim claim;
    private RingBatch batch;

    RingProducer(final ProducerSide side, final boolean slices) {
        this.side = side;
        this.slices = slices;
    }

    /**
     * Stores a copy of {@code src.remaining()} bytes as one record, and on success moves the position of {@code src} to
     * its limit.
     *
     * @param src a direct, heap or read-only buffer; only its position changes, and only on success
     * @return {@code true} when stored, {@code false} when the ring is full right now
     * @throws IllegalArgumentException when the record is longer than {@link VarLenMpscRing#maxPayload()}
     * @throws RingClosedException when the ring is closed
     */
    public boolean offer(final ByteBuffer src) {
        try {
            return side.offer(src);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Stores a copy of {@code length} bytes as one record.
     *
     * @param src where the bytes are
     * @param offset index of the first byte
     * @param length number of bytes, {@code 0..maxPayload()}
     * @return {@code true} when stored, {@code false} when the ring is full right now
     * @throws IllegalArgumentException when the record is longer than {@link VarLenMpscRing#maxPayload()}
     * @throws IndexOutOfBoundsException when the array does not have these bytes
     * @throws RingClosedException when the ring is closed
     */
    public boolean offer(final byte[] src, final int offset, final int length) {
        Objects.checkFromIndexSize(offset, length, src.length);
        try {
            return side.offer(src, offset, length);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Stores the remaining bytes of two buffers, one after the other, as one record, and on success moves the position
     * of both to their limits.
     *
     * @param header the first part
     * @param payload the second part
     * @return {@code true} when stored, {@code false} when the ring is full right now
     * @throws IllegalArgumentException when the record is longer than {@link VarLenMpscRing#maxPayload()}
     * @throws RingClosedException when the ring is closed
     */
    public boolean offer(final ByteBuffer header, final ByteBuffer payload) {
        try {
            return side.offer(header, payload);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Stores a copy of {@code src.remaining()} bytes as one record, and waits for room while the ring is full. It
     * retries, parking in between, for 10 microseconds at first and at most a millisecond; there is no queue, so other
     * producers may get in first.
     *
     * @param src a direct, heap or read-only buffer; only its position changes, and only on success
     * @param timeout how long to wait at most; 0 or less does not wait
     * @param unit unit of {@code timeout}
     * @return {@code true} when stored, {@code false} when the time is up
     * @throws InterruptedException when the thread is interrupted before the call, even if there is room, or while it
     *     waits; nothing was stored
     * @throws IllegalArgumentException when the record is longer than {@link VarLenMpscRing#maxPayload()}; at once
     * @throws IllegalStateException when called with a positive timeout from a handler of this ring, which would wait
     *     for itself
     * @throws RingClosedException when the ring is closed, even while this waits
     */
    public boolean offer(final ByteBuffer src, final long timeout, final TimeUnit unit) throws InterruptedException {
        Objects.requireNonNull(unit, "unit");
        try {
            return side.offer(src, Math.max(0, unit.toNanos(timeout)));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Stores a copy of {@code length} bytes as one record, and waits for room while the ring is full, as {@link
     * #offer(ByteBuffer, long, TimeUnit)} does.
     *
     * @param src where the bytes are
     * @param offset index of the first byte
     * @param length number of bytes, {@code 0..maxPayload()}
     * @param timeout how long to wait at most; 0 or less does not wait
     * @param unit unit of {@code timeout}
     * @return {@code true} when stored, {@code false} when the time is up
     * @throws InterruptedException when the thread is interrupted before the call, even if there is room, or while it
     *     waits; nothing was stored
     * @throws IllegalArgumentException when the record is longer than {@link VarLenMpscRing#maxPayload()}; at once
     * @throws IllegalStateException when called with a positive timeout from a handler of this ring, which would wait
     *     for itself
     * @throws IndexOutOfBoundsException when the array does not have these bytes
     * @throws RingClosedException when the ring is closed, even while this waits
     */
    public boolean offer(final byte[] src, final int offset, final int length, final long timeout, final TimeUnit unit)
            throws InterruptedException {
        Objects.requireNonNull(unit, "unit");
        Objects.checkFromIndexSize(offset, length, src.length);
        try {
            return side.offer(src, offset, length, Math.max(0, unit.toNanos(timeout)));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Stores the remaining bytes of two buffers, one after the other, as one record, and waits for room while the ring
     * is full, as {@link #offer(ByteBuffer, long, TimeUnit)} does.
     *
     * @param header the first part
     * @param payload the second part
     * @param timeout how long to wait at most; 0 or less does not wait
     * @param unit unit of {@code timeout}
     * @return {@code true} when stored, {@code false} when the time is up
     * @throws InterruptedException when the thread is interrupted before the call, even if there is room, or while it
     *     waits; nothing was stored
     * @throws IllegalArgumentException when the record is longer than {@link VarLenMpscRing#maxPayload()}; at once
     * @throws IllegalStateException when called with a positive timeout from a handler of this ring, which would wait
     *     for itself
     * @throws RingClosedException when the ring is closed, even while this waits
     */
    public boolean offer(final ByteBuffer header, final ByteBuffer payload, final long timeout, final TimeUnit unit)
            throws InterruptedException {
        Objects.requireNonNull(unit, "unit");
        try {
            return side.offer(header, payload, Math.max(0, unit.toNanos(timeout)));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Stores each of several buffers as a record of its own: the longest prefix of them that fits, with one
     * reservation, made visible to the consumer as a whole. The positions of the stored buffers move to their limits;
     * the others do not change. No buffer may appear twice: it would be stored twice, or be empty in the rest.
     * When any buffer of the batch is longer than {@code maxPayload()}, nothing is stored.
     *
     * @param srcs the buffers
     * @param from index of the first one
     * @param count number of them
     * @return how many were stored, {@code 0..count}; 0 with a positive {@code count} means that the ring is full right
     *     now
     * @throws IllegalArgumentException when a record is longer than {@link VarLenMpscRing#maxPayload()}
     * @throws IndexOutOfBoundsException when the array does not have these buffers
     * @throws RingClosedException when the ring is closed
     */
    public int offerAll(final ByteBuffer[] srcs, final int from, final int count) {
        Objects.checkFromIndexSize(from, count, srcs.length);
        try {
            return side.offerAll(srcs, from, count);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Reserves space to be filled in place. Until the claim is committed or aborted the consumer gets nothing that was
     * reserved after it, so keep it short, and always use a try-with-resources:
     *
     * <pre>{@code
     * try (RingClaim claim = producer.tryClaim(2048)) {
     *     if (claim != null) {
     *         fill(claim.buffer());
     *         claim.commitWritten();
     *     }
     * }
     * }</pre>
     *
     * @param maxLength how many bytes to reserve, {@code 0..maxPayload()}
     * @return the claim, the same object every time; or {@code null} when the ring is full right now
     * @throws IllegalArgumentException when the length is out of its range
     * @throws IllegalStateException when this handle's last claim or batch is still open
     * @throws RingClosedException when the ring is closed
     */
    @SuppressWarnings("exports") // callers compile without the annotation
    public @Nullable RingClaim tryClaim(final int maxLength) {
        if (claim == null) {
            claim = new RingClaim(this, side, slices);
        }
        return claim.open(maxLength) ? claim : null;
    }

    /**
     * Reserves space for several records at once, to be filled in place one after the other: for example a burst of
     * datagrams, packed whatever their lengths. The consumer gets all of them or none. Unused space goes back as in
     * {@link RingClaim#commit(int)}. As with a claim, the consumer meanwhile gets nothing that was reserved after it:
     *
     * <pre>{@code
     * try (RingBatch batch = producer.tryClaimBatch(2048, 1 << 15)) {
     *     if (batch != null) {
     *         for (ByteBuffer space = batch.next(2048); space != null; space = batch.next(2048)) {
     *             if (channel.receive(space) == null) {
     *                 break;
     *             }
     *             batch.addWritten();
     *         }
     *         batch.commit();
     *     }
     * }
     * }</pre>
     *
     * @param minLength the longest payload for which there must be room, {@code 0..maxPayload()}
     * @param maxBytes the most of the ring to take, including a header of 8 bytes for each record and payloads rounded
     *     up to multiples of 8: from what a record of {@code minLength} takes to half the capacity, rounded down to a
     *     multiple of 8. The batch gets less when less is free, or when the end of the ring's memory is nearer
     * @return the batch, the same object every time; or {@code null} when a record of {@code minLength} does not fit
     *     right now
     * @throws IllegalArgumentException when one of the two is out of its range
     * @throws IllegalStateException when this handle's last claim or batch is still open
     * @throws RingClosedException when the ring is closed
     */
    @SuppressWarnings("exports") // callers compile without the annotation
    public @Nullable RingBatch tryClaimBatch(final int minLength, final int maxBytes) {
        if (batch == null) {
            batch = new RingBatch(this, side, slices);
        }
        return batch.open(minLength, maxBytes) ? batch : null;
    }

    /**
     * Closes this handle; the ring stays open. An open claim or batch is aborted. On a ring in a file its slot is given
     * back; the slot of a dropped handle is given back when the handle has been garbage-collected. Further offers and
     * claims are refused with {@link IllegalStateException}; closing again does nothing. A handle by which the ring's
     * {@link WakeupHook} opens a claim or batch during this call may stay open, and has to be closed again.
     *
     * @throws IllegalStateException when position or limit of the buffer of an open claim or batch lie outside its
     *     bytes; the handle is closed all the same
     * @throws java.io.UncheckedIOException when the system refuses to unlock its slot of a file: close it again
     */
    @Override
    public void close() {
        if (side.isRetired) {
            return;
        }
        try {
            if (claim != null) {
                claim.close();
            }
            if (batch != null) {
                batch.close();
            }
        } finally {
            side.close();
            side.ring.forget(side);
            Reference.reachabilityFence(this);
        }
    }

    ProducerSide side() {
        return side;
    }

    /** Returns a short description of the handle and its ring, for logs. */
    @Override
    public String toString() {
        final String open = (side.open == Claims.NOTHING ? "no claim" : side.nameOfOpen()) + " open";
        return "RingProducer[" + (side.isRetired ? "closed" : open) + ", " + side.ring + "]";
    }
}
