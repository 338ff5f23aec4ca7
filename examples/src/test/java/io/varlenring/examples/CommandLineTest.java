// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    private final ExampleOutput output = new ExampleOutput();

    @Test
    void exampleThatThrows_endsInAVerdict() {
        assertEquals(1, run(options -> {
            throw new IOException("no port is free");
        }));
        assertEquals(
                List.of("integrity: FAILED: 1 violation:", "  java.io.IOException: no port is free"),
                output.out().lines().toList());
        assertTrue(output.err().startsWith("java.io.IOException: no port is free"), output::all);
    }

    @Test
    void exampleThatFailsBadly_endsInAVerdict() {
        assertEquals(1, run(options -> {
            throw new StackOverflowError();
        }));
        assertTrue(output.out().startsWith("integrity: FAILED"), output::all);
    }

    @Test
    void nothingToVerify_isNotGood() {
        assertEquals(1, output.of((out, err) -> Table.verdict(out, 0, "records verified", 0, List.of()) ? 0 : 1));
        assertEquals(
                "integrity: FAILED: nothing arrived that could be verified",
                output.out().strip());
    }

    private int run(final CommandLine.Example<String[]> example) {
        return output.of((out, err) -> CommandLine.run(new String[0], "usage", args -> args, example, out, err));
    }
}
