// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.CLOSED;
import static io.varlenring.RingLayout.HEADER_LENGTH;
import static io.varlenring.RingLayout.NOT_READY;
import static io.varlenring.RingLayout.paddingHeader;
import static io.varlenring.RingLayout.recordHeader;
import static io.varlenring.RingLayout.stride;

import java.nio.ByteBuffer;
import java.util.ConcurrentModificationException;
import java.util.Objects;

/**
 * A bounded queue of variable-length byte records from many threads to one, in off-heap memory.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li><b>Order.</b> Records are consumed in the order in which their space was reserved; for each producer that is its
 *       program order.
 *   <li><b>Visibility.</b> What a producer did before it committed a record happens-before the handler gets that record.
 *   <li><b>Room.</b> Every payload of {@code 0..maxPayload()} bytes fits an empty ring, wherever the ring stands. "Full"
 *       is answered only when the record really did not fit at that moment.
 *   <li><b>Progress.</b> Reserving is lock-free. Delivery is in order and so waits for the oldest claim that is neither
 *       committed nor aborted; a thread that dies holding one stops delivery, though not the other producers until the
 *       ring is full.
 *   <li><b>Allocation.</b> None, on either side, after a handle's first claim.
 *   <li><b>Memory.</b> Freed by the garbage collector when the ring, its handles and all views are unreachable, never
 *       under anyone's feet.
 * </ul>
 *
 * <table>
 *   <caption>Who may call what</caption>
 *   <thead>
 *     <tr><th scope="col">thread</th><th scope="col">methods</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>any, at any time</td><td>all methods of this class</td></tr>
 *     <tr><td>one at a time for each handle</td><td>{@link RingProducer} and its {@link RingClaim}</td></tr>
 *     <tr><td>one at a time</td><td>{@link RingConsumer}</td></tr>
 *   </tbody>
 * </table>
 */
public final class VarLenMpscRing implements AutoCloseable {
    /*
     * Implementation
     *
     * Memory is RingLayout's: records, padding, and a control block with the producer position P, the consumer position C
     * and the armed flag. Invariants, for all threads at all times:
     *
     *   I1  C <= P <= C + capacity; both only grow, in multiples of 8.
     *   I2  A word in [P, C + capacity) is zero. Unless the ring is full, the word at P is therefore a header that says "not
     *       ready"; when it is full that word is the one at C, and drain() publishes C before it can come round to it.
     *   I3  Bytes in [C, P) belong to exactly one reservation each; only its owner writes them until it publishes, then only
     *       the consumer and its handlers.
     *   I4  The first word of a reservation is zero until the one store that publishes all of it.
     *
     * Reserve. A producer computes from P where its record would end, gap before the wrap included, checks that end
     * against a limit derived from a C that it has read, and exchanges P for the end. The exchange succeeds only if P is
     * still what the gap was computed from; so at first P need not be read, but is taken to be what this handle last
     * knew it to be. A stale C is a smaller C, so the check errs towards "full" only, and before "full" is answered P
     * is read, and then C again. An end that does not fit behind an old P does not fit behind a newer one either, so the
     * answer is true at the moment at which P was read, even if P has moved since.
     *
     * Publish. A reservation is a series of headers: a gap, a record or the records of a batch, padding behind them. All but
     * the first are written plainly, then the first is stored. The consumer stops at a zero, so it sees the whole
     * reservation or nothing.
     *
     * Release. The consumer zeroes what it has consumed, which restores I2, and then publishes C.
     *
     * Close. The lowest bit of P. A reservation exchanges a P without that bit, so after close none can succeed, and
     * "closed and P == C" means that nothing will ever come.
     *
     * Wakeup. A consumer that wants to sleep stores armed, then looks once more; a producer publishes, then looks at
     * armed. All four accesses are volatile, so at least one side sees the other's. What "publish" is differs:
     *   - with a hook, it is the header: stored volatile, and the consumer looks at the header where it stands;
     *   - without one, a header is stored with release only, which is cheaper, and the store that counts is the exchange of
     *     P. A consumer that sees P == C may sleep: whoever reserves later sees armed when it commits. One that sees a
     *     reservation under way may not, and polls until it is committed.
     * Whoever turns armed from 1 to 0 wakes the consumer, once for each arming.
     *
     * [Mn] names a row of docs/memory-ordering.md.
     */

