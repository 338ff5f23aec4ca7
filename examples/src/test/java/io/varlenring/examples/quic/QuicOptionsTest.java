// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuicOptionsTest {
    @Test
    void parse_nothing_givesDocumentedDefaults() {
        assertEquals(
                new QuicOptions(64, 32, 2, 2, 1 << 20, HandlerKind.EXECUTOR, Migration.NONE, false, false, false, 120),
                QuicOptions.parse());
    }

    @Test
    void parse_allOptions_takesEachValue() {
        assertEquals(
                new QuicOptions(500, 64, 3, 4, 4096, HandlerKind.TASKLET, Migration.BOTH, true, true, true, 9),
                QuicOptions.parse(("--megabytes 500 --connections 64 --listeners 3 --handlers 4 --capacity 4k"
                                + " --handler tasklet --migrate both --garbage on --drops required --client netty"
                                + " --seconds 9")
                        .split(" ")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--megabytes 0 | --megabytes must be a whole number in 1..100000, but is '0'",
                "--connections 1001 | --connections must be a whole number in 1..1000, but is '1001'",
                "--listeners 65 | --listeners must be a whole number in 1..64, but is '65'",
                "--handlers 65 | --handlers must be a whole number in 1..64, but is '65'",
                "--capacity 2k | --capacity must be at least 4096 bytes, for the longest datagram, but is '2k'",
                "--capacity 5000 | --capacity must be a power of two",
                "--handler thread | --handler must be one of executor, tasklet, but is 'thread'",
                "--migrate x | --migrate must be one of none, path, nat, both, but is 'x'",
                "--garbage yes | --garbage must be one of on, off, but is 'yes'",
                "--drops 1 | --drops must be one of required, allowed, but is '1'",
                "--client x | --client must be one of netty, auto, but is 'x'",
                "--seconds 0 | --seconds must be a whole number in 1..3600, but is '0'",
                "--size 3 | unknown option '--size'"
            })
    void parse_badOption_namesValueAndLimit(final String commandLine, final String message) {
        final IllegalArgumentException bad =
                assertThrows(IllegalArgumentException.class, () -> QuicOptions.parse(commandLine.split(" ")));

        assertTrue(bad.getMessage().contains(message), bad.getMessage());
    }

    @Test
    void parseForKwik_handlers_isUnknown() {
        final IllegalArgumentException bad =
                assertThrows(IllegalArgumentException.class, () -> QuicOptions.parseForKwik("--handlers", "2"));

        assertEquals("unknown option '--handlers'", bad.getMessage());
        assertEquals(1, QuicOptions.parseForKwik().handlers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nat", "both"})
    void parseForKwik_natRebinding_isRefused(final String migration) {
        final IllegalArgumentException bad =
                assertThrows(IllegalArgumentException.class, () -> QuicOptions.parseForKwik("--migrate", migration));

        assertTrue(bad.getMessage().startsWith("--migrate must be none or path"), bad.getMessage());
    }

    @Test
    void parse_smallestCapacity_takesTheLongestDatagram() {
        assertTrue(4096 / 2 - 8 >= QuicRecords.CLAIM_LENGTH);
    }
}
