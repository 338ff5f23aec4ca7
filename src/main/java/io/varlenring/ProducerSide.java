// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.paddingHeader;
import static io.varlenring.RingLayout.recordHeader;
import static io.varlenring.RingLayout.stride;
import static io.varlenring.RingLayout.strideOf;

import java.nio.ByteBuffer;
import java.util.ConcurrentModificationException;

/**
 * The implementation of a {@link RingProducer}: the ways to copy records into the ring; {@link Claims} has those that
 * fill it in place. It outlives the handle, to finish what a collected one left open. Its state is in {@link
 * ProducerState}: read that first.
 *
 * <p>Each way has the same steps: finish what an Error left of the last call, check, reserve, fill, publish, signal.
 * The handle has checked offsets into arrays.
 */
final class ProducerSide extends Claims {
    /** How long an offer that waits for room parks, initially and at most. */
    private static final long FIRST_PAUSE_NANOS = 10_000;

    private static final long MAX_PAUSE_NANOS = 1_000_000;

    /** The slot is null in a private ring, and where nothing is ever reserved. */
    ProducerSide(final VarLenMpscRing ring, final long position, final long consumerPosition, final RingSlot slot) {
        super(ring, position, consumerPosition, slot);
    }

    // Offers

    /** The fast path is all in this method, in locals, which stay in registers. */
    boolean offer(final ByteBuffer src) {
        finishLastCall();
        final int srcPosition = src.position();
        final int length = src.remaining();
        final RingMemory memory = this.memory;
        final long position = expected;
        final long stride = strideOf(recordHeader(length)); // a long: the length is not checked yet
        final long next = position + stride;
        // as in reserve() [M4] [M6] [M8]
        if (next - fastPathLimit > 0 || memory.compareAndExchangeProducerPositionOnHeap(position, next) != position) {
            if (length > maxPayload) {
                throw badLength(length);
            }
            return slot == null
                    ? reserveAnew((int) stride, (int) stride, src, srcPosition, length)
                    : reserveInFile((int) stride) && fill(src, srcPosition, length);
        }
        begin = position;
        end = next;
        phase = RESERVED;
        expected = next;
        final int offset = (int) position & mask;
        try {
            if (length > 0) { // an empty record, used as a signal, skips the checks
                memory.putPayload(offset, src, srcPosition, length);
                src.position(srcPosition + length);
            }
        } catch (final Throwable failure) { // another thread changed or closed the source, or an Error
            abortAfter(failure);
            throw failure;
        }
        countRecords(1, length);
        publish(memory, offset, recordHeader(length));
        return true;
    }

    boolean offer(final byte[] src, final int offset, final int length) {
        finishLastCall();
        if (length > maxPayload) {
            throw badLength(length);
        }
        if (!reserve(stride(length))) {
            return false;
        }
        try {
            memory.putPayload(recordOffset(), src, offset, length);
        } catch (final Throwable failure) { // an Error
            abortAfter(failure);
            throw failure;
        }
        commit(length);
        return true;
    }

    boolean offer(final ByteBuffer header, final ByteBuffer payload) {
        finishLastCall();
        final int headerPosition = header.position();
        final int headerLength = header.remaining();
        final int payloadPosition = payload.position();
        final int payloadLength = payload.remaining();
        if ((long) headerLength + payloadLength > maxPayload) {
            throw badLength((long) headerLength + payloadLength);
        }
        final int length = headerLength + payloadLength;
        if (!reserve(stride(length))) {
            return false;
        }
        try {
            memory.putPayload(recordOffset(), header, headerPosition, headerLength);
            memory.putPayload(recordOffset() + headerLength, payload, payloadPosition, payloadLength);
            header.position(headerPosition + headerLength);
            payload.position(payloadPosition + payloadLength);
        } catch (final Throwable failure) { // another thread changed or closed a source, or an Error
            abortAfter(failure);
            throw failure;
        }
        commit(length);
        return true;
    }

    boolean offer(final ByteBuffer src, final long nanos) throws InterruptedException {
        checkMayWait(nanos);
        final long deadline = memory.nanoTime() + nanos;
        for (long pause = FIRST_PAUSE_NANOS; !offer(src); pause = longer(pause)) {
            if (!park(pause, deadline)) {
                return false;
            }
        }
        return true;
    }

    boolean offer(final byte[] src, final int offset, final int length, final long nanos) throws InterruptedException {
        checkMayWait(nanos);
        final long deadline = memory.nanoTime() + nanos;
        for (long pause = FIRST_PAUSE_NANOS; !offer(src, offset, length); pause = longer(pause)) {
            if (!park(pause, deadline)) {
                return false;
            }
        }
        return true;
    }

    boolean offer(final ByteBuffer header, final ByteBuffer payload, final long nanos) throws InterruptedException {
        checkMayWait(nanos);
        final long deadline = memory.nanoTime() + nanos;
        for (long pause = FIRST_PAUSE_NANOS; !offer(header, payload); pause = longer(pause)) {
            if (!park(pause, deadline)) {
                return false;
            }
        }
        return true;
    }

    private void checkMayWait(final long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (nanos > 0 && ring.isConsumedBy(Thread.currentThread())) {
            throw new IllegalStateException("a handler of this ring must not wait for room in it, which it would give"
                    + " back itself: offer without a timeout");
        }
    }

