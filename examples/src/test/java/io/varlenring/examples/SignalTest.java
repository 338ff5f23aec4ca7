// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A program that is ended by TERM prints what it has. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisabledOnOs(OS.WINDOWS) // which has no TERM to send
class SignalTest {
    private static final int TERM = 128 + 15;

    @ParameterizedTest
    @CsvSource({"udp.UdpHandover, handed over", "echo.EchoProxy, echoed"})
    void term_printsTableAndVerdict(final String program, final String line) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.varlenring.examples." + program,
                        "--seconds",
                        "50")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader out = process.inputReader()) {
            out.readLine(); // it runs
            out.readLine();
            process.toHandle().destroy(); // unlike destroy(), leaves the output open
            final String rest = out.lines().collect(Collectors.joining("\n"));

            assertTrue(rest.contains("\n" + line), rest);
            assertTrue(rest.contains("integrity: OK"), rest);
            assertEquals(TERM, process.waitFor());
        } finally {
            process.destroyForcibly();
        }
    }
}
