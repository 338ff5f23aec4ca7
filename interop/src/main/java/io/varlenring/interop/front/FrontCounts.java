// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** What becomes of the datagrams that one listener receives. */
public final class FrontCounts {
    final LongAdder received = new LongAdder();
    final LongAdder inPlace = new LongAdder();
    final LongAdder copied = new LongAdder();

    private final LongAdder[] toHandlers;
    private final LongAdder[] drops = adders(Drop.values().length);

    FrontCounts(final int handlers) {
        this.toHandlers = adders(handlers);
    }

    private static LongAdder[] adders(final int count) {
        return Stream.generate(LongAdder::new).limit(count).toArray(LongAdder[]::new);
    }

    /** Counts a datagram put into a handler's ring, in the one way or the other. */
    void handIn(final LongAdder way, final int handler) {
        way.increment();
        toHandlers[handler].increment();
    }

    void drop(final Drop reason) {
        drops[reason.ordinal()].increment();
    }

    /** Returns how many there were. */
    public long received() {
        return received.sum();
    }

    /** Returns how many were received into space of the ring that they belonged to. */
    public long inPlace() {
        return inPlace.sum();
    }

    /** Returns how many were copied into their ring, because another one's space, or none, was at hand. */
    public long copied() {
        return copied.sum();
    }

    public long handedIn() {
        return inPlace() + copied();
    }

    public long toHandler(final int handler) {
        return toHandlers[handler].sum();
    }

    public long dropped() {
        return Stream.of(drops).mapToLong(LongAdder::sum).sum();
    }

    public long drops(final Drop reason) {
        return drops[reason.ordinal()].sum();
    }
}
