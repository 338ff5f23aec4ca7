// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Options;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RingListenerTest {
    private static final UdpHandoverOptions OPTIONS =
            Options.parse(new UdpHandoverOptions(), "--size", "20..100", "--capacity", "256", "--listeners", "8");
    private static final int ID = 7;

    private final VarLenMpscRing ring = VarLenMpscRing.allocate(OPTIONS.capacity);

    @Test
    void run_datagram_becomesARecordWithItsBytesTimeAndListener() throws IOException {
        final byte[] datagram = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21};
        final long before = System.nanoTime();

        final ListenerCounts counts = receive(datagram);

        assertEquals(new ListenerCounts(1, 1, 0, 0), counts);
        final List<byte[]> datagrams = new ArrayList<>();
        ring.consumer().drain(record -> {
            assertEquals(ID, Records.listener(record, record.position()));
            final long receiveNanos = Records.receiveNanos(record, record.position());
            assertTrue(receiveNanos - before > 0 && System.nanoTime() - receiveNanos > 0);
            datagrams.add(datagramOf(record));
        });
        assertEquals(
                List.of(ByteBuffer.wrap(datagram)),
                datagrams.stream().map(ByteBuffer::wrap).toList());
    }

    @Test
    void run_lengthsAtBothEnds_areMalformedOutsideOnly() throws IOException {
        final List<Integer> lengths = new ArrayList<>();
        for (final int length : new int[] {0, 19, 20, 100, 101, 1000}) {
            final ListenerCounts counts = receive(new byte[length]);

            final boolean good = length >= 20 && length <= 100;
            assertEquals(good ? new ListenerCounts(1, 1, 0, 0) : new ListenerCounts(1, 0, 0, 1), counts);
            ring.consumer().drain(record -> lengths.add(datagramOf(record).length));
        }
        assertEquals(List.of(20, 100), lengths);
    }

    @Test
    void run_manyAtOnce_becomeRecordsInOrderAndOneBehindTheOther() throws IOException {
        final int count = 40; // more than a burst
        final List<Integer> lengths = new ArrayList<>();
        final byte[][] datagrams = new byte[count + 1][];
        for (int i = 0; i < count; i++) {
            datagrams[i] = new byte[20 + i];
        }
        datagrams[count] = new byte[19];
        final VarLenMpscRing large = VarLenMpscRing.allocate(1 << 14);
        final UdpHandoverOptions options =
                Options.parse(new UdpHandoverOptions(), "--size", "20..100", "--capacity", "16k");

        assertEquals(new ListenerCounts(count + 1, count, 0, 1), receive(options, large, datagrams));
        large.consumer().drain(record -> lengths.add(datagramOf(record).length));
        assertEquals(IntStream.range(20, 20 + count).boxed().toList(), lengths);
        assertEquals(0, large.stats().paddingBytes());
    }

    @Test
    void run_ringFull_countsRefusedAndMalformedAndDrops() throws IOException {
        while (ring.newProducer().offer(new byte[1], 0, 1)) {
            // until it is full
        }

        assertEquals(new ListenerCounts(4, 0, 2, 2), receive(new byte[20], new byte[19], new byte[100], new byte[101]));
        ring.consumer().drain(record -> assertEquals(1, record.remaining()));
    }

    @Test
    void run_nothingMoreToReceive_leavesNoClaimOpen() throws IOException {
        receive(new byte[50]);

        assertEquals(1, ring.consumer().drain(record -> {}));
        assertEquals(0, ring.consumer().drain(record -> {}));
        assertTrue(ring.isEmpty());
    }

    @Test
    void run_quietBeforeFinish_goesOnListening() throws Exception {
        final ThreadWatch watch = new ThreadWatch(System.err, 10_000);
        try (Listener listener = new RingListener(ID, OPTIONS, ring.newProducer());
                DatagramChannel sender = DatagramChannel.open()) {
            final Thread thread = watch.start("listener", listener::run);
            thread.join(500); // longer than the quiet time that ends it when it is to finish
            assertTrue(thread.isAlive());

            sender.send(ByteBuffer.allocate(50), listener.address());
            listener.finish();

            assertTrue(watch.join(thread));
            assertEquals(List.of(), watch.failures());
            assertEquals(new ListenerCounts(1, 1, 0, 0), listener.counts());
        }
    }

    /** Runs a listener until it has received these datagrams, sent beforehand, and nothing has come for a while. */
    private ListenerCounts receive(final byte[]... datagrams) throws IOException {
        return receive(OPTIONS, ring, datagrams);
    }

    private static ListenerCounts receive(
            final UdpHandoverOptions options, final VarLenMpscRing ring, final byte[]... datagrams) throws IOException {
        try (Listener listener = new RingListener(ID, options, ring.newProducer());
                DatagramChannel sender = DatagramChannel.open()) {
            for (final byte[] datagram : datagrams) {
                assertEquals(datagram.length, sender.send(ByteBuffer.wrap(datagram), listener.address()));
            }
            listener.finish();
            listener.run();
            return listener.counts();
        }
    }

    private static byte[] datagramOf(final ByteBuffer record) {
        record.position(record.position() + Records.HEADER_LENGTH);
        final byte[] bytes = new byte[record.remaining()];
        record.get(bytes);
        return bytes;
    }
}
