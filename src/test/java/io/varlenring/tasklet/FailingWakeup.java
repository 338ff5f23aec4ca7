// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A selector without keys, which can once not be woken. */
class FailingWakeup extends SelectorDouble {
    final Semaphore wakeups = new Semaphore(0);
    final AtomicBoolean fails = new AtomicBoolean();
    private final Runnable beforeFailure;

    FailingWakeup(final Runnable beforeFailure) {
        this.beforeFailure = beforeFailure;
    }

    @Override
    public Selector wakeup() {
        if (fails.getAndSet(false)) {
            beforeFailure.run();
            throw new StackOverflowError("on purpose");
        }
        wakeups.release();
        return this;
    }

    @Override
    public int select(final Consumer<SelectionKey> action, final long timeout) {
        wakeups.acquireUninterruptibly();
        return selectNow(action);
    }

    @Override
    public int selectNow(final Consumer<SelectionKey> action) {
        wakeups.drainPermits();
        return 0;
    }
}
