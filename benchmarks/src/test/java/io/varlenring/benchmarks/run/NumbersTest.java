// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "abc", "", "1.5", "NaN", "100001", "99999999999"})
    void positive_ofSomethingElse_isRefusedWithTheValueAndTheLimit(final String text) {
        final String message = assertThrows(IllegalArgumentException.class, () -> Numbers.positive("rounds", text))
                .getMessage();
        assertEquals("rounds must be a whole number from 1 to 100000, but is '" + text + "'", message);
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> Selection.parse(List.of("rounds=" + text)))
                        .getMessage());
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> parse("smoke", "hook", directory, "rounds=" + text))
                        .getMessage());
    }

    @Test
    void positive_isTheNumber() {
        assertEquals(1, Numbers.positive("rounds", "1"));
        assertEquals(100_000, Numbers.positive("rounds", "100000"));
    }

    @Test
    void runs_ofASenselessCommandLine_areRefusedBeforeAnythingIsMeasured() {
        assertRefused("smoke, quick or full", "slow", "hook", directory);
        assertRefused("no such set: hooks", "smoke", "hooks", directory);
        assertRefused("no such folder: ", "smoke", "hook", directory.resolve("missing"));
        assertRefused("no such file: ", "smoke", "hook", directory, "other=" + directory.resolve("missing.jar"));
        assertRefused("nothing of hook has ", "smoke", "hook", directory, "size=7");
    }

    private static void assertRefused(final String message, final Object... arguments) {
        final String actual = assertThrows(IllegalArgumentException.class, () -> parse(arguments))
                .getMessage();
        assertTrue(actual.startsWith(message), actual);
    }

    private static void parse(final Object... arguments) {
        final String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        PairedRuns.parse(texts);
    }
}
