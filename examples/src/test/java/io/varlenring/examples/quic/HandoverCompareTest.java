// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.ExampleOutput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs, short ones, each kind in a JVM of its own. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandoverCompareTest {
    private final ExampleOutput output = new ExampleOutput();

    @Test
    void run_allKinds_accountsForEachDatagramAndPrintsAllFigures() {
        assertEquals(0, run("--rounds 1 --warmup 0 --seconds 1 --rate 2000 --stall 50"), output::all);

        for (final HandoverKind kind : HandoverKind.values()) {
            assertTrue(output.out().contains("round 1, " + kind.words() + ":"), output::all);
        }
        for (final Figure figure : Figure.values()) {
            assertTrue(!figure.isForTable() || output.out().contains("\n" + figure.label() + " "), output::all);
        }
        assertTrue(output.out().contains("integrity: OK ("), output::all);
        assertEquals("", output.err());
    }

    @Test
    void run_stallThatTheMemoryDoesNotBridge_dropsAndStillAccountsForAll() {
        assertEquals(
                0,
                run("--rounds 1 --warmup 0 --seconds 1 --rate 4000 --stall 200 --capacity 4k --handlers 1"),
                output::all);

        assertEquals(
                HandoverKind.values().length,
                output.out()
                        .lines()
                        .filter(line -> line.matches("round 1.*dropped as full [1-9].*"))
                        .count(),
                output::all);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--trace x | --trace must be one of upload,",
                "--rounds 0 | --rounds must be a whole number in 1..1000, but is '0'",
                "--rate 0 | --rate must be a whole number in 1..1000000, but is '0'",
                "--capacity 2k | --capacity must be at least 4096 bytes, but is '2k'",
                "--size 3 | unknown option '--size'"
            })
    void parse_badOption_namesValueAndLimit(final String commandLine, final String message) {
        final IllegalArgumentException bad =
                assertThrows(IllegalArgumentException.class, () -> HandoverOptions.parse(commandLine.split(" ")));

        assertTrue(bad.getMessage().startsWith(message), bad.getMessage());
    }

    @Test
    void parse_nothing_givesDocumentedDefaults() {
        assertEquals(new HandoverOptions("upload", 5, 4, 5, 20_000, 100, 1 << 20, 2, 2, 1), HandoverOptions.parse());
    }

    private int run(final String commandLine) {
        return output.of((out, err) -> HandoverCompare.run(commandLine.split(" "), out, err));
    }
}
