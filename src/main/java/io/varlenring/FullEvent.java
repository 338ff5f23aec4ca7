// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** Used through {@link RingEvents} only, as is every class that needs {@code jdk.jfr}. */
@Name("io.varlenring.RingFull")
@Label("Ring Full")
@Category("varlen-mpsc-ring")
@Description("From a producer's first refusal to its first try for which there was room, or its last for good")
@Enabled(false)
@Threshold("10 ms")
final class FullEvent extends Event {
    private static final FullEvent PROBE = new FullEvent();

    @Label("Ring")
    String ring;

    @Label("Capacity")
    int capacity;

    @Label("Refusals")
    @Description("How many offers and claims of this producer were refused meanwhile")
    long refusals;

    static boolean isOn() {
        return PROBE.isEnabled();
    }

    static FullEvent start(final String ring, final int capacity) {
        final FullEvent event = new FullEvent();
        event.ring = ring;
        event.capacity = capacity;
        event.refusals = 1;
        event.begin();
        return event;
    }

    void count() {
        refusals++;
    }
}
