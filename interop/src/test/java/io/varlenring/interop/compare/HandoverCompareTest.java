// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.harness.Options;
import io.varlenring.interop.measure.ExampleOutput;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs, short ones of all kinds. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandoverCompareTest {
    private static final List<String> FIGURES = List.of(
            "listeners: garbage, bytes/datagram",
            "handlers: processor, us/datagram",
            "handlers: sleeps/datagram",
            "collections",
            "longest of them, ms",
            "hand-over latency p99, us",
            "dropped as full, no stall");

    private final ExampleOutput output = new ExampleOutput();

    @Test
    void run_allKinds_accountsForEachDatagramAndPrintsAllFigures() {
        assertEquals(0, run("--rounds 1 --warmup 0 --seconds 1 --rate 2000 --stall 50"), output::all);

        for (final HandoverKind kind : HandoverKind.values()) {
            assertTrue(output.out().contains("round 1, " + Options.nameOf(kind) + ":"), output::all);
        }
        for (final String figure : FIGURES) {
            assertEquals(3, numbers(figure).length, figure);
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

        for (final String dropped : numbers("dropped as full, a stall")) {
            assertTrue(Double.parseDouble(dropped.replace(",", "")) >= 1, output::all);
        }
    }

    /** Returns what the table's line with a label says of each kind. */
    private String[] numbers(final String label) {
        return output.out()
                .lines()
                .filter(line -> line.startsWith(label))
                .map(line -> line.substring(label.length()).strip().split(" +"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + label + " in " + output.all()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--trace x | Invalid value for option '--trace': expected one of [UPLOAD,",
                "--rounds 0 | --rounds must be in 1..1000, but is 0",
                "--rate 0 | --rate must be in 1..1000000, but is 0",
                "--capacity 2k | the longest datagram's record must be at most 1016 with",
                "--size 3 | Unknown option"
            })
    void parse_badOption_namesValueAndLimit(final String commandLine, final String message) {
        final IllegalArgumentException bad = assertThrows(
                IllegalArgumentException.class,
                () -> Options.parse(new TraceOptions.Compare(), commandLine.split(" ")));

        assertTrue(bad.getMessage().startsWith(message), bad.getMessage());
    }

    private int run(final String commandLine) {
        return output.of(new TraceOptions.Compare(), commandLine, HandoverCompare::run);
    }
}
