// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The handle through which one thread reads from a ring. There is one per ring.
 *
 * <p>It MUST be used by one thread at a time; it may move between threads when each hands it on with a happens-before
 * edge, as event loops do. A call while another is under way is misuse: it is an {@link IllegalStateException} when it
 * comes from inside a handler, or from another thread that can see the first one's call; two threads that start at the same
 * moment may not be told apart, and then everything is undefined.
 *
 * <p>Records come in the order in which their space was reserved; for one producer that is its program order. No method
 * but the one with a timeout ever waits, and none ever waits for a producer that has not finished: the records behind an
 * open claim are simply not readable yet.
 */
public final class RingConsumer extends ConsumerFields {
    @SuppressWarnings("unused") // room behind the fields above: see Padding
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7;
    @SuppressWarnings("unused")
    private long behind8, behind9, behind10, behind11, behind12, behind13, behind14, behind15;

    private final VarLenMpscRing ring;

    final PaddedView view;
    final RingCounters counters = new RingCounters();

    RingConsumer(final VarLenMpscRing ring, final PaddedView view) {
        this.ring = ring;
        this.view = view;
    }

    /**
     * Hands over what is readable, and ends once it has consumed as many bytes as the ring holds, even when producers
     * are faster than the handler. Space is given back to the producers as the drain proceeds.
     *
     * @param handler gets each record
     * @return the number of records handed over; 0 means that nothing was readable
     */
    public int drain(final RecordHandler handler) {
        return drain(handler, Integer.MAX_VALUE);
    }

    /**
     * Hands over what is readable, at most {@code maxRecords}, and ends once it has consumed as many bytes as the ring
     * holds.
     *
     * @param handler gets each record
     * @param maxRecords the most records to hand over, 0 or more
     * @return the number of records handed over; 0 means that nothing was readable, or that {@code maxRecords} is 0
     */
    public int drain(final RecordHandler handler, final int maxRecords) {
        Objects.requireNonNull(handler, "handler");
        checkMaxRecords(maxRecords);
        begin();
        try {
            return ring.drain(handler, null, maxRecords);
        } finally {
            end();
        }
    }

    /**
     * Hands over what is readable, and when nothing is, waits for the first records. Works on every ring: a wakeup hook is
     * not needed, and while a thread waits here it is woken in place of the hook. Once it has waited the ring is no longer
     * armed, even if it was before the call. Where no hook is set and a claim is open when the wait begins, the thread
     * looks every 100 microseconds whether it was committed.
     *
     * @param handler gets each record
     * @param maxRecords the most records to hand over, 0 or more
     * @param timeout how long to wait at the most; 0 or less does not wait
     * @param unit unit of {@code timeout}
     * @return the number of records handed over; 0 means that the time is up, or that the ring is closed and nothing can
     *     come any more, or that {@code maxRecords} is 0
     * @throws InterruptedException when the thread was interrupted before or while it waited; no record is lost
     */
    public int drain(final RecordHandler handler, final int maxRecords, final long timeout, final TimeUnit unit)
            throws InterruptedException {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(unit, "unit");
        checkMaxRecords(maxRecords);
        begin();
        try {
            return ring.drainOrWait(handler, maxRecords, unit.toNanos(timeout));
        } finally {
            end();
        }
    }

    /**
     * Hands over what is readable, at most {@code maxRecords}, while the handler says after each record how to go on; ends
     * once it has consumed as many bytes as the ring holds.
     *
     * @param handler gets each record
     * @param maxRecords the most records to hand over, 0 or more
     * @return the number of records consumed, which does not include one answered with {@code ABORT}
     */
    public int drainControlled(final ControlledRecordHandler handler, final int maxRecords) {
        Objects.requireNonNull(handler, "handler");
        checkMaxRecords(maxRecords);
        begin();
        try {
            return ring.drain(null, handler, maxRecords);
        } finally {
            end();
        }
    }

    /**
     * Announces that the consumer is about to sleep. To be called when a drain has returned 0:
     *
     * <pre>{@code
     * while (running) {
     *     if (consumer.drain(handler) == 0 && consumer.arm()) {
     *         sleep(); // until the hook ends it
     *     }
     * }
     * }</pre>
     *
     * <p>An arming lasts until the hook is called, {@code arm()} answers {@code false}, or a drain with a timeout has
     * waited: after that, arm again before you sleep. On a ring without a hook the answer is a snapshot only, since there is
     * nobody to call.
     *
     * @return {@code true} when there is nothing to do and the next commit, abort or close will call the hook; {@code
     *     false} when there is something to look at (a record, padding, or the ring is closed and drained), and the
     *     consumer MUST NOT sleep
     */
    public boolean arm() {
        begin();
        try {
            return ring.arm();
        } finally {
            end();
        }
    }

    private static void checkMaxRecords(final int maxRecords) {
        if (maxRecords < 0) {
            throw new IllegalArgumentException("maxRecords must be 0 or more, but is " + maxRecords);
        }
    }

    /** Detects misuse as far as plain accesses can: always within a thread, and across threads with a visible call. */
    private void begin() {
        final Thread user = active;
        final Thread current = Thread.currentThread();
        if (user != null) {
            throw new IllegalStateException(
                    user == current
                            ? "the consumer was called from inside its own handler"
                            : "the consumer is in use by thread " + user.getName() + " and was called by thread "
                                    + current.getName());
        }
        active = current;
    }

    private void end() {
        active = null;
    }
}

/** What the consumer writes with every drain. */
abstract class ConsumerFields extends Padding {
    /** The thread inside a call, if there is one. */
    Thread active;
}