    /** What {@link #reserve} answers when the ring is full: no position, since those are multiples of 8. */
    static final long FULL = -1;

    /** Consumed bytes are given back at the latest when they are this part of the ring... */
    private static final int RELEASE_FRACTION = 4;
    /** ... or this many, so that they are zeroed while the cache still holds them. */
    private static final int MAX_RELEASE_BYTES = 16 * 1024;

    private static final long POLL_NANOS = 100_000;

    // Immutable

    final RingMemory memory;
    private final WakeupHook hook;
    private final int capacity;
    private final int mask;
    private final int maxPayload;
    private final int releaseBytes;
    private final RingConsumer consumer;
    private final ProducerRegistry producers = new ProducerRegistry();

    // Written by the one thread whose close() took effect

    private final RingCounters closerCounters = new RingCounters();

    private VarLenMpscRing(final RingMemory memory, final WakeupHook hook, final long initialPosition) {
        this.memory = memory;
        this.hook = hook;
        this.capacity = memory.capacity();
        this.mask = capacity - 1;
        this.maxPayload = RingLayout.maxPayload(capacity);
        this.releaseBytes = Math.min(capacity / RELEASE_FRACTION, MAX_RELEASE_BYTES);
        memory.setPositionsPlain(initialPosition); // plain: nobody else has the ring yet
        this.consumer = new RingConsumer(this, new PaddedView(memory));
    }

    /**
     * Creates a ring with its own memory and without a wakeup hook.
     *
     * @param capacity bytes for records, their headers and padding: a power of two, 64 to 1073741824
     * @return the ring
     * @throws IllegalArgumentException when the capacity is anything else
     */
    public static VarLenMpscRing allocate(final int capacity) {
        return builder().capacity(capacity).build();
    }

    /**
     * Starts the making of a ring.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Makes a ring: give it either a capacity or memory, and a hook if the consumer sleeps in a place of its own. */
    public static final class Builder {
        private int capacity;
        private ByteBuffer data;
        private WakeupHook hook;
        private long initialPosition;

        private Builder() {}

        /**
         * Lets the ring allocate its memory.
         *
         * @param capacity bytes for records, their headers and padding: a power of two, 64 to 1073741824
         * @return this builder
         * @throws IllegalArgumentException when the capacity is anything else
         */
        public Builder capacity(final int capacity) {
            checkCapacity(capacity, "capacity");
            this.capacity = capacity;
            return this;
        }

        /**
         * Gives the ring memory of the caller's: the bytes from the buffer's position to its limit. What is in them does not
         * matter; from now on, until the ring is dropped, nobody else may read or write them. All threads that use the ring
         * must be allowed to use the memory; with that of a confined arena everything is undefined.
         *
         * @param data a direct, writable buffer; its remaining bytes are a power of two, 64 to 1073741824, and begin at an
         *     address that is a multiple of 8
         * @return this builder
         * @throws IllegalArgumentException when the buffer is anything else
         */
        public Builder memory(final ByteBuffer data) {
            Objects.requireNonNull(data, "data");
            if (!data.isDirect()) {
                throw new IllegalArgumentException("memory must be a direct buffer, but is " + data);
            }
            if (data.isReadOnly()) {
                throw new IllegalArgumentException("memory must be writable, but is " + data);
            }
            checkCapacity(data.remaining(), "memory's remaining bytes");
            final int misalignment = data.alignmentOffset(data.position(), RingLayout.ALIGNMENT);
            if (misalignment != 0) {
                throw new IllegalArgumentException("memory must begin at an address that is a multiple of "
                        + RingLayout.ALIGNMENT + ", but is " + misalignment + " bytes past one");
            }
            this.data = data.slice();
            return this;
        }

        /**
         * Sets what wakes the consumer after it has armed the ring.
         *
         * @param hook the hook
         * @return this builder
         */
        public Builder hook(final WakeupHook hook) {
            this.hook = Objects.requireNonNull(hook, "hook");
            return this;
        }

        /** Starts both positions elsewhere than at 0, for tests of what happens after years. */
        Builder initialPosition(final long position) {
            this.initialPosition = position;
            return this;
        }

