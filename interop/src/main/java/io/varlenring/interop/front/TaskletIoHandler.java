// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletLoop;

/**
 * Lets tasklets take the place of I/O in a Netty event loop: where that would look at its sockets, it runs a round of
 * tasklets, and where it would sleep in a selector, it sleeps in the tasklets' loop.
 *
 * <p>So one thread runs both, and sleeps in one place. Netty knows when the next timer is due and says so. Whoever hands
 * Netty a task from outside wakes a tasklet that does nothing; like every wakeup, it ends the sleep, or keeps the next one
 * from beginning.
 */
public final class TaskletIoHandler implements IoHandler {
    private final TaskletLoop tasklets;
    private final Tasklet waker;

    /** Takes a manual loop, which nobody else may run from now on. */
    public TaskletIoHandler(final TaskletLoop tasklets) {
        this.tasklets = tasklets;
        this.waker = tasklets.newTasklet((self, reasons) -> {});
    }

    @Override
    public int run(final IoHandlerContext context) {
        return tasklets.runOnce(context.canBlock() ? context.delayNanos(System.nanoTime()) : 0);
    }

    @Override
    public void wakeup() {
        waker.wakeup();
    }

    @Override
    public void destroy() {
        tasklets.close();
    }

    @Override
    public IoRegistration register(final IoHandle handle) {
        throw new UnsupportedOperationException("tasklets are the only I/O of this loop");
    }

    @Override
    public boolean isCompatible(final Class<? extends IoHandle> handleType) {
        return false;
    }
}
