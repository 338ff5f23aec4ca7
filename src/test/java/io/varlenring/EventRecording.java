// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** A Flight Recorder recording in this JVM, of the library's events only. */
public final class EventRecording implements AutoCloseable {
    private static final String OURS = "io.varlenring.";

    private final Recording recording = new Recording();

    /**
     * Starts one of these events, however short; the others stay as they are by default.
     *
     * @param events their names, without the package
     */
    public EventRecording(final String... events) {
        for (final String event : events) {
            recording.enable(OURS + event).withThreshold(Duration.ZERO);
        }
        recording.start();
    }

    /**
     * Ends the recording.
     *
     * @return what was recorded, in the order of time
     */
    public List<RecordedEvent> end() throws IOException {
        recording.stop();
        final Path file = Files.createTempFile("events", ".jfr");
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().startsWith(OURS))
                    .sorted((a, b) -> a.getEndTime().compareTo(b.getEndTime()))
                    .toList();
        } finally {
            Files.delete(file);
        }
    }

    /**
     * Ends the recording, which has one event.
     *
     * @param name its name, without the package
     * @return the event
     */
    public RecordedEvent endWithOne(final String name) throws IOException {
        final List<RecordedEvent> events = end();
        if (events.size() != 1 || !events.get(0).getEventType().getName().equals(OURS + name)) {
            throw new AssertionError("expected one event " + name + ", but was " + events);
        }
        return events.get(0);
    }

    @Override
    public void close() {
        recording.close();
    }
}