        /**
         * Makes the ring. Memory that was given is this ring's: to make another ring, give the builder other memory.
         *
         * @return a new, empty ring
         * @throws IllegalStateException when neither capacity nor memory was given, or both were
         */
        public VarLenMpscRing build() {
            if ((capacity == 0) == (data == null)) {
                throw new IllegalStateException(
                        data == null
                                ? "a capacity or memory must be given, but neither was"
                                : "a capacity or memory must be given, but both were: " + capacity + " and " + data);
            }
            final RingMemory memory = data == null ? RingMemory.allocate(capacity) : RingMemory.wrap(data);
            data = null; // it is this ring's from now on
            return new VarLenMpscRing(memory, hook, initialPosition);
        }

        private static void checkCapacity(final int capacity, final String what) {
            // The largest power of two that an int holds is MAX_CAPACITY.
            if (capacity < RingLayout.MIN_CAPACITY || Integer.bitCount(capacity) != 1) {
                throw new IllegalArgumentException(what + " must be a power of two in " + RingLayout.MIN_CAPACITY + ".."
                        + RingLayout.MAX_CAPACITY + ", but is " + capacity);
            }
        }
    }

    /**
     * Makes a handle for one producing thread.
     *
     * @return a new handle; when it is no longer used, dropping it is enough
     */
    public RingProducer newProducer() {
        // acquire, pairs with release() [M3]; the producer position before it is only a guess
        final RingProducer producer =
                new RingProducer(this, producerPosition(), memory.getConsumerPositionAcquire() + capacity);
        producers.add(producer);
        return producer;
    }

    /**
     * Returns the handle of the single consumer.
     *
     * @return always the same object
     */
    public RingConsumer consumer() {
        return consumer;
    }

    // Producers

    /**
     * Reserves a record, and the gap before it if there is one. Returns the record's position, and leaves the begin and the
     * end of the reservation in the handle; or returns {@link #FULL}. The length MUST have been checked, and a commit or
     * abort MUST follow.
     */
    long reserve(final RingProducer producer, final int length) {
        final int stride = stride(length);
        long position = producer.end; // a guess: right if nobody has reserved since, which the exchange tells
        if (recordStart(position, stride) + stride - producer.limit > 0) {
            // volatile, pairs with the exchange below, which decides whether this is still the newest [M4]
            position = memory.getProducerPositionVolatile();
        }
        for (; ; ) {
            checkNotClosed(position);
            final long start = recordStart(position, stride);
            final long end = start + stride;
            if (end - producer.limit > 0 && end - readLimit(producer) > 0) {
                producer.counters.add(RingCounters.REFUSED_FULL, 1);
                producer.end = position; // the next try need not find this out by an exchange again
                return FULL;
            }
            final long found = exchangeProducerPosition(producer, position, end);
            if (found == position) {
                return start;
            }
            position = found;
        }
    }

    /** Where a record of this stride goes when the producer position is this: there, or at the start of the next lap. */
    private long recordStart(final long position, final int stride) {
        final int untilWrap = capacity - ((int) position & mask);
        return stride <= untilWrap ? position : position + untilWrap;
    }

    /** Reads the consumer position; MUST come after the read of the producer position for which it is to decide "full". */
    private long readLimit(final RingProducer producer) {
        // acquire, pairs with release(): up to the new limit all bytes are zero [M2], and nobody reads or writes them
        // any more [M3]
        producer.limit = memory.getConsumerPositionAcquire() + capacity;
        return producer.limit;
    }

    /**
     * Tries to take the bytes up to {@code end}; returns the producer position found, which is {@code position} on success.
     * Then the begin and the end of the reservation are in the handle.
     */
    private long exchangeProducerPosition(final RingProducer producer, final long position, final long end) {
        // volatile: as an atomic exchange it makes reservations disjoint [M4] and refuses after close [M8]; as a
        // volatile one it pairs with drainOrWait(), which sees it or is seen armed by the commit that follows [M6]
        final long found = memory.compareAndExchangeProducerPosition(position, end);
        if (found == position) {
            producer.begin = position;
            producer.end = end;
        } else if (position != producer.end) { // a wrong guess is no race that was lost
            producer.counters.add(RingCounters.CAS_RETRIES, 1);
            Thread.onSpinWait();
        }
        return found;
    }

    /** Where in the data the payload of the record at this position is. */
    int payloadOffset(final long start) {
        return ((int) start & mask) + HEADER_LENGTH;
    }

