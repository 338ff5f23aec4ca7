// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.atomic.MpscGrowableAtomicArrayQueue;

/**
 * What the threads around a {@link TaskletLoop} share: the inbox, who runs the loop, whether it sleeps and whether it is
 * closed; and sleeping itself.
 *
 * <p>Together with {@link TaskletState} this is all of the package's memory that several threads reach, but for counters,
 * and each access says its mode in its name. The loop sees that memory through nothing else, so that twins of both classes
 * can put it on a simulated memory.
 */
final class LoopMemory {
    private static final int INITIAL_INBOX = 64;
    private static final int LARGEST_INBOX = 1 << 30;
    /** A moment, next to what it costs to fall asleep and to be woken. */
    private static final int SPINS = 64;

    private static final VarHandle ASLEEP;
    private static final VarHandle RUNNER;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            ASLEEP = lookup.findVarHandle(LoopMemory.class, "asleep", boolean.class)
                    .withInvokeExactBehavior();
            RUNNER = lookup.findVarHandle(LoopMemory.class, "runner", Thread.class)
                    .withInvokeExactBehavior();
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MpscGrowableAtomicArrayQueue<Tasklet> inbox =
            new MpscGrowableAtomicArrayQueue<>(INITIAL_INBOX, LARGEST_INBOX);

    private volatile boolean closed;
    private volatile boolean asleep;
    /** The thread that runs the loop just now. */
    private volatile Thread runner;

    // Inbox: a queue of many threads to one. A put moves its producer index by a volatile exchange; but one that makes
    // it grow exchanges the index for one that still means "empty", and stores the next one with release.

    void putInbox(final Tasklet tasklet) {
        inbox.offer(tasklet); // holds every tasklet at most once, and more of them than can exist
        VarHandle.fullFence(); // makes the index visible before the caller looks at asleep, however it was stored
    }

    /** Tells whether no put has moved the producer index that was not taken; volatile, as a look at that index. */
    boolean isInboxEmptyVolatile() {
        return inbox.isEmpty();
    }

    void drainInbox(final MessagePassingQueue.Consumer<Tasklet> consumer) {
        inbox.drain(consumer);
    }

    /** Looks out for a put for a moment; returns whether there was one. */
    boolean spinUntilInbox() {
        for (int i = 0; i < SPINS; i++) {
            if (!inbox.isEmpty()) {
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

    // Sleeping

    void park(final long nanos) {
        LockSupport.parkNanos(this, nanos);
    }

    void unpark(final Thread thread) {
        LockSupport.unpark(thread);
    }

    // The loop's own thread

    static Thread newThread(final Runnable task, final String name) {
        return new Thread(task, name);
    }

    static void start(final Thread thread) {
        thread.start();
    }

    /** Waits for the end of a thread, and keeps an interrupt for the caller. */
    static void join(final Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
