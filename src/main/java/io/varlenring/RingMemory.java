// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.LockSupport;

/**
 * Everything that the ring's threads share: the data, the control block, the waiting thread, counters, and sleeping.
 *
 * <p>This is the only class that names a {@link VarHandle}, and each access says its mode in its name. The algorithm sees
 * memory through nothing else, so that a twin of this class can put it on a simulated memory.
 */
final class RingMemory {
    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();
    private static final VarHandle COUNTERS =
            MethodHandles.arrayElementVarHandle(long[].class).withInvokeExactBehavior();
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(4096);

    static {
        loadClassesOfBuffers();
    }

    private final ByteBuffer data;
    private final ByteBuffer control;
    private volatile Thread waiter;

    private RingMemory(final ByteBuffer data) {
        this.data = data;
        this.control = allocateAligned(RingLayout.CONTROL_LENGTH);
    }

    /**
     * Loads the classes of a buffer's fields. JDK 17 does it only when it meets them, and code that names them and was
     * compiled before calls what it could inline, for good.
     */
    @SuppressWarnings("ReturnValueIgnored")
    private static void loadClassesOfBuffers() {
        Buffer.class.getDeclaredFields();
    }

    static RingMemory allocate(final int capacity) {
        return new RingMemory(allocateAligned(capacity));
    }

    /** Uses memory of the caller's, which the caller has checked, and zeroes it. */
    static RingMemory wrap(final ByteBuffer data) {
        final RingMemory memory = new RingMemory(data);
        memory.zero(0, data.capacity());
        return memory;
    }

    private static ByteBuffer allocateAligned(final int length) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(length + RingLayout.CACHE_LINE_PAIR);
        final int start = RingLayout.CACHE_LINE_PAIR - buffer.alignmentOffset(0, RingLayout.CACHE_LINE_PAIR);
        return buffer.slice(start, length); // alignedSlice would round the length down as well
    }

    int capacity() {
        return data.capacity();
    }

    // Headers

    long getHeaderAcquire(final int offset) {
        return (long) WORDS.getAcquire(data, offset);
    }

    void setHeaderPlain(final int offset, final long header) {
        WORDS.set(data, offset, header);
    }

    void setHeaderRelease(final int offset, final long header) {
        WORDS.setRelease(data, offset, header);
    }

    long getHeaderVolatile(final int offset) {
        return (long) WORDS.getVolatile(data, offset);
    }

    void setHeaderVolatile(final int offset, final long header) {
        WORDS.setVolatile(data, offset, header);
    }

    // Payloads: plain, because only the claim's owner, or the consumer, can touch them

    void putPayload(final int offset, final ByteBuffer src, final int srcPosition, final int length) {
        data.put(offset, src, srcPosition, length);
    }

    void putPayload(final int offset, final byte[] src, final int srcOffset, final int length) {
        data.put(offset, src, srcOffset, length);
    }

    void zero(final int offset, final int length) {
        for (int done = 0; done < length; done += ZEROS.capacity()) {
            data.put(offset + done, ZEROS, 0, Math.min(ZEROS.capacity(), length - done));
        }
    }

    /** Returns a view to be moved over payloads with {@link #moveView}. */
    ByteBuffer newView() {
        return data.duplicate().limit(0);
    }

    static void moveView(final ByteBuffer view, final int offset, final int length) {
        view.clear().limit(offset + length).position(offset).order(ByteOrder.BIG_ENDIAN);
    }

    // Control block

    long getProducerPositionVolatile() {
        return (long) WORDS.getVolatile(control, RingLayout.PRODUCER_POSITION_OFFSET);
    }

    /** Returns the value found, which is {@code expected} when the exchange took place. */
    long compareAndExchangeProducerPosition(final long expected, final long replacement) {
        return (long) WORDS.compareAndExchange(control, RingLayout.PRODUCER_POSITION_OFFSET, expected, replacement);
    }

    long getConsumerPositionPlain() {
        return (long) WORDS.get(control, RingLayout.CONSUMER_POSITION_OFFSET);
    }

    long getConsumerPositionAcquire() {
        return (long) WORDS.getAcquire(control, RingLayout.CONSUMER_POSITION_OFFSET);
    }

    void setConsumerPositionRelease(final long position) {
        WORDS.setRelease(control, RingLayout.CONSUMER_POSITION_OFFSET, position);
    }

    boolean isArmedVolatile() {
        return (long) WORDS.getVolatile(control, RingLayout.ARMED_OFFSET) != 0L;
    }

    void setArmedVolatile(final boolean armed) {
        WORDS.setVolatile(control, RingLayout.ARMED_OFFSET, armed ? 1L : 0L);
    }

    /** Returns whether this call is the one that ended the arming. */
    boolean compareAndSetDisarmed() {
        return WORDS.compareAndSet(control, RingLayout.ARMED_OFFSET, 1L, 0L);
    }

    /** Sets both positions of a ring that nobody uses yet. */
    void setPositionsPlain(final long position) {
        WORDS.set(control, RingLayout.PRODUCER_POSITION_OFFSET, position);
        WORDS.set(control, RingLayout.CONSUMER_POSITION_OFFSET, position);
    }

    // Sleeping

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
    }

    long nanoTime() {
        return System.nanoTime();
    }

    // Counters: each has one writer, and any thread reads

    static void addOpaque(final long[] counters, final int index, final long delta) {
        COUNTERS.setOpaque(counters, index, (long) COUNTERS.get(counters, index) + delta);
    }

    static void maxOpaque(final long[] counters, final int index, final long value) {
        if (value > (long) COUNTERS.get(counters, index)) {
            COUNTERS.setOpaque(counters, index, value);
        }
    }

    static long getOpaque(final long[] counters, final int index) {
        return (long) COUNTERS.getOpaque(counters, index);
    }
}
