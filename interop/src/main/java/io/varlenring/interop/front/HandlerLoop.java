// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.netty.channel.EventLoop;
import io.varlenring.VarLenMpscRing;

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
}
