// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import java.util.function.Consumer;

/** Whose the thread is that runs Netty's event loop. */
public enum HandlerKind {
    /** Netty's, to which the ring hands a task. */
    EXECUTOR,
    /** Our own, which runs tasklets and Netty's loop. */
    TASKLET;

    /** Makes a loop; {@code failures} is told of what was thrown on it. */
    public HandlerLoop newLoop(
            final int capacity, final RingDatagramChannel channel, final Consumer<Throwable> failures) {
        return this == EXECUTOR
                ? new ExecutorHandlerLoop(capacity, channel, failures)
                : new TaskletHandlerLoop(capacity, channel, failures);
    }
}
