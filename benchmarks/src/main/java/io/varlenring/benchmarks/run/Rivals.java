// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

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

    private Rivals() {}

    /** Tells whether it is this library, or a part of it. */
    static boolean isOwn(final String rival) {
        return rival.startsWith(RING) || rival.startsWith(OTHER) || rival.startsWith(TASKLET);
    }

    /** Tells whether it is somebody else's way to do the same. */
    static boolean isPeer(final String rival) {
        return !isOwn(rival) && !rival.startsWith(FLOOR);
    }
}
