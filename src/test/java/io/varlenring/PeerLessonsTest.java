// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.bytes;
import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.fill;
import static io.varlenring.Rings.moveTo;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Bugs of other rings and queues that no other test covers: docs/verification.md lists all such lessons, and the test
 * that covers each.
 */
final class PeerLessonsTest {
    private final VarLenMpscRing ring = VarLenMpscRing.allocate(256);
    private final RingProducer producer = ring.newProducer();
    private final RingConsumer consumer = ring.consumer();

    // HAProxy, dghdlr
    @Test
    void drain_withABudget_leavesTheRestAndArmSaysSo() {
        assertEquals(32, fill(producer));
        assertEquals(10, consumer.drain(record -> {}, 10));
        assertFalse(consumer.arm());
        assertEquals(22, consumer.drain(record -> {}, 100));
        assertTrue(consumer.arm());
    }

    // HAProxy b8e0fb97f
    @Test
    void arm_whenARecordCameSinceTheLastArming_refuses() {
        assertTrue(consumer.arm());
        assertTrue(offer(producer, payload(1, 1)));
        assertFalse(consumer.arm());
        assertEquals(1, drain(ring).size());
        assertTrue(consumer.arm());
    }

    // Agrona 43
    @Test
    void offer_afterTheRingWasDrained_isNotRefused() {
        final RingProducer idle = ring.newProducer();
        for (int lap = 0; lap < 100; lap++) {
            assertEquals(32, fill(producer));
            assertEquals(32, drain(ring).size());
            // Both handles hold a limit from before the drain, one of them from laps ago.
            assertTrue(offer(lap % 10 == 9 ? idle : producer, payload(lap, 120)));
            assertTrue(offer(producer, payload(lap, 8)));
            assertEquals(2, drain(ring).size());
            moveTo(ring, 0);
        }
    }

    // Agrona 239
    @Test
    void offer_whenFreeSpaceIsNotContiguous_succeedsAfterAFewDrains() {
        for (int used = 0; used < 256; used += 8) {
            moveTo(ring, used);
            int attempts = 0;
            assertTrue(offer(producer, payload(1, 100)));
            while (!offer(producer, payload(2, 120))) {
                drain(ring, 1);
                assertTrue(++attempts < 3, "no progress at " + used);
            }
            drain(ring);
        }
    }

    // IREE 23700, Agrona 34
    @Test
    void payload_thatLooksLikeHeaders_isNotReadAsSuchInALaterLap() {
        final byte[] headers = new byte[56];
        for (int i = 0; i < 56; i += 8) {
            ByteBuffer.wrap(headers).order(ByteOrder.nativeOrder()).putLong(i, 16);
        }
        for (int i = 0; i < 500; i++) {
            assertTrue(offer(producer, headers));
            assertEquals(1, drain(ring).size());
            assertTrue(offer(producer, new byte[i % 9]));
            assertEquals(1, drain(ring).size());
            assertEquals(0, drain(ring).size());
        }
    }

    // JCTools 365
    @Test
    void handles_handedOnFromThreadToThread_work() throws Exception {
        final List<byte[]> seen = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            final int number = i;
            final Thread thread = new Thread(() -> {
                assertTrue(offer(producer, payload(number, 5)));
                consumer.drain(record -> seen.add(bytes(record)));
            });
            thread.start();
            thread.join();
        }
        assertEquals(10, seen.size());
    }

    private static Class<?> testClass(final String name) throws ClassNotFoundException {
        try {
            return Class.forName("io.varlenring." + name);
        } catch (final ClassNotFoundException e) {
            return Class.forName("io.varlenring.tasklet." + name);
        }
    }

    @Test
    void documentation_ofLessonsAndFindings_namesTestsThatExist() throws IOException, ClassNotFoundException {
        final String documents =
                Files.readString(Path.of("docs/verification.md")) + Files.readString(Path.of("docs/migration.md"));
        final Matcher names = Pattern.compile("`(\\w+Test)\\.(\\w+)`").matcher(documents);
        int count = 0;
        while (names.find()) {
            count++;
            assertTrue(
                    Arrays.stream(testClass(names.group(1)).getDeclaredMethods())
                            .anyMatch(method -> method.getName().equals(names.group(2))),
                    names.group());
        }
        assertTrue(count > 40, "only " + count + " tests named");
    }
}
