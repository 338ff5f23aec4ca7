// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.interop.measure.ExampleOutput;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChannelWritersTest {
    private static final String SHORT = "--warmup 0 --seconds 1 --via ";
    private static final int DAMAGED_MESSAGE = 50;

    private final ExampleOutput output = new ExampleOutput();

    @ParameterizedTest
    @ValueSource(strings = {"ring", "write", "execute"})
    void run_atARate_allArrives(final String via) {
        assertEquals(0, run(SHORT + via + " --rate 2000"), output::all);

        assertTrue(output.count("messages sent") > 0, output::all);
        assertEquals(output.count("messages sent"), output.count("messages received"));
        assertTrue(output.number("latency p50, us") > 0, output::all);
        assertTrue(output.out().contains("integrity: OK ("), output::all);
        assertEquals("", output.err());
    }

    /** Room for about two messages, and workers that never rest: everybody waits for everybody, and nothing may be lost. */
    @ParameterizedTest
    @ValueSource(strings = {"ring", "write", "execute"})
    void run_littleRoomAtFullSpeed_waitsForRoomAndLosesNothing(final String via) {
        assertEquals(0, run(SHORT + via + " --rate 0 --capacity 4k --size 24..2000 --workers 4"), output::all);

        assertTrue(output.count("times without room") > 0, output::all);
        assertEquals(output.count("messages sent"), output.count("messages received"));
    }

    /** A batch takes one message of this length only, and the channel is not writable after two. */
    @Test
    void run_messagesLongerThanABatch_arrive() {
        assertEquals(0, run(SHORT + "ring --rate 0 --size 60000..60000"), output::all);
    }

    @Test
    void run_ring_wakesTheEventLoop() {
        assertEquals(0, run(SHORT + "ring --rate 100"), output::all);

        assertTrue(output.count("wakeups of the event loop") > 0, output::all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "write", "execute", "compare"})
    void run_byteFlippedOnTheWay_fails(final String via) {
        final int[] messages = {0};
        assertEquals(1, run(SHORT + via, message -> {
            if (++messages[0] == DAMAGED_MESSAGE) {
                message.put(message.limit() - 1, (byte) ~message.get(message.limit() - 1));
            }
        }));
        assertTrue(output.out().contains("integrity: FAILED: 2 violations, the first of them:"), output::all);
        assertTrue(output.out().contains("  message " + DAMAGED_MESSAGE + ": wrong checksum"), output::all);
    }

    @Test
    void run_farEndThrows_fails() {
        assertEquals(1, run(SHORT + "write --rate 1000", message -> {
            throw new IllegalStateException("as planned");
        }));
        assertTrue(
                output.out().contains("thread far-end threw java.lang.IllegalStateException: as planned"), output::all);
    }

    @Test
    void compare_twoRounds_printsMediansAndRatios() {
        assertEquals(0, run(SHORT + "compare --rounds 2 --rate 1000"), output::all);

        assertEquals(6, count("^[12] +(ring|write|execute) .*$"), output::all);
        assertEquals(3, count("^median +(ring|write|execute) .*$"), output::all);
        assertEquals(2, count("^(write|execute) / ring .*$"), output::all);
        assertTrue(output.out().contains("integrity: OK ("), output::all);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--via pipe | Invalid value for option '--via': expected one of [RING, WRITE, EXECUTE, COMPARE] (case-insensitive)",
                "--workers 65 | --workers must be in 1..64, but is 65",
                "--size 23..100 | MIN of --size must be in 24..60000, but is 23",
                "--capacity 1k | MAX of --size must be at most 500 with a --capacity of 1024 bytes, but is 1200",
                "--rounds 0 | --rounds must be in 1..100, but is 0"
            })
    void run_badOption_namesValueAndLimit(final String commandLine, final String message) {
        assertEquals(2, run(commandLine));
        assertTrue(output.err().startsWith(message), output::all);
    }

    private long count(final String line) {
        return Pattern.compile(line, Pattern.MULTILINE)
                .matcher(output.out())
                .results()
                .count();
    }

    private int run(final String commandLine) {
        return run(commandLine, message -> {});
    }

    private int run(final String commandLine, final Consumer<ByteBuffer> tap) {
        return output.of(
                new ChannelWritersOptions(),
                commandLine,
                (options, watch, out) -> ChannelWriters.run(options, tap, watch, out));
    }
}
