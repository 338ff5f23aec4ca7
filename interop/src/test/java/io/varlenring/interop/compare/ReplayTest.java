// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.RecordHandler;
import io.varlenring.interop.measure.ExampleOutput;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplayTest {
    private static final String SHORT = "--trace connection-storm --seconds 1 ";
    private static final List<Trace.Datagram> TRACE = Trace.CONNECTION_STORM.load(1);
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int DAMAGED_RECORD = 50;

    private final ExampleOutput output = new ExampleOutput();

    @Test
    void run_secondOfTrace_sendsEachDatagramOnceAndAccountsForAll() {
        assertEquals(0, run(SHORT + "--listeners 3"), output::all);

        final long sent = output.count("datagrams sent");
        assertEquals(
                TRACE.stream()
                        .filter(datagram -> datagram.nanos() < SECOND_NANOS)
                        .count(),
                sent);
        assertEquals(sent, handedOver(2) + output.count("refused as full") + output.count("lost by the kernel"));
        assertTrue(output.number("sent late by p99.9, us") > 0, output::all);
        assertEquals("", output.err());
    }

    @Test
    void run_front_routesEachFlowByItsConnectionId() {
        assertEquals(0, run(SHORT + "--handlers 3 --capacity 16m"), output::all);

        final long[] flows = new long[3];
        TRACE.stream()
                .filter(datagram -> datagram.nanos() < SECOND_NANOS)
                .forEach(datagram -> flows[datagram.flow() % 3]++);
        for (int handler = 0; handler < 3; handler++) {
            assertTrue(flows[handler] > 0);
            assertEquals(flows[handler], output.count("handed over to handler " + handler), output::all);
        }
    }

    private long handedOver(final int handlers) {
        return IntStream.range(0, handlers)
                .mapToLong(i -> output.count("handed over to handler " + i))
                .sum();
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
                "--trace x | Invalid value for option '--trace': expected one of [UPLOAD, DOWNLOAD, CONNECTION_STORM, connection-storm,",
                "--listeners 0 | --listeners must be in 1..64, but is 0",
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
        final TraceOptions.Replay options = new TraceOptions.Replay();
        options.interposer = interposer;
        return output.of(options, commandLine.strip(), Replay::run);
    }
}
