// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.netty.channel.EventLoop;
import io.varlenring.VarLenMpscRing;
import java.util.function.Consumer;

/**
 * A thread that hands the records of a ring to a {@link RingDatagramChannel}, and runs the Netty event loop of that channel.
 */
public interface HandlerLoop {
    /** The most records that are handed over before timers and other tasks of the loop have their turn. */
    int BUDGET = 64;

    /** How long {@link #shutdown} waits. */
    int END_SECONDS = 30;

    VarLenMpscRing ring();

    EventLoop eventLoop();

    /** Begins to drain the ring, once the channel is registered with the event loop. */
    void start();

    /** Ends the thread, after the ring has been closed; returns whether it has ended. */
    boolean shutdown() throws InterruptedException;

    /** Whose the thread is that runs Netty's event loop. */
    enum Kind {
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
}
