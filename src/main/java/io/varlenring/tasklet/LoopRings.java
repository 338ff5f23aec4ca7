// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * The rings whose consumers run on a loop, so that they can be closed when it ends. Behind a lock: it is used when a
 * ring is made and when the loop ends.
 */
final class LoopRings {
    /** Weak: a producer's handle reaches its ring, and that, by its hook, the tasklet; without one nobody can offer. */
    private final Set<RingTasklet> tasklets = Collections.newSetFromMap(new WeakHashMap<>());

    /** How many have been added so far. */
    private long count;

    private boolean ending;
    private boolean ended;

    /** Returns whether the loop takes care of it; not, when the loop ends. */
    synchronized boolean add(final RingTasklet tasklet) {
        tasklet.number = count++;
        return !ending && tasklets.add(tasklet);
    }

    /** Takes all of them, the one made last first, for the loop to end them. From here on there are no new ones. */
    synchronized List<RingTasklet> takeAll() {
        ending = true;
        final List<RingTasklet> all = new ArrayList<>(tasklets);
        tasklets.clear();
        all.sort(Comparator.comparingLong(tasklet -> -tasklet.number));
        return all;
    }

    synchronized void setEnded() {
        ended = true;
    }

    /** Tells whether the loop has run for the last time and has ended its rings. */
    synchronized boolean isEnded() {
        return ended;
    }
}