    /** Makes {@code length} bytes of a reservation a record, and what is left of it padding. */
    void commit(final RingProducer producer, final long begin, final long start, final int length, final long end) {
        final long padding = end - begin - stride(length);
        producer.counters.add(RingCounters.OFFERED, 1);
        producer.counters.add(RingCounters.BYTES, length);
        if (padding == 0) {
            publish(producer.counters, begin, recordHeader(length));
        } else {
            producer.counters.add(RingCounters.PADDING_BYTES, padding);
            commitPadded(producer, begin, start, length, end);
        }
    }

    private void commitPadded(
            final RingProducer producer, final long begin, final long start, final int length, final long end) {
        final long rest = start + stride(length);
        if (rest != end) {
            // plain: inside our own reservation, where nobody looks before its first header is published [M1]
            setHeaderPlain(rest, paddingHeader(end - rest));
        }
        publishBehindGap(producer.counters, begin, start, recordHeader(length));
    }

    /** Makes all of a reservation padding, which may go past the end of the data: the consumer only skips it. */
    void abort(final RingProducer producer, final long begin, final long end) {
        producer.counters.add(RingCounters.ABORTED, 1);
        producer.counters.add(RingCounters.PADDING_BYTES, end - begin);
        publish(producer.counters, begin, paddingHeader(end - begin));
    }

    /** Publishes a reservation whose first record is at {@code start}, behind a gap if that is not its begin. */
    private void publishBehindGap(final RingCounters counters, final long begin, final long start, final long header) {
        if (start == begin) {
            publish(counters, begin, header);
        } else {
            // plain: inside our own reservation, where nobody looks before its first header is published [M1]
            setHeaderPlain(start, header);
            publish(counters, begin, paddingHeader(start - begin));
        }
    }

    /** Publishes a reservation by its first header; all others in it MUST have been written. */
    private void publish(final RingCounters counters, final long begin, final long header) {
        if (hook == null) {
            // release, pairs with drain(): the payload, and all headers behind it in its reservation, are visible [M1]
            memory.setHeaderRelease((int) begin & mask, header);
        } else {
            // volatile, for the same and for arm(): its look at this header, or ours at armed, sees the other [M1] [M5]
            memory.setHeaderVolatile((int) begin & mask, header);
        }
        signal(counters);
    }

    private void setHeaderPlain(final long position, final long header) {
        memory.setHeaderPlain((int) position & mask, header);
    }

    int offerAll(final RingProducer producer, final ByteBuffer[] srcs, final int from, final int count) {
        Objects.checkFromIndexSize(from, count, srcs.length);
        long strides = 0;
        for (int i = from; i < from + count; i++) {
            final ByteBuffer src = srcs[i];
            if (src == null) {
                throw new NullPointerException("srcs[" + i + "] is null");
            }
            final int length = src.remaining();
            checkLength(producer, length);
            strides += stride(length);
        }
        long position = producer.end; // a guess, as in reserve()
        if (count == 0 || !fitsAtOnce(producer, position, strides)) {
            // volatile, pairs with the exchange below, which decides whether this is still the newest [M4]
            position = memory.getProducerPositionVolatile();
        }
        for (; ; ) {
            checkNotClosed(position);
            long end = position;
            int fitting = 0;
            if (fitsAtOnce(producer, position, strides)) {
                end += strides;
                fitting = count;
            }
            while (fitting < count) {
                // at most maxPayload, even if another thread has changed the source: writeBatch() looks again
                final int stride = stride(Math.min(srcs[from + fitting].remaining(), maxPayload));
                final long next = recordStart(end, stride) + stride;
                if (next - producer.limit > 0 && next - readLimit(producer) > 0) {
                    break;
                }
                end = next;
                fitting++;
            }
            if (fitting == 0) {
                producer.counters.add(RingCounters.REFUSED_FULL, count == 0 ? 0 : 1);
                producer.end = position; // as in reserve()
                return 0;
            }
            final long found = exchangeProducerPosition(producer, position, end);
            if (found == position) {
                producer.counters.add(RingCounters.REFUSED_FULL, fitting == count ? 0 : 1);
                writeBatch(producer, srcs, from, fitting, position, end);
                return fitting;
            }
            position = found;
        }
    }

    /** Tells whether that many bytes fit without a gap, as far as the producer knows. */
    private boolean fitsAtOnce(final RingProducer producer, final long position, final long strides) {
        return strides <= capacity - ((int) position & mask) && position + strides - producer.limit <= 0;
    }