    /** Parks, but not beyond the deadline; returns false when that has passed. */
    private boolean park(final long pause, final long deadline) throws InterruptedException {
        final long left = deadline - memory.nanoTime();
        if (left <= 0) {
            return false;
        }
        memory.park(Math.min(pause, left));
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return true;
    }

    private static long longer(final long pause) {
        return Math.min(2 * pause, MAX_PAUSE_NANOS);
    }

    // Batches

    int offerAll(final ByteBuffer[] srcs, final int from, final int count) {
        finishLastCall();
        final long strides = checkedStrides(srcs, from, count);
        long position = expected; // as in reserve()
        boolean isGuess = count > 0 && position + strides - contiguousLimit <= 0;
        if (!isGuess) {
            checkNotRetired();
            position = memory.getProducerPositionVolatile(); // pairs with the compare-and-set [M4]
        }
        for (; ; ) {
            checkNotClosed(position);
            final long end = batchEnd(position, strides, srcs, from, count);
            if (fitting == 0) {
                if (count == 0 || !fitsOrRefuse(srcs[from])) {
                    return 0;
                }
                isGuess = false; // the consumer has advanced meanwhile
                position = memory.getProducerPositionVolatile(); // as above [M4]
                continue;
            }
            final long found = exchangeProducerPosition(position, end);
            if (found == position) {
                begin = position;
                recordStart = position; // or after a gap: batches write their gaps themselves
                this.end = end;
                phase = RESERVED;
                expect(end);
                tellEnd();
                return writeBatch(srcs, from, count);
            }
            position = isGuess ? found : loseRace(found);
            isGuess = false;
        }
    }

    /** Returns false, "full" for the batch, unless its first record fits by now. */
    private boolean fitsOrRefuse(final ByteBuffer src) {
        final int stride = stride(Math.min(src.remaining(), maxPayload)); // as in batchEnd()
        return reserveAnew(stride, stride, null, 0, ONLY_ASK);
    }

    /** Returns the sum of the strides; throws before anything is stored if a buffer is too long. */
    private long checkedStrides(final ByteBuffer[] srcs, final int from, final int count) {
        long strides = 0;
        for (int i = from; i < from + count; i++) {
            final ByteBuffer src = srcs[i];
            if (src == null) {
                throw new NullPointerException("srcs[" + i + "] is null");
            }
            final int length = src.remaining(); // once: another thread may change it
            if (length > maxPayload) {
                throw new IllegalArgumentException(
                        "srcs[" + i + "]: " + badLength(length).getMessage());
            }
            strides += stride(length);
        }
        return strides;
    }

    /** Returns where the longest prefix that fits from this position on would end, and records its length. */
    private long batchEnd(
            final long position, final long strides, final ByteBuffer[] srcs, final int from, final int count) {
        if (strides <= capacity - ((int) position & mask) && position + strides - limit <= 0) {
            fitting = count;
            return position + strides;
        }
        long end = position;
        fitting = 0;
        while (fitting < count) {
            // at most maxPayload, even if another thread has changed the source: writeBatch() checks again
            final int stride = stride(Math.min(srcs[from + fitting].remaining(), maxPayload));
            final long next = placeRecord(end, stride) + stride;
            if (next - limit > 0 && next - readLimit() > 0) {
                break;
            }
            end = next;
            fitting++;
        }
        return end;
    }

    /**
     * Fills the current reservation with the prefix of the batch that fits, and publishes it; returns its record count.
     */
    private int writeBatch(final ByteBuffer[] srcs, final int from, final int offered) {
        final int count = fitting; // read now: the hook may offer by this handle
        if (count < offered) {
            countRefusal();
        }
        final long firstHeader;
        try {
            firstHeader = fillBatch(srcs, from, from + count);
        } catch (final Throwable failure) { // another thread changed or closed a source, or an Error
            abortAfter(failure);
            throw failure;
        }
        publish(firstHeader);
        return count;
    }

    /** Writes all of a batch but its first header, which it returns. */
    private long fillBatch(final ByteBuffer[] srcs, final int from, final int to) {
        long next = begin;
        long bytes = 0;
        long strides = 0;
        long firstHeader = 0;
        for (int i = from; i < to; i++) {
            final ByteBuffer src = srcs[i];
            final int position = src.position();
            final int length = src.remaining();
            final int stride = stride(length);
            final long record = placeRecord(next, stride);
            if (length > maxPayload || record + stride - end > 0) {
                throw new ConcurrentModificationException("srcs[" + i + "] was changed while it was offered");
            }
            memory.putPayload((int) record & mask, src, position, length);
            if (record != next) {
                firstHeader = setBatchHeader(next, paddingHeader(record - next), firstHeader);
            }
            firstHeader = setBatchHeader(record, recordHeader(length), firstHeader);
            bytes += length;
            strides += stride;
            next = record + stride;
        }
        if (next != end) {
            setBatchHeader(next, paddingHeader(end - next), firstHeader);
        }
        for (int i = from; i < to; i++) {
            srcs[i].position(srcs[i].limit());
        }
        countRecords(to - from, bytes); // before they are published, like every record
        if (strides != end - begin) {
            countPadding(end - begin - strides);
        }
        return firstHeader;
    }

    /** Stores a header of a batch, unless it is the first one; returns the first one. */
    private long setBatchHeader(final long position, final long header, final long firstHeader) {
        if (position == begin) {
            return header;
        }
        setHeaderPlain(position, header); // plain: as in endGap() [M1]
        return firstHeader;
    }
}
