// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.interop.measure.ExampleOutput;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChannelWritersTest {
    private static final String SHORT = "--warmup 0 --seconds 1 ";

    private final ExampleOutput output = new ExampleOutput();

    @Test
    void run_atARate_allArrivesByBothWays() {
        assertEquals(0, run(SHORT + "--rounds 2 --rate 1000"), output::all);

        assertEquals(1, count("^round 1, ring: [1-9].* verified$"), output::all);
        assertEquals(1, count("^round 2, write: [1-9].* verified$"), output::all);
        assertEquals(figure("messages sent"), figure("messages arrived"));
        assertEquals(2, figure("latency p99, us").size(), output::all);
        assertEquals(2, figure("garbage, bytes/message").size(), output::all);
        assertTrue(output.out().contains("integrity: OK ("), output::all);
        assertEquals("", output.err());
    }

    /** Room for about two messages, and workers that never rest: everybody waits for everybody, and nothing may be lost. */
    @Test
    void run_littleRoomAtFullSpeed_waitsForRoomAndLosesNothing() {
        assertEquals(0, run(SHORT + "--rounds 1 --rate 0 --capacity 4k --size 28..2000 --workers 4"), output::all);

        assertTrue(figure("times without room").stream().noneMatch("0"::equals), output::all);
        assertEquals(figure("messages sent"), figure("messages arrived"));
    }

    /** A batch takes one message of this length only, and the channel is not writable after two. */
    @Test
    void run_messagesLongerThanABatch_arrive() {
        assertEquals(0, run(SHORT + "--rounds 1 --rate 0 --size 60000..60000"), output::all);
    }

    /** The second run is the one by plain writes. */
    @ParameterizedTest
    @ValueSource(strings = {"ring", "write"})
    void run_byteFlippedOnTheWay_fails(final String way) {
        final boolean[] damaged = {false};
        assertEquals(1, run(SHORT + "--rounds 1 --rate 1000", message -> {
            if (output.out().contains("round 1, ring") == way.equals("write") && !damaged[0]) {
                damaged[0] = true;
                message.put(message.limit() - 1, (byte) ~message.get(message.limit() - 1));
            }
        }));
        assertTrue(output.out().contains("integrity: FAILED: 2 violations, the first of them:"), output::all);
        assertTrue(output.out().contains("  " + way + ": message 1: wrong checksum"), output::all);
    }

    @Test
    void run_farEndThrows_fails() {
        assertEquals(1, run(SHORT + "--rate 1000", message -> {
            throw new IllegalStateException("as planned");
        }));
        assertTrue(
                output.out().contains("thread far-end threw java.lang.IllegalStateException: as planned"), output::all);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--workers 65 | --workers must be in 1..64, but is 65",
                "--size 27..100 | MIN of --size must be in 28..131072, but is 27",
                "--capacity 1k | MAX of --size must be at most 504 with a --capacity of 1024 bytes, but is 1200",
                "--rounds 0 | --rounds must be in 1..100, but is 0"
            })
    void run_badOption_namesValueAndLimit(final String commandLine, final String message) {
        assertEquals(2, run(commandLine));
        assertTrue(output.err().startsWith(message), output::all);
    }

    /** Returns what the table's line with a label says of each way: the median, without its range. */
    private List<String> figure(final String label) {
        final String line = output.out()
                .lines()
                .filter(text -> text.startsWith(label))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + label + " in " + output.all()));
        return List.of(line.substring(label.length())
                .replaceAll("\\(.*?\\)", "")
                .strip()
                .split(" +"));
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
        final ChannelWritersOptions options = new ChannelWritersOptions();
        options.tap = tap;
        return output.of(options, commandLine, ChannelWriters::run);
    }
}
