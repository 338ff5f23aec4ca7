// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.ControlledRecordHandler;
import io.varlenring.ControlledRecordHandler.Action;
import io.varlenring.RecordHandler;
import io.varlenring.RingConsumer;
import io.varlenring.RingCorruptException;
import io.varlenring.VarLenMpscRing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The consumer of a ring as a tasklet: records wake it, it hands over up to a budget of them, then lets others run.
 *
 * <p>Each run drains at most the budget. When more may be left the tasklet wakes itself, which puts it behind the
 * others; otherwise it arms the ring, and the next commit, close, or abort that leaves padding wakes it. It kills
 * itself when the ring is closed and drained, and within 100 ms when this process has {@linkplain
 * VarLenMpscRing#detach() detached} from it, which a tasklet of the same loop, or whoever has ended the loop, may
 * do; one that pauses does so only when it is woken, or the loop ends. When a handler throws it runs again at once,
 * since the record is consumed; a drain that fails and hands over nothing, because the ring is corrupt, is retried
 * within 100 ms.
 *
 * <p>Behind an unfinished reservation, and on a ring in a file, it checks the ring from time to time. A second tasklet
 * wakes it for that, and the loop counts its runs, too; the deadline of {@link #tasklet()} is free for the user.
 *
 * <p>A loop that ends takes its rings with it, so that nobody offers to a ring that nobody reads: it closes each of
 * them, hands over what was committed, whatever the budget, and kills the tasklet, before it goes on to the next one.
 * The one made last comes first, as with resources: a ring whose handler offers to an older ring of the same loop is
 * drained while that one is open. Reservations under way are waited for, at most 100 ms per ring; what is behind a
 * claim that stays open longer remains in the ring, and is reported like an exception from a handler; what is behind a
 * record that the handler refuses remains, too, without a report. Whoever has ended the loop may drain it. A ring in a
 * file is not closed, since others may still use it, and what they reserve after that stays in it: {@linkplain
 * VarLenMpscRing#detach() detach} from it when the loop has ended.
 *
 * <p>For a ring in a file give the loop a selector: the {@linkplain RingConsumer#doorbell() doorbell} wakes it there.
 * Without one, and when a producer dies before it rings, the tasklet finds the records within 100 ms; without one,
 * within a millisecond while they keep coming. It does not {@linkplain RingConsumer#recover recover} what a dead
 * producer left unfinished: that is up to the user, see {@link #ring()}.
 *
 * <p>Any thread may call any method, except that the loop's own may not call {@link #awaitDrained}.
 *
 * @since 0.1.0
 */
public final class RingTasklet {
    private static final long END_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Longest sleep while a reservation is unfinished. */
    private static final long STALLED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final TaskletLoop loop;
    private final VarLenMpscRing ring;
    private final RingConsumer consumer;
    /** Exactly one of the two handlers is null. */
    private final RecordHandler handler;

    private final ControlledRecordHandler controlledHandler;
    private final int budget;
    private final Tasklet tasklet;
    /**
     * Wakes {@code tasklet} when it is time to look at the ring; the deadline of {@code tasklet} itself is the user's.
     */
    final Tasklet look;
    /** Whether other processes may have joined the ring. */
    private final boolean isInFile;
    /** The doorbell's key in the loop's selector, or null; cancelled by the thread that kills the tasklet. */
    private volatile SelectionKey doorbell;

    /** Its number among the rings of the loop, in order of creation; written and read by {@link LoopRings}. */
    long number;

    /** Whether {@link Action#ABORT} ended the last drain; used by the loop's thread only. */
    private boolean aborted;
    /** Whether the last drain of an ending loop threw without progress; as above. */
    private boolean hasFailed;
    /** Whether the loop keeps this reachable, as the last drain was aborted; as above. */
    private boolean isKept;
    /** The delay, at most, with which the look was scheduled; as above. */
    private long lookNanos;

    private RingTasklet(
            final TaskletLoop loop,
            final VarLenMpscRing.Builder ring,
            final RecordHandler handler,
            final ControlledRecordHandler controlledHandler,
            final int budget) {
        this.loop = loop;
        this.handler = handler;
        this.controlledHandler = controlledHandler == null
                ? null
                : record -> {
                    final Action action = controlledHandler.onRecord(record);
                    aborted = action == Action.ABORT;
                    return action;
                };
        this.budget = budget;
        this.tasklet = loop.newTasklet(new Drain());
        this.look = loop.newTasklet(new Look());
        this.ring = withHook(ring, tasklet).build();
        this.consumer = consumerOf(this.ring);
        this.isInFile = this.ring.file() != null;
    }

    private static VarLenMpscRing.Builder withHook(final VarLenMpscRing.Builder ring, final Tasklet tasklet) {
        try {
            return ring.hook(tasklet);
        } catch (final IllegalStateException hasOne) {
            throw new IllegalStateException(
                    "a builder makes one ring with a tasklet, also when that fails: make a new one; "
                            + hasOne.getMessage(),
                    hasOne);
        }
    }

    private static RingConsumer consumerOf(final VarLenMpscRing ring) {
        try {
            return ring.consumer();
        } catch (final Throwable refused) { // e.g. the consumer's place is taken: then this process leaves
            ring.detach();
            throw refused;
        }
    }

    private void registerDoorbell() {
        try {
            doorbell = loop.register(consumer.doorbell(), 0, tasklet); // heard from the first run on
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes a ring whose consumer runs on a loop.
     *
     * @param loop the loop on whose thread the handler is called
     * @param ring how to make the ring; its hook is set here, so it cannot make another ring, even if this fails
     * @param handler gets each record
     * @param budget the most records to hand over in one run, 1 or more
     * @return the ring with its tasklet
     * @throws IllegalArgumentException when the budget is less than 1, or as {@link VarLenMpscRing.Builder#build()}
     *     says
     * @throws UncheckedIOException when the ring's file, or its doorbell, cannot be opened
     * @throws java.nio.channels.ClosedSelectorException when the loop's selector is closed, and the ring is in a file
     * @throws IllegalStateException when the loop has been closed or its thread has ended, or the builder has a hook
     *     already, or as {@link VarLenMpscRing.Builder#build()} and {@link VarLenMpscRing#consumer()} say
     */
    public static RingTasklet create(
            final TaskletLoop loop, final VarLenMpscRing.Builder ring, final RecordHandler handler, final int budget) {
        return make(loop, ring, Objects.requireNonNull(handler, "handler"), null, budget);
    }

    /**
     * Makes a ring whose consumer runs on a loop and decides after each record how to go on. {@link Action#ABORT}
     * leaves the record and lets the tasklet sleep, whatever else is offered, until {@link #tasklet()} is woken: pause
     * this way while a channel is not writable, and wake the tasklet when it is. The handler may be called again before
     * that. After {@link Action#BREAK} others run before the next record.
     *
     * @param loop the loop on whose thread the handler is called
     * @param ring how to make the ring; its hook is set here, so it cannot make another ring, even if this fails
     * @param handler gets each record
     * @param budget the most records to hand over in one run, 1 or more
     * @return the ring with its tasklet
     * @throws IllegalArgumentException when the budget is less than 1, or as {@link VarLenMpscRing.Builder#build()}
     *     says
     * @throws UncheckedIOException when the ring's file, or its doorbell, cannot be opened
     * @throws java.nio.channels.ClosedSelectorException when the loop's selector is closed, and the ring is in a file
     * @throws IllegalStateException when the loop has been closed or its thread has ended, or the builder has a hook
     *     already, or as {@link VarLenMpscRing.Builder#build()} and {@link VarLenMpscRing#consumer()} say
     */
    public static RingTasklet createControlled(
            final TaskletLoop loop,
            final VarLenMpscRing.Builder ring,
            final ControlledRecordHandler handler,
            final int budget) {
        return make(loop, ring, null, Objects.requireNonNull(handler, "handler"), budget);
    }

    /**
     * Does what {@link #createControlled} does. A lambda that only calls something fits either kind of handler, and is
     * taken for a {@link RecordHandler}.
     *
     * @param loop as for {@link #createControlled}
     * @param ring as there
     * @param handler as there
     * @param budget as there, and not null; an object, so that such a lambda is not ambiguous
     * @return as there
     */
    public static RingTasklet create(
            final TaskletLoop loop,
            final VarLenMpscRing.Builder ring,
            final ControlledRecordHandler handler,
            final Integer budget) {
        return createControlled(loop, ring, handler, budget);
    }

    private static RingTasklet make(
            final TaskletLoop loop,
            final VarLenMpscRing.Builder ring,
            final RecordHandler handler,
            final ControlledRecordHandler controlledHandler,
            final int budget) {
        Objects.requireNonNull(loop, "loop");
        Objects.requireNonNull(ring, "ring");
        if (budget < 1) {
            throw new IllegalArgumentException("budget must be 1 or more, but is " + budget);
        }
        loop.checkNotClosed();
        final RingTasklet created = new RingTasklet(loop, ring, handler, controlledHandler, budget);
        boolean isTakenCareOf = false;
        try {
            if (created.isInFile && loop.hasSockets()) {
                created.registerDoorbell();
            }
            isTakenCareOf = loop.rings.add(created);
            if (!isTakenCareOf) { // the loop has ended meanwhile
                loop.checkNotClosed();
            }
        } finally {
            if (!isTakenCareOf) {
                created.leave();
            }
        }
        created.tasklet.wakeup(); // the first run arms the ring
        return created;
    }

    /**
     * Returns the ring. Its consumer belongs to the tasklet: nobody else may drain or arm it before the loop has
     * ended. Another tasklet of the same loop may look for what a dead producer left in a ring in a file ({@link
     * RingConsumer#stalledBy()}) and {@linkplain RingConsumer#recover recover} it; what is behind it is then handed
     * over within a millisecond.
     *
     * @return the ring that producers write to
     */
    public VarLenMpscRing ring() {
        return ring;
    }

    /**
     * Returns the tasklet, to wake it for other reasons, or to kill it, in which case the ring keeps what it holds.
     *
     * @return the tasklet that drains the ring
     */
    public Tasklet tasklet() {
        return tasklet;
    }

    /**
     * Waits until everything offered before this call has been handed over. If the ring was closed before, that is
     * everything, and the handler is not called any more.
     *
     * @param timeout how long to wait at most; 0 or less does not wait. Somebody has to call {@code runOnce} of a
     *     manual loop meanwhile
     * @param unit the unit of the timeout
     * @return whether it has been handed over; {@code false} when the time was up, or the tasklet was killed before
     *     that, so that it never will be
     * @throws InterruptedException when this thread is interrupted while it waits
     * @throws IllegalStateException when called on the loop's thread, which would wait for itself
     */
    public boolean awaitDrained(final long timeout, final TimeUnit unit) throws InterruptedException {
        if (loop.isRunner()) {
            throw new IllegalStateException("awaitDrained must not be called on the loop's own thread");
        }
        final long position = ring.producerPosition();
        final long begin = loop.memory.nanoTime();
        final long nanos = Math.max(0, unit.toNanos(timeout));
        while (!isDrained(position)) {
            final long left = nanos - (loop.memory.nanoTime() - begin);
            if (tasklet.isKilled() || left <= 0) {
                return isDrained(position);
            }
            loop.memory.parkInterruptibly(Math.min(left, POLL_NANOS));
        }
        return true;
    }

    private boolean isDrained(final long position) {
        if (ring.isClosed()) {
            return tasklet.isKilled() && ring.isEmpty();
        }
        // Or empty: what a claim open at that time has given back is never consumed.
        return ring.consumerPosition() - position >= 0 || ring.isEmpty();
    }

    /** The body of a tasklet that knows its ring's name. */
    abstract class Body implements TaskletBody {
        final String ringName() {
            return ring.name();
        }
    }

    /** The body of the tasklet that drains the ring. */
    final class Drain extends Body {
        @Override
        public void run(final Tasklet self, final int reasons) {
            RingTasklet.this.run(self);
        }

        /** Nothing in the ring is wanted any more: it may be collected. */
        void killed() {
            loop.rings.setPausing(RingTasklet.this, false);
            stopHearing();
        }
    }

    /** The body of the tasklet that wakes the draining one. */
    final class Look extends Body {
        @Override
        public void run(final Tasklet self, final int reasons) {
            tasklet.wakeup();
        }
    }

    private void run(final Tasklet self) {
        final long position = ring.consumerPosition();
        boolean idle = false;
        try {
            final int drained = drain();
            hear(!aborted); // before arming: only arm() empties the doorbell
            keepWhileAborted();
            final boolean isDone = aborted || (drained < budget && consumer.arm());
            if (isDone && !aborted && (isInFile || !ring.isEmpty())) {
                // blocked by an unfinished reservation: if its handle is collected, only a drain finds out; and another
                // process does not wake us for it if it loaded armed too early, or has died. Where no doorbell is
                // heard, nor does what comes soon after a record
                final boolean isDue = !ring.isEmpty() || (doorbell == null && drained > 0);
                lookWithin(isInFile && isDue ? POLL_NANOS : STALLED_NANOS);
            }
            idle = isDone; // after the look is set, for which there may be no memory
        } catch (final Throwable failure) {
            if (ring.consumerPosition() == position) { // not from the handler: an immediate run would only throw again
                if (isDetached()) { // not a failure: this is how a ring in a file is left
                    endTasklets();
                    return;
                }
                lookWithin(STALLED_NANOS); // if that fails too, an immediate run is all that remains
                hear(false);
                idle = true;
            }
            throw failure;
        } finally {
            if (ring.isClosed() && ring.isEmpty()) {
                endTasklets();
            } else if (!idle) { // also after the handler threw: records after its own are still to be read
                self.wakeup();
            }
        }
    }

    void endTasklets() {
        tasklet.kill();
        look.kill();
    }

    /** Tells whether this process no longer has the consumer's place, which it took when the ring was made. */
    private boolean isDetached() {
        try {
            return ring.consumer() == null;
        } catch (final IllegalStateException detached) {
            return true;
        }
    }

    /** Lets the doorbell wake the tasklet, or not: a ring not yet received would do so in every round. */
    private void hear(final boolean isHeard) {
        final int operations = isHeard ? SelectionKey.OP_READ : 0;
        try {
            if (doorbell != null && isHeard && doorbell.channel() != consumer.doorbell()) {
                stopHearing(); // an Error left its lock held: nobody can empty it
                registerDoorbell();
                if (tasklet.isKilled()) { // pairs with kill(): if not seen here, killed() comes later [T3]
                    stopHearing();
                }
            }
            if (doorbell != null && doorbell.interestOps() != operations) {
                doorbell.interestOps(operations);
            }
        } catch (final IllegalStateException e) { // no ring comes here any more, or matters
            if (!(e instanceof CancelledKeyException || loop.isClosed())) {
                throw e;
            }
        }
    }

    /** Removes the doorbell from the selector, which would keep the ring and its place in the file. */
    private void stopHearing() {
        final SelectionKey key = doorbell;
        if (key != null) {
            key.cancel();
            key.selector().wakeup(); // only the next select drops the key
        }
    }

    /** While it pauses, perhaps nothing else reaches this, and the ring would be collected with its records. */
    private void keepWhileAborted() {
        if (aborted != isKept) {
            loop.rings.setPausing(this, aborted);
            isKept = aborted;
            if (aborted && tasklet.isKilled()) { // pairs with kill(): if not seen here, killed() comes later [T3]
                loop.rings.setPausing(this, false);
            }
        }
    }

    /** Makes the tasklet look at the ring again after this time or sooner. */
    private void lookWithin(final long nanos) {
        if (!Deadlines.has(look) || nanos < lookNanos) {
            loop.wakeupAt(look, loop.memory.nanoTime() + nanos, 0);
            lookNanos = nanos;
        }
    }

    private int drain() {
        aborted = false;
        return controlledHandler == null
                ? consumer.drain(handler, budget)
                : consumer.drainControlled(controlledHandler, budget);
    }

    /** Undoes the creation of a ring that nobody will drain. */
    private void leave() {
        if (isInFile) {
            ring.detach();
        } else {
            ring.close();
        }
    }

    /** Closes the ring and hands over what is in it; called by the loop's thread when the loop ends. */
    void end() {
        if (!isInFile) {
            ring.close();
        }
        final long begin = loop.memory.nanoTime();
        final long last = ring.producerPosition(); // in a file the ring stays open, and more may keep coming
        while (drainTo(last) && loop.memory.nanoTime() - begin < END_NANOS) {
            loop.memory.park(POLL_NANOS);
        }
        final boolean wasKilled = tasklet.isKilled(); // then the ring keeps what it holds
        tasklet.kill();
        if (!wasKilled && !aborted && !hasFailed && isBefore(last)) {
            loop.failed(new IllegalStateException("the loop has ended, and what is behind a reservation that has not"
                    + " been finished is left: " + ring));
        }
        look.kill();
    }

    /** Returns whether more may come: a reservation is in progress, and the handler takes records. */
    private boolean drainTo(final long last) {
        boolean more = true;
        while (more && !tasklet.isKilled() && isBefore(last)) {
            final long position = ring.consumerPosition();
            try {
                more = drain() > 0 && !aborted;
                hasFailed = false;
            } catch (final RingCorruptException corrupt) { // it would recur
                hasFailed = true;
                loop.failed(corrupt);
                return false;
            } catch (final Throwable failure) { // its record is consumed, unless even its view failed
                if (isDetached()) { // not a failure, as in run()
                    tasklet.kill();
                    return false;
                }
                more = ring.consumerPosition() != position;
                if (more || !hasFailed) { // else the last try has failed, too: once is enough
                    loop.failed(failure);
                }
                hasFailed = !more;
            }
        }
        return !aborted && !tasklet.isKilled() && isBefore(last);
    }

    /** Tells whether something is left up to this position; in a file, or once closed, none of it is given back. */
    private boolean isBefore(final long last) {
        return ring.consumerPosition() - last < 0;
    }

    /** Returns the ring and the state of its tasklet, for people to read. */
    @Override
    public String toString() {
        return "RingTasklet[" + ring + ", " + tasklet + "]";
    }
}
