// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.ExampleOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UdpHandoverTest {
    private static final int DAMAGED_RECORD = 100;

    private final ExampleOutput output = new ExampleOutput();

    @Test
    void run_threeListenersAndSenders_handsOverAndAccountsForAll() {
        assertEquals(0, run("--seconds 1 --listeners 3 --senders 3"), this::all);

        final long handedOver = count("handed over");
        assertTrue(handedOver > 0, this::all);
        assertTrue(
                out().contains("integrity: OK (" + handedOver + " records verified: checksum and per-sender order)"),
                this::all);
        assertEquals(count("received by listeners"), handedOver + count("refused as full") + count("malformed"));
        assertEquals(count("datagrams sent"), count("received by listeners") + count("lost by the kernel"));
        assertEquals(0, count("malformed"));
        assertEquals(0, count("send failures"));
        assertTrue(count("throughput, datagrams/s") > 0, this::all);
        assertTrue(count("wakeups of the handler") > 0, this::all);
        assertTrue(number("hand-over latency p50, us") > 0, this::all);
        assertTrue(number("hand-over latency p50, us") <= number("hand-over latency p90, us"), this::all);
        assertTrue(number("hand-over latency p90, us") <= number("hand-over latency p99, us"), this::all);
        assertTrue(number("hand-over latency p99, us") <= number("hand-over latency p99.9, us"), this::all);
        assertTrue(number("hand-over latency p99.9, us") <= number("hand-over latency max, us"), this::all);
        assertTrue(
                Pattern.compile(
                                "^   1 s  received +[0-9,]+/s  handed over +[0-9,]+/s  refused +[0-9,]+/s"
                                        + "  ring [0-9,]+ of 1048576 bytes$",
                                Pattern.MULTILINE)
                        .matcher(out())
                        .find(),
                this::all);
        assertEquals("", err());
    }

    @Test
    void run_handler_isOneThread() {
        final Set<String> threads = ConcurrentHashMap.newKeySet();
        final int exitCode = run((recordNumber, record, handler) -> {
            threads.add(Thread.currentThread().getName());
            handler.onRecord(record);
        });

        assertEquals(0, exitCode, this::all);
        assertEquals(Set.of("handler"), threads);
        assertTrue(count("wakeups of the handler") > 0, this::all);
        assertEquals("", err());
    }

    @Test
    void run_tinyRing_refusesAndStaysSound() {
        assertEquals(0, run("--seconds 1 --capacity 4k --size 64..1000"), this::all);

        assertTrue(count("refused as full") > 0, this::all);
        assertEquals(count("received by listeners"), count("handed over") + count("refused as full"), this::all);
        assertTrue(count("most bytes in the ring") <= 4096, this::all);
    }

    @Test
    void run_smallestAndLargestDatagrams_arrive() {
        assertEquals(0, run("--seconds 1 --senders 1 --listeners 1 --size 16..16"), this::all);
        output.reset();
        assertEquals(0, run("--seconds 1 --senders 1 --listeners 1 --size 65507..65507"), this::all);
    }

    @Test
    void run_atARate_comparesTheRingWithAQueue() throws IOException {
        assertEquals(0, run(UnaryOperator.identity(), "--rate 2000 --seconds 1"), this::all);

        final double[] handedOver = columns("handed over");
        final double[] refused = columns("refused as full");
        final double[] garbage = columns("allocated, bytes per datagram");
        assertTrue(handedOver[0] > 0 && handedOver[1] > 0, this::all);
        assertTrue(handedOver[0] + refused[0] <= 4000 && handedOver[1] + refused[1] <= 4000, this::all);
        assertTrue(columns("hand-over latency p50, us")[0] <= columns("hand-over latency p99.9, us")[0], this::all);
        assertTrue(garbage[1] >= 64 + Records.HEADER_LENGTH, "a copy of each, " + all());
        assertTrue(garbage[0] < garbage[1] / 2, this::all);
        assertEquals(2, columns("collections").length);
        assertEquals(2, columns("longest pause, ms").length);
        assertTrue(out().contains("\nThe ring handed over "), this::all);

        final Matcher path = Pattern.compile("latency distribution: (.*)").matcher(out());
        assertTrue(path.find(), this::all);
        final Path chart = Path.of(path.group(1));
        assertEquals(2, Files.readString(chart).split("<polyline").length - 1);
        Files.delete(chart);
    }

    @Test
    void run_atARateWithAHandlerThatIsSlow_refusesInBothWays() {
        final String slow = "--rate 4000 --seconds 1 --capacity 4k --size 1000..1000";
        assertEquals(
                0,
                run(
                        handler -> record -> {
                            LockSupport.parkNanos(2_000_000);
                            handler.onRecord(record);
                        },
                        slow),
                this::all);

        assertTrue(columns("refused as full")[0] > 0 && columns("refused as full")[1] > 0, this::all);
    }

    /** Returns the two numbers of a line. */
    private double[] columns(final String label) {
        final Matcher line = Pattern.compile(
                        "^" + Pattern.quote(label) + " +([0-9,.]+) +([0-9,.]+)$", Pattern.MULTILINE)
                .matcher(out());
        assertTrue(line.find(), () -> "no line '" + label + "' in " + all());
        return new double[] {
            Double.parseDouble(line.group(1).replace(",", "")),
            Double.parseDouble(line.group(2).replace(",", ""))
        };
    }

    @Test
    void run_byteFlippedInTheRing_fails() {
        final int exitCode = run((recordNumber, record, handler) -> {
            if (recordNumber == DAMAGED_RECORD) {
                record.put(record.limit() - 1, (byte) ~record.get(record.limit() - 1));
            }
            handler.onRecord(record);
        });

        assertEquals(1, exitCode, this::all);
        assertTrue(out().contains("integrity: FAILED: 1 violation:"), this::all);
        assertTrue(out().contains("  record " + DAMAGED_RECORD + ": wrong checksum"), this::all);
    }

    @Test
    void run_recordLostInTheRing_fails() {
        final int exitCode = run((recordNumber, record, handler) -> {
            if (recordNumber != DAMAGED_RECORD) {
                handler.onRecord(record);
            }
        });

        assertEquals(1, exitCode, this::all);
        assertTrue(out().contains("integrity: FAILED: 3 violations, the first of them:"), this::all);
        assertTrue(out().contains("  listener "), this::all);
    }

    @Test
    void run_handlerThrows_endsTheRun() {
        final int exitCode = run("--seconds 3600", (recordNumber, record, handler) -> {
            if (recordNumber == DAMAGED_RECORD) {
                throw new IllegalStateException("as planned");
            }
            handler.onRecord(record);
        });

        assertEquals(1, exitCode, this::all);
        assertTrue(out().contains("  thread handler threw java.lang.IllegalStateException: as planned"), this::all);
        assertTrue(err().contains("as planned"), this::all);
    }

    @Test
    void run_badOption_printsMessageAndUsage() {
        assertEquals(2, run("--capacity 3000"));

        assertEquals("", out());
        assertTrue(err().contains("--capacity': must be a power of two in 64..1073741824 bytes"), this::all);
        assertTrue(err().contains("but is '3000'"), this::all);
    }

    /** Stands between the ring and the handler. */
    @FunctionalInterface
    private interface Interposer {
        void onRecord(int recordNumber, ByteBuffer record, RecordHandler handler);
    }

    private int run(final Interposer interposer) {
        return run("--seconds 1", interposer);
    }

    private int run(final String commandLine, final Interposer interposer) {
        final int[] records = {0};
        return run(handler -> record -> interposer.onRecord(++records[0], record, handler), "--rate 0 " + commandLine);
    }

    private int run(final String commandLine) {
        return run(UnaryOperator.identity(), "--rate 0 " + commandLine);
    }

    private int run(final UnaryOperator<RecordHandler> between, final String commandLine) {
        return output.of(
                new UdpHandoverOptions(),
                commandLine,
                (options, watch, out) -> UdpHandover.run(options, between, watch, out));
    }

    private long count(final String label) {
        return output.count(label);
    }

    private double number(final String label) {
        return output.number(label);
    }

    private String out() {
        return output.out();
    }

    private String err() {
        return output.err();
    }

    private String all() {
        return output.all();
    }
}
