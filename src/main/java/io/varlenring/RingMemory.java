// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.HEADER_LENGTH;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.locks.LockSupport;

/**
 * What the threads of a ring share: the data, the control words and the waiting thread; also sleeping and the clock.
 *
 * <p>The algorithm reaches shared memory only through this class and {@link RingSlot}, whose methods name their access
 * mode. So its twin in {@code src/simulation} can run the algorithm on simulated memory.
 *
 * <p>The control words of a ring in a file lie in that file. The check for which of the two it is stays off the
 * per-record path of a private ring; {@link Reservations#reserve} and {@link #isArmedVolatile} say how.
 */
final class RingMemory extends ControlWords {
    @SuppressWarnings("unused") // trailing padding: see Padding
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7;
    @SuppressWarnings("unused")
    private long behind8, behind9, behind10, behind11, behind12, behind13, behind14, behind15;
    /** Fills the 4 bytes that compact headers leave beside the producer position; else a reference would lie there. */
    @SuppressWarnings("unused")
    private int gap;

    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();
    private static final VarHandle PRODUCER_POSITION = field("producerPosition");
    private static final VarHandle CONSUMER_POSITION = field("consumerPosition");
    private static final VarHandle ARMED = field("armed");
    private static final byte[] ZEROS = new byte[4096];

    private static final long MILLISECOND_NANOS = 1_000_000;

    static {
        loadClassesOfBuffers();
    }

    /** All direct buffers have this type; below it the JIT compiler finds one implementation of each method. */
    private final MappedByteBuffer data;
    /**
     * The data without its first word: a payload lies here at the offset that its record's header has there. This saves
     * additions, and what the compiler must keep for them, around each copy.
     */
    private final MappedByteBuffer payloads;

    /** The first page of the file, or null for a private ring, whose control words are the fields. */
    private final ByteBuffer control;
    /** Null for a private ring. */
    final Doorbell doorbell;

    private volatile Thread waiter;

    private RingMemory(final ByteBuffer data, final ByteBuffer control) {
        this.data = (MappedByteBuffer) data;
        this.payloads = this.data.slice(HEADER_LENGTH, data.capacity() - HEADER_LENGTH);
        this.control = control;
        this.doorbell = control == null ? null : new Doorbell();
        this.armed = control == null ? 0 : 1; // permanently: see isArmedVolatile()
    }

