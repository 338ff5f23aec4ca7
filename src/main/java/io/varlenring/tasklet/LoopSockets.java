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

    /** Which loop has a selector; neither of them is kept. */
    private static final Map<Selector, WeakReference<TaskletLoop>> LOOPS = new WeakHashMap<>();

    private final Selector selector;
    private final Consumer<SelectionKey> intoTasklet = this::wakeupOf;

    LoopSockets(final Selector selector) {
        this.selector = selector;
    }

    /** Gives a selector to a loop: with two in one, what wakes one ends the other's sleep, and takes its sockets. */
    static void take(final Selector selector, final TaskletLoop loop) {
        synchronized (LOOPS) {
            final WeakReference<TaskletLoop> known = LOOPS.get(selector);
            final TaskletLoop other = known == null ? null : known.get();
            if (other != null && !other.rings.isEnded()) {
                throw new IllegalStateException("the selector belongs to another loop, which has not ended: " + other);
            }
            LOOPS.put(selector, new WeakReference<>(loop));
        }
    }

    /** Behind the lock: so {@link #silence} cannot hit the new registration of a channel that has a key. */
    synchronized SelectionKey register(final SelectableChannel channel, final int operations, final Tasklet tasklet)
            throws IOException {
        final SelectionKey key = channel.register(selector, operations, tasklet);
        selector.wakeup(); // a select under way does not see the new key
        return key;
    }

    /** Ends the select under way, or the next one. */
    void wakeup() {
        selector.wakeup();
    }

    void selectNow() {
        try {
            selector.selectNow(intoTasklet);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits for a socket, or {@link #wakeup}, for this time, rounded up to milliseconds: 0 of them would be for ever.
     */
    void select(final long nanos) {
        try {
            selector.select(intoTasklet, nanos / MILLISECOND + (nanos % MILLISECOND == 0 ? 0 : 1));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void wakeupOf(final SelectionKey key) {
        if (key.attachment() instanceof Tasklet tasklet && !tasklet.isKilled()) {
            int reasons;
            try {
                reasons = key.readyOps();
            } catch (final CancelledKeyException cancelled) { // by another thread: its tasklet will find out
                reasons = 0;
            }
            tasklet.wakeup(reasons);
        } else {
            silence(key);
        }
    }

    /** Keeps a ready key that nobody serves from ending every sleep, unless it has been registered anew meanwhile. */
    private synchronized void silence(final SelectionKey key) {
        if (!(key.attachment() instanceof Tasklet tasklet)) {
            try {
                key.interestOps(0);
            } catch (final CancelledKeyException cancelled) {
                // nor will it be ready again
            }
        } else if (tasklet.isKilled()) {
            key.cancel();
        }
    }
}
