// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import java.io.PrintStream;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Makes the threads of a program and notes whatever goes wrong in them, so that nothing is missed and nothing hangs. */
public final class ThreadWatch {
    private static final long POLL_MILLIS = 1;

    /** What a thread does. */
    @FunctionalInterface
    public interface Task {
        void run() throws Exception;
    }

    private final PrintStream err;
    private final long joinMillis;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);

    public ThreadWatch(final PrintStream err, final long joinMillis) {
        this.err = err;
        this.joinMillis = joinMillis;
    }

    /** Makes a thread, not started yet, that does not keep the JVM alive. */
    public Thread newThread(final String name, final Task task) {
        return newThread(name, task, Thread::new);
    }

    /** Makes a thread of another class. */
    public Thread newThread(
            final String name, final Task task, final BiFunction<Runnable, String, Thread> constructor) {
        final Thread thread = constructor.apply(
                () -> {
                    try {
                        task.run();
                    } catch (final Throwable failure) {
                        threw("thread " + name, failure);
                    }
                },
                name);
        thread.setDaemon(true);
        return thread;
    }

    public Thread start(final String name, final Task task) {
        final Thread thread = newThread(name, task);
        thread.start();
        return thread;
    }

    /** What one of several threads does. */
    @FunctionalInterface
    public interface Part<T> {
        void run(T part) throws Exception;
    }

    /** Starts a thread for each part. */
    public <T> List<Thread> startAll(final String name, final List<T> parts, final Part<T> task) {
        return IntStream.range(0, parts.size())
                .mapToObj(i -> start(name + "-" + i, () -> task.run(parts.get(i))))
                .toList();
    }

    /** Waits for threads to end, but not for ever; returns whether all have ended. */
    public boolean joinAll(final List<Thread> threads) throws InterruptedException {
        boolean ended = true;
        for (final Thread thread : threads) {
            ended &= join(thread);
        }
        return ended;
    }

    /** Waits for a thread to end, but not for ever; returns whether it has ended. */
    public boolean join(final Thread thread) throws InterruptedException {
        thread.join(joinMillis);
        if (thread.isAlive()) {
            add("thread " + thread.getName() + " did not end within " + joinMillis + " ms");
            return false;
        }
        return true;
    }

    /** Runs something that may hang, on a thread of its own; returns whether it has ended. */
    public boolean runToEnd(final String name, final Task task) throws InterruptedException {
        return join(start(name, task));
    }

    /** Waits for something that cannot be joined, but not for ever; returns whether it has ended. */
    public boolean await(final String what, final BooleanSupplier hasEnded) throws InterruptedException {
        final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(joinMillis);
        while (!hasEnded.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                add(what + " did not end within " + joinMillis + " ms");
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    /** Notes what a thread, or a part of one, threw. */
    public void threw(final String what, final Throwable failure) {
        failure.printStackTrace(err);
        add(what + " threw " + failure);
    }

    private void add(final String failure) {
        failures.add(failure);
        over.countDown();
    }

    /** Says that it is enough: {@link #sleepUntil} returns, also from now on. */
    public void stop() {
        over.countDown();
    }

    /** Returns whether something has gone wrong, or it is enough. */
    public boolean isOver() {
        return over.getCount() == 0;
    }

    /** Sleeps until a time of {@link System#nanoTime()}, or until it is over; returns whether it is. */
    public boolean sleepUntil(final long nanoTime) throws InterruptedException {
        return over.await(nanoTime - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    public List<String> failures() {
        return List.copyOf(failures);
    }
}
