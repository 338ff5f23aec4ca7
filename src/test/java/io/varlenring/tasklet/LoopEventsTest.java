// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.EventRecording;
import io.varlenring.VarLenMpscRing;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

/** The events of a loop, and its name. */
final class LoopEventsTest {
    private static final String WAKEUP = "TaskletWakeup";
    private static final String RUN = "TaskletRun";

    private final TaskletLoop loop =
            TaskletLoop.builder().profiling().name("watched").manual();
    private final Tasklet tasklet = loop.newTasklet((self, reasons) -> {});

    private static Thread run(final Runnable task) throws InterruptedException {
        final Thread thread = new Thread(task, "waker");
        thread.start();
        thread.join();
        return thread;
    }

    @Test
    void wakeup_isOneEvent() throws Exception {
        try (EventRecording recording = new EventRecording(WAKEUP)) {
            run(tasklet::wakeup);
            run(tasklet::wakeup);
            assertEquals(1, loop.runOnce(0));
            assertEquals(0, loop.runOnce(0));
            final RecordedEvent event = recording.endWithOne(WAKEUP);
            assertEquals("watched", event.getString("loop"));
            assertTrue(event.getClass("body").getName().contains("LoopEventsTest$$Lambda"));
            assertNull(event.getString("ring"));
            assertEquals("waker", event.getString("wokenBy"));
            assertEquals(Thread.currentThread().getName(), event.getThread().getJavaName());
        }
    }

    @Test
    void run_isOneEvent() throws Exception {
        try (EventRecording recording = new EventRecording(RUN)) {
            tasklet.wakeup();
            assertEquals(1, loop.runOnce(0));
            final RecordedEvent event = recording.endWithOne(RUN);
            assertEquals("watched", event.getString("loop"));
            assertTrue(event.getClass("body").getName().contains("LoopEventsTest$$Lambda"));
            assertNull(event.getString("ring"));
        }
    }

    @Test
    void runThatThrows_isOneEvent() throws Exception {
        final Tasklet throwing = loop.newTasklet((self, reasons) -> {
            throw new IllegalStateException("expected");
        });
        final Thread current = Thread.currentThread();
        current.setUncaughtExceptionHandler((thread, failure) -> {});
        try (EventRecording recording = new EventRecording(RUN)) {
            throwing.wakeup();
            assertEquals(1, loop.runOnce(0));
            recording.endWithOne(RUN);
        } finally {
            current.setUncaughtExceptionHandler(null);
        }
    }

    @Test
    void wakeupAfter_isOneEventEach() throws Exception {
        final Tasklet first = loop.newTasklet((self, reasons) -> loop.wakeupAfter(null, tasklet));
        try (EventRecording recording = new EventRecording(WAKEUP, RUN)) {
            first.wakeup();
            assertEquals(2, loop.runOnce(0));
            assertEquals(4, recording.end().size());
        }
    }

    @Test
    void taskletOfARing_isNamedByTheRing() throws Exception {
        final VarLenMpscRing.Builder ring =
                VarLenMpscRing.builder().capacity(256).name("datagrams");
        final RingTasklet drained = RingTasklet.create(loop, ring, record -> {}, 8);
        assertEquals(1, loop.runOnce(0));
        try (EventRecording recording = new EventRecording(WAKEUP, RUN)) {
            drained.tasklet().wakeup();
            assertEquals(1, loop.runOnce(0));
            final List<RecordedEvent> events = recording.end();
            assertEquals(2, events.size());
            for (final RecordedEvent event : events) {
                assertEquals("datagrams", event.getString("ring"));
                assertEquals(
                        RingTasklet.Drain.class.getName(),
                        event.getClass("body").getName());
            }
        }
        try (EventRecording recording = new EventRecording(RUN)) {
            drained.look.wakeup();
            assertEquals(2, loop.runOnce(0), "it and the other");
            final List<RecordedEvent> events = recording.end();
            assertEquals("datagrams", events.get(0).getString("ring"));
            assertEquals(
                    RingTasklet.Look.class.getName(),
                    events.get(0).getClass("body").getName());
            assertEquals(2, events.size());
        }
        assertEquals("datagrams", drained.ring().name());
    }

    @Test
    void killedTasklet_hasNoEvent() throws Exception {
        try (EventRecording recording = new EventRecording(WAKEUP, RUN)) {
            tasklet.wakeup();
            tasklet.kill();
            assertEquals(0, loop.runOnce(0));
            assertEquals(List.of(), recording.end());
        }
    }

    @Test
    void withoutProfiling_orNobodyWhoAsks_thereIsNoEvent() throws Exception {
        final TaskletLoop plain = TaskletLoop.manual();
        try (EventRecording recording = new EventRecording(WAKEUP, RUN)) {
            plain.newTasklet((self, reasons) -> {}).wakeup();
            assertEquals(1, plain.runOnce(0));
            assertEquals(List.of(), recording.end());
        }
        try (EventRecording recording = new EventRecording()) {
            tasklet.wakeup();
            assertEquals(1, loop.runOnce(0));
            assertEquals(List.of(), recording.end());
        }
    }

    @Test
    void events_areOffAndHaveAThreshold_unlessSomebodySaysOtherwise() {
        for (final Class<? extends Event> event : List.of(WakeupEvent.class, RunEvent.class)) {
            final Map<String, String> defaults = EventType.getEventType(event).getSettingDescriptors().stream()
                    .collect(Collectors.toMap(SettingDescriptor::getName, SettingDescriptor::getDefaultValue));
            assertEquals("false", defaults.get("enabled"));
            assertEquals("10 ms", defaults.get("threshold"));
            assertEquals("false", defaults.get("stackTrace"));
        }
    }

    @Test
    void name_isTheGivenOneOrTheThreads() {
        assertEquals("TaskletLoop[watched, awake]", loop.toString());
        assertEquals("manual", TaskletLoop.manual().name());
        try (TaskletLoop started = TaskletLoop.start("thread");
                TaskletLoop named = TaskletLoop.builder().name("given").start("thread")) {
            assertEquals("thread", started.name());
            assertEquals("given", named.name());
        }
        assertEquals(
                "name",
                assertThrows(
                                NullPointerException.class,
                                () -> TaskletLoop.builder().name(null))
                        .getMessage());
    }
}
