// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.harness.Options;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EchoProxyOptionsTest {
    @Test
    void parse_allOptions_takesEachValue() {
        final EchoProxyOptions options = parse("--seconds 3 --clients 64 --size 16..65503 --controls 1");

        assertEquals(3, options.seconds);
        assertEquals(64, options.clients);
        assertEquals(new Options.Range(16, 65503), options.size);
        assertEquals(1, options.controls);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--seconds 0 | --seconds must be in 1..86400, but is 0",
                "--clients 65 | --clients must be in 1..64, but is 65",
                "--controls 0 | --controls must be in 1..64, but is 0",
                "--size 15..100 | MIN of --size must be in 16..65503, but is 15",
                "--size 64..65504 | MAX of --size must be in 64..65503, but is 65504"
            })
    void parse_badOption_namesValueAndLimit(final String commandLine, final String message) {
        final IllegalArgumentException bad = assertThrows(IllegalArgumentException.class, () -> parse(commandLine));

        assertTrue(bad.getMessage().contains(message), bad.getMessage());
    }

    private static EchoProxyOptions parse(final String commandLine) {
        return Options.parse(new EchoProxyOptions(), commandLine.split(" "));
    }
}
