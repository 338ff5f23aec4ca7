// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.host;

import java.util.Locale;

/**
 * What kind of host a measurement met, by a reading before and one after it. What runs on one thread is sorted by what the
 * core gave, what runs between threads by how far these were from each other.
 */
public enum HostKind {
    /** Nobody else used the core. */
    QUIET,
    /** Somebody shared the core. */
    BUSY,
    /** A cache line came over quickly, as between threads that share a cache. */
    NEAR,
    /** A cache line came over slowly. */
    FAR,
    /** Before was not as after, or neither the one nor the other. */
    CHANGING,
    /** Nothing was read. */
    UNKNOWN;

    /** A loop that took up to so many times the least was alone on its core. */
    private static final double QUIET_BELOW = 1.1;
    /** Sharing a core takes at least so many times the least; */
    private static final double BUSY_ABOVE = 1.25;
    /** and what takes more than this was interrupted. */
    private static final double INTERRUPTED_ABOVE = 2.5;

    private static final double NEAR_BELOW_NANOS = 250;
    private static final double FAR_ABOVE_NANOS = 350;
    private static final double STOPPED_ABOVE_NANOS = 2_000;

    /**
     * Sorts by what the core gave.
     *
     * @param before the reading before
     * @param after the reading after
     * @param least what the loop takes on a quiet host
     * @return quiet, busy, changing or unknown
     */
    public static HostKind ofCore(final double before, final double after, final double least) {
        return both(core(before / least), core(after / least));
    }

    private static HostKind core(final double ratio) {
        if (Double.isNaN(ratio)) {
            return UNKNOWN;
        }
        return ratio <= QUIET_BELOW ? QUIET : ratio >= BUSY_ABOVE && ratio <= INTERRUPTED_ABOVE ? BUSY : CHANGING;
    }

    /**
     * Sorts by how far threads were from each other.
     *
     * @param before the reading before
     * @param after the reading after
     * @return near, far, changing or unknown
     */
    public static HostKind ofDistance(final double before, final double after) {
        return both(distance(before), distance(after));
    }

    private static HostKind distance(final double nanos) {
        if (Double.isNaN(nanos)) {
            return UNKNOWN;
        }
        return nanos <= NEAR_BELOW_NANOS
                ? NEAR
                : nanos >= FAR_ABOVE_NANOS && nanos <= STOPPED_ABOVE_NANOS ? FAR : CHANGING;
    }

    private static HostKind both(final HostKind before, final HostKind after) {
        return before == after ? before : before == UNKNOWN || after == UNKNOWN ? UNKNOWN : CHANGING;
    }

    /**
     * Tells whether two measurements of this kind met the same.
     *
     * @return false when it says no more than that something changed
     */
    public boolean compares() {
        return this != CHANGING;
    }

    /**
     * The kind as it is called in tables.
     *
     * @return its name
     */
    public String title() {
        return name().toLowerCase(Locale.ROOT);
    }
}
