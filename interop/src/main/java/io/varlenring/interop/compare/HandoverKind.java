// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.ThreadWatch;

/**
 * The kinds of hand-over that are compared. All may hold about the same number of bytes: those with slots have as many as
 * records of the longest kind fit, and a slot's bytes count the objects too that stand for it while it waits, on a 64-bit JVM
 * with compressed pointers.
 */
enum HandoverKind {
    /** A ring, drained by a thread that parks. */
    RING(RingHandover::new),
    /** A bounded queue of {@code java.util.concurrent}, with a new buffer for each datagram, and a thread that takes. */
    QUEUE(QueueHandover::new),
    /** Netty's: pooled buffers, and a task for each on the event loop of the handler. */
    NETTY(NettyHandover::new);

    private final Factory factory;

    @FunctionalInterface
    private interface Factory {
        Handover open(int capacity, RecordHandler handler, ThreadWatch watch);
    }

    HandoverKind(final Factory factory) {
        this.factory = factory;
    }

    Handover open(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        return factory.open(capacity, handler, watch);
    }
}
