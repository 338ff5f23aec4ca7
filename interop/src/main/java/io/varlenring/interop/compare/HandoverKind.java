// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.QuicRecords;
import java.util.Locale;

/**
 * The kinds of hand-over that are compared. All may hold about the same number of bytes: those with slots have as many as
 * records of the longest kind fit, and a slot's bytes count the objects too that stand for it while it waits, on a 64-bit JVM
 * with compressed pointers.
 */
enum HandoverKind {
    /** A ring, drained by a thread that parks. */
    RING {
        @Override
        Handover open(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
            return new RingHandover(capacity, handler, watch);
        }
    },
    /** A bounded queue of {@code java.util.concurrent}, with a new buffer for each datagram, and a thread that takes. */
    QUEUE {
        @Override
        Handover open(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
            return new QueueHandover(capacity / QUEUE_SLOT_BYTES, handler, watch);
        }
    },
    /** Netty's: pooled buffers, and a task for each on the event loop of the handler. */
    NETTY {
        @Override
        Handover open(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
            return new NettyHandover(capacity / NETTY_SLOT_BYTES, handler, watch);
        }
    },
    /** A ring, drained by the same kind of event loop, which the ring wakes. */
    RING_LOOP {
        @Override
        Handover open(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
            return new RingLoopHandover(capacity, handler, watch);
        }
    };

    /** The array and its header, the buffer object, the place in the queue. */
    private static final int QUEUE_SLOT_BYTES = QuicRecords.CLAIM_LENGTH + 15 + 16 + 56 + 4;
    /** The pool's size for it, the pooled object, the task, the place in the queue. */
    private static final int NETTY_SLOT_BYTES = 1536 + 88 + 24 + 4;

    abstract Handover open(int capacity, RecordHandler handler, ThreadWatch watch);

    /** Returns what the tables call this. */
    String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
