// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One thread that runs tasklets, and sleeps when there are none to run.
 *
 * <p>A loop has a thread of its own ({@link #start(String)}), or is part of another loop, which calls {@link
 * #runOnce(long)} ({@link #manual()}). It sleeps by parking, or, if given a {@link Selector}, in that selector, so that
 * sockets and tasklets share the thread.
 *
 * <p>The loop works in rounds. A round takes in the wakeups from other threads and the sockets that are ready, and then
 * runs tasklets of each class up to its share, in this order:
 *
 * <table>
 *   <caption>Classes</caption>
 *   <thead>
 *     <tr><th scope="col">class</th><th scope="col">share of a round</th><th scope="col">which tasklets</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>URGENT</td><td>64</td><td>woken from another thread, by a socket or a deadline</td></tr>
 *     <tr><td>NORMAL</td><td>60</td><td>woken by another tasklet of this loop</td></tr>
 *     <tr><td>BULK</td><td>4</td><td>woken by itself</td></tr>
 *     <tr><td>HEAVY</td><td>1</td><td>made by {@link #newHeavyTasklet}, however woken</td></tr>
 *   </tbody>
 * </table>
 *
 * <p>So no class, however busy, starves another, or the sockets. Within a class tasklets run in the order of their
 * wakeups, except for {@link #wakeupAfter}. While a wakeup by one thread is under way, a busy loop with a thread of its
 * own may take in those by others some rounds later, in their order.
 *
 * <p>Any thread may call any method that does not say otherwise.
 *
 * @since 0.1.0
 */
public final class TaskletLoop implements AutoCloseable {
    /*
     * Implementation
     *
     * A queued tasklet is in exactly one place: in the inbox, if another thread queued it, or in one of the run queues,
     * which only the loop's thread touches. A nonzero count of wakeups means that it is in one of them; the thread that
     * counts the first wakeup puts it there, and the loop takes the whole count when it takes the tasklet out to run
     * it.
     *
     * Sleep. The loop stores asleep and then checks the inbox once more; a waker puts its tasklet there, moving the
     * tail first, and then loads asleep. At least one side sees the other's store [T2].
     *
     * Close. Wakeups are refused once closed is set. What was queued before is run: the loop continues until its run
     * queues are empty, and so is its inbox, except for puts in progress; as no wakeup adds to them any more, it ends.
     *
     * [Tn] names a row of docs/wakeup-and-tasklets.md.
     */

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Longest park while a waker is between the two steps of a put; a selector waits for 1 ms. */
    private static final long PUT_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    // Immutable

    /** Null for a loop without sockets. */
    private final LoopSockets sockets;

    private final String name;
    final LoopMemory memory = new LoopMemory();
    final Inbox inbox = new Inbox(memory);
    final LoopRings rings = new LoopRings();
    /** The loop's own thread; null for a manual loop. */
    final Thread thread;

    // Written by the loop's thread

    private final RunQueues queues = new RunQueues();
    private final RunQueues.Runner runner = this::runUnlessKilled;
    /** Made early: when the loop ends there may be no memory for it. */
    private final Runnable toEnd = this::runToEnd;

    final Deadlines deadlines = new Deadlines();
    private final LoopCounters counters = new LoopCounters();
    /** Null without profiling. */
    private final LoopProfile profile;

    private TaskletLoop(final Builder builder, final String threadName) {
        this.sockets = builder.selector == null ? null : new LoopSockets(builder.selector, this);
        this.profile = builder.profiling ? new LoopProfile(this, memory, counters) : null;
        this.name = builder.name != null ? builder.name : threadName == null ? "manual" : threadName;
        this.thread = threadName == null
                ? null
                : LoopMemory.newThread(builder.threadFactory, this::runUntilClosed, threadName);
    }

    /**
     * Starts a loop on a thread of its own, without sockets.
     *
     * @param threadName name of the thread
     * @return a running loop; {@link #close()} ends it
     */
    public static TaskletLoop start(final String threadName) {
        return builder().start(threadName);
    }

    /**
     * Makes a loop without a thread and without sockets, to be run by {@link #runOnce}.
     *
     * @return a loop
     */
    public static TaskletLoop manual() {
        return builder().manual();
    }

    /**
     * Starts building a loop.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes a loop. One thread at a time may use a builder.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private Selector selector;
        private String name;
        private boolean profiling;
        private ThreadFactory threadFactory;

        private Builder() {}

        /**
         * Lets the loop sleep in a selector and serve its sockets: a ready key wakes the {@link Tasklet} that is
         * attached to it, with the key's ready operations as reasons; one without a tasklet loses its interest set,
         * since it would end every sleep, and one with a tasklet of a closed loop is cancelled. Nobody else may select
         * with it: it belongs to one loop until that has ended, a manual one by {@link TaskletLoop#close()}. The loop
         * does not close it; when it fails or is closed, a loop with a thread of its own ends as if closed, and the
         * thread's uncaught-exception handler is told.
         *
         * @param selector an open selector
         * @return this builder
         * @throws IllegalArgumentException when the selector is closed
         */
        public Builder selector(final Selector selector) {
            Objects.requireNonNull(selector, "selector");
            if (!selector.isOpen()) {
                throw new IllegalArgumentException("the selector must be open, but is closed: " + selector);
            }
            this.selector = selector;
            return this;
        }

        /**
         * Names the loop, for {@link TaskletLoop#toString()}, messages and events. Without one it has the name of its
         * thread, or {@code manual}.
         *
         * @param name the name
         * @return this builder
         * @since 0.1.0
         */
        public Builder name(final String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Measures the time from the queueing of each tasklet to its run, and when the run began, which costs two clock
         * readings per run. Only a loop with profiling raises events.
         *
         * @return this builder
         */
        public Builder profiling() {
            this.profiling = true;
            return this;
        }

        /**
         * Lets {@link #start} take its thread from a factory, and name it. Without one the thread is no daemon, has
         * normal priority and the class loader of this library, inherits no thread locals, and is in the thread group
         * of whoever makes it.
         *
         * @param threadFactory makes the thread, which must run its task once
         * @return this builder
         */
        public Builder threadFactory(final ThreadFactory threadFactory) {
            this.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
            return this;
        }

        /**
         * Starts a loop on a thread of its own.
         *
         * @param threadName name of the thread
         * @return a running loop
         * @throws IllegalStateException when the thread factory has made no thread; or when the selector has been
         *     closed, or belongs to another loop that has not ended
         * @throws IllegalThreadStateException when the thread factory has started the thread; the loop is closed then.
         *     Where a factory's thread ends before it runs its task, {@link TaskletLoop#toString()} says so later, and
         *     making rings is refused
         */
        public TaskletLoop start(final String threadName) {
            final TaskletLoop loop = make(Objects.requireNonNull(threadName, "threadName"));
            LoopThread.start(loop);
            return loop;
        }

        /**
         * Makes a loop without a thread.
         *
         * @return a loop to be run by {@link TaskletLoop#runOnce}
         * @throws IllegalStateException when the selector has been closed, or belongs to another loop that has not
         *     ended
         */
        public TaskletLoop manual() {
            return make(null);
        }

        private TaskletLoop make(final String threadName) {
            final TaskletLoop loop = new TaskletLoop(this, threadName);
            try {
                if (selector != null) {
                    LoopSockets.take(selector, loop);
                }
            } catch (final IllegalStateException taken) {
                loop.beginClose(); // its factory may have started its thread
                throw taken;
            }
            return loop;
        }
    }

    /**
     * Makes a tasklet of this loop. It is asleep until its first wakeup.
     *
     * @param body the work
     * @return a new tasklet; an unused one need not be closed
     */
    public Tasklet newTasklet(final TaskletBody body) {
        return new Tasklet(this, Objects.requireNonNull(body, "body"), false);
    }

    /**
     * Makes a tasklet whose runs are long: at most one of these runs in each round.
     *
     * @param body the work
     * @return a new tasklet
     */
    public Tasklet newHeavyTasklet(final TaskletBody body) {
        return new Tasklet(this, Objects.requireNonNull(body, "body"), true);
    }

    /** Tells whether the loop sleeps in a selector. */
    boolean hasSockets() {
        return sockets != null;
    }

    /**
     * Registers a channel with the loop's selector, so that a tasklet is woken when the channel is ready. The tasklet
     * must do the I/O, or clear the key's interest set: otherwise it is woken in every round. If it has been killed,
     * the key is cancelled as soon as the channel is ready; the channel stays open.
     *
     * @param channel a channel in non-blocking mode
     * @param operations the operations of interest, see {@link SelectionKey}
     * @param tasklet what to wake; its reasons are the operations that are ready
     * @return the key
     * @throws IOException when the channel is closed
     * @throws IllegalArgumentException when the tasklet belongs to another loop, or the channel has no such operation
     * @throws java.nio.channels.IllegalBlockingModeException when the channel is in blocking mode
     * @throws IllegalStateException when this loop has no selector, or has been closed, or its thread has ended
     * @throws java.nio.channels.ClosedSelectorException when the selector is closed
     * @throws java.nio.channels.CancelledKeyException when the channel has a key of this selector that was cancelled a
     *     moment ago: try again after the next round
     */
    public SelectionKey register(final SelectableChannel channel, final int operations, final Tasklet tasklet)
            throws IOException {
        Objects.requireNonNull(tasklet, "tasklet");
        if (sockets == null) {
            throw new IllegalStateException("this loop has no selector: " + this);
        }
        if (tasklet.loop != this) {
            throw LoopThread.ofAnotherLoop(tasklet);
        }
        checkNotClosed();
        return sockets.register(channel, operations, tasklet);
    }

    // Wakeups

    /** Counts a wakeup that had nothing to do, on the loop's thread. */
    void coalesced() {
        if (!memory.isClosedVolatile()) { // as in enqueue(): it may be refused [T2]
            counters.coalesced();
        }
    }

    /** Queues a tasklet whose first wakeup the caller has just counted; {@code local}: on the loop's thread. */
    void enqueue(final Tasklet tasklet, final boolean local) {
        // pairs with close(): its refusals happen here [T2]
        if (memory.isClosedVolatile()) { // the wakeup stays counted: nothing will look at it
            return;
        }
        if (profile != null) {
            profile.queued(tasklet);
        }
        if (local) {
            queues.add(tasklet);
            return;
        }
        inbox.put(tasklet);
    }

    /** Wakes the loop's thread if it sleeps or is about to; called after the store that the loop must see. */
    void wakeIfAsleep() {
        // after the store to the inbox or closed: pairs with sleep() [T2]; the compare-and-set elects one waker
        if (memory.isAsleepVolatile() && memory.compareAndSetAwake()) {
            try {
                if (sockets != null) {
                    sockets.wakeup();
                } else {
                    memory.unpark(memory.getRunnerVolatile()); // pairs with runOnce(): it was set before asleep [T2]
                }
            } catch (final Throwable failure) { // an Error: it still sleeps, and the next waker retries
                memory.asleep = true; // no call, which could fail as well; volatile, as in sleep() [T2]
                throw failure;
            }
        }
    }

    /**
     * Wakes a tasklet to run right after the running one, or right after a queued one, while what they touched is still
     * in the processor's cache. To wake a series in order, pass on what the last call returned:
     *
     * <pre>{@code
     * Tasklet last = null;
     * for (Tasklet stream : streams) {
     *     last = loop.wakeupAfter(last, stream);
     * }
     * }</pre>
     *
     * <p>The tasklet joins the class of the one it runs after and uses that class's share. When a share has run this
     * way, those that have waited longer are next, and the rest of the series comes behind them. A tasklet already
     * queued stays where it is; a heavy one, and one that wakes itself this way, is woken as by {@link
     * Tasklet#wakeup()}.
     *
     * @param previousOrNull the tasklet to run after, in one of this loop's run queues; when it is null, or not there
     *     (it has run, or was just woken by another thread), the running one
     * @param next the tasklet to wake
     * @return where the series now ends: {@code next}, or {@code previousOrNull} when {@code next} was not moved
     * @throws IllegalStateException when called from another thread than the loop's
     * @throws IllegalArgumentException when {@code next} belongs to another loop
     */
    @SuppressWarnings("exports") // callers compile without the annotation
    public @Nullable Tasklet wakeupAfter(final @Nullable Tasklet previousOrNull, final Tasklet next) {
        if (!isRunner()) {
            throw LoopThread.notTheLoops("wakeupAfter");
        }
        if (next.loop != this) {
            throw LoopThread.ofAnotherLoop(next);
        }
        // wakeup() completes what an Error left undone [T7]
        if (next.heavy || queues.isRunning(next) || next.isNotPutVolatile() || next.isNotSignalledVolatile()) {
            next.wakeup();
            return previousOrNull;
        }
        return next.wakeupAfter(previousOrNull) ? next : previousOrNull;
    }

    /** Queues a tasklet whose first wakeup the loop's thread has just counted; returns whether it will run. */
    boolean enqueueAfter(final Tasklet previousOrNull, final Tasklet next) {
        if (next.isKilled() || memory.isClosedVolatile()) { // pairs with close(), as in enqueue() [T2]
            return false;
        }
        if (profile != null) {
            profile.queued(next);
        }
        queues.addAfter(previousOrNull != null && previousOrNull.loop == this ? previousOrNull : null, next);
        return true;
    }

    /**
     * Wakes a tasklet as soon as the loop finds that the given time has come. A tasklet has one deadline; a new one
     * replaces the old. Other wakeups do not change it, nor does a run: to wait again, set it again.
     *
     * <p>Tasklets whose time has come are woken in the order of their deadlines, into the same class as those woken by
     * a socket. A parked loop wakes when the first deadline comes; one that sleeps in a selector, up to a millisecond
     * later.
     *
     * @param tasklet the tasklet to wake; for a killed one, or on the thread of a closed loop, this does nothing
     * @param nanoTime when, in terms of {@link System#nanoTime()}, less than 292 years from now; more than 73 years
     *     count as 73; a time already past means the next round
     * @param reasons as for {@link Tasklet#wakeup(int)}
     * @throws IllegalStateException when called from another thread than the loop's; for a manual loop that nobody is
     *     running any thread may call this, but then {@link #runOnce} MUST NOT be called meanwhile: it would find the
     *     loop in use
     * @throws IllegalArgumentException when the tasklet belongs to another loop
     */
    public void wakeupAt(final Tasklet tasklet, final long nanoTime, final int reasons) {
        changeDeadline(tasklet, true, nanoTime, reasons);
    }

    /**
     * Cancels the deadline of a tasklet, if it has one. If the time has come already and the tasklet is queued, it
     * runs.
     *
     * @param tasklet the tasklet
     * @throws IllegalStateException as for {@link #wakeupAt}
     * @throws IllegalArgumentException when the tasklet belongs to another loop
     */
    public void cancelWakeup(final Tasklet tasklet) {
        changeDeadline(tasklet, false, 0, 0);
    }

    private void changeDeadline(final Tasklet tasklet, final boolean isSet, final long nanoTime, final int reasons) {
        final boolean entered = enterForDeadline(tasklet, isSet ? "wakeupAt" : "cancelWakeup");
        boolean isTaken = entered;
        try {
            if (!isSet) {
                deadlines.remove(tasklet);
            } else if (!tasklet.isKilled() && !memory.isClosedVolatile()) { // as in enqueue() [T2]
                deadlines.set(tasklet, memory.nanoTime(), nanoTime, reasons);
            }
            if (entered) {
                memory.setRunnerVolatile(null); // pairs with the next one's compare-and-set [T5]
                isTaken = false;
            }
        } finally {
            if (isTaken) { // an Error: too little memory or stack
                memory.runner = null; // no call, which could fail as well; volatile, as above [T5]
            }
            if (entered && memory.isClosedVolatile()) { // as in leave() [T5]
                enterAndRunToEnd();
            }
        }
    }

    /** Makes the caller the loop's thread; returns whether it was not before, and so must leave. */
    private boolean enterForDeadline(final Tasklet tasklet, final String method) {
        if (tasklet.loop != this) {
            throw LoopThread.ofAnotherLoop(tasklet);
        }
        if (isRunner()) {
            return false;
        }
        // hands the deadlines on with the run queues [T5]
        if (thread != null || !memory.compareAndSetRunner(Thread.currentThread())) {
            throw LoopThread.notTheLoops(method);
        }
        return true;
    }

    boolean isRunner() {
        // pairs with runOnce(): only the thread that stored it needs to find it [T5]
        return memory.getRunnerVolatile() == Thread.currentThread();
    }

    // Rounds

    /**
     * Runs one round; if there is nothing to run, waits for something first, but not beyond the first deadline. On a
     * manual loop only, by one thread at a time, and not from inside a body.
     *
     * <p>An interrupt ends the wait, and while it is set there is none: it may be how the caller's thread is told to
     * end, so it is not cleared here, unlike in a loop with a thread of its own. A caller that does not end then, or
     * whose bodies leave it set, must clear it by {@link Thread#interrupted()}, or it loops without ever waiting.
     *
     * <p>Call it with stack to spare: a {@link StackOverflowError} in the loop's own code, not in a body, is thrown,
     * may lose the tasklets that were queued, and may leave the loop in use forever.
     *
     * @param maxWaitNanos how long to wait at most when nothing is queued, in nanoseconds; 0 or less does not wait, and
     *     a wait in a selector is rounded up to whole milliseconds
     * @return how many bodies were run; 0 when the time was up, on a spurious wakeup, or, without a wait, when the loop
     *     has been closed
     * @throws IllegalStateException when this loop has a thread of its own, or is being run already
     * @throws UncheckedIOException when the selector fails
     * @throws java.nio.channels.ClosedSelectorException when the selector is closed
     */
    public int runOnce(final long maxWaitNanos) {
        if (thread != null) {
            throw new IllegalStateException("this loop runs on its own thread, " + thread.getName());
        }
        // pairs with the store below: hands the run queues on [T5]
        if (!memory.compareAndSetRunner(Thread.currentThread())) {
            if (memory.isClosedVolatile()) { // pairs with close(), which is running what was left [T2]
                return 0;
            }
            throw new IllegalStateException("this loop is being run already: " + this);
        }
        int runs = 0;
        try {
            runs = memory.isClosedVolatile() ? runToEnd() : round(maxWaitNanos); // pairs with close() [T2]
        } finally {
            runs += leave();
        }
        return runs;
    }

    /** Ends this thread's turn running a manual loop; if the loop was closed meanwhile, runs it to its end. */
    private int leave() {
        memory.setRunnerVolatile(null); // pairs with the next one's compare-and-set [T5]
        // after clearing the runner: either close() finds none, or this load finds it closed [T5]
        return memory.isClosedVolatile() ? enterAndRunToEnd() : 0;
    }

    /** Runs a closed manual loop to its end, unless another thread is running it. */
    private int enterAndRunToEnd() {
        if (!memory.compareAndSetRunner(Thread.currentThread())) { // hands the run queues on [T5]
            return 0;
        }
        try {
            return runToEnd();
        } finally {
            memory.setRunnerVolatile(null); // pairs with the compare-and-set above [T5]
        }
    }

    /** The work of the loop's own thread. */
    private void runUntilClosed() {
        memory.setRunnerVolatile(Thread.currentThread()); // before any sleep: whom to wake [T2]
        try {
            LoopThread.runRounds(this);
        } finally {
            memory.setClosedVolatile(); // when the selector has failed; pairs with enqueue() [T2]
            rings.insistOnTheEnd(memory, toEnd);
        }
    }

    int round(final long maxWaitNanos) {
        inbox.take(queues, thread == null); // a manual loop's runner may have put after a put in progress
        final long mostWaitNanos = Math.min(maxWaitNanos, wakeDue());
        boolean selected = false;
        if (queues.isEmpty()) {
            selected = mostWaitNanos > 0 && !inbox.spinUntilPut() && sleep(mostWaitNanos);
            inbox.take(queues, false);
            if (queues.isEmpty()) {
                inbox.take(queues, true); // else a round could run nothing although something is there
            }
            wakeDue();
        }
        if (sockets != null && !selected) {
            sockets.selectNow();
        }
        final int runs = queues.runShares(runner);
        return memory.isClosedVolatile() ? runs + runToEnd() : runs; // pairs with close() [T2]
    }

    /**
     * Runs what is queued when the loop is closed, which is finite, since wakeups are refused by then. Then ends the
     * loop's rings.
     */
    private int runToEnd() {
        int runs = 0;
        inbox.take(queues, true);
        while (!queues.isEmpty() && !rings.isEnded()) { // nothing runs after the end, which close() may have reported
            LoopThread.forgetInterrupt(thread);
            runs += queues.runShares(runner);
            inbox.take(queues, true);
        }
        rings.endAll(this);
        return runs;
    }

    /** Wakes the tasklets whose deadlines have come; returns the time until the next one. */
    private long wakeDue() {
        if (deadlines.isEmpty()) {
            return Long.MAX_VALUE;
        }
        final long now = memory.nanoTime();
        for (Tasklet due = deadlines.pollDue(now); due != null; due = deadlines.pollDue(now)) {
            due.wakeup(due.deadline.reasons);
        }
        return deadlines.nanosUntilFirst(now);
    }

    /** Returns whether it really slept, and so has selected if there are sockets. */
    private boolean sleep(final long maxWaitNanos) {
        memory.setAsleepVolatile(true); // before the loads below: pairs with Inbox.put() and close() [T2]
        long waitNanos = maxWaitNanos;
        if (!inbox.isEmpty()) {
            inbox.take(queues, true);
            waitNanos = Math.min(waitNanos, PUT_NANOS); // for a put in progress, which may have loaded asleep
        }
        final boolean idle = queues.isEmpty() && !memory.isClosedVolatile(); // pairs with close() [T2]
        if (idle) {
            counters.slept();
            if (sockets != null) {
                sockets.select(waitNanos);
            } else {
                memory.park(waitNanos);
            }
        }
        memory.setAsleepVolatile(false); // from here on nobody needs to wake this thread [T2]
        return idle;
    }

    private boolean runUnlessKilled(final Tasklet tasklet) {
        final LoopProfile profile = this.profile; // loaded once: after each change of a state it would be reloaded
        if (profile != null) {
            profile.beginRun(tasklet);
        }
        final long state = tasklet.takeWakeups();
        if (tasklet.isKilled()) {
            if (profile != null) {
                profile.cancelRun();
            }
            return false;
        }
        queues.beginRun(tasklet);
        if (profile != null) {
            profile.raiseWakeup(tasklet);
        }
        try {
            tasklet.body.run(tasklet, (int) (state & TaskletState.REASONS));
        } catch (final Throwable failure) {
            failed(failure);
        } finally {
            queues.endRun();
            if (profile != null) {
                profile.endRun(tasklet);
            }
            counters.ran(state >>> TaskletState.WAKEUPS_SHIFT);
        }
        return true;
    }

    /** Counts and reports what a body or a handler has thrown. */
    void failed(final Throwable failure) {
        counters.failed();
        LoopThread.report(failure);
    }

    /**
     * Closes the loop for good: what was queued before is run once, later wakeups do nothing, and deadlines that have
     * not yet woken a tasklet are dropped. Then the rings of its {@link RingTasklet}s are closed and drained, one after
     * the other, the one made last first. Closing again does nothing more. The selector stays open.
     *
     * <p>Who runs the loop to its end, and whether this call waits for that:
     *
     * <ul>
     *   <li>Called from a body of this loop: the round under way; not waited for.
     *   <li>A loop with a thread of its own: that thread. This call waits for it without a limit, unless it cannot end
     *       before this call does: because it waits for the calling thread in {@code close()} of another loop, directly
     *       or through further ones, or is inside {@link System#exit}, which waits for a shutdown hook that calls this.
     *       While the JVM exits, this call waits 10 seconds at most. If a thread factory's thread ended before it ran
     *       the loop: the caller.
     *   <li>A manual loop that nobody is running: the caller. One that another thread is running: that thread; not
     *       waited for.
     * </ul>
     *
     * <p>{@link #close(long, TimeUnit)} waits with a limit, and tells whether the loop has ended.
     *
     * <p>A tasklet is queued when the wakeup that found it asleep has returned. A wakeup still under way in another
     * thread may be too late, and so may one coalesced with it, even if that one has returned.
     */
    @Override
    public void close() {
        beginClose();
        if (isRunner()) {
            return;
        }
        if (thread == null || LoopThread.awaitEnd(this)) {
            enterAndRunToEnd(); // if its thread has ended, only if that never ran the loop: else the runner is set [T5]
        }
    }

    /**
     * Closes the loop as {@link #close()} does, and waits for its end for a limited time. A manual loop that nobody is
     * running is run to its end by the caller, whatever the time; one that another thread is running is waited for.
     *
     * @param timeout how long to wait at most; 0 or less does not wait
     * @param unit the unit of the timeout
     * @return whether the loop has ended: no body runs any more, and its rings are closed. From a body of this loop
     *     always {@code false}, at once
     * @throws InterruptedException when this thread is interrupted while it waits; the loop is closed all the same
     */
    public boolean close(final long timeout, final TimeUnit unit) throws InterruptedException {
        final long nanos = Math.max(0, unit.toNanos(timeout));
        beginClose();
        if (isRunner()) {
            return false;
        }
        final long begin = memory.nanoTime();
        if (thread != null && !LoopThread.awaitEnd(this, nanos)) {
            return false;
        }
        enterAndRunToEnd(); // as in close() [T5]
        while (!rings.isEnded()) {
            final long left = nanos - (memory.nanoTime() - begin);
            if (left <= 0) {
                return false;
            }
            memory.parkInterruptibly(Math.min(left, POLL_NANOS));
            enterAndRunToEnd();
        }
        return true;
    }

    void beginClose() {
        memory.setClosedVolatile(); // before the load of asleep: pairs with sleep() [T2]
        wakeIfAsleep();
    }

    /** Refuses what a loop that was closed, or has lost its thread, can no longer do. */
    void checkNotClosed() {
        if (memory.isClosedVolatile()) { // pairs with close() [T2]
            throw new IllegalStateException("the loop has been closed: " + this);
        }
        if (LoopThread.hasEndedBeforeItRan(this)) {
            throw new IllegalStateException("the loop's thread has ended before it ran the loop: " + this);
        }
    }

    /**
     * Tells whether this loop has been closed.
     *
     * @return {@code true} from the call to {@link #close()} on, or since the selector of its own thread has failed
     */
    public boolean isClosed() {
        return memory.isClosedVolatile(); // pairs with close() [T2]
    }

    /**
     * Returns the loop's counters.
     *
     * @return a snapshot
     */
    public TaskletStats stats() {
        return counters.snapshot();
    }

    /**
     * Returns the loop's name, for people and as a label of its figures.
     *
     * @return the name that {@link Builder#name} gave it, or that of its thread, or {@code manual}
     * @since 0.1.0
     */
    public String name() {
        return name;
    }

    /** Returns the name of the loop and its state, for people to read. */
    @Override
    public String toString() {
        return "TaskletLoop[" + name + ", " + LoopThread.stateOf(this) + "]";
    }
}
