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
@Name("io.varlenring.TaskletWakeup")
@Label("Tasklet Wakeup")
@Category("varlen-mpsc-ring")
@Description("From a tasklet's being queued to its run, on a loop with profiling")
@Enabled(false)
@Threshold("10 ms")
@StackTrace(false)
final class WakeupEvent extends Event {
    private static final WakeupEvent PROBE = new WakeupEvent();

    @Label("Loop")
    String loop;

    @Label("Body")
    Class<?> body;

    @Label("Ring")
    @Description("The ring that it drains, or wakes the tasklet of")
    String ring;

    @Label("Woken By")
    @Description("The name of the thread that queued it, which may have ended")
    String wokenBy;

    static boolean isOn() {
        return PROBE.isEnabled();
    }

    static WakeupEvent start(final String wokenBy) {
        final WakeupEvent event = new WakeupEvent();
        event.wokenBy = wokenBy;
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