    /** Fills the reservation from {@code begin} to {@code end} with the batch for which it was made. */
    private void writeBatch(
            final RingProducer producer,
            final ByteBuffer[] srcs,
            final int from,
            final int count,
            final long begin,
            final long end) {
        long next = begin;
        long bytes = 0;
        long firstStart = begin;
        long firstHeader = 0;
        long strides = 0;
        try {
            for (int i = from; i < from + count; i++) {
                final ByteBuffer src = srcs[i];
                final int length = src.remaining();
                final long start = length > maxPayload ? end : recordStart(next, stride(length));
                if (start + stride(length) - end > 0) {
                    throw new ConcurrentModificationException("srcs[" + i + "] was changed while it was offered");
                }
                final long header = recordHeader(length);
                memory.putPayload(payloadOffset(start), src, src.position(), length);
                // plain: inside our own reservation, where nobody looks before its first header is published [M1]
                if (i == from) {
                    firstStart = start;
                    firstHeader = header;
                } else {
                    if (start != next) {
                        setHeaderPlain(next, paddingHeader(start - next));
                    }
                    setHeaderPlain(start, header);
                }
                bytes += length;
                strides += stride(length);
                next = start + stride(length);
            }
            if (next != end) {
                setHeaderPlain(next, paddingHeader(end - next)); // plain: as above [M1]
            }
        } catch (final Throwable failure) { // another thread changed or closed a source
            abort(producer, begin, end);
            throw failure;
        }
        producer.counters.add(RingCounters.PADDING_BYTES, end - begin - strides);
        producer.counters.add(RingCounters.OFFERED, count);
        producer.counters.add(RingCounters.BYTES, bytes);
        try {
            publishBehindGap(producer.counters, begin, firstStart, firstHeader);
        } finally { // also when the hook threw an error: the batch is stored
            for (int i = from; i < from + count; i++) {
                srcs[i].position(srcs[i].limit());
            }
        }
    }

    // Consumer

    /** Hands records to one of the two handlers; the other is null. */
    int drain(final RecordHandler handler, final ControlledRecordHandler controlled, final int maxRecords) {
        final RingMemory memory = this.memory;
        final ByteBuffer view = consumer.view.buffer;
        final long begin = memory.getConsumerPositionPlain(); // plain: only the consumer writes it [M3]
        long released = begin;
        long position = begin;
        int records = 0;
        boolean caughtUp = false;
        try {
            while (records < maxRecords && (records == 0 || position - begin < capacity)) {
                if (position - released >= releaseBytes) { // MUST come before position can be a lap ahead of released
                    release(released, position, false);
                    released = position;
                }
                final int offset = (int) position & mask;
                // acquire, pairs with publish(): the payload and the headers behind this one are visible [M1]
                final long header = memory.getHeaderAcquire(offset);
                if (header == NOT_READY) {
                    caughtUp = true;
                    break;
                }
                if (header < 0) {
                    position -= header;
                    continue;
                }
                final int length = RingLayout.payloadLength(header);
                RingMemory.moveView(view, offset + HEADER_LENGTH, length);
                position += stride(length); // before the call: a record whose handler throws is consumed
                if (controlled == null) {
                    records++;
                    handler.onRecord(view);
                    continue;
                }
                final ControlledRecordHandler.Action action = controlled.onRecord(view);
                if (action == ControlledRecordHandler.Action.ABORT) {
                    position -= stride(length);
                    break;
                }
                records++;
                if (action == ControlledRecordHandler.Action.BREAK) {
                    break;
                }
                if (action == ControlledRecordHandler.Action.COMMIT) {
                    release(released, position, false);
                    released = position;
                } else if (action == null) {
                    throw new NullPointerException("the handler returned null instead of an action");
                }
            }
        } finally {
            view.limit(0); // a handler that keeps the view finds it empty
            if (position != released) {
                release(released, position, caughtUp);
            }
        }
        return records;
    }

