// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.RecordHandler;
import io.varlenring.interop.measure.ExampleOutput;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AeronBridgeTest {
    private static final int DAMAGED_RECORD = 50;

    private final ExampleOutput output = new ExampleOutput();

    /** Whole, in a datagram with others; in some fragments; and as long as a message can be. */
    @ParameterizedTest
    @ValueSource(strings = {"--size 28..200", "--size 1300..20000", "--size 131072..131072 --capacity 512k"})
    void run_anyLength_allArrives(final String sizes) {
        assertEquals(0, run("--seconds 1 " + sizes), output::all);

        assertTrue(output.count("messages sent") > 0, output::all);
        assertEquals(output.count("messages sent"), output.count("messages arrived"));
        assertTrue(output.out().contains("integrity: OK ("), output::all);
        assertEquals("", output.err());
    }

    @Test
    void run_slowConsumer_slowsDownEverybodyAndLosesNothing() {
        assertEquals(0, run("--seconds 2 --capacity 16k --delay 100"), output::all);

        assertTrue(output.count("second ring full") > 0, output::all);
        assertTrue(output.count("publication did not take") > 0, output::all);
        assertTrue(output.count("times without room") > 0, output::all);
        assertEquals(output.count("messages sent"), output.count("messages arrived"));
    }

    @Test
    void run_byteFlippedInTheSecondRing_fails() {
        assertEquals(1, run("--seconds 1", handler -> {
            final int[] records = {0};
            return record -> {
                if (++records[0] == DAMAGED_RECORD) {
                    record.put(record.limit() - 1, (byte) ~record.get(record.limit() - 1));
                }
                handler.onRecord(record);
            };
        }));
        assertTrue(output.out().contains("message " + DAMAGED_RECORD + ": wrong checksum"), output::all);
    }

    @Test
    void run_recordLost_fails() {
        assertEquals(1, run("--seconds 1", handler -> {
            final int[] records = {0};
            return record -> {
                if (++records[0] != DAMAGED_RECORD) {
                    handler.onRecord(record);
                }
            };
        }));
        assertTrue(output.out().contains("integrity: FAILED: 1 violation:"), output::all);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--producers 0 | --producers must be in 1..64, but is 0",
                "--size 27..100 | MIN of --size must be in 28..131072, but is 27",
                "--size 64..131073 | MAX of --size must be in 64..131072, but is 131073",
                "--capacity 1k | MAX of --size must be at most 504 with a --capacity of 1024 bytes, but is 4000",
                "--delay x | Invalid value for option '--delay': 'x' is not an int"
            })
    void run_badOption_namesValueAndLimit(final String commandLine, final String message) {
        assertEquals(2, run(commandLine));
        assertTrue(output.err().startsWith(message), output::all);
    }

    private int run(final String commandLine) {
        return run(commandLine, handler -> handler);
    }

    private int run(final String commandLine, final UnaryOperator<RecordHandler> interposer) {
        final BridgeOptions options = new BridgeOptions();
        options.interposer = interposer;
        return output.of(options, commandLine, AeronBridge::run);
    }
}
