// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** The thread of a loop: its creation, and waiting for its end. */
final class LoopThread {
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** How long a loop waits after a round that lacked memory or stack. */
    private static final long RETRY_NANOS = SLICE_NANOS;

    /** Not final: a test would have to wait this long. */
    static long mostAtExitNanos = TimeUnit.SECONDS.toNanos(10);

    /** Waiting threads, each mapped to the loop's thread it waits for. */
    private static final Map<Thread, Thread> WAITING = new ConcurrentHashMap<>();

    private LoopThread() {}

    /** Makes a thread that is the same whoever makes it, except for its thread group. */
    @SuppressWarnings("ThreadPriorityCheck") // else it inherits the maker's
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

    /**
     * Starts the thread of a loop; on failure closes the loop, since nobody else will, and a factory may have started
     * it.
     */
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
     * The work of a loop's own thread until the loop is closed, or its selector fails. A round that ran out of memory,
     * for example in a selector, is reported like a failure of a body, and is not the last: there may be memory later,
     * and nobody else would run what is queued.
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

    /** Tells whether a loop's own thread has ended without running the loop: code added by its factory has thrown. */
    static boolean hasEndedBeforeItRan(final TaskletLoop loop) {
        return loop.thread != null
                && loop.thread.getState() == Thread.State.TERMINATED
                && loop.memory.getRunnerVolatile() == null; // pairs with runUntilClosed(), which leaves it set [T5]
    }

    /** Tells whether a loop has been closed because its thread could not be started. */
    static boolean hasNotBeenStarted(final TaskletLoop loop) {
        return loop.isClosed() && loop.thread != null && loop.thread.getState() == Thread.State.NEW;
    }

    /** Describes what a loop is doing, for people. */
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

    /**
     * On a loop's own thread only: an interrupt left by a body would end every sleep at once, and other bodies would
     * take it for theirs.
     */
    static void forgetInterrupt(final Thread ownOrNull) {
        if (ownOrNull == Thread.currentThread()) { // else the interrupt is that of the thread closing a manual loop
            Thread.interrupted();
        }
    }

    /** Passes a failure that does not end the thread to the thread's uncaught exception handler. */
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
     * System#exit}, which waits for the hooks that wait here, or itself waits for this thread. While the JVM exits
     * there is also a limit, since it may wait for something else that does. An interrupt is kept for the caller.
     * Returns whether the thread has ended.
     *
     * <p>It is woken repeatedly: when the loop was closed, another thread may have been about to wake it, and then
     * failed with an Error.
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

    /** Waits a limited time for the end of a loop's thread, waking it as above; returns whether it has ended. */
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

    /** Tells whether a thread waits here for another one, directly or through others. */
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
        } catch (final SecurityException hidden) { // by a security manager, as below: then we wait for it
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

    /** Tells whether the JVM is exiting, which is when it accepts no more hooks. */
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
