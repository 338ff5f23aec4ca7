// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** Used through {@link LoopEvents} only, as is every class that needs {@code jdk.jfr}. */
@Name("io.varlenring.TaskletRun")
@Label("Tasklet Run")
@Category("varlen-mpsc-ring")
@Description("A run of a tasklet's body, on a loop with profiling")
@Enabled(false)
@Threshold("10 ms")
@StackTrace(false)
final class RunEvent extends Event {
    private static final RunEvent PROBE = new RunEvent();

    @Label("Loop")
    String loop;

    @Label("Body")
    Class<?> body;

    @Label("Ring")
    @Description("The ring that it drains, or wakes the tasklet of")
    String ring;

    static boolean isOn() {
        return PROBE.isEnabled();
    }

    static RunEvent start() {
        final RunEvent event = new RunEvent();
        event.begin();
        return event;
    }

    void raise(final String loop, final Class<?> body, final String ring) {
        this.loop = loop;
        this.body = body;
        this.ring = ring;
        commit();
    }
}
