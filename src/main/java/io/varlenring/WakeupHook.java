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
 * <p>The contract is: once a record is committed, or the ring closed, or a claim aborted whose space does not go back
 * to the producers, after {@link RingConsumer#arm()} returned {@code true}, the hook is called at least once, unless
 * the consumer itself has ended the arming, by an {@code arm()} that answered {@code false} or by waiting in a drain
 * with a timeout. Calls are coalesced: one arming leads to one call as a rule, whatever number of records follow. A
 * call may be spurious.
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
     * was collected (a thread of the library's own, a {@link java.lang.ref.Cleaner}, if nobody was faster: {@link
     * VarLenMpscRing#newProducer()}, {@link VarLenMpscRing#stats()}, a refusal, a drain); possibly on several at once.
     *
     * <p>It must not block. It may use the ring; but locks of the ring may be held while it runs, in {@code
     * newProducer()}, {@code stats()} and {@link VarLenMpscRing#close()} among others, so it MUST NOT wait for another
     * thread, and MUST NOT close a ring while another thread closes that one. It may be called after the consumer has
     * stopped and must then do nothing.
     *
     * <p>An exception neither reaches the producer nor loses its record: it is counted in {@link
     * RingStats#hookFailures()}, the consumer stays armed, and the next commit calls the hook again, or the next
     * refusal when the ring is full; commits that were made while it threw count as its call. An {@link Error} leaves
     * the ring in the same state and does reach the producer, but for one on the library's own thread, of which nobody
     * is told.
     */
    void wakeup();

    /**
     * Returns a hook that unparks a thread which sleeps in {@link LockSupport#park()} after arming.
     *
     * <p>The thread MUST NOT do anything between {@link RingConsumer#arm()} and the park that could park by itself,
     * such as taking a lock or logging: that may use up the permit, and then the thread sleeps for good. {@link
     * #semaphore} has no such hole, nor has a {@linkplain RingConsumer#drain(RecordHandler, int, long,
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
     * acquired, so no wakeup is lost whatever the thread does between arming and sleeping. The thread sleeps by {@link
     * Semaphore#acquire()}, or with a time limit by {@code tryAcquire}, and then takes what other wakeups have left by
     * {@link Semaphore#drainPermits()}.
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
     * and when arming returns {@code false}, or the handler has thrown, drains again or hands itself to the executor
     * once more. A new ring is not armed: run the task once to begin. For a ring in a file let it also run every 100
     * milliseconds, see {@link RingConsumer#arm()}. The executor MUST NOT run two tasks at once, nor run one inside
     * {@code execute}.
     *
     * @param executor the consumer's event loop; when it refuses the task, as a bounded one does whose queue is full,
     *     that counts as a failed hook: the next commit hands the task over again, or a refusal of the full ring
     *     before it, or {@link VarLenMpscRing#close()}
     * @param task what to run
     * @return the hook
     */
    static WakeupHook executor(final Executor executor, final Runnable task) {
        Objects.requireNonNull(executor, "executor");
        Objects.requireNonNull(task, "task");
        return () -> executor.execute(task);
    }
}
