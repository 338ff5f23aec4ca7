// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.nio.channels.Selector;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Wakes whatever runs the consumer of a ring.
 *
 * <p>The contract: after {@link RingConsumer#arm()} returned {@code true}, the hook is called at least once when a
 * record is committed, the ring is closed, or a claim is aborted whose space does not go back to the producers, unless
 * the consumer itself has disarmed the ring, by an {@code arm()} that returned {@code false} or by waiting in a drain
 * with a timeout. Calls are coalesced: one arming usually leads to one call, however many records follow. A call may be
 * spurious.
 *
 * <p>A consumer that sleeps by itself, with a semaphore as its memory of wakeups:
 *
 * <pre>{@code
 * Semaphore wakeups = new Semaphore(0);
 * VarLenMpscRing ring = VarLenMpscRing.builder().capacity(1 << 16).hook(WakeupHook.semaphore(wakeups)).build();
 *
 * while (!(ring.isClosed() && ring.isEmpty())) {
 *     try {
 *         if (ring.consumer().drain(handler) == 0 && ring.consumer().arm()) {
 *             wakeups.tryAcquire(100, TimeUnit.MILLISECONDS); // see arm()
 *             wakeups.drainPermits();
 *         }
 *     } catch (RuntimeException e) {
 *         log(e);
 *     }
 * }
 * }</pre>
 *
 * <p>A consumer that has nothing else to wait for needs no hook: a {@linkplain RingConsumer#drain(RecordHandler, int,
 * long, java.util.concurrent.TimeUnit) drain with a timeout} sleeps by itself.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface WakeupHook {
    /**
     * Makes the consumer drain at least once more.
     *
     * <p>Called on the thread of a producer, of whoever closes the ring, or of whoever finds an open claim whose handle
     * was collected (the library's own thread, a {@link java.lang.ref.Cleaner}, unless {@link
     * VarLenMpscRing#newProducer()}, {@link VarLenMpscRing#stats()}, a refusal or a drain finds it first); possibly on
     * several at once.
     *
     * <p>It must not block. It may use the ring; but locks of the ring may be held while it runs, in {@code
     * newProducer()}, {@code stats()} and {@link VarLenMpscRing#close()} among others, so it MUST NOT wait for another
     * thread, and MUST NOT close a ring that another thread is closing. It may be called after the consumer has stopped
     * and must then do nothing.
     *
     * <p>An exception neither reaches the producer nor loses its record: it is counted in {@link
     * RingStats#hookFailures()}, the consumer stays armed, and the next commit, or the next refusal by the full ring,
     * calls the hook again; commits made while it was throwing belong to the failed call. An {@link Error} leaves the
     * ring in the same state and does reach the producer, except that one on the library's own thread goes unreported.
     */
    void wakeup();

    /**
     * Returns a hook that unparks a thread which sleeps in {@link LockSupport#park()} after arming.
     *
     * <p>The thread MUST NOT do anything between {@link RingConsumer#arm()} and the park that could park by itself,
     * such as taking a lock or logging: that may consume the permit, and then the thread sleeps for good. {@link
     * #semaphore} has no such problem, nor has a {@linkplain RingConsumer#drain(RecordHandler, int, long,
     * java.util.concurrent.TimeUnit) drain with a timeout}.
     *
     * @param thread the consumer's thread, platform or virtual
     * @return the hook
     */
    static WakeupHook unpark(final Thread thread) {
        Objects.requireNonNull(thread, "thread");
        return () -> LockSupport.unpark(thread);
    }

    /**
     * Returns a hook that releases a permit, for a consumer that sleeps by itself. A permit is kept until it is
     * acquired, so no wakeup is lost whatever the thread does between arming and sleeping. The thread sleeps in {@link
     * Semaphore#acquire()}, or with a time limit in {@code tryAcquire}, and then discards the permits of other wakeups
     * by {@link Semaphore#drainPermits()}.
     *
     * @param semaphore a semaphore without permits that nobody else uses
     * @return the hook
     */
    static WakeupHook semaphore(final Semaphore semaphore) {
        Objects.requireNonNull(semaphore, "semaphore");
        return semaphore::release;
    }

    /**
     * Returns a hook that wakes a selector, for a consumer that also serves sockets.
     *
     * @param selector the selector in which the consumer's thread sleeps after arming
     * @return the hook; it does nothing once the selector is closed
     */
    static WakeupHook selector(final Selector selector) {
        Objects.requireNonNull(selector, "selector");
        return selector::wakeup;
    }

    /**
     * Returns a hook that hands a task to an executor, for example to an event loop. The task drains the ring, arms it,
     * and if arming returns {@code false}, or the handler has thrown, drains again or resubmits itself to the executor.
     * A new ring is not armed: run the task once to begin. For a ring in a file also run it every 100 milliseconds, see
     * {@link RingConsumer#arm()}. The executor MUST NOT run two tasks at once, nor run one inside {@code execute}.
     *
     * @param executor the consumer's event loop; if it rejects the task, as a bounded one does when its queue is full,
     *     that counts as a failed hook: the next commit, refusal of the full ring, or {@link VarLenMpscRing#close()}
     *     submits the task again
     * @param task what to run
     * @return the hook
     */
    static WakeupHook executor(final Executor executor, final Runnable task) {
        Objects.requireNonNull(executor, "executor");
        Objects.requireNonNull(task, "task");
        return () -> executor.execute(task);
    }
}
