// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.util.Set;

/** What the names of rivals tell. */
final class Rivals {
    /** This library. */
    static final String RING = "ring-";
    /** Another build of this library. */
    static final String OTHER = "other-";
    /** This library's tasklets. */
    static final String TASKLET = "tasklet";
    /** What the same costs without a queue, which is no rival. */
    static final String FLOOR = "floor-";

    static final String AGRONA = "agrona";

    /** The peers that stay when two builds of this library are compared. */
    static final Set<String> YARDSTICKS = Set.of(AGRONA, "netty");

    private Rivals() {}

    /** Returns the name of the same in another build: {@code other-offer}, {@code other-tasklet}. */
    static String otherOf(final String own) {
        return OTHER + (own.startsWith(RING) ? own.substring(RING.length()) : own);
    }

    /** Returns what a rival of another build is in this one. */
    static String counterpart(final String other) {
        final String name = other.substring(OTHER.length());
        return name.startsWith(TASKLET) ? name : RING + name;
    }

    /** Tells whether it is this library, or a part of it. */
    static boolean isOwn(final String rival) {
        return rival.startsWith(RING) || rival.startsWith(OTHER) || rival.startsWith(TASKLET);
    }

    /** Tells whether it is somebody else's way to do the same. */
    static boolean isPeer(final String rival) {
        return !isOwn(rival) && !rival.startsWith(FLOOR);
    }
}
