// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** The thread of a loop: how it is made, and how its end is waited for. */
final class LoopThread {
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** How long a loop waits that has had no memory, or no stack, for a round. */
    private static final long RETRY_NANOS = SLICE_NANOS;

    /** Not final for a test, which would wait as long. */
    static long mostAtExitNanos = TimeUnit.SECONDS.toNanos(10);

    /** Threads that wait, each with the loop's thread that it waits for. */
    private static final Map<Thread, Thread> WAITING = new ConcurrentHashMap<>();

    private LoopThread() {}

    /** Makes a thread that is the same whoever makes it, but for its thread group. */
    @SuppressWarnings("ThreadPriorityCheck") // else it has the maker's
    static Thread make(final ThreadFactory factoryOrNull, final Runnable task, final String name) {
        if (factoryOrNull != null) {
            final Thread thread = factoryOrNull.newThread(task);
            if (thread == null) {
                throw new IllegalStateException("the thread factory has made no thread: " + factoryOrNull);
            }
            thread.setName(name);
            return thread;
        }
        final Thread thread = new Thread(null, task, name, 0, false); // no inheritable thread locals
        thread.setDaemon(false);
        thread.setPriority(Thread.NORM_PRIORITY);
        thread.setContextClassLoader(LoopThread.class.getClassLoader());
        return thread;
    }

    /** Starts the thread of a loop; if it cannot, nobody will close the loop, and a factory may have started it. */
    static void start(final TaskletLoop loop) {
        try {
            LoopMemory.start(loop.thread);
        } catch (final IllegalThreadStateException started) {
            loop.beginClose();
            throw new IllegalThreadStateException(
                    "the thread factory must not start the thread that it makes, but has started " + loop.thread);
        } catch (final Throwable failure) {
            loop.beginClose();
            throw failure;
        }
    }

    /**
     * The work of a loop's own thread until it is closed, or its selector fails. A round that has had no memory, for a
     * selector say, is reported as a failure of a body is, and is not the last one: there may be some later, and nobody
     * would run what is queued.
     */
    static void runRounds(final TaskletLoop loop) {
        while (!loop.isClosed()) {
            forgetInterrupt(loop.thread);
            try {
                loop.round(Long.MAX_VALUE);
            } catch (final OutOfMemoryError | StackOverflowError failure) {
                loop.failed(failure);
                loop.memory.park(RETRY_NANOS);
            }
        }
    }

    /** Tells whether a loop's own thread is gone and nobody has run the loop: what its factory added has thrown. */
    static boolean hasEndedBeforeItRan(final TaskletLoop loop) {
        return loop.thread != null
                && loop.thread.getState() == Thread.State.TERMINATED
                && loop.memory.getRunnerVolatile() == null; // pairs with runUntilClosed(), which leaves it there [T5]
    }

    /** Tells whether a loop has been closed because its thread could not be started. */
    static boolean hasNotBeenStarted(final TaskletLoop loop) {
        return loop.isClosed() && loop.thread != null && loop.thread.getState() == Thread.State.NEW;
    }

    /** Says what a loop does, for people. */
    static String stateOf(final TaskletLoop loop) {
        if (loop.rings.isEnded()) {
            return "ended";
        }
        if (hasEndedBeforeItRan(loop)) {
            return "its thread has ended";
        }
        if (loop.isClosed()) {
            return "closed";
        }
        return loop.memory.isAsleepVolatile() ? "asleep" : "awake"; // a snapshot [T2]
    }

    static IllegalArgumentException ofAnotherLoop(final Tasklet tasklet) {
        return new IllegalArgumentException("the tasklet belongs to another loop: " + tasklet);
    }

    static IllegalStateException notTheLoops(final String method) {
        return new IllegalStateException(
                method + " must be called on the loop's thread, but was on " + Thread.currentThread());
    }

    /** On a loop's own thread: what a body left would end every sleep at once, and be taken by others for theirs. */
    static void forgetInterrupt(final Thread ownOrNull) {
        if (ownOrNull == Thread.currentThread()) { // else it is the interrupt of who closes a loop without a thread
            Thread.interrupted();
        }
    }

    /** Tells the running thread's handler of a failure that does not end the thread. */
    static void report(final Throwable failure) {
        final Thread current = Thread.currentThread();
        try {
            current.getUncaughtExceptionHandler().uncaughtException(current, failure);
        } catch (final Throwable ignored) {
            // nobody is left to be told
        }
    }

    /**
     * Waits for the end of a loop's thread, unless it cannot end before this call: because it is inside {@link
     * System#exit}, which waits for the hooks that wait here, or itself waits for this thread. While the JVM exits,
     * there is a limit besides, since it may wait for something else that does. An interrupt is kept for the caller.
     * Returns whether the thread has ended.
     *
     * <p>It is woken again and again: when the loop was closed, another thread may have been about to wake it, and have
     * ended by an Error instead.
     */
    static boolean awaitEnd(final TaskletLoop loop) {
        final Thread thread = loop.thread;
        final Thread current = Thread.currentThread();
        boolean interrupted = false;
        boolean ended = false;
        boolean hopeless = false;
        WAITING.put(current, thread);
        try {
            final long begin = loop.memory.nanoTime();
            while (!ended && !hopeless) {
                try {
                    ended = LoopMemory.join(thread, SLICE_NANOS);
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
                if (!ended) {
                    loop.wakeIfAsleep();
                }
                hopeless = !ended
                        && (waitsFor(thread, current)
                                || isInsideExit(thread)
                                || (loop.memory.nanoTime() - begin >= mostAtExitNanos && isExiting()));
            }
        } finally {
            WAITING.remove(current);
            if (interrupted) {
                current.interrupt();
            }
        }
        return ended;
    }

    /** Waits for the end of a loop's thread, for a time, and wakes it as above; returns whether it has come. */
    static boolean awaitEnd(final TaskletLoop loop, final long nanos) throws InterruptedException {
        final long begin = loop.memory.nanoTime();
        long left = nanos;
        while (!LoopMemory.join(loop.thread, Math.min(left, SLICE_NANOS))) {
            left = nanos - (loop.memory.nanoTime() - begin);
            if (left <= 0) {
                return false;
            }
            loop.wakeIfAsleep();
        }
        return true;
    }

    /** Tells whether a thread waits for another one here, be it through others. */
    private static boolean waitsFor(final Thread thread, final Thread other) {
        Thread waitedFor = WAITING.get(thread);
        for (int i = WAITING.size(); i >= 0 && waitedFor != null; i--) { // others may wait for each other
            if (waitedFor == other) {
                return true;
            }
            waitedFor = WAITING.get(waitedFor);
        }
        return false;
    }

    private static boolean isInsideExit(final Thread thread) {
        final StackTraceElement[] frames;
        try {
            frames = thread.getStackTrace();
        } catch (final SecurityException hidden) { // by a security manager, as below: then it is waited for
            return false;
        }
        for (final StackTraceElement frame : frames) {
            if (frame.getClassName().equals("java.lang.Runtime")
                    && frame.getMethodName().equals("exit")) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether the JVM is on its way to its end, which is when it takes no more hooks. */
    private static boolean isExiting() {
        final Thread hook = new Thread(() -> {}, "never started");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            Runtime.getRuntime().removeShutdownHook(hook);
            return false;
        } catch (final IllegalStateException exiting) {
            return true;
        } catch (final SecurityException hidden) {
            return false;
        }
    }
}
