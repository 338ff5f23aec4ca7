// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Threads that run until all are done or one has failed. A crew that does not finish is a hang, the symptom of a lost
 * wakeup or a stuck ring: it fails with the stacks of all its threads. The limit is generous even for a slow machine.
 */
public final class Crew {
    private static final long HANG_MILLIS = 120_000;

    public interface Job {
        void run() throws Exception;
    }

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CountDownLatch start = new CountDownLatch(1);

    public Thread add(final String name, final Job job) {
        final Thread thread = new Thread(
                () -> {
                    try {
                        start.await();
                        job.run();
                    } catch (final Throwable thrown) {
                        failure.compareAndSet(null, thrown);
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return thread;
    }

    /** For loops of jobs: another one failed, so this one need not go on. */
    public boolean isFailing() {
        return failure.get() != null;
    }

    /** For jobs that wait for each other: lets another thread run, since there are more of them than processors. */
    @SuppressWarnings("ThreadPriorityCheck")
    public static void pause() {
        Thread.yield();
    }

    public void run(final Object state) throws InterruptedException {
        start.countDown();
        final long deadline = System.nanoTime() + HANG_MILLIS * 1_000_000;
        for (final Thread thread : threads) {
            while (thread.isAlive() && !isFailing()) {
                thread.join(20);
                if (System.nanoTime() - deadline > 0) {
                    failure.compareAndSet(null, new AssertionError("no end after " + HANG_MILLIS + " ms" + stacks()));
                }
            }
        }
        if (isFailing()) {
            throw new AssertionError(state + ": " + failure.get(), failure.get());
        }
    }

    private String stacks() {
        final StringBuilder stacks = new StringBuilder();
        for (final Thread thread : threads) {
            stacks.append(System.lineSeparator()).append(thread).append(' ').append(thread.getState());
            for (final StackTraceElement element : thread.getStackTrace()) {
                stacks.append(System.lineSeparator()).append("    at ").append(element);
            }
        }
        return stacks.toString();
    }
}
