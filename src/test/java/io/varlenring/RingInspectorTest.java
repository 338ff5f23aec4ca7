// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.offer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.HeldProgram.Window;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the inspector says of rings in each state, in a process of its own as a user would run it. */
final class RingInspectorTest {
    private final Path file = FileRings.newFile();

    @AfterEach
    void deleteFile() throws Exception {
        Files.deleteIfExists(file);
    }

    private void assertFound(final int code, final String... expected) throws Exception {
        final Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Path.of(VarLenMpscRing.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toURI())
                                + File.pathSeparator,
                        RingInspector.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(code, process.exitValue(), output);
        for (final String text : expected) {
            assertTrue(output.contains(text), () -> "no \"" + text + "\" in:\n" + output);
        }
    }

    @Test
    void aRingInUse_isSound_andItsLocksStay() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, 256);
        ring.consumer();
        final RingProducer producer = ring.newProducer();
        assertTrue(offer(producer, new byte[] {1, 2, (byte) 0xab}));
        producer.tryClaim(20).abort();
        assertTrue(offer(producer, new byte[40]));
        final RingClaim claim = producer.tryClaim(9);
        assertFound(
                0,
                "capacity 256, slots 128",
                "producer position 120",
                "consumer position 0",
                "consumer: process " + ProcessHandle.current().pid(),
                "slot 0: process " + ProcessHandle.current().pid(),
                " lives, reserved 96 to 120",
                "at 0: record of 3 bytes: 01 02 ab",
                "at 16: padding of 32 bytes",
                "at 48: record of 40 bytes: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ...",
                "at 96: unfinished, slot 0: process ",
                "SOUND");
        claim.commit();
        ring.close();
        assertFound(0, "closed", "at 96: record of 9 bytes");
        ring.detach();
        assertFound(0, "consumer: none", "0 slots in use");
    }

    @Test
    void aDeadOwner_isAStall() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, 256);
        new ChildProcess(HeldProgram.class, file, Window.PAYLOAD_BEGUN)
                .await(Window.PAYLOAD_BEGUN.name())
                .kill();
        assertFound(1, "at 0: unfinished, slot 0: process ", " is dead; the consumer stands before it", "STALLED");
        ring.consumer().recover(ring.consumer().stalledBy());
        assertFound(0, "at 0: padding of 32 bytes", "SOUND");
        ring.detach();
    }

    /** The consumer has something to do before it comes there. */
    @Test
    void aDeadOwner_behindARecord_isNoStallYet() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, 256);
        assertTrue(offer(ring.newProducer(), new byte[3]));
        new ChildProcess(HeldProgram.class, file, Window.PAYLOAD_BEGUN)
                .await(Window.PAYLOAD_BEGUN.name())
                .kill();
        assertFound(0, "at 0: record of 3 bytes", "at 16: unfinished, slot 1: process ", " is dead\n", "SOUND");
        ring.consumer().drain(record -> {});
        assertFound(1, "at 16: unfinished, slot 1: process ", " is dead; the consumer stands before it", "STALLED");
        ring.detach();
    }

    @Test
    void badWords_areCorrupt() throws Exception {
        final VarLenMpscRing ring = FileRings.newRing(512, 0, null);
        assertTrue(offer(ring.newProducer(), new byte[8]));
        FileRings.data(512).putLong(0, 3);
        Files.copy(ring.file(), file);
        assertFound(2, "at 0: a header that nobody writes, 3", "CORRUPT");
        Files.delete(file);
        FileRings.bytes(512).putLong(RingLayout.PRODUCER_POSITION_OFFSET, 1 << 20);
        Files.copy(ring.file(), file);
        assertFound(2, "producer position 1048576", "at most a lap ahead", "CORRUPT");
        Files.delete(file);
        Files.write(file, new byte[100]);
        assertFound(2, "CORRUPT: not a ring: length");
        Files.delete(file);
        assertFound(2, "cannot read");
    }
}
