// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EchoProxyOptionsTest {
    @Test
    void parse_nothing_givesDocumentedDefaults() {
        assertEquals(new EchoProxyOptions(5, 4, 64, 1200, 2), EchoProxyOptions.parse());
    }

    @Test
    void parse_allOptions_takesEachValue() {
        assertEquals(
                new EchoProxyOptions(3, 64, 16, 65503, 1),
                parse("--seconds 3 --clients 64 --size 16..65503 --controls 1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--seconds 0 | --seconds must be a whole number in 1..86400, but is '0'",
                "--clients 0 | --clients must be a whole number in 1..64, but is '0'",
                "--clients 65 | --clients must be a whole number in 1..64, but is '65'",
                "--controls 0 | --controls must be a whole number in 1..64, but is '0'",
                "--controls x | --controls must be a whole number in 1..64, but is 'x'",
                "--size 100 | --size must be MIN..MAX, but is '100'",
                "--size 15..100 | MIN of --size must be a whole number in 16..65503, but is '15'",
                "--size 64..63 | MAX of --size must be a whole number in 64..65503, but is '63'",
                "--size 64..65504 | MAX of --size must be a whole number in 64..65503, but is '65504'",
                "--listeners 2 | unknown option '--listeners'",
                "--seconds 1 --clients | --clients needs a value"
            })
    void parse_badOption_namesValueAndLimit(final String commandLine, final String message) {
        final IllegalArgumentException bad = assertThrows(IllegalArgumentException.class, () -> parse(commandLine));

        assertTrue(bad.getMessage().contains(message), bad.getMessage());
    }

    @Test
    void usage_namesEveryOption() {
        for (final String option : new String[] {"--seconds", "--clients", "--size", "--controls", "--help"}) {
            assertTrue(EchoProxyOptions.USAGE.contains("  " + option + " "), option);
        }
    }

    private static EchoProxyOptions parse(final String commandLine) {
        return EchoProxyOptions.parse(commandLine.split(" "));
    }
}
