// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.VarLenMpscRing;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DuelTest {
    @TempDir
    Path directory;

    /** Another build of the library, of a name that looks like an option. */
    private Path jar;

    @BeforeEach
    void copyLibrary() throws IOException, URISyntaxException {
        jar = Files.copy(
                Path.of(VarLenMpscRing.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI()),
                directory.resolve("k=v.jar"));
    }

    private static void assertRefused(final String message, final Object... arguments) {
        final String actual = assertThrows(IllegalArgumentException.class, () -> new Duel().parse(texts(arguments)))
                .getMessage();
        assertTrue(actual.contains(message), actual);
    }

    private static String[] texts(final Object... arguments) {
        final String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        return texts;
    }

    @Test
    void parse_ofASenselessCommandLine_isRefusedBeforeAnythingIsMeasured() throws IOException {
        new Duel().parse(texts(jar, "burst", "seconds=1", "rounds=2", "csv=" + directory.resolve("d.csv.gz")));
        assertRefused("seconds must be a whole number from 1 to 100000, but is '0'", jar, "burst", "seconds=0");
        assertRefused("rounds must be a whole number from 1 to 100000, but is 'abc'", jar, "burst", "rounds=abc");
        assertRefused(
                "no such folder: ",
                jar,
                "burst",
                "csv=" + directory.resolve("missing").resolve("d.csv.gz"));
        final Path folder = Files.createDirectory(directory.resolve("folder"));
        assertRefused("which must be no other's", jar, Files.copy(jar, folder.resolve("k=v.jar")), "burst");
        assertRefused("which must be no other's", Files.copy(jar, folder.resolve("agrona")), "burst");
        assertRefused("have no comma", Files.copy(jar, folder.resolve("a,b.jar")), "burst");
    }

    /** Starts a duel as a process whose temporary files go into a folder of its own. */
    private Process start(final Path output, final Object... arguments) throws IOException {
        final List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Djava.io.tmpdir=" + Files.createDirectories(directory.resolve("tmp")),
                "-cp",
                System.getProperty("java.class.path"),
                Duel.class.getName()));
        command.addAll(List.of(texts(arguments)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private List<Path> temporary() throws IOException {
        try (var files = Files.list(directory.resolve("tmp"))) {
            return files.toList();
        }
    }

    /** It measures a second of a cell that Agrona has not, so this fails, but not without saying whose jar that was. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void run_whereAllProcessesFail_leavesEarlierResultsAsTheyWere() throws IOException, InterruptedException {
        final Path csv = Files.writeString(directory.resolve("d.csv.gz"), "before");
        final Path facts = Files.writeString(directory.resolve("d.txt"), "commit: before");
        final Path output = directory.resolve("output");
        final Process duel = start(output, jar, "throughput", "size=65536", "producers=1", "seconds=1", "csv=" + csv);
        assertEquals(1, duel.waitFor(), Files.readString(output));
        assertTrue(Files.readString(output).contains("FAILED: throughput"), Files.readString(output));
        assertEquals("before", Files.readString(csv));
        assertEquals("commit: before", Files.readString(facts));
        assertEquals(List.of(), temporary());
    }

    /** The timeout is the watchdog of one that hangs. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void run_whenKilled_leavesNeitherAProcessNorAFile() throws Exception {
        final Process duel = start(directory.resolve("output"), jar, "single-thread", "size=64", "seconds=1000");
        ProcessHandle fork = null;
        while (fork == null) {
            assertTrue(duel.isAlive(), () -> "it has ended by itself");
            fork = duel.children().findAny().orElse(null);
            Thread.onSpinWait();
        }
        assertFalse(temporary().isEmpty());
        duel.destroy();
        duel.waitFor();
        fork.onExit().get();
        assertEquals(List.of(), temporary());
    }
}
