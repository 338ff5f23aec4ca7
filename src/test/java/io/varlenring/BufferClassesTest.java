// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The classes that a new ring loads, in a JVM of its own: without them, compiled code would stay slow for good. */
final class BufferClassesTest {

    static final class Program {
        private Program() {}

        public static void main(final String[] args) {
            System.out.println(VarLenMpscRing.allocate(64));
        }
    }

    /** The first ring of a program finds no memory; a later one does. */
    static final class ProgramWithoutMemory {
        private ProgramWithoutMemory() {}

        public static void main(final String[] args) throws InterruptedException {
            beRefused();
            System.gc();
            Thread.sleep(10);
            System.out.println(VarLenMpscRing.allocate(64));
        }

        private static void beRefused() {
            final ByteBuffer all = ByteBuffer.allocateDirect(1 << 20);
            assertThrows(OutOfMemoryError.class, () -> VarLenMpscRing.allocate(64));
            assertEquals(1 << 20, all.capacity()); // so it was kept
        }
    }

    /** Runs a program in a virtual machine with this option, and returns what it printed. */
    static String outputOf(final String option, final Class<?> program) throws Exception {
        final Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        option,
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName())
                .redirectErrorStream(true)
                .start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    @Test
    void firstRingWithoutMemory_leavesTheNextOnesWell() throws Exception {
        outputOf("-XX:MaxDirectMemorySize=1m", ProgramWithoutMemory.class);
    }

    @Test
    void aNewRing_hasLoadedTheClassesThatBuffersName() throws Exception {
        final String output = outputOf("-Xlog:class+load", Program.class);

        final List<String> missing = new ArrayList<>();
        int classes = 0;
        for (final Field field : Buffer.class.getDeclaredFields()) {
            if (!field.getType().isPrimitive()) {
                classes++;
                if (!output.contains(" " + field.getType().getName() + " ")) {
                    missing.add(field.getType().getName());
                }
            }
        }
        assertTrue(classes > 0, "no class in the fields of a buffer: is this still needed?");
        assertEquals(List.of(), missing);
    }
}
