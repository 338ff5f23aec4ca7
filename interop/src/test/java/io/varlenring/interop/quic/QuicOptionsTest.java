// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.harness.Options;
import io.varlenring.interop.front.HandlerLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuicOptionsTest {
    @Test
    void parse_allOptions_takesEachValue() {
        final QuicOptions.Netty options = Options.parse(
                new QuicOptions.Netty(),
                ("--megabytes 500 --connections 64 --listeners 3 --handlers 4 --capacity 4k --handler tasklet"
                                + " --migrate both --client netty --seconds 9")
                        .split(" "));

        assertEquals(500, options.megabytes);
        assertEquals(64, options.connections);
        assertEquals(3, options.listeners);
        assertEquals(4, options.handlers);
        assertEquals(4096, options.capacity);
        assertEquals(HandlerLoop.Kind.TASKLET, options.handler);
        assertEquals(QuicOptions.Migration.BOTH, options.migration);
        assertEquals(QuicOptions.Client.NETTY, options.client);
        assertEquals(9, options.seconds);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--megabytes 0 | --megabytes must be in 1..100000, but is 0",
                "--connections 1001 | --connections must be in 1..1000, but is 1001",
                "--listeners 65 | --listeners must be in 1..64, but is 65",
                "--handlers 65 | --handlers must be in 1..64, but is 65",
                "--capacity 2k | the longest datagram's record must be at most 1016 with a --capacity of 2048 bytes, but is 1529",
                "--capacity 5000 | must be a power of two",
                "--handler thread | (case-insensitive) but was",
                "--migrate x | (case-insensitive) but was",
                "--client x | (case-insensitive) but was",
                "--seconds 0 | --seconds must be in 1..3600, but is 0",
                "--size 3 | Unknown option"
            })
    void parse_badOption_namesValueAndLimit(final String commandLine, final String message) {
        final IllegalArgumentException bad = assertThrows(
                IllegalArgumentException.class, () -> Options.parse(new QuicOptions.Netty(), commandLine.split(" ")));

        assertTrue(bad.getMessage().contains(message), bad.getMessage());
    }

    @Test
    void parseForKwik_handlers_isUnknown() {
        final IllegalArgumentException bad = assertThrows(
                IllegalArgumentException.class, () -> Options.parse(new QuicOptions.Kwik(), "--handlers", "2"));

        assertTrue(bad.getMessage().startsWith("Unknown option"), bad.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nat", "both"})
    void parseForKwik_natRebinding_isRefused(final String migration) {
        final IllegalArgumentException bad = assertThrows(
                IllegalArgumentException.class, () -> Options.parse(new QuicOptions.Kwik(), "--migrate", migration));

        assertTrue(bad.getMessage().startsWith("--migrate must be none or path"), bad.getMessage());
    }
}
