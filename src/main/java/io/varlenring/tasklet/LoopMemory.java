// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What the threads around a {@link TaskletLoop} share: the inbox, which thread runs the loop, whether it sleeps and
 * whether it is closed; also sleeping, the clock and the loop's own thread.
 *
 * <p>With {@link TaskletState} it is the seam at which twins in {@code src/simulation} run the loop on simulated memory
 * and a simulated clock. The counters are shared too, but nothing depends on them.
 */
final class LoopMemory {
    /** A power of two. */
    private static final int CAPACITY = 1024;

    /** Short, compared with the cost of falling asleep and being woken. */
    private static final int SPINS = 64;

    /** After this many takes that find nothing, one looks past the empty position. */
    private static final int PATIENCE = 64;

    // Indices of the words: wakers write the first two, the loop the others, each pair padded by 128 bytes

    private static final int TAIL = 16;
    private static final int LIMIT = 17;
    static final int HEAD = 34;
    private static final int TAKES_OF_NOTHING = 35;
    private static final int WORDS = 52;

    /** Padding on either side of the slots: 128 bytes, with 4-byte references. */
    private static final int FIRST_SLOT = 32;

    private static final VarHandle WORD;
    private static final VarHandle SLOT;
    private static final VarHandle OVERFLOW;
    private static final VarHandle ASLEEP;
    private static final VarHandle RUNNER;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            WORD = MethodHandles.arrayElementVarHandle(long[].class).withInvokeExactBehavior();
            SLOT = MethodHandles.arrayElementVarHandle(Tasklet[].class).withInvokeExactBehavior();
            OVERFLOW = lookup.findVarHandle(LoopMemory.class, "overflow", Tasklet.class)
                    .withInvokeExactBehavior();
            ASLEEP = lookup.findVarHandle(LoopMemory.class, "asleep", boolean.class)
                    .withInvokeExactBehavior();
            RUNNER = lookup.findVarHandle(LoopMemory.class, "runner", Thread.class)
                    .withInvokeExactBehavior();
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile Tasklet overflow;

    private volatile boolean closed;

    // Stored directly, without a method, after an Error: a call could throw another one

    final long[] words = new long[WORDS];
    final Tasklet[] slots = new Tasklet[FIRST_SLOT + CAPACITY + FIRST_SLOT];
    volatile boolean asleep;
    /** The thread now running the loop. */
    volatile Thread runner;

    /** Links the calls that allocate on first use, which may be when the heap is full. */
    LoopMemory() {
        if (compareAndSetOverflow(null, null)
                && compareAndSetTail(getTailVolatile(), 0)
                && !compareAndSetAwake()
                && compareAndSetRunner(null)) {
            getAndSetOverflow(null);
            setLimitRelease(getLimitAcquire());
            setSlotRelease(FIRST_SLOT, getSlotAcquire(FIRST_SLOT));
        }
    }

    // Inbox: a circular array of slots, with the next position of wakers (tail) and of the loop (head), and a position
    // up to which wakers have found room (limit); and the tasklet on top of the overflow

    long getTailVolatile() {
        return (long) WORD.getVolatile(words, TAIL);
    }

    boolean compareAndSetTail(final long expected, final long replacement) {
        return WORD.compareAndSet(words, TAIL, expected, replacement);
    }

    long getLimitAcquire() {
        return (long) WORD.getAcquire(words, LIMIT);
    }

    void setLimitRelease(final long limit) {
        WORD.setRelease(words, LIMIT, limit);
    }

    /** Plain: on the loop's thread, its only writer. */
    long getHeadPlain() {
        return words[HEAD];
    }

    long getHeadAcquire() {
        return (long) WORD.getAcquire(words, HEAD);
    }

    void setHeadRelease(final long position) {
        WORD.setRelease(words, HEAD, position);
    }

    /** Counts, on the loop's thread, a take that found nothing; returns whether it is time to look past it. */
    boolean countTakeOfNothing() {
        words[TAKES_OF_NOTHING]++;
        return words[TAKES_OF_NOTHING] % PATIENCE == 0;
    }

    // Methods, not constants, which a twin could not replace

    /** Returns how many tasklets the slots hold. */
    static int capacity() {
        return CAPACITY;
    }

    /** Returns how often a loop looks for a put before it sleeps. */
    static int spins() {
        return SPINS;
    }

    /** Returns the slot of a position. */
    static int indexOf(final long position) {
        return FIRST_SLOT + (int) (position & (CAPACITY - 1));
    }

    Tasklet getSlotAcquire(final int index) {
        return (Tasklet) SLOT.getAcquire(slots, index);
    }

    void setSlotRelease(final int index, final Tasklet tasklet) {
        SLOT.setRelease(slots, index, tasklet);
    }

    /** Plain: the head hands it over. */
    void setSlotPlain(final int index, final Tasklet tasklet) {
        slots[index] = tasklet;
    }

    Tasklet getOverflowVolatile() {
        return overflow;
    }

    boolean compareAndSetOverflow(final Tasklet expected, final Tasklet replacement) {
        return OVERFLOW.compareAndSet(this, expected, replacement);
    }

    /** Replaces atomically; returns what was there. */
    Tasklet getAndSetOverflow(final Tasklet replacement) {
        return (Tasklet) OVERFLOW.getAndSet(this, replacement);
    }

    // Flags

    boolean isClosedVolatile() {
        return closed;
    }

    void setClosedVolatile() {
        closed = true;
    }

    boolean isAsleepVolatile() {
        return asleep;
    }

    void setAsleepVolatile(final boolean asleep) {
        this.asleep = asleep;
    }

    /** Returns whether this call ended the sleep. */
    boolean compareAndSetAwake() {
        return ASLEEP.compareAndSet(this, true, false);
    }

    Thread getRunnerVolatile() {
        return runner;
    }

    void setRunnerVolatile(final Thread thread) {
        runner = thread;
    }

    /** Returns whether the loop had no runner, and now has this one. */
    boolean compareAndSetRunner(final Thread thread) {
        return RUNNER.compareAndSet(this, (Thread) null, thread);
    }

    // Sleeping and time

    long nanoTime() {
        return System.nanoTime();
    }

    void park(final long nanos) {
        if (nanos == Long.MAX_VALUE) { // a virtual thread would set a timer
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, nanos);
        }
    }

    void parkInterruptibly(final long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        LockSupport.parkNanos(this, nanos);
    }

    void unpark(final Thread thread) {
        LockSupport.unpark(thread);
    }

    // The loop's own thread

    static Thread newThread(final ThreadFactory factoryOrNull, final Runnable task, final String name) {
        return LoopThread.make(factoryOrNull, task, name);
    }

    static void start(final Thread thread) {
        thread.start();
    }

    /** Waits a limited time for the end of a thread; returns whether it has ended. */
    static boolean join(final Thread thread, final long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, nanos);
        return !thread.isAlive();
    }
}