    /** Zeroes consumed bytes and gives them back to the producers. */
    private void release(final long released, final long position, final boolean caughtUp) {
        // The use of the ring was highest just before this: what is consumed, and what was reserved behind it.
        final long reserved = caughtUp ? position : producerPosition();
        consumer.counters.max(RingCounters.HIGH_WATER_MARK, reserved - released);
        final int offset = (int) released & mask;
        final int length = (int) (position - released);
        final int untilWrap = Math.min(length, capacity - offset);
        memory.zero(offset, untilWrap); // plain, before the store of the consumer position [M2]
        memory.zero(0, length - untilWrap);
        // release, pairs with readLimit(): the zeroes come first [M2], and so does all that handlers read and
        // wrote [M3]
        memory.setConsumerPositionRelease(position);
    }

    int drainOrWait(final RecordHandler handler, final int maxRecords, final long nanos) throws InterruptedException {
        checkInterrupt();
        int records = drain(handler, null, maxRecords);
        if (records > 0 || maxRecords == 0 || nanos <= 0) {
            return records;
        }
        final long deadline = memory.nanoTime() + nanos;
        long remaining = nanos;
        // volatile, before arm(): whoever ends the arming sees whom to wake [M7]
        memory.setWaiterVolatile(Thread.currentThread());
        try {
            do {
                if (arm()) {
                    // isEmpty() looks at P, volatile, after arm() has stored armed: pairs with the exchange of P [M6]
                    final boolean commitWakes = hook != null || isEmpty();
                    memory.park(commitWakes ? remaining : Math.min(remaining, POLL_NANOS));
                    checkInterrupt();
                }
                records = drain(handler, null, maxRecords);
                remaining = deadline - memory.nanoTime(); // also when arm() said no: padding alone must not hold us
            } while (records == 0 && !(isClosed() && isEmpty()) && remaining > 0);
            return records;
        } finally {
            memory.setWaiterVolatile(null); // volatile: from here on a producer calls the hook [M7]
            memory.setArmedVolatile(false); // volatile: ends what arm() began, unless a producer did [M5]
        }
    }

    private static void checkInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    // Wakeup

    boolean arm() {
        // volatile, before the looks below: pairs with signal()'s look at armed [M5] [M6]
        memory.setArmedVolatile(true);
        final long position = memory.getConsumerPositionPlain(); // plain: only the consumer writes it [M3]
        // volatile, pairs with publish(): this look, or its look at armed, sees the other [M5]
        final boolean ready = memory.getHeaderVolatile((int) position & mask) != NOT_READY;
        // volatile, pairs with close(): likewise [M8]
        if (ready || memory.getProducerPositionVolatile() == (position | CLOSED)) {
            memory.setArmedVolatile(false); // volatile: a wakeup that comes before it is spurious [M5]
            return false;
        }
        return true;
    }

    /** Wakes the consumer if it sleeps or is about to; comes after every store that could be what it waits for. */
    private void signal(final RingCounters counters) {
        // volatile, after the store that matters: pairs with arm() [M5] [M6] [M8]; the exchange elects one waker [M9]
        if (memory.isArmedVolatile() && memory.compareAndSetDisarmed()) {
            final Thread waiter = memory.getWaiterVolatile(); // volatile, pairs with drainOrWait() [M7]
            if (waiter != null) {
                counters.add(RingCounters.WAKEUPS, 1);
                memory.unpark(waiter);
            } else if (hook != null) {
                counters.add(RingCounters.WAKEUPS, 1);
                callHook(counters);
            }
        }
    }

    private void callHook(final RingCounters counters) {
        boolean done = false;
        try {
            hook.wakeup();
            done = true;
        } catch (final Exception failure) { // the record is in the ring: its producer has nothing to be told
            counters.add(RingCounters.HOOK_FAILURES, 1);
        } finally {
            if (!done) {
                // volatile: the consumer still sleeps, so the next commit tries again [M5]
                memory.setArmedVolatile(true);
            }
        }
    }

    /**
     * Closes the ring, for good. From the return of this method on every offer and new claim that would be good otherwise is
     * refused with {@link RingClosedException}; claims that are open can still be committed, and the consumer can drain all
     * that was or will be committed. When {@code isClosed() && isEmpty()}, nothing will come any more. Wakes an armed or
     * waiting consumer. Closing again does nothing.
     */
    @Override
    public void close() {
        long position = memory.getProducerPositionVolatile(); // volatile, pairs with the exchange below [M8]
        while ((position & CLOSED) == 0) {
            // volatile: no reservation can follow [M8], and arm() sees it or is seen armed by the look after it [M8]
            final long found = memory.compareAndExchangeProducerPosition(position, position | CLOSED);
            if (found == position) {
                signal(closerCounters);
                return;
            }
            position = found;
        }
    }

