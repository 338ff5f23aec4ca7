// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class ProgramTest {
    private final ExampleOutput output = new ExampleOutput();

    @Command(name = "test")
    private static final class TestOptions extends Options {
        @Option(names = "--number", paramLabel = "N", description = "a number")
        @Within(min = 1, max = 9)
        private int number = 3;
    }

    @Test
    void programThatCannotRun_isNoVerdict() {
        assertEquals(Program.EXIT_ERROR, run((options, watch, out) -> {
            throw new IOException("no port is free");
        }));
        assertEquals("", output.out());
        assertTrue(output.err().endsWith("could not run: java.io.IOException: no port is free\n"), output::all);
    }

    @Test
    void programThatFailsBadly_isNoVerdict() {
        assertEquals(Program.EXIT_ERROR, run((options, watch, out) -> {
            throw new StackOverflowError();
        }));
        assertEquals("", output.out());
    }

    @Test
    void badOption_printsMessageAndUsage() {
        assertEquals(Program.EXIT_USAGE, run((options, watch, out) -> 0, "--number", "10"));

        assertTrue(output.err().startsWith("--number must be in 1..9, but is 10\n\nUsage: test"), output::all);
        assertEquals("", output.out());
    }

    @Test
    void help_printsUsageAndRunsNothing() {
        assertEquals(Program.EXIT_GOOD, run((options, watch, out) -> Program.EXIT_FAILED, "--number", "10", "--help"));

        assertTrue(output.out().startsWith("Usage: test"), output::all);
    }

    @Test
    void goodOption_getsThere() {
        assertEquals(7, run((options, watch, out) -> options.number, "--number", "7"));
    }

    @Test
    void nothingToVerify_isNotGood() {
        assertEquals(
                Program.EXIT_FAILED,
                run((options, watch, out) -> Table.verdict(out, 0, "records verified", 0, List.of()) ? 0 : 1));
        assertEquals(
                "integrity: FAILED: nothing arrived that could be verified",
                output.out().strip());
    }

    private int run(final Program.Body<TestOptions> body, final String... args) {
        return output.of((out, err) -> Program.run(args, new TestOptions(), body, out, err));
    }
}
