// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The log writer that {@code docs/migration.md} prints, ended by SIGTERM: what it has taken is in its file. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LogWriterTest {
    private static final int THREADS = 8;
    private static final int EXIT_CODE_OF_SIGTERM = 143;
    private static final int LINES_BEFORE = 100_000;
    private static final int PAUSE_MILLIS = 500;

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be asked to end there, and there is no mkfifo")
    void sigterm_everyLineThatWasTakenIsInTheFile(@TempDir final Path directory) throws Exception {
        final SnippetsTest.Snippet program = SnippetsTest.snippets().stream()
                .filter(snippet -> snippet.className().equals("LogWriter"))
                .findFirst()
                .orElseThrow();
        final StringWriter messages = new StringWriter();
        assertTrue(SnippetsTest.compile(program, directory, messages), messages::toString);
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
