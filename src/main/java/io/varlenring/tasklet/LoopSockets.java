// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The selector of a loop: it wakes the tasklets of ready sockets, and is where the loop sleeps. */
final class LoopSockets {
    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

    /** Which loop has a selector; both are held weakly. */
    private static final Map<Selector, WeakReference<TaskletLoop>> LOOPS = new WeakHashMap<>();

    private final Selector selector;
    private final TaskletLoop loop;
    private final Consumer<SelectionKey> intoTasklet = this::wakeupOf;
    /** Whether an Error ended a select, perhaps before a change of interest reached the system. */
    private boolean isUntold;

    LoopSockets(final Selector selector, final TaskletLoop loop) {
        this.selector = selector;
        this.loop = loop;
    }

    /**
     * Gives a selector to a loop: with two loops in one, waking one would end the other's sleep and take its sockets.
     */
    static void take(final Selector selector, final TaskletLoop loop) {
        if (!selector.isOpen()) {
            throw new IllegalStateException("the selector has been closed: " + selector);
        }
        synchronized (LOOPS) {
            final WeakReference<TaskletLoop> known = LOOPS.get(selector);
            final TaskletLoop other = known == null ? null : known.get();
            if (other != null && !other.rings.isEnded() && !LoopThread.hasNotBeenStarted(other)) {
                throw new IllegalStateException("the selector belongs to another loop, which has not ended: " + other);
            }
            LOOPS.put(selector, new WeakReference<>(loop));
        }
    }

    /** Synchronized, so {@link #silence} cannot hit the new registration of a channel that has a key. */
    synchronized SelectionKey register(final SelectableChannel channel, final int operations, final Tasklet tasklet)
            throws IOException {
        final SelectionKey key = channel.register(selector, operations, tasklet);
        selector.wakeup(); // a select in progress does not see the new key
        return key;
    }

    /** Ends the select in progress, or the next one. */
    void wakeup() {
        selector.wakeup();
    }

    void selectNow() {
        select(0);
    }

    /** Waits for a socket or {@link #wakeup}, for this time, rounded up to milliseconds; with 0 not at all. */
    void select(final long nanos) {
        if (isUntold) {
            tellAgain();
        }
        try {
            if (nanos == 0) { // select(0) would wait forever
                selector.selectNow(intoTasklet);
            } else {
                selector.select(intoTasklet, nanos / MILLISECOND + (nanos % MILLISECOND == 0 ? 0 : 1));
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final Error failure) {
            isUntold = true;
            throw failure;
        }
    }

    /**
     * Tells the system of all interest again: the JDK tells it of a change only once, and forgets the change before it
     * does.
     */
    private synchronized void tellAgain() {
        for (final SelectionKey key : selector.keys()) {
            try {
                int operations = key.interestOps();
                try {
                    operations |= key.interestOpsAnd(0); // what another thread has added meanwhile stays
                } finally { // also when memory is still short, since the change is made even then
                    key.interestOpsOr(operations);
                }
            } catch (final CancelledKeyException cancelled) {
                // nor will it be ready again
            }
        }
        isUntold = false;
    }

    private void wakeupOf(final SelectionKey key) {
        if (key.attachment() instanceof Tasklet tasklet && isServed(tasklet)) {
            int reasons;
            try {
                reasons = key.readyOps();
            } catch (final CancelledKeyException cancelled) { // by another thread: the tasklet will find out
                reasons = 0;
            }
            tasklet.wakeup(reasons);
        } else {
            silence(key);
        }
    }

    /** Tells whether the tasklet will run; one of a closed loop that had the selector before will not. */
    private boolean isServed(final Tasklet tasklet) {
        return !tasklet.isKilled() && (tasklet.loop == loop || !tasklet.loop.isClosed());
    }

    /** Keeps a ready key that nobody serves from ending every sleep, unless it was registered again meanwhile. */
    private synchronized void silence(final SelectionKey key) {
        if (!(key.attachment() instanceof Tasklet tasklet)) {
            try {
                key.interestOps(0);
            } catch (final CancelledKeyException cancelled) {
                // nor will it be ready again
            }
        } else if (!isServed(tasklet)) {
            key.cancel();
        }
    }
}