    private static VarHandle field(final String name) {
        try {
            return MethodHandles.lookup()
                    .findVarHandle(RingMemory.class, name, long.class)
                    .withInvokeExactBehavior();
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * Loads the classes that a buffer's fields and methods name. JDK 17 loads them only when first met, and code
     * compiled before that, which names them, permanently calls what it could inline.
     */
    @SuppressWarnings("ReturnValueIgnored")
    private static void loadClassesOfBuffers() {
        try {
            Buffer.class.getDeclaredFields();
            Buffer.class.getDeclaredMethods();
        } catch (final SecurityException refused) {
            return; // perhaps slower, but just as correct
        }
    }

    static RingMemory allocate(final int capacity) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(capacity + RingLayout.CACHE_LINE_PAIR);
        final int start = RingLayout.CACHE_LINE_PAIR - buffer.alignmentOffset(0, RingLayout.CACHE_LINE_PAIR);
        // alignedSlice would round the length down as well
        return new RingMemory(buffer.slice(start, capacity), null);
    }

    /** Uses the caller's memory, which the caller has checked, and zeroes it. */
    static RingMemory wrap(final ByteBuffer data) {
        final RingMemory memory = new RingMemory(data, null);
        memory.zero(0L, data.capacity());
        return memory;
    }

    /** Uses the memory of a file as it is. */
    static RingMemory map(final ByteBuffer file, final int dataOffset, final int capacity) {
        return new RingMemory(file.slice(dataOffset, capacity), file.slice(0, RingLayout.PAGE));
    }

    boolean isInFile() {
        return control != null;
    }

    int capacity() {
        return data.capacity();
    }

    // Headers

    long getHeaderAcquire(final int offset) {
        return (long) WORDS.getAcquire((ByteBuffer) data, offset);
    }

    void setHeaderPlain(final int offset, final long header) {
        WORDS.set((ByteBuffer) data, offset, header);
    }

    void setHeaderRelease(final int offset, final long header) {
        WORDS.setRelease((ByteBuffer) data, offset, header);
    }

    long getHeaderVolatile(final int offset) {
        return (long) WORDS.getVolatile((ByteBuffer) data, offset);
    }

    void setHeaderVolatile(final int offset, final long header) {
        WORDS.setVolatile((ByteBuffer) data, offset, header);
    }

    // Payloads: plain, because only the owner of a reservation, or the consumer, touches them

    /** The offset is the record's. */
    void putPayload(final int offset, final ByteBuffer src, final int srcPosition, final int length) {
        payloads.put(offset, src, srcPosition, length);
    }

    void putPayload(final int offset, final byte[] src, final int srcOffset, final int length) {
        payloads.put(offset, src, srcOffset, length);
    }

    /**
     * Zeroes the bytes between two positions, which may lie on both sides of the wrap. It copies zeroes in bulk: in a
     * loop of stores the compiler leaves a call per word where a drain is inlined deep into its callers, which is
     * several times slower.
     */
    void zero(final long from, final long to) {
        final int offset = (int) from & (data.capacity() - 1);
        final int length = (int) (to - from);
        if (length <= ZEROS.length && offset + length <= data.capacity()) {
            data.put(offset, ZEROS, 0, length);
        } else {
            zeroInPieces(offset, length);
        }
    }

    private void zeroInPieces(final int from, final int length) {
        int offset = from;
        int left = length;
        for (; ; ) {
            final int piece = Math.min(Math.min(left, ZEROS.length), data.capacity() - offset);
            data.put(offset, ZEROS, 0, piece);
            left -= piece;
            if (left <= 0) {
                return;
            }
            offset = (offset + piece) & (data.capacity() - 1);
        }
    }

    /** Returns a view of all the data, to be moved over payloads. */
    MappedByteBuffer newView() {
        return data.duplicate().limit(0);
    }

    /** Returns a view of one payload only. */
    ByteBuffer slice(final int offset, final int length) {
        return data.slice(offset, length);
    }

    // Control words

    long getProducerPositionVolatile() {
        return control == null
                ? (long) PRODUCER_POSITION.getVolatile(this)
                : (long) WORDS.getVolatile(control, RingLayout.PRODUCER_POSITION_OFFSET);
    }

    /** Returns the value found, which is {@code expected} when the replacement was stored. */
    long compareAndExchangeProducerPosition(final long expected, final long replacement) {
        return control == null
                ? compareAndExchangeProducerPositionOnHeap(expected, replacement)
                : (long) WORDS.compareAndExchange(control, RingLayout.PRODUCER_POSITION_OFFSET, expected, replacement);
    }

    /** The same, for a ring known to be private. */
    long compareAndExchangeProducerPositionOnHeap(final long expected, final long replacement) {
        return (long) PRODUCER_POSITION.compareAndExchange(this, expected, replacement);
    }

    long getConsumerPositionAcquire() {
        return control == null
                ? (long) CONSUMER_POSITION.getAcquire(this)
                : (long) WORDS.getAcquire(control, RingLayout.CONSUMER_POSITION_OFFSET);
    }

    void setConsumerPositionRelease(final long position) {
        if (control == null) CONSUMER_POSITION.setRelease(this, position);
        else WORDS.setRelease(control, RingLayout.CONSUMER_POSITION_OFFSET, position);
    }

    /** The field is always 1 when the word lies in a file: a private ring, unarmed, checks nothing else. */
    boolean isArmedVolatile() {
        return armed != 0 && (control == null || (long) WORDS.getVolatile(control, RingLayout.ARMED_OFFSET) != 0);
    }

    void setArmedVolatile(final boolean armed) {
        if (control == null) this.armed = armed ? 1 : 0;
        else WORDS.setVolatile(control, RingLayout.ARMED_OFFSET, armed ? 1L : 0L);
    }

    /** Returns whether this call ended the arming. */
    boolean compareAndSetDisarmed() {
        return control == null
                ? ARMED.compareAndSet(this, 1L, 0L)
                : WORDS.compareAndSet(control, RingLayout.ARMED_OFFSET, 1L, 0L);
    }

    /** Sets both positions of a private ring that nobody uses yet. */
    void setPositionsPlain(final long position) {
        PRODUCER_POSITION.set(this, position);
        CONSUMER_POSITION.set(this, position);
    }

    // Control words that only a file has

    long getRedoPositionAcquire() {
        return (long) WORDS.getAcquire(control, RingLayout.REDO_POSITION_OFFSET);
    }

    /** MUST be followed by {@link #storeStoreFence} before the zeroes it announces. */
    void setRedoPositionPlain(final long position) {
        WORDS.set(control, RingLayout.REDO_POSITION_OFFSET, position);
    }

    long getDoorbellVolatile() {
        return (long) WORDS.getVolatile(control, RingLayout.DOORBELL_OFFSET);
    }

    void setDoorbellVolatile(final long port) {
        WORDS.setVolatile(control, RingLayout.DOORBELL_OFFSET, port);
    }

    /** Orders the stores before it before those after it. */
    void storeStoreFence() {
        VarHandle.storeStoreFence();
    }

    /** Orders the loads before it before those after it. */
    void loadLoadFence() {
        VarHandle.loadLoadFence();
    }

    // Sleeping and time

    Thread getWaiterVolatile() {
        return waiter;
    }

    void setWaiterVolatile(final Thread thread) {
        waiter = thread;
    }

    void park(final long nanos) {
        LockSupport.parkNanos(this, nanos);
    }

    void unpark(final Thread thread) {
        LockSupport.unpark(thread);
        if (doorbell != null) {
            doorbell.wakeup();
        }
    }

    /** MUST come before the waiting thread is set: from then on it may be woken. */
    void prepareToSleep() {
        if (doorbell != null && doorbell.prepareToAwait()) {
            openDoorbell();
        }
    }

    /** Parks the consumer; in a file, for a millisecond or more, it waits for the doorbell instead. */
    void sleep(final long nanos) {
        if (doorbell == null || nanos < MILLISECOND_NANOS || !doorbell.await(nanos)) {
            LockSupport.parkNanos(this, nanos);
        }
    }

    /** Opens the doorbell of a ring in a file, unless open already, and stores its port in the file. */
    SelectableChannel openDoorbell() {
        final SelectableChannel channel = doorbell.channel();
        if (getDoorbellVolatile() != doorbell.port()) {
            setDoorbellVolatile(doorbell.port());
        }
        return channel;
    }

    /** Discards the rings received so far. */
    void emptyDoorbell() {
        if (doorbell != null && !doorbell.empty()) {
            openDoorbell();
        }
    }

    void closeDoorbell() {
        setDoorbellVolatile(0);
        doorbell.close();
    }

    /** Closes the socket by which this process rings other consumers. */
    void closeSender() {
        doorbell.closeSender();
    }

    /** Wakes the consumer of a ring in a file, in any process; returns false when none can be woken this way. */
    boolean ringDoorbell() {
        return doorbell != null && doorbell.ring(getDoorbellVolatile());
    }

    /** Busy-waits. */
    void spin(final long nanos) {
        final long begin = System.nanoTime();
        do {
            Thread.onSpinWait();
        } while (System.nanoTime() - begin < nanos);
    }

    long nanoTime() {
        return System.nanoTime();
    }
}
