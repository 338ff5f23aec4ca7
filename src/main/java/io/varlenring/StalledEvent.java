// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** Used through {@link RingEvents} only, as is every class that needs {@code jdk.jfr}. */
@Name("io.varlenring.ConsumerStalled")
@Label("Consumer Stalled")
@Category("varlen-mpsc-ring")
@Description("The consumer of a ring stood behind a reservation that was not finished; once a second while it does")
@Enabled(false)
@Threshold("10 ms")
@StackTrace(false)
final class StalledEvent extends Event {
    private static final StalledEvent PROBE = new StalledEvent();

    @Label("Ring")
    String ring;

    @Label("Position")
    @Description("Where the reservation begins")
    long position;

    @Label("Owner")
    @Description("Who has the reservation, as far as it is known")
    String owner;

    @Label("Owner's Process")
    @Description("Its number, or 0 when it is not known")
    long process;

    @Label("Finished")
    @Description("Whether the consumer has got past it, or still stands there")
    boolean finished;

    static boolean isOn() {
        return PROBE.isEnabled();
    }

    static StalledEvent start(final String ring, final long position) {
        final StalledEvent event = new StalledEvent();
        event.ring = ring;
        event.position = position;
        event.begin();
        return event;
    }

    void setOwner(final String owner, final long process) {
        this.owner = owner;
        this.process = process;
    }

    void raise(final boolean finished) {
        this.finished = finished;
        end(); // also if raised before: the begin stays
        commit();
    }
}
