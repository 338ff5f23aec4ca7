// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.fill;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The events of a ring: each is recorded once, with its fields, while recording is on, and not otherwise. */
final class RingEventsTest {
    private static final String FULL = "RingFull";
    private static final String STALLED = "ConsumerStalled";
    private static final int CAPACITY = 256;

    private final VarLenMpscRing ring =
            VarLenMpscRing.builder().capacity(CAPACITY).name("watched").build();
    private final RingProducer producer = ring.newProducer();

    // Full

    private void refuseTimes(final int times) {
        fill(producer);
        for (int i = 1; i < times; i++) { // fill() has been refused once
            assertFalse(offer(producer, payload(1, 1)));
        }
    }

    private static Arguments way(final String name, final Consumer<RingProducer> write) {
        return Arguments.of(name, write);
    }

    static Stream<Arguments> waysToWrite() {
        final ByteBuffer[] batch = {ByteBuffer.allocate(8), ByteBuffer.allocate(8)};
        return Stream.of(
                way("offer", producer -> assertTrue(producer.offer(new byte[8], 0, 8))),
                way("batch", producer -> assertEquals(2, producer.offerAll(batch, 0, 2))),
                way("claim", producer -> producer.tryClaim(8).commit()),
                way("claimed batch", producer -> producer.tryClaimBatch(8, 64).abort()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waysToWrite")
    void full_untilThereIsRoom_isOneEvent(final String name, final Consumer<RingProducer> write) throws Exception {
        try (EventRecording recording = new EventRecording(FULL)) {
            refuseTimes(3);
            final long refusals = ring.stats().refusedFull();
            drain(ring);
            write.accept(producer);
            assertTrue(offer(producer, payload(1, 1)));
            final RecordedEvent event = recording.endWithOne(FULL);
            assertEquals("watched", event.getString("ring"));
            assertEquals(CAPACITY, event.getInt("capacity"));
            assertEquals(refusals, event.getLong("refusals"));
            assertEquals(Thread.currentThread().getName(), event.getThread().getJavaName());
            assertTrue(event.getDuration().compareTo(Duration.ZERO) > 0, event::toString);
            assertTrue(event.getStackTrace().toString().contains("RingEventsTest"), event::toString);
        }
    }

    /** The call for which there is room raises the event itself: another may never come. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("waysToWrite")
    void full_untilThereIsRoom_endsWithThatCall(final String name, final Consumer<RingProducer> write)
            throws Exception {
        try (EventRecording recording = new EventRecording(FULL)) {
            refuseTimes(1);
            drain(ring);
            write.accept(producer);
            recording.endWithOne(FULL);
        }
    }

    @Test
    void full_untilTheEnd_isOneEvent() throws Exception {
        try (EventRecording recording = new EventRecording(FULL)) {
            refuseTimes(1);
            producer.close();
            assertEquals(1, recording.endWithOne(FULL).getLong("refusals"));
        }
        try (EventRecording recording = new EventRecording(FULL)) {
            final RingProducer other = ring.newProducer();
            assertFalse(offer(other, payload(1, 1)));
            ring.close();
            assertThrows(RingClosedException.class, () -> offer(other, payload(1, 1)));
            assertThrows(RingClosedException.class, () -> offer(other, payload(1, 1)));
            recording.endWithOne(FULL);
        }
    }

    /** Nobody has tried again, and no other thread has anything to do with it. */
    @Test
    void full_forAHandleThatIsCollected_isNone() throws Exception {
        try (EventRecording recording = new EventRecording(FULL)) {
            final WeakReference<RingProducer> dropped = dropRefused();
            while (dropped.get() != null || !ring.dump().contains("producers: 1\n")) {
                System.gc();
                Thread.sleep(1);
            }
            drain(ring);
            refuseTimes(1);
            producer.close();
            assertEquals(1, recording.endWithOne(FULL).getLong("refusals"));
        }
    }

    private WeakReference<RingProducer> dropRefused() {
        final RingProducer refused = ring.newProducer();
        fill(refused);
        return new WeakReference<>(refused);
    }

    @Test
    void full_again_isAnotherEvent() throws Exception {
        try (EventRecording recording = new EventRecording(FULL)) {
            for (int i = 0; i < 3; i++) {
                refuseTimes(1);
                drain(ring);
            }
            assertTrue(offer(producer, payload(1, 1)));
            assertEquals(3, recording.end().size());
        }
    }

    /** There was room for the batch, so its event has ended; the ring is full again by what its hook has offered. */
    @Test
    void full_againInTheHookOfABatch_isAnotherEvent() throws Exception {
        final RingProducer[] handle = new RingProducer[1];
        final VarLenMpscRing hooked = VarLenMpscRing.builder()
                .capacity(CAPACITY)
                .hook(() -> fill(handle[0]))
                .build();
        handle[0] = hooked.newProducer();
        try (EventRecording recording = new EventRecording(FULL)) {
            fill(handle[0]);
            drain(hooked);
            assertTrue(hooked.consumer().arm());
            assertEquals(
                    2, handle[0].offerAll(new ByteBuffer[] {ByteBuffer.allocate(8), ByteBuffer.allocate(8)}, 0, 2));
            assertFalse(offer(handle[0], payload(1, 1)), "what the hook has offered fills the ring");
            drain(hooked);
            assertTrue(offer(handle[0], payload(1, 1)));
            assertEquals(
                    List.of(1L, 2L),
                    recording.end().stream()
                            .map(event -> event.getLong("refusals"))
                            .toList());
        }
    }

    /** A claim that is committed short between must not let the next offer go past the event. */
    @Test
    void full_besideAClaimThatGivesBack_ends() throws Exception {
        try (EventRecording recording = new EventRecording(FULL)) {
            assertTrue(producer.offer(new byte[120], 0, 120));
            final RingClaim claim = producer.tryClaim(80);
            assertFalse(producer.offer(new byte[120], 0, 120));
            claim.commit(8);
            assertTrue(offer(producer, payload(1, 1)));
            recording.endWithOne(FULL);
        }
    }

    // Stalled

    @Test
    void stalled_untilItIsFinished_isOneEvent() throws Exception {
        try (EventRecording recording = new EventRecording(STALLED)) {
            assertTrue(offer(producer, payload(1, 24)));
            final RingClaim claim = producer.tryClaim(40);
            final RingProducer other = ring.newProducer();
            assertTrue(offer(other, payload(2, 24)));
            assertEquals(1, drain(ring).size());
            assertTrue(ring.consumer().arm());
            assertEquals(0, drain(ring).size());
            assertTrue(ring.consumer().arm());
            claim.commit();
            assertEquals(2, drain(ring).size());
            assertTrue(ring.consumer().arm());
            assertEquals(0, drain(ring).size());
            final RecordedEvent event = recording.endWithOne(STALLED);
            assertEquals("watched", event.getString("ring"));
            assertEquals(32, event.getLong("position"));
            assertEquals("a claim of 40 bytes, made by " + Thread.currentThread(), event.getString("owner"));
            assertEquals(ProcessHandle.current().pid(), event.getLong("process"));
            assertTrue(event.getBoolean("finished"));
            assertTrue(event.getDuration().compareTo(Duration.ZERO) > 0, event::toString);
            assertNull(event.getStackTrace());
        }
    }

    @Test
    void stalled_behindAClaimThatIsGivenBack_ends() throws Exception {
        try (EventRecording recording = new EventRecording(STALLED)) {
            final RingClaim claim = producer.tryClaim(40);
            assertEquals(0, drain(ring).size());
            assertTrue(ring.consumer().arm());
            claim.abort();
            assertTrue(ring.consumer().arm());
            assertTrue(recording.endWithOne(STALLED).getBoolean("finished"));
        }
    }

    @Test
    void stalled_seenByDrainsOnly_isOneEvent() throws Exception {
        final long begin = System.nanoTime();
        try (EventRecording recording = new EventRecording(STALLED)) {
            final RingClaim claim = producer.tryClaim(40);
            for (int i = 0; i < 256; i++) {
                assertEquals(0, drain(ring).size());
            }
            claim.commit();
            assertEquals(1, drain(ring, 1).size());
            final long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
            final List<RecordedEvent> events = recording.end(); // with one for each second that this has taken
            assertTrue(events.size() <= seconds + 1, events::toString);
            assertEquals(
                    1,
                    events.stream()
                            .filter(event -> event.getBoolean("finished"))
                            .count(),
                    events::toString);
        }
    }

    @Test
    void stalled_forLong_isAnEventEachSecond() throws Exception {
        final RingClaim claim = producer.tryClaim(40);
        assertTrue(ring.consumer().arm()); // a recording that begins later begins the event
        try (EventRecording recording = new EventRecording(STALLED)) {
            final long begin = System.nanoTime();
            assertEquals(0, ring.consumer().drain(record -> {}, 1, 10, TimeUnit.MILLISECONDS));
            producer.side().claimLength = 39; // so that the owner is told otherwise
            Thread.sleep(1010);
            assertEquals(0, ring.consumer().drain(record -> {}, 1, 10, TimeUnit.MILLISECONDS));
            claim.commit();
            assertEquals(1, drain(ring).size());
            final long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
            final List<RecordedEvent> events = recording.end();
            assertTrue(events.size() >= 2 && events.size() <= seconds + 1, events::toString);
            final RecordedEvent last = events.get(events.size() - 1);
            assertTrue(last.getString("owner").startsWith("a claim of 39 bytes"), last::toString);
            Duration before = Duration.ZERO;
            for (final RecordedEvent event : events) {
                assertEquals(event == last, event.getBoolean("finished"));
                assertEquals(last.getStartTime(), event.getStartTime());
                assertTrue(event.getDuration().compareTo(before) > 0, events::toString);
                before = event.getDuration();
            }
        }
    }

    @Test
    void stalled_inAFile_namesTheProcess() throws Exception {
        final Path file = FileRings.newFile();
        final VarLenMpscRing mapped = VarLenMpscRing.map(file, 1024);
        try (EventRecording recording = new EventRecording(STALLED);
                ChildProcess child =
                        new ChildProcess(HeldProgram.class, file, HeldProgram.Window.END_TOLD).await("END_TOLD")) {
            assertEquals(0, drain(mapped).size());
            assertTrue(mapped.consumer().arm());
            child.kill();
            assertTrue(mapped.consumer().recover(mapped.consumer().stalledBy()));
            assertEquals(0, drain(mapped).size());
            final RecordedEvent event = recording.endWithOne(STALLED);
            assertEquals(file.toString(), event.getString("ring"));
            assertEquals(child.pid(), event.getLong("process"));
            assertTrue(event.getString("owner").contains("LIVES"), event::toString);
        } finally {
            mapped.detach();
            Files.deleteIfExists(file);
        }
    }

    @Test
    void stalled_inADamagedFile_saysWhatIsWrong() throws Exception {
        final Path file = FileRings.newFile();
        final VarLenMpscRing mapped = VarLenMpscRing.map(file, 1024);
        try (EventRecording recording = new EventRecording(STALLED)) {
            final RingClaim claim = mapped.newProducer().tryClaim(8);
            mapped.places.file.slot(9).setAttemptRelease(2);
            assertTrue(mapped.consumer().arm());
            claim.commit();
            assertEquals(1, drain(mapped).size());
            final RecordedEvent event = recording.endWithOne(STALLED);
            assertTrue(event.getString("owner").startsWith("the attempt of slot 9 is 2"), event::toString);
        } finally {
            mapped.detach();
            Files.deleteIfExists(file);
        }
    }

    // Off

    @Test
    void nobodyWhoAsks_getsNoEvent() throws Exception {
        try (EventRecording recording = new EventRecording()) {
            refuseTimes(2);
            drain(ring);
            final RingClaim claim = producer.tryClaim(40);
            assertTrue(ring.consumer().arm());
            claim.commit();
            drain(ring);
            assertEquals(List.of(), recording.end());
        }
    }

    @Test
    void anEventThatWasBegunWhenTheRecordingEnded_isNotRecorded() throws Exception {
        final RingClaim claim;
        try (EventRecording recording = new EventRecording(STALLED, FULL)) {
            claim = producer.tryClaim(40);
            assertTrue(ring.consumer().arm());
            refuseTimes(1);
            assertEquals(List.of(), recording.end());
        }
        claim.commit();
        drain(ring);
        assertTrue(offer(producer, payload(1, 1)));
    }

    @Test
    void everyEvent_isOffAndSaysWhatItMeans() {
        final List<EventType> types = FlightRecorder.getFlightRecorder().getEventTypes().stream()
                .filter(type -> type.getName().startsWith("io.varlenring."))
                .toList();
        assertTrue(types.size() >= 2, types::toString);
        for (final EventType type : types) {
            assertTrue(type.getDescription() != null && type.getLabel() != null, type.getName());
            for (final SettingDescriptor setting : type.getSettingDescriptors()) {
                if (setting.getName().equals("enabled")) {
                    assertEquals("false", setting.getDefaultValue(), type.getName());
                } else if (setting.getName().equals("threshold")) {
                    assertEquals("10 ms", setting.getDefaultValue(), type.getName());
                }
            }
        }
    }
}
