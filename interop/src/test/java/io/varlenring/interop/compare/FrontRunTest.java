// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Drop;
import io.varlenring.interop.front.FrontCounts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FrontRunTest {
    private static final int LENGTH = 1200;
    private static final int HANDLERS = 2;
    /** So few at a time that a socket is never full. */
    private static final int BURST = 32;
    /** So much that nothing is dropped even if the handlers do not get to run. */
    private static final int ROOM_FOR_ALL = 1 << 26;

    private static final int WARMUP = 20_000;
    private static final int MEASURED = 20_000;
    /** The constant: what the JVM allocates now and then on any thread, whatever the thread does. */
    private static final long ALLOWED_BYTES = 16 << 10;

    private final ThreadWatch watch = new ThreadWatch(System.err, 30_000);
    private final Datagrams datagrams = new Datagrams();
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(LENGTH);
    private FrontRun run;
    private long sent;

    @AfterEach
    void close() throws IOException {
        run.close();
    }

    @Test
    void listener_ringAndSteadySender_allocatesNothing() throws Exception {
        final long bytes = allocatedByListener(HandoverKind.RING);

        assertTrue(bytes <= ALLOWED_BYTES, () -> bytes + " bytes for " + MEASURED + " datagrams");
    }

    /** The control: the measurement sees what a copy on the heap costs. */
    @Test
    void listener_queue_allocatesACopyOfEachDatagram() throws Exception {
        final long bytes = allocatedByListener(HandoverKind.QUEUE);

        assertTrue(bytes >= (long) MEASURED * LENGTH, () -> bytes + " bytes for " + MEASURED + " datagrams");
    }

    private long allocatedByListener(final HandoverKind kind) throws Exception {
        open(kind, ROOM_FOR_ALL, UnaryOperator.identity());
        final long bytes;
        try (DatagramChannel sender = DatagramChannel.open()) {
            sender.connect(run.front.address());
            send(sender, WARMUP);
            run.listenerUse(); // its first time is not to be measured
            final long before = run.listenerUse().allocatedBytes();
            send(sender, MEASURED);
            bytes = run.listenerUse().allocatedBytes() - before;
        }
        assertTrue(run.finish());
        assertEquals(List.of(), run.violations());
        assertEquals(List.of(), watch.failures());
        assertEquals(sent, run.handedOver());
        assertTrue(run.handlers.stream().allMatch(handler -> handler.verifier.checked() > 0));
        return bytes;
    }

    @ParameterizedTest
    @EnumSource
    void run_handlerThatStalls_dropsWhatDoesNotFitAndAccountsForAll(final HandoverKind kind) throws Exception {
        open(kind, 1 << 14, UnaryOperator.identity());
        try (DatagramChannel sender = DatagramChannel.open()) {
            sender.connect(run.front.address());
            send(sender, 2 * BURST);
            run.handlers.forEach(handler -> handler.stallOnce(500));
            send(sender, 10 * BURST);
        }

        assertTrue(run.finish());
        assertEquals(List.of(), run.violations());
        final long full = run.front.sum(counts -> counts.drops(Drop.RING_FULL));
        assertTrue(full > 0);
        assertEquals(sent, run.handedOver() + full);
        assertEquals(List.of(), watch.failures());
    }

    @Test
    void run_handlerThrowsOnce_getsAllThatComesAfter() throws Exception {
        open(HandoverKind.RING, ROOM_FOR_ALL, handler -> {
            final int[] records = {0};
            return record -> {
                if (++records[0] == 5) {
                    throw new IllegalStateException("as planned");
                }
                handler.onRecord(record);
            };
        });
        try (DatagramChannel sender = DatagramChannel.open()) {
            sender.connect(run.front.address());
            send(sender, 4 * BURST);
        }

        assertTrue(run.finish());
        assertEquals(sent - HANDLERS, run.handedOver());
        assertEquals(HANDLERS, watch.failures().size());
    }

    @ParameterizedTest
    @EnumSource
    void run_recordDamagedOrLostOnTheWay_isNoticed(final HandoverKind kind) throws Exception {
        final UnaryOperator<RecordHandler> damage = handler -> {
            final int[] records = {0};
            return record -> {
                records[0]++;
                if (records[0] == 5) {
                    record.put(record.limit() - 1, (byte) ~record.get(record.limit() - 1));
                }
                if (records[0] != 7) {
                    handler.onRecord(record);
                }
            };
        };
        open(kind, 1 << 20, damage);
        try (DatagramChannel sender = DatagramChannel.open()) {
            sender.connect(run.front.address());
            send(sender, 2 * BURST);
        }

        assertTrue(run.finish());
        final List<String> violations = run.violations();
        assertEquals(
                2,
                violations.stream()
                        .filter(text -> text.contains("wrong checksum"))
                        .count());
        assertEquals(
                2, violations.stream().filter(text -> text.contains("came out")).count());
    }

    private void open(final HandoverKind kind, final int capacity, final UnaryOperator<RecordHandler> interposer)
            throws IOException {
        final TraceOptions options = new TraceOptions();
        options.listeners = 1;
        options.handlers = HANDLERS;
        options.capacity = capacity;
        options.interposer = interposer;
        run = new FrontRun(kind, options, 1, watch);
    }

    /** Sends from one socket, in runs of two flows, and waits for the listener after each. */
    private void send(final DatagramChannel sender, final int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            FrontSender.encode(datagrams, datagram, LENGTH, (int) (sent / BURST), 0, sent);
            sender.write(datagram);
            sent++;
            if (sent % BURST == 0) {
                final long expected = sent;
                assertTrue(watch.await("receiving", () -> run.front.sum(FrontCounts::received) == expected));
            }
        }
    }
}