    /**
     * Tells whether the ring has been closed.
     *
     * @return {@code true} from the moment on when {@link #close()} took effect
     */
    public boolean isClosed() {
        return (memory.getProducerPositionVolatile() & CLOSED) != 0; // volatile, pairs with close() [M8]
    }

    // Snapshots

    /**
     * Returns how many bytes the ring has for records, their headers and padding.
     *
     * @return the capacity in bytes, a power of two
     */
    public int capacity() {
        return capacity;
    }

    /**
     * Returns the length of the longest payload that this ring takes.
     *
     * @return half the capacity, less the header of 8 bytes
     */
    public int maxPayload() {
        return maxPayload;
    }

    /**
     * Returns the next position to be reserved: all bytes ever reserved, in records and in padding.
     *
     * @return a snapshot, in bytes, a multiple of 8
     */
    public long producerPosition() {
        return memory.getProducerPositionVolatile() & ~CLOSED; // volatile, pairs with reserve() [M10]
    }

    /**
     * Returns the position up to which space has been given back by the consumer.
     *
     * @return a snapshot, in bytes, a multiple of 8
     */
    public long consumerPosition() {
        return memory.getConsumerPositionAcquire(); // acquire, pairs with release() [M10]
    }

    /**
     * Returns the bytes in use: reserved and not yet given back, headers and padding included. What producers reserve and
     * the consumer gives back during the call may be counted in, so the answer can be more than was ever in use at once.
     *
     * @return a snapshot, {@code 0..capacity()}
     */
    public int size() {
        // The consumer position first: the other way round it could be ahead of the producer position that was read. As
        // both move on between the reads, the difference can exceed what was ever in use, so it is cut.
        final long consumerPosition = consumerPosition();
        return (int) Math.min(producerPosition() - consumerPosition, capacity);
    }

    /**
     * Tells whether nothing is in use: no record, no open claim, no padding. A ring that is not empty may still have
     * nothing readable, when its oldest claim is open.
     *
     * @return a snapshot; {@code true} was true at one moment during the call
     */
    public boolean isEmpty() {
        return size() == 0;
    }

    /**
     * Adds up the counters of all handles. Not for a hot path.
     *
     * @return a snapshot
     */
    public RingStats stats() {
        // The producer position first, unlike in size(): what is given back between the reads makes the difference
        // smaller, so it is never more than what was in use.
        final long inUse = producerPosition() - consumerPosition();
        final long[] sums = new long[RingCounters.COUNT];
        producers.addTo(sums);
        consumer.counters.addTo(sums);
        closerCounters.addTo(sums);
        return new RingStats(
                sums[RingCounters.OFFERED],
                sums[RingCounters.BYTES],
                sums[RingCounters.REFUSED_FULL],
                sums[RingCounters.TOO_LARGE],
                sums[RingCounters.PADDING_BYTES],
                sums[RingCounters.ABORTED],
                sums[RingCounters.CAS_RETRIES],
                sums[RingCounters.WAKEUPS],
                sums[RingCounters.HOOK_FAILURES],
                Math.max(sums[RingCounters.HIGH_WATER_MARK], inUse));
    }

    /** Returns a short description of the ring and its state, for logs. */
    @Override
    public String toString() {
        return "VarLenMpscRing[capacity=" + capacity + ", size=" + size() + ", producerPosition=" + producerPosition()
                + ", consumerPosition=" + consumerPosition() + (isClosed() ? ", closed]" : "]");
    }

    // Refusals

    void checkLength(final RingProducer producer, final long length) {
        if (length < 0 || length > maxPayload) {
            throw badLength(producer, length);
        }
    }

    private IllegalArgumentException badLength(final RingProducer producer, final long length) {
        if (length > maxPayload) {
            producer.counters.add(RingCounters.TOO_LARGE, 1);
        }
        return new IllegalArgumentException(
                "length must be in 0.." + maxPayload + ", the maxPayload of this ring, but is " + length);
    }

    private static void checkNotClosed(final long producerPosition) {
        if ((producerPosition & CLOSED) != 0) {
            throw new RingClosedException("the ring is closed");
        }
    }
}
