// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.VarLenMpscRing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UdpHandoverOptionsTest {
    @Test
    void parse_nothing_givesDocumentedDefaults() {
        assertEquals(
                new UdpHandoverOptions(10, 2, 2, 64, 1200, 1 << 20, HandlerMode.THREAD), UdpHandoverOptions.parse());
    }

    @Test
    void parse_allOptions_takesEachValue() {
        assertEquals(
                new UdpHandoverOptions(3, 4, 5, 16, 65507, 1 << 22, HandlerMode.BUSY),
                parse("--seconds 3 --listeners 4 --senders 5 --size 16..65507 --capacity 4m --handler busy"));
    }

    @ParameterizedTest
    @CsvSource({"4096, 4096", "4k, 4096", "4K, 4096", "1m, 1048576", "2M, 2097152", "1024m, 1073741824"})
    void parse_capacity_acceptsSuffixes(final String value, final int expected) {
        assertEquals(expected, parse("--size 16..16 --capacity " + value).capacity());
    }

    @ParameterizedTest
    @EnumSource
    void parse_handler_takesEachMode(final HandlerMode mode) {
        assertEquals(mode, parse("--handler " + mode.option()).handler());
        assertTrue(UdpHandoverOptions.USAGE.contains(" " + mode.option() + " "), mode::option);
    }

    @Test
    void parse_sizesOfEqualEnds_areAccepted() {
        final UdpHandoverOptions options = parse("--size 100..100");

        assertEquals(100, options.minSize());
        assertEquals(100, options.maxSize());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--seconds 0 | --seconds must be a whole number in 1..86400, but is '0'",
                "--seconds 86401 | --seconds must be a whole number in 1..86400, but is '86401'",
                "--seconds -1 | --seconds must be a whole number in 1..86400, but is '-1'",
                "--seconds 1.5 | --seconds must be a whole number in 1..86400, but is '1.5'",
                "--seconds 99999999999999999999 | --seconds must be a whole number in 1..86400, but is '99999999999999999999'",
                "--seconds 4294967297 | --seconds must be a whole number in 1..86400, but is '4294967297'",
                "--listeners 0 | --listeners must be a whole number in 1..64, but is '0'",
                "--listeners 65 | --listeners must be a whole number in 1..64, but is '65'",
                "--senders x | --senders must be a whole number in 1..64, but is 'x'",
                "--senders 65 | --senders must be a whole number in 1..64, but is '65'",
                "--size 100 | --size must be MIN..MAX, but is '100'",
                "--size 15..100 | MIN of --size must be a whole number in 16..65507, but is '15'",
                "--size ..100 | MIN of --size must be a whole number in 16..65507, but is ''",
                "--size 64..63 | MAX of --size must be a whole number in 64..65507, but is '63'",
                "--size 64..65508 | MAX of --size must be a whole number in 64..65507, but is '65508'",
                "--size 64..100..200 | MAX of --size must be a whole number in 64..65507, but is '100..200'",
                "--capacity 3k | but is '3k'",
                "--capacity 32 | --capacity must be a power of two in 64..1073741824 bytes",
                "--capacity 2048m | but is '2048m'",
                "--capacity 4294967296 | but is '4294967296'",
                "--capacity 4g | but is '4g'",
                "--capacity k | but is 'k'",
                "--size 64..2028 --capacity 4k | MAX of --size must be at most 2027 with a --capacity of 4096 bytes, but is '2028'",
                "--capacity 1k | MAX of --size must be at most 491 with a --capacity of 1024 bytes, but is '1200'",
                "--handler | --handler needs a value",
                "--handler fast | --handler must be tasklet, thread or busy, but is 'fast'",
                "--handler BUSY | --handler must be tasklet, thread or busy, but is 'BUSY'",
                "--verbose | unknown option '--verbose'",
                "--verbose 1 | unknown option '--verbose'",
                "7 | unknown option '7'",
                "--seconds | --seconds needs a value",
                "--senders 2 --capacity | --capacity needs a value"
            })
    void parse_badOption_namesValueAndLimit(final String commandLine, final String message) {
        final IllegalArgumentException bad = assertThrows(IllegalArgumentException.class, () -> parse(commandLine));

        assertTrue(bad.getMessage().contains(message), bad.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 4096, 1 << 20})
    void parse_largestSizeForCapacity_isWhatTheRingTakes(final int capacity) {
        final int largestClaim = VarLenMpscRing.allocate(capacity).maxPayload();
        final int max = Math.min(largestClaim - Records.claimLength(0), Datagrams.MAX_LENGTH);
        if (max < Datagrams.HEADER_LENGTH) {
            final String none = "--capacity " + capacity + " --size 16..16";
            assertThrows(IllegalArgumentException.class, () -> parse(none));
            return;
        }

        final UdpHandoverOptions options = parse("--capacity " + capacity + " --size 16.." + max);

        assertTrue(Records.claimLength(options.maxSize()) <= largestClaim);
        final String tooLong = "--capacity " + capacity + " --size 16.." + (max + 1);
        assertThrows(IllegalArgumentException.class, () -> parse(tooLong));
    }

    @Test
    void usage_namesEveryOption() {
        for (final String option :
                new String[] {"--seconds", "--listeners", "--senders", "--size", "--capacity", "--handler"}) {
            assertTrue(UdpHandoverOptions.USAGE.contains("  " + option + " "), option);
        }
    }

    private static UdpHandoverOptions parse(final String commandLine) {
        return UdpHandoverOptions.parse(commandLine.split(" "));
    }
}
