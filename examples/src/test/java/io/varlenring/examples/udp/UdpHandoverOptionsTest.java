// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.Options;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UdpHandoverOptionsTest {
    @Test
    void parse_allOptions_takesEachValue() {
        final UdpHandoverOptions options =
                parse("--seconds 3 --listeners 4 --senders 5 --size 16..65507 --capacity 4m");

        assertEquals(3, options.seconds);
        assertEquals(4, options.listeners);
        assertEquals(5, options.senders);
        assertEquals(new Options.Range(16, 65507), options.size);
        assertEquals(1 << 22, options.capacity);
    }

    @ParameterizedTest
    @CsvSource({"4096, 4096", "4k, 4096", "4K, 4096", "1m, 1048576", "2M, 2097152", "1024m, 1073741824"})
    void parse_capacity_acceptsSuffixes(final String value, final int expected) {
        assertEquals(expected, parse("--size 16..16 --capacity " + value).capacity);
    }

    @Test
    void parse_sizesOfEqualEnds_areAccepted() {
        final UdpHandoverOptions options = parse("--size 100..100");

        assertEquals(100, options.size.min());
        assertEquals(100, options.size.max());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rate -1 | --rate must be in 0..1000000, but is -1",
                "--seconds 0 | --seconds must be in 1..86400, but is 0",
                "--seconds 86401 | --seconds must be in 1..86400, but is 86401",
                "--seconds -1 | --seconds must be in 1..86400, but is -1",
                "--seconds 1.5 | Invalid value for option '--seconds': '1.5' is not an int",
                "--seconds 4294967297 | Invalid value for option '--seconds': '4294967297' is not an int",
                "--listeners 0 | --listeners must be in 1..64, but is 0",
                "--senders x | Invalid value for option '--senders': 'x' is not an int",
                "--senders 65 | --senders must be in 1..64, but is 65",
                "--size 100 | Invalid value for option '--size': must be MIN..MAX, but is '100'",
                "--size 15..100 | MIN of --size must be in 16..65507, but is 15",
                "--size ..100 | must be MIN..MAX, but is '..100'",
                "--size 64..63 | MAX of --size must be in 64..65507, but is 63",
                "--size 64..65508 | MAX of --size must be in 64..65507, but is 65508",
                "--size 64..100..200 | must be MIN..MAX, but is '64..100..200'",
                "--capacity 3k | but is '3k'",
                "--capacity 32 | Invalid value for option '--capacity': must be a power of two in 64..1073741824 bytes",
                "--capacity 2048m | but is '2048m'",
                "--capacity 4294967296 | but is '4294967296'",
                "--capacity 4g | but is '4g'",
                "--capacity k | but is 'k'",
                "--size 64..2028 --capacity 4k | MAX of --size must be at most 2027 with a --capacity of 4096 bytes, but is 2028",
                "--capacity 1k | MAX of --size must be at most 491 with a --capacity of 1024 bytes, but is 1200",
                "--verbose | Unknown option: '--verbose'",
                "7 | Unmatched argument at index 0: '7'",
                "--senders 2 --capacity | Missing required parameter for option '--capacity'"
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

        assertTrue(Records.claimLength(options.size.max()) <= largestClaim);
        final String tooLong = "--capacity " + capacity + " --size 16.." + (max + 1);
        assertThrows(IllegalArgumentException.class, () -> parse(tooLong));
    }

    @Test
    void usage_tellsEveryDefault() {
        final String usage = Options.usage(new UdpHandoverOptions());

        assertTrue(usage.startsWith("Usage: examples/run udp-handover"), usage);
        assertTrue(usage.contains("(64..1200)"), usage);
    }

    private static UdpHandoverOptions parse(final String commandLine) {
        return Options.parse(new UdpHandoverOptions(), commandLine.split(" "));
    }
}
