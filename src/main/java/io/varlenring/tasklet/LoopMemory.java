// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What the threads around a {@link TaskletLoop} share: the inbox, who runs the loop, whether it sleeps and whether it
 * is closed; and sleeping, the clock and the loop's own thread.
 *
 * <p>With {@link TaskletState} it is the seam at which twins put the loop on a simulated memory and a simulated clock.
 * The counters are shared as well, but nothing depends on them.
 */
final class LoopMemory {
    /** The inbox is written by every waker: it has 128 bytes to itself, on both sides, with references of 4 bytes. */
    private static final int INBOX_INDEX = 32;

    /** A moment, next to what it costs to fall asleep and to be woken. */
    private static final int SPINS = 64;

    private static final VarHandle INBOX;
    private static final VarHandle ASLEEP;
    private static final VarHandle RUNNER;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            INBOX = MethodHandles.arrayElementVarHandle(Tasklet[].class).withInvokeExactBehavior();
            ASLEEP = lookup.findVarHandle(LoopMemory.class, "asleep", boolean.class)
                    .withInvokeExactBehavior();
            RUNNER = lookup.findVarHandle(LoopMemory.class, "runner", Thread.class)
                    .withInvokeExactBehavior();
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Tasklet[] inbox = new Tasklet[2 * INBOX_INDEX + 1];

    private volatile boolean closed;
    /** Set without a method where an Error has come: a call could end by another one. */
    volatile boolean asleep;

    /** The thread that runs the loop just now. Set without a method as {@link #asleep} is. */
    volatile Thread runner;

    // Inbox: the tasklet that was put last, which links to the one before it

    Tasklet getInboxVolatile() {
        return (Tasklet) INBOX.getVolatile(inbox, INBOX_INDEX);
    }

    boolean compareAndSetInbox(final Tasklet expected, final Tasklet replacement) {
        return INBOX.compareAndSet(inbox, INBOX_INDEX, expected, replacement);
    }

    /** Replaces in one step, and returns what was there. */
    Tasklet getAndSetInbox(final Tasklet replacement) {
        return (Tasklet) INBOX.getAndSet(inbox, INBOX_INDEX, replacement);
    }

    /** Waits a moment for a put; returns whether there was one. Nothing rests on the answer. */
    boolean spinUntilInbox() {
        for (int i = 0; i < SPINS; i++) {
            if (getInboxVolatile() != null) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
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

    /** Returns whether this call is the one that ended the sleep. */
    boolean compareAndSetAwake() {
        return ASLEEP.compareAndSet(this, true, false);
    }

    Thread getRunnerVolatile() {
        return runner;
    }

    void setRunnerVolatile(final Thread thread) {
        runner = thread;
    }

    /** Returns whether the loop was nobody's, and now is this thread's. */
    boolean compareAndSetRunner(final Thread thread) {
        return RUNNER.compareAndSet(this, (Thread) null, thread);
    }

    // Sleeping and time

    long nanoTime() {
        return System.nanoTime();
    }

    void park(final long nanos) {
        LockSupport.parkNanos(this, nanos);
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

    /** Waits for the end of a thread, for a time; returns whether it has come. */
    static boolean join(final Thread thread, final long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, nanos);
        return !thread.isAlive();
    }
}
