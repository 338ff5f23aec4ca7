// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The log writer in {@code docs/migration.md}, ended by SIGTERM: what it accepted is in its file. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LogWriterTest {
    private static final int THREADS = 8;
    private static final int EXIT_CODE_OF_SIGTERM = 143;
    private static final int LINES_BEFORE = 100_000;
    private static final int PAUSE_MILLIS = 500;
    private static final int INTERRUPTS = 2_000;
    private static final int LINES_EACH = 20;

    private static void compileInto(final Path directory) throws Exception {
        final SnippetsTest.Snippet program = SnippetsTest.snippets().stream()
                .filter(snippet -> snippet.className().equals("LogWriter"))
                .findFirst()
                .orElseThrow();
        final StringWriter messages = new StringWriter();
        assertTrue(SnippetsTest.compile(program, directory, messages), messages::toString);
    }

    /** An interrupt that meets a write closes the file, and stays set. */
    @Test
    void interrupts_everyLineThatWasTakenIsInTheFile(@TempDir final Path directory) throws Exception {
        compileInto(directory);
        final Path file = directory.resolve("log");
        final int lines;
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
            final Class<?> type = loader.loadClass("LogWriter");
            final AutoCloseable writer =
                    (AutoCloseable) type.getConstructor(Path.class).newInstance(file);
            final Method log = type.getMethod("log", byte[].class);
            final Thread thread = Thread.getAllStackTraces().keySet().stream()
                    .filter(candidate -> candidate.getName().equals("log-writer"))
                    .findFirst()
                    .orElseThrow();
            lines = logAndInterrupt(log, writer, thread);
            writer.close();
        }
        final List<String> found = Files.readAllLines(file);
        assertEquals(lines, found.size());
        for (int i = 0; i < lines; i++) {
            assertEquals("line " + i, found.get(i));
        }
    }

    private static int logAndInterrupt(final Method log, final Object writer, final Thread thread) throws Exception {
        int lines = 0;
        for (int i = 0; i < INTERRUPTS; i++) {
            for (int k = 0; k < LINES_EACH; k++) {
                final byte[] line = ("line " + lines).getBytes(StandardCharsets.UTF_8);
                assertTrue((boolean) log.invoke(writer, (Object) line));
                lines++;
            }
            thread.interrupt();
        }
        return lines;
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be asked to end there, and there is no mkfifo")
    void sigterm_everyLineThatWasTakenIsInTheFile(@TempDir final Path directory) throws Exception {
        compileInto(directory);
        // A pipe: what is not read yet fills it, and then the ring.
        final Path log = directory.resolve("log");
        assertEquals(0, new ProcessBuilder("mkfifo", log.toString()).start().waitFor());
        final Path output = directory.resolve("output");
        final Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        directory + System.getProperty("path.separator") + System.getProperty("java.class.path"),
                        "LogWriter",
                        log.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        final List<String> lines = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(log)) {
            while (lines.size() < LINES_BEFORE) {
                lines.add(reader.readLine());
            }
            process.destroy();
            Thread.sleep(PAUSE_MILLIS); // in which a program that does not wait for its writer is gone
            reader.lines().forEach(lines::add);
            assertEquals(EXIT_CODE_OF_SIGTERM, process.waitFor());
        } finally {
            process.destroyForcibly();
        }
        final long[] next = new long[THREADS];
        for (final String line : lines) {
            final int thread = Character.digit(line.charAt("thread ".length()), 10);
            assertEquals("thread " + thread + " line " + next[thread], line);
            next[thread]++;
        }
        assertEquals("lines taken: " + lines.size(), Files.readString(output).strip());
    }
}
