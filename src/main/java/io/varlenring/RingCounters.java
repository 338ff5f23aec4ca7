// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/** The counters of one handle: one writer, any number of readers, on cache lines of their own. */
final class RingCounters {
    static final int OFFERED = 0;
    static final int BYTES = 1;
    static final int REFUSED_FULL = 2;
    static final int TOO_LARGE = 3;
    static final int PADDING_BYTES = 4;
    static final int ABORTED = 5;
    static final int CAS_RETRIES = 6;
    static final int WAKEUPS = 7;
    static final int HOOK_FAILURES = 8;
    /** Kept by the consumer alone, so that a sum over all handles is its value. */
    static final int HIGH_WATER_MARK = 9;

    static final int COUNT = 10;

    private static final int GAP = RingLayout.CACHE_LINE_PAIR / Long.BYTES;

    private final long[] values = new long[GAP + COUNT + GAP];

    void add(final int counter, final long delta) {
        RingMemory.addOpaque(values, GAP + counter, delta); // opaque: read by snapshots at any time [M10]
    }

    void max(final int counter, final long value) {
        RingMemory.maxOpaque(values, GAP + counter, value); // opaque: read by snapshots at any time [M10]
    }

    /** Adds these counters to sums. */
    void addTo(final long[] sums) {
        for (int i = 0; i < COUNT; i++) {
            // opaque, pairs with add() and max(): a count may lag, and never tears [M10]
            sums[i] += RingMemory.getOpaque(values, GAP + i);
        }
    }
}
