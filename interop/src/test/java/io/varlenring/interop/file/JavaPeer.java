// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.file;

import io.varlenring.RingConsumer;
import io.varlenring.RingProducer;
import io.varlenring.StalledClaim;
import io.varlenring.VarLenMpscRing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** The peer of {@code interop/c/peer.c} in Java: the same arguments, records and book, so either can be the other's. */
final class JavaPeer {
    static final int IDS = 65_536;

    private static final int LEAST_LENGTH = 24;
    private static final long SUM_BEGIN = 0xcbf29ce484222325L;
    private static final long SUM_FACTOR = 0x100000001b3L;

    private final ByteBuffer book;
    private final boolean[] hasSeen = new boolean[IDS];
    private long records;

    private JavaPeer(final ByteBuffer book) {
        this.book = book;
    }

    public static void main(final String[] arguments) throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.attach(Path.of(arguments[1]));
        final JavaPeer peer = new JavaPeer(mapBook(Path.of(arguments[arguments.length - 1])));
        if (arguments[0].equals("produce")) {
            peer.produce(ring, Integer.parseInt(arguments[2]), Long.parseLong(arguments[3]));
        } else {
            peer.consume(ring);
        }
        ring.detach();
    }

    static ByteBuffer mapBook(final Path book) throws IOException {
        try (FileChannel channel = FileChannel.open(book, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, 2L * IDS * Long.BYTES)
                    .order(ByteOrder.nativeOrder());
        }
    }

    static long recovered(final ByteBuffer book) {
        return book.getLong(0);
    }

    static long stored(final ByteBuffer book, final int id) {
        return book.getLong(id * Long.BYTES);
    }

    static long taken(final ByteBuffer book, final int id) {
        return book.getLong((IDS + id) * Long.BYTES);
    }

    private static long sumOf(final ByteBuffer record, final int begin, final int end) {
        long sum = SUM_BEGIN;
        for (int i = begin; i < end; i++) {
            sum = (sum ^ (record.get(i) & 0xff)) * SUM_FACTOR;
        }
        return sum;
    }

    private void produce(final VarLenMpscRing ring, final int id, final long count) {
        final ByteBuffer record = ByteBuffer.allocateDirect(256).order(ByteOrder.nativeOrder());
        try (RingProducer producer = ring.newProducer()) {
            System.out.println("runs");
            for (long number = 1; count == 0 || number <= count; number++) {
                final int length = 16 + (int) (number * 0x9e3779b9L >>> 8 & 127);
                record.clear().putLong(id).putLong(number);
                while (record.position() < length) {
                    record.put((byte) (number + 7 * record.position()));
                }
                record.putLong(sumOf(record, 0, length)).flip();
                while (!producer.offer(record)) {
                    Thread.yield();
                }
                book.putLong(id * Long.BYTES, number);
            }
        }
    }

    private void consume(final VarLenMpscRing ring) throws InterruptedException {
        final RingConsumer consumer = ring.consumer();
        System.out.println("runs");
        while (!(ring.isClosed() && ring.isEmpty())) {
            final int taken = consumer.drain(this::take, 64, 10, TimeUnit.MILLISECONDS);
            final StalledClaim stalled = taken == 0 ? consumer.stalledBy() : null;
            if (stalled != null && stalled.owner() == StalledClaim.Owner.DEAD && consumer.recover(stalled)) {
                book.putLong(0, recovered(book) + 1);
            }
        }
        System.out.println(records + " records");
    }

    private void take(final ByteBuffer view) {
        final ByteBuffer record = view.slice().order(ByteOrder.nativeOrder());
        final int end = record.limit() - Long.BYTES;
        if (record.limit() < LEAST_LENGTH || record.getLong(end) != sumOf(record, 0, end)) {
            throw new AssertionError("a record of " + record.limit() + " bytes is torn");
        }
        final int id = (int) record.getLong();
        final long number = record.getLong();
        final long last = taken(book, id);
        // the first one since this process began may come again
        if (hasSeen[id] ? number != last + 1 : number > last + 1) {
            throw new AssertionError("record " + number + " of " + id + " after " + last);
        }
        hasSeen[id] = true;
        book.putLong((IDS + id) * Long.BYTES, number);
        records++;
    }
}
