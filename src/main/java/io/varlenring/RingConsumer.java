// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.nio.channels.SelectableChannel;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The handle through which one thread reads from a ring. There is one per ring.
 *
 * <p>It MUST be used by one thread at a time; it may move between threads over a happens-before edge, as event loops
 * do. A call during another one is misuse: except for {@link #doorbell()} it throws {@link IllegalStateException} when
 * it comes from inside a handler, or from another thread that can see the first call; two threads that start at the
 * same moment may not be detected, and then everything is undefined. A call by another thread than the last one
 * allocates a weak reference to it.
 *
 * <p>Records come in the order in which their space was reserved; for one producer that is its program order. Only the
 * method with a timeout ever sleeps, and none keeps trying until a producer has finished: the records behind an open
 * claim are simply not readable yet.
 *
 * <p>A drain that finds nothing, right after one that found records, may spin for 1.5 microseconds and look once more:
 * a consumer that polls for each record as soon as it comes would slow its producers down. The spin begins when a drain
 * has found several records, and continues while it brings 12 or more until the ring is empty again, as it does from
 * about 8 million a second, and where 12 or more come at a time and more right behind the answer. When it does not, 2
 * drains must find several records before the next try, then 4, 8, and 16 from there on: records arriving one by one
 * never cause it.
 *
 * @since 0.1.0
 */
public final class RingConsumer {
    /*
     * A drain ends its call by a store: a method could fail for lack of stack, and then no drain would ever be possible
     * again. It is written out each time, since JDK 17 inlines no more than 15 calls deep: with two levels more a drain
     * of one record, inlined into its callers, was left with three calls.
     */

    private final VarLenMpscRing ring;
    private final ConsumerSide side;

    RingConsumer(final VarLenMpscRing ring, final ConsumerSide side) {
        this.ring = ring;
        this.side = side;
    }

    /**
     * Hands over what is readable, and ends once it has consumed as many bytes as the ring holds, or twice as many if
     * it finds only padding, even when producers are faster than the handler. Space is given back to the producers as
     * the drain proceeds: when a quarter of the ring or 64 KiB has been consumed, and at the end.
     *
     * @param handler gets each record
     * @return the number of records handed over; 0 means that nothing was readable
     * @throws IllegalStateException when the consumer is in use already, or this process has been {@linkplain
     *     VarLenMpscRing#detach() detached}; or when the handler left position or limit of a record outside its bounds;
     *     the record counts as consumed
     * @throws RingCorruptException when a header or position in a file makes no sense
     */
    public int drain(final RecordHandler handler) {
        Objects.requireNonNull(handler, "handler");
        side.enter();
        try {
            return side.handOver(handler, Integer.MAX_VALUE); // not via the next method: see the class
        } finally {
            side.isInUse = false;
        }
    }

    /**
     * Hands over what is readable, at most {@code maxRecords}, and ends where {@link #drain(RecordHandler)} does.
     *
     * @param handler gets each record
     * @param maxRecords the most records to hand over, 0 or more
     * @return the number of records handed over; 0 means that nothing was readable, or that {@code maxRecords} is 0
     * @throws IllegalArgumentException when {@code maxRecords} is negative
     * @throws IllegalStateException when the consumer is in use already, or this process has been {@linkplain
     *     VarLenMpscRing#detach() detached}; or when the handler left position or limit of a record outside its bounds;
     *     the record counts as consumed
     * @throws RingCorruptException when a header or position in a file makes no sense
     */
    public int drain(final RecordHandler handler, final int maxRecords) {
        Objects.requireNonNull(handler, "handler");
        checkMaxRecords(maxRecords);
        side.enter();
        try {
            return side.handOver(handler, maxRecords);
        } finally {
            side.isInUse = false;
        }
    }

    /**
     * Hands over what is readable, and if nothing is, waits for the first records. Works on every ring: no wakeup hook
     * is needed, and a thread that waits here is woken in place of the hook. Once it has waited the ring is no longer
     * armed, even if it was before the call. While a reservation is unfinished the thread checks it every 100
     * microseconds on a ring without a hook or in a file, and every 100 milliseconds otherwise.
     *
     * @param handler gets each record
     * @param maxRecords the most records to hand over, 0 or more
     * @param timeout how long to sleep at most; 0 or less does not sleep
     * @param unit unit of {@code timeout}
     * @return the number of records handed over; 0 means that the time is up, or that the ring is closed and nothing
     *     can come any more, or that {@code maxRecords} is 0
     * @throws IllegalArgumentException when {@code maxRecords} is negative
     * @throws IllegalStateException when the consumer is in use already, or this process has been {@linkplain
     *     VarLenMpscRing#detach() detached}; or when the handler left position or limit of a record outside its bounds;
     *     the record counts as consumed
     * @throws RingCorruptException when a header or position in a file makes no sense
     * @throws java.io.UncheckedIOException when the doorbell of a ring in a file fails
     * @throws InterruptedException when the thread is interrupted before the call, whatever there is to read, or while
     *     it waits; no record is lost
     */
    public int drain(final RecordHandler handler, final int maxRecords, final long timeout, final TimeUnit unit)
            throws InterruptedException {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(unit, "unit");
        checkMaxRecords(maxRecords);
        return side.drainOrWait(handler, maxRecords, unit.toNanos(timeout));
    }

    /**
     * Hands over what is readable, at most {@code maxRecords}, while the handler decides after each record how to go
     * on; ends where {@link #drain(RecordHandler)} does.
     *
     * @param handler gets each record
     * @param maxRecords the most records to hand over, 0 or more
     * @return the number of records consumed, not including one answered with {@code ABORT}
     * @throws IllegalArgumentException when {@code maxRecords} is negative
     * @throws IllegalStateException when the consumer is in use already, or this process has been {@linkplain
     *     VarLenMpscRing#detach() detached}; or when the handler left position or limit of a record outside its bounds;
     *     the record counts as consumed
     * @throws RingCorruptException when a header or position in a file makes no sense
     * @throws NullPointerException when the handler returns null; the record counts as consumed
     */
    public int drainControlled(final ControlledRecordHandler handler, final int maxRecords) {
        Objects.requireNonNull(handler, "handler");
        checkMaxRecords(maxRecords);
        side.enter();
        try {
            return side.handOverControlled(handler, maxRecords);
        } finally {
            side.isInUse = false;
        }
    }

    /**
     * Announces that the consumer is about to sleep. Call it when a drain has returned 0:
     *
     * <pre>{@code
     * while (running) {
     *     try {
     *         if (consumer.drain(handler) == 0 && consumer.arm()) {
     *             sleep(); // until the hook ends it
     *         }
     *     } catch (RuntimeException failure) {
     *         report(failure); // of the handler: the loop goes on, else the ring would fill up
     *     }
     * }
     * }</pre>
     *
     * <p>The ring stays armed until the hook is called, {@code arm()} returns {@code false}, or a drain with a timeout
     * has waited: after that, arm again before you sleep. On a ring without a hook the result is only a snapshot, since
     * there is no hook to call. Where the hook wakes another thread, the consumer is that one's, even before this call
     * has returned: after {@code true} the caller MUST NOT use it.
     *
     * <p>On a ring in a file sleep at most 100 milliseconds, see {@link #doorbell()}, and look for {@linkplain
     * #stalledBy() what stands in the way}. On a private ring no limit is needed as long as the hook does not throw:
     * whoever finishes a reservation calls it, even that of a claim whose handle has been collected. A hook that
     * throws, such as that of a bounded executor which rejects the task, is called again by the next commit, a refusal
     * of the full ring, or {@code close()}: if that may be too late, limit the sleep there, too.
     *
     * <p>A thread that sleeps in {@code park} MUST NOT do anything between {@code arm()} and {@code park} that could
     * park by itself, such as taking a lock or logging: it may consume the permit by which the hook ends the sleep.
     * {@link WakeupHook#semaphore} has no such problem.
     *
     * @return {@code true} when the hook is being called, or there is nothing to do and the next commit, close or abort
     *     that leaves padding will call it; {@code false} when there is something to look at (a record, padding, or the
     *     ring is closed and drained), and the consumer MUST NOT sleep
     * @throws IllegalStateException when the consumer is in use already, or this process has been {@linkplain
     *     VarLenMpscRing#detach() detached}
     * @throws RingCorruptException when an {@code Error} has ended the last drain of a ring in a file, and the producer
     *     position there is before what that drain has consumed
     * @throws java.io.UncheckedIOException when the doorbell of a ring in a file fails
     */
    public boolean arm() {
        return side.arm();
    }

    /**
     * Returns the channel that becomes readable when a producer of another process disarms this ring in a file, so that
     * the consumer can sleep in a selector of its own:
     *
     * <pre>{@code
     * consumer.doorbell().register(selector, SelectionKey.OP_READ);
     * while (running) {
     *     boolean isIdle = false;
     *     try {
     *         isIdle = consumer.drain(handler) == 0 && consumer.arm();
     *     } catch (RuntimeException failure) {
     *         report(failure);
     *     }
     *     if (isIdle) {
     *         selector.select(ring.isEmpty() ? 100 : 1); // not for longer: see below
     *         selector.selectedKeys().clear();
     *     }
     * }
     * }</pre>
     *
     * <p>{@link #arm()} reads it; do not read from it yourself, nor make it blocking. A producer may die between
     * storing its record and ringing, or be in another network namespace, so sleep for at most 100 milliseconds, and
     * for a millisecond while the ring is not empty. Producers of this process ring here too, except those of this very
     * ring object when it has a hook. A drain with a timeout and a tasklet do all this by themselves.
     *
     * @return always the same channel, not blocking, bound to the loopback address; but another one when it has been
     *     closed, or when an Error has ended an {@link #arm()} or a timed drain of one thread inside it, and another
     *     thread has called the next one
     * @throws IllegalStateException when the ring is private: give it a {@link WakeupHook}; or when this process
     *     has been {@linkplain VarLenMpscRing#detach() detached}
     * @throws java.io.UncheckedIOException when there is no port
     */
    public SelectableChannel doorbell() {
        if (ring.places == null) {
            throw new IllegalStateException("a private ring has no doorbell, but may have a hook");
        }
        ring.places.checkAttached(); // else our port would replace the next consumer's
        return ring.memory.openDoorbell();
    }

    /**
     * Tells what is in the consumer's way: the unfinished reservation at which it stands. Call it when a drain has
     * returned 0; when nothing is reserved it costs one load. An open claim, or an offer under way, is returned too;
     * that is no fault. When the owner is {@linkplain StalledClaim.Owner#DEAD dead}, only {@link #recover} will finish
     * it.
     *
     * @return what is unfinished, or {@code null}; on a private ring its owner is this process, and alive
     * @throws IllegalStateException when the consumer is in use already, or this process has been {@linkplain
     *     VarLenMpscRing#detach() detached}
     * @throws RingCorruptException when what the file says about it makes no sense
     * @throws java.io.UncheckedIOException when the system refuses to lock or unlock a slot of the file
     */
    @SuppressWarnings("exports") // callers compile without the annotation
    public @Nullable StalledClaim stalledBy() {
        return side.stalledBy();
    }

    /**
     * Turns what a dead owner left unfinished into padding, so that the consumer gets past it. What that owner had
     * finished is not touched.
     *
     * <pre>{@code
     * if (consumer.drain(handler) == 0) {
     *     StalledClaim stalled = consumer.stalledBy();
     *     if (stalled != null && stalled.owner() == StalledClaim.Owner.DEAD) {
     *         consumer.recover(stalled);
     *     }
     * }
     * }</pre>
     *
     * @param claim what {@link #stalledBy()} has returned
     * @return {@code false} when there is nothing left to do: it has been finished, or recovered
     * @throws IllegalStateException when its owner may still finish it; or when the consumer is in use already, or this
     *     process has been {@linkplain VarLenMpscRing#detach() detached}
     * @throws RingCorruptException when what the file says about it makes no sense
     * @throws java.io.UncheckedIOException when the system refuses to lock or unlock a slot of the file
     */
    public boolean recover(final StalledClaim claim) {
        Objects.requireNonNull(claim, "claim");
        return side.recover(claim);
    }

    private static void checkMaxRecords(final int maxRecords) {
        if (maxRecords < 0) {
            throw new IllegalArgumentException("maxRecords must be 0 or more, but is " + maxRecords);
        }
    }

    /** Returns a short description of the consumer and its ring, for logs. */
    @Override
    public String toString() {
        return "RingConsumer[" + side.describeUser("in use by ", "not in use") + ", " + ring + "]";
    }
}
