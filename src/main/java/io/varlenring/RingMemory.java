// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * What the threads of a ring share: the data, the control words and the waiting thread; and sleeping and the clock.
 *
 * <p>The algorithm reaches shared memory through this class only, and each method says its access mode in its name. So
 * a twin of this class can put the algorithm on a simulated memory, and the control words can lie elsewhere.
 */
final class RingMemory extends ControlWords {
    @SuppressWarnings("unused") // room behind the fields above: see Padding
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7;
    @SuppressWarnings("unused")
    private long behind8, behind9, behind10, behind11, behind12, behind13, behind14, behind15;
    /** Takes the 4 bytes that compact headers leave beside the producer position: a reference would lie there. */
    @SuppressWarnings("unused")
    private int gap;

    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();
    private static final VarHandle PRODUCER_POSITION = field("producerPosition");
    private static final VarHandle CONSUMER_POSITION = field("consumerPosition");
    private static final VarHandle ARMED = field("armed");
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(4096);

    static {
        loadClassesOfBuffers();
    }

    /** All direct buffers are of this type, below which the compiler finds one implementation of each method. */
    private final MappedByteBuffer data;

    private volatile Thread waiter;

    private RingMemory(final ByteBuffer data) {
        this.data = (MappedByteBuffer) data;
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
     * Loads the classes that a buffer's fields and methods name. JDK 17 does it only when it meets them, and code that
     * names them and was compiled before calls what it could inline, for good.
     */
    @SuppressWarnings("ReturnValueIgnored")
    private static void loadClassesOfBuffers() {
        try {
            Buffer.class.getDeclaredFields();
            Buffer.class.getDeclaredMethods();
        } catch (final SecurityException refused) {
            return; // slower perhaps, and as right
        }
    }

    static RingMemory allocate(final int capacity) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(capacity + RingLayout.CACHE_LINE_PAIR);
        final int start = RingLayout.CACHE_LINE_PAIR - buffer.alignmentOffset(0, RingLayout.CACHE_LINE_PAIR);
        return new RingMemory(buffer.slice(start, capacity)); // alignedSlice would round the length down as well
    }

    /** Uses memory of the caller's, which the caller has checked, and zeroes it. */
    static RingMemory wrap(final ByteBuffer data) {
        final RingMemory memory = new RingMemory(data);
        memory.zero(0, data.capacity());
        return memory;
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

    // Payloads: plain, because nobody but the owner of a reservation, or the consumer, touches them

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
        return (long) PRODUCER_POSITION.getVolatile(this);
    }

    /** Returns the value found, which is {@code expected} when the replacement was stored. */
    long compareAndExchangeProducerPosition(final long expected, final long replacement) {
        return (long) PRODUCER_POSITION.compareAndExchange(this, expected, replacement);
    }

    long getConsumerPositionAcquire() {
        return (long) CONSUMER_POSITION.getAcquire(this);
    }

    void setConsumerPositionRelease(final long position) {
        CONSUMER_POSITION.setRelease(this, position);
    }

    boolean isArmedVolatile() {
        return armed != 0;
    }

    void setArmedVolatile(final boolean armed) {
        this.armed = armed ? 1 : 0;
    }

    /** Returns whether this call is the one that ended the arming. */
    boolean compareAndSetDisarmed() {
        return ARMED.compareAndSet(this, 1L, 0L);
    }

    /** Sets both positions of a ring that nobody uses yet. */
    void setPositionsPlain(final long position) {
        PRODUCER_POSITION.set(this, position);
        CONSUMER_POSITION.set(this, position);
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
    }

    long nanoTime() {
        return System.nanoTime();
    }
}
