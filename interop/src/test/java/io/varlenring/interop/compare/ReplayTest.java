// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.RecordHandler;
import io.varlenring.interop.measure.ExampleOutput;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplayTest {
    private static final String SHORT = "--trace connection-storm --seconds 1 ";
    private static final int DAMAGED_RECORD = 50;

    private final ExampleOutput output = new ExampleOutput();

    @Test
    void run_originalSpeed_sendsEachDatagramOfTheTimeOnce() {
        final long expected = Trace.load("connection-storm", 3).stream()
                .mapToLong(trace -> {
                    int sent = 0;
                    while (sent < trace.length() && trace.nanos(sent) < 1_000_000_000L) {
                        sent++;
                    }
                    return sent;
                })
                .sum();

        assertEquals(0, run(SHORT + "--producers 3"), output::all);
        assertEquals(expected, output.count("datagrams sent") + output.count("send failures"), output::all);
        assertTrue(output.number("sent late by max, us") > 0, output::all);
        assertEquals("", output.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"upload", "picoquic-bbr"})
    void run_maximumSpeed_accountsForAll(final String trace) {
        assertEquals(0, run("--speed max --seconds 1 --trace " + trace), output::all);

        final long sent = output.count("datagrams sent");
        final long handedOver = output.count("handed over");
        assertEquals(sent, handedOver + output.count("refused as full") + output.count("lost by the kernel"));
        assertEquals(100.0 * (sent - handedOver) / sent, output.number("lost, %"), 0.051, output::all);
        assertFalse(output.out().contains("sent late"), output::all);
    }

    @Test
    void run_front_routesEachFlowByItsConnectionId() {
        assertEquals(0, run(SHORT + "--handlers 3"), output::all);

        final long[] flows = new long[3];
        for (final Trace trace : Trace.load("connection-storm", 2)) {
            for (int i = 0; i < trace.length() && trace.nanos(i) < 1_000_000_000L; i++) {
                flows[trace.flow(i) % 3]++;
            }
        }
        for (int handler = 0; handler < 3; handler++) {
            assertTrue(flows[handler] > 0);
            assertEquals(flows[handler], output.count("  to handler " + handler), output::all);
        }
    }

    @Test
    void run_smallRing_refusesAndSaysSo() {
        assertEquals(0, run("--speed max --seconds 1 --capacity 4k"), output::all);

        assertTrue(output.count("refused as full") > 0, output::all);
        assertTrue(output.number("lost, %") > 0, output::all);
    }

    @Test
    void run_byteFlippedInTheRing_fails() {
        assertEquals(1, run(SHORT, handler -> {
            final int[] records = {0};
            return record -> {
                if (++records[0] == DAMAGED_RECORD) {
                    record.put(record.limit() - 1, (byte) ~record.get(record.limit() - 1));
                }
                handler.onRecord(record);
            };
        }));
        assertTrue(output.out().contains("record " + DAMAGED_RECORD + ": wrong checksum"), output::all);
    }

    @Test
    void run_recordLostInTheRing_fails() {
        assertEquals(1, run(SHORT, handler -> {
            final int[] records = {0};
            return record -> {
                if (++records[0] != DAMAGED_RECORD) {
                    handler.onRecord(record);
                }
            };
        }));
        assertTrue(output.out().contains("integrity: FAILED"), output::all);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--trace x | --trace must be one of upload, download, connection-storm, ngtcp2-cubic, picoquic-bbr, quiche-gso-unpaced, but is 'x'",
                "--speed fast | Invalid value for option '--speed': expected one of [ORIGINAL, MAX] (case-insensitive)",
                "--producers 0 | --producers must be in 1..64, but is 0",
                "--handlers 65 | --handlers must be in 1..64, but is 65",
                "--capacity 2k | the longest datagram's record must be at most 1016 with a --capacity of 2048 bytes, but is 1529",
                "--seconds 0 | --seconds must be in 1..86400, but is 0"
            })
    void run_badOption_namesValueAndLimit(final String commandLine, final String message) {
        assertEquals(2, run(commandLine));
        assertTrue(output.err().startsWith(message), output::all);
    }

    private int run(final String commandLine) {
        return run(commandLine, handler -> handler);
    }

    private int run(final String commandLine, final UnaryOperator<RecordHandler> interposer) {
        return output.of(
                new ReplayOptions(),
                commandLine.strip(),
                (options, watch, out) -> Replay.run(options, interposer, watch, out));
    }
}
