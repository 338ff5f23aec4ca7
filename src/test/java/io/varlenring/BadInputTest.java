// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.assertIntact;
import static io.varlenring.Rings.bytes;
import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.fill;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of bad input: a clear error that names the value and the limit, and an intact ring afterwards. */
final class BadInputTest {
    private final VarLenMpscRing ring = VarLenMpscRing.allocate(256);
    private final RingProducer producer = ring.newProducer();
    private final RingConsumer consumer = ring.consumer();

    /** What is at the consumer's position. */
    private static final StalledClaim STALLED =
            new StalledClaim(null, 0, -1, ProcessIdentity.own(), StalledClaim.Owner.LIVES);

    @AfterEach
    void ringIsIntact() {
        if (!ring.isClosed()) {
            assertIntact(ring);
        }
    }

    private static void assertRefused(
            final Class<? extends Throwable> type, final Executable call, final String... parts) {
        final String message = assertThrows(type, call).getMessage();
        for (final String part : parts) {
            assertTrue(message != null && message.contains(part), () -> "no \"" + part + "\" in: " + message);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 32, 63, 65, 100, 96, -64, 1 << 31, Integer.MAX_VALUE, (1 << 30) + 8})
    void capacity_notAPowerOfTwoInRange_isRefused(final int capacity) {
        final String value = String.valueOf(capacity);
        assertRefused(
                IllegalArgumentException.class, () -> VarLenMpscRing.allocate(capacity), value, "64", "1073741824");
        assertRefused(
                IllegalArgumentException.class, () -> VarLenMpscRing.builder().capacity(capacity), value, "64");
    }

    @Test
    void capacity_largest_works() throws Exception {
        // in a JVM that may have it: by default direct memory ends where the heap does, at a quarter of the machine's
        BufferClassesTest.outputOf("-XX:MaxDirectMemorySize=2g", OfferToTheLargest.class);
    }

    static final class OfferToTheLargest {
        private OfferToTheLargest() {}

        public static void main(final String[] arguments) {
            final VarLenMpscRing largest = VarLenMpscRing.allocate(1 << 30);
            assertEquals((1 << 29) - 8, largest.maxPayload());
            assertTrue(offer(largest.newProducer(), payload(1, 100)));
            assertArrayEquals(payload(1, 100), drain(largest).get(0));
        }
    }

    @Test
    void memory_heap_isRefused() {
        assertRefused(
                IllegalArgumentException.class,
                () -> VarLenMpscRing.builder().memory(ByteBuffer.allocate(256)),
                "direct",
                "HeapByteBuffer");
    }

    @Test
    void memory_readOnly_isRefused() {
        final ByteBuffer readOnly = ByteBuffer.allocateDirect(256).asReadOnlyBuffer();
        assertRefused(
                IllegalArgumentException.class,
                () -> VarLenMpscRing.builder().memory(readOnly),
                "writable",
                "DirectByteBufferR");
    }

    @Test
    void memory_misaligned_isRefused() {
        for (int offset = 1; offset < 8; offset++) {
            final ByteBuffer misaligned = ByteBuffer.allocateDirect(512).slice(offset, 256);
            assertRefused(
                    IllegalArgumentException.class,
                    () -> VarLenMpscRing.builder().memory(misaligned),
                    "multiple of 8",
                    offset + " bytes past");
        }
        assertNotNull(VarLenMpscRing.builder()
                .memory(ByteBuffer.allocateDirect(512).slice(8, 256))
                .build());
    }

    @Test
    void memory_atAPosition_isJudgedByWhereItBegins() {
        final ByteBuffer aligned = ByteBuffer.allocateDirect(512);
        assertRefused(
                IllegalArgumentException.class,
                () -> VarLenMpscRing.builder()
                        .memory(aligned.duplicate().position(4).limit(4 + 256)),
                "multiple of 8",
                "4 bytes past");
        final ByteBuffer misaligned = aligned.slice(4, 500);
        final VarLenMpscRing inside = VarLenMpscRing.builder()
                .memory(misaligned.position(4).limit(4 + 256))
                .build();
        assertEquals(256, inside.capacity());
        assertTrue(offer(inside.newProducer(), payload(1, 9)));
        assertEquals(8 + 9, aligned.order(ByteOrder.nativeOrder()).getLong(8), "the first header");
        assertArrayEquals(payload(1, 9), drain(inside).get(0));
        assertIntact(inside);
    }

    @Test
    void memory_wrongSize_isRefused() {
        for (final int size : new int[] {0, 32, 63, 100, 255, 257}) {
            assertRefused(
                    IllegalArgumentException.class,
                    () -> VarLenMpscRing.builder().memory(ByteBuffer.allocateDirect(size)),
                    String.valueOf(size),
                    "64");
        }
    }

    @Test
    void memory_partOfABuffer_isUsedAndNothingElse() {
        final ByteBuffer memory = ByteBuffer.allocateDirect(256).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 256; i++) {
            memory.put(i, (byte) 0x55);
        }
        final VarLenMpscRing part =
                VarLenMpscRing.builder().memory(memory.position(64).limit(192)).build();
        assertEquals(128, part.capacity());
        assertEquals(64, memory.position());
        assertEquals(192, memory.limit());
        assertEquals(16, fill(part.newProducer()));
        assertEquals(16, drain(part).size());
        for (int i = 0; i < 256; i++) {
            assertEquals(
                    i < 64 || i >= 192 ? 0x55 : 0, memory.duplicate().clear().get(i));
        }
        assertIntact(part);
    }

    @Test
    void builder_withNeitherOrBoth_isRefused() {
        assertRefused(
                IllegalStateException.class, () -> VarLenMpscRing.builder().build(), "neither");
        assertRefused(
                IllegalStateException.class,
                () -> VarLenMpscRing.builder()
                        .capacity(128)
                        .memory(ByteBuffer.allocateDirect(64))
                        .build(),
                "both",
                "128",
                "64");
    }

    /** It would make a file that nobody can open, and leave it there. */
    @Test
    void permissions_thatKeepTheOwnerOut_areRefused() {
        for (final String without : new String[] {"r--rw-rw-", "-w-rw-rw-", "---------"}) {
            assertRefused(
                    IllegalArgumentException.class,
                    () -> VarLenMpscRing.builder().permissions(PosixFilePermissions.fromString(without)),
                    "permissions",
                    "owner");
        }
        VarLenMpscRing.builder().permissions(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void nulls_areRefused() {
        final ByteBuffer src = ByteBuffer.allocate(4);
        final List<Executable> calls = List.of(
                () -> VarLenMpscRing.builder().memory(null),
                () -> VarLenMpscRing.builder().hook(null),
                () -> VarLenMpscRing.builder().permissions(null),
                () -> producer.offer(null),
                () -> producer.offer((byte[]) null, 0, 0),
                () -> producer.offer(null, src),
                () -> producer.offer(src, null),
                () -> producer.offerAll(null, 0, 0),
                () -> producer.offerAll(new ByteBuffer[] {src, null}, 0, 2),
                () -> consumer.drain(null),
                () -> consumer.drain(null, 1),
                () -> consumer.drain(null, 1, 1, TimeUnit.SECONDS),
                () -> consumer.drain(record -> {}, 1, 1, null),
                () -> consumer.drainControlled(null, 1),
                () -> consumer.recover(null),
                () -> WakeupHook.unpark(null),
                () -> WakeupHook.semaphore(null),
                () -> WakeupHook.selector(null),
                () -> WakeupHook.semaphore(null),
                () -> WakeupHook.executor(null, () -> {}),
                () -> WakeupHook.executor(Runnable::run, null));
        for (final Executable call : calls) {
            assertThrows(NullPointerException.class, call);
            assertEquals(0, ring.size());
        }
        assertEquals(4, src.remaining());
        assertRefused(
                NullPointerException.class, () -> producer.offerAll(new ByteBuffer[] {src, null}, 0, 2), "srcs[1]");
        assertRefused(
                NullPointerException.class,
                () -> producer.offerAll(new ByteBuffer[] {src, src, null}, 1, 2),
                "srcs[2]");
    }

    @Test
    void lengths_outOfRange_areRefused() {
        final int max = ring.maxPayload();
        for (final int length : new int[] {max + 1, max + 9, 256, 1 << 20}) {
            final String value = String.valueOf(length);
            final String limit = String.valueOf(max);
            final ByteBuffer src = ByteBuffer.allocate(length);
            final ByteBuffer one = ByteBuffer.allocate(1);
            assertRefused(IllegalArgumentException.class, () -> producer.offer(src), value, limit);
            assertRefused(IllegalArgumentException.class, () -> producer.offer(src.array(), 0, length), value, limit);
            assertRefused(
                    IllegalArgumentException.class, () -> producer.offer(src.limit(length - 1), one), value, limit);
            src.limit(length);
            assertRefused(
                    IllegalArgumentException.class,
                    () -> producer.offerAll(new ByteBuffer[] {one, src}, 0, 2),
                    "srcs[1]",
                    value,
                    limit);
            assertRefused(IllegalArgumentException.class, () -> producer.tryClaim(length), value, limit);
            assertEquals(length, src.remaining());
            assertEquals(1, one.remaining());
        }
        assertRefused(IllegalArgumentException.class, () -> producer.tryClaim(-1), "-1", String.valueOf(max));
        assertRefused(IllegalArgumentException.class, () -> producer.tryClaim(Integer.MIN_VALUE), "-2147483648");
        for (int length = Integer.MAX_VALUE - 8; length > 0; length++) { // those whose stride overflows
            final int huge = length;
            assertRefused(IllegalArgumentException.class, () -> producer.tryClaim(huge), String.valueOf(huge));
        }
        assertEquals(0, ring.producerPosition());
        assertTrue(offer(producer, payload(1, max)));
    }

    @Test
    void lengths_whoseSumOverflows_areRefused(@TempDir final Path directory) throws Exception {
        final Path file = directory.resolve("sparse");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 30);
            final ByteBuffer gigabyte = sparse.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, 1L << 30);
            assertRefused(
                    IllegalArgumentException.class, () -> producer.offer(gigabyte, gigabyte), "2147483648", "120");
            assertEquals(1 << 30, gigabyte.remaining());
        }
        assertEquals(0, ring.producerPosition());
    }

    @Test
    void ranges_outOfBounds_areRefused() {
        final byte[] src = new byte[10];
        for (final int[] range : new int[][] {
            {-1, 1}, {0, -1}, {0, 11}, {5, 6}, {11, 0}, {10, Integer.MAX_VALUE}, {Integer.MAX_VALUE, Integer.MAX_VALUE}
        }) {
            assertRefused(
                    IndexOutOfBoundsException.class,
                    () -> producer.offer(src, range[0], range[1]),
                    String.valueOf(range[0]),
                    "10");
            assertRefused(
                    IndexOutOfBoundsException.class,
                    () -> producer.offer(src, range[0], range[1], 1, TimeUnit.MILLISECONDS),
                    String.valueOf(range[0]),
                    "10");
            assertRefused(
                    IndexOutOfBoundsException.class,
                    () -> producer.offerAll(new ByteBuffer[10], range[0], range[1]),
                    String.valueOf(range[0]),
                    "10");
        }
        assertEquals(0, ring.stats().aborted(), "nothing was reserved for them");
        assertTrue(producer.offer(src, 10, 0));
        assertEquals(0, producer.offerAll(new ByteBuffer[0], 0, 0));
        assertEquals(1, drain(ring).size());
    }

    @Test
    void maxRecords_negative_isRefused() {
        assertRefused(IllegalArgumentException.class, () -> consumer.drain(record -> {}, -1), "-1");
        assertRefused(IllegalArgumentException.class, () -> consumer.drainControlled(record -> null, -7), "-7");
        assertRefused(IllegalArgumentException.class, () -> consumer.drain(record -> {}, -2, 1, TimeUnit.DAYS), "-2");
    }

    @Test
    void source_thatIsAViewOfTheRing_isCopied() {
        assertTrue(offer(producer, payload(1, 30)));
        // A handler that passes its record on, to the same ring.
        assertEquals(1, consumer.drain(record -> assertTrue(producer.offer(record)), 1));
        // A claim's space, offered while it is open.
        try (RingClaim claim = producer.tryClaim(30)) {
            claim.buffer().put(payload(2, 30)).flip().position(claim.buffer().limit() - 30);
            assertTrue(producer.offer(claim.buffer()));
            claim.abort();
        }
        final List<byte[]> records = drain(ring);
        assertEquals(2, records.size());
        assertArrayEquals(payload(1, 30), records.get(0));
        assertArrayEquals(payload(2, 30), records.get(1));
    }

    @Test
    void source_thatIsTheRingsMemory_doesNoHarm() {
        final ByteBuffer memory = ByteBuffer.allocateDirect(256);
        final VarLenMpscRing own = VarLenMpscRing.builder().memory(memory).build();
        final RingProducer ownProducer = own.newProducer();
        assertThrows(IllegalArgumentException.class, () -> ownProducer.offer(memory.duplicate()));
        for (int start = 0; start < 128; start++) {
            assertTrue(ownProducer.offer(memory.duplicate().position(start).limit(start + 120)));
            assertEquals(1, own.consumer().drain(record -> assertEquals(120, record.remaining())));
        }
        assertIntact(own);
    }

    @Test
    void source_changedByAnotherThread_leavesNothingHalfWritten() throws Exception {
        final ByteBuffer shared = ByteBuffer.allocate(100);
        final AtomicBoolean done = new AtomicBoolean();
        final Thread changer = new Thread(() -> {
            while (!done.get()) {
                shared.limit(0);
                shared.clear();
            }
        });
        changer.start();
        final ByteBuffer[] batch = {ByteBuffer.allocate(3), shared, ByteBuffer.allocate(5)};
        // How often a copy is really interrupted is chance; FailingSourceTest does it for certain.
        int failures = 0;
        try {
            for (int i = 0; i < 300_000 && failures < 50; i++) {
                try {
                    switch (i % 4) {
                        case 0 -> producer.offer(shared);
                        case 1 -> producer.offer(batch[0], shared);
                        case 2 -> producer.offerAll(batch, 0, 3);
                        default -> producer.offerAll(batch, 1, 2);
                    }
                } catch (final ConcurrentModificationException
                        | IllegalArgumentException
                        | IndexOutOfBoundsException changed) { // whichever check of the ring or of the JDK found it
                    failures++;
                }
                batch[0].clear();
                batch[2].clear();
                consumer.drain(record -> assertTrue(record.remaining() <= 103));
                assertTrue(ring.isEmpty(), ring::toString);
            }
        } finally {
            done.set(true);
            changer.join();
        }
        assertTrue(ring.stats().aborted() <= failures, ring::toString);
        assertEquals(ring.stats().offered(), ring.stats().handedOver(), "what failed is not counted");
    }

    @Test
    void null_isRefused() {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder();
        for (final Executable call : List.<Executable>of(
                () -> VarLenMpscRing.map(null, 64),
                () -> VarLenMpscRing.attach(null),
                () -> builder.file(null),
                () -> builder.hook(null),
                () -> ring.stats().minus(null),
                () -> consumer.recover(null))) {
            assertThrows(NullPointerException.class, call);
        }
    }

    @Test
    void consumer_calledFromItsOwnHandler_isRefused() {
        assertTrue(offer(producer, payload(1, 1)));
        assertTrue(offer(producer, payload(2, 1)));
        final List<byte[]> seen = new ArrayList<>();
        assertEquals(2, consumer.drain(record -> {
            seen.add(bytes(record));
            assertRefused(IllegalStateException.class, () -> consumer.drain(r -> {}), "handler");
            assertRefused(IllegalStateException.class, () -> consumer.drainControlled(r -> null, 1), "handler");
            assertRefused(
                    IllegalStateException.class, () -> consumer.drain(r -> {}, 1, 1, TimeUnit.SECONDS), "handler");
            assertRefused(IllegalStateException.class, consumer::arm, "handler");
            assertRefused(IllegalStateException.class, consumer::stalledBy, "handler");
            assertRefused(IllegalStateException.class, () -> consumer.recover(STALLED), "handler");
        }));
        assertArrayEquals(payload(1, 1), seen.get(0));
        assertArrayEquals(payload(2, 1), seen.get(1));
    }

    @Test
    void consumer_calledFromASecondThread_isRefused() throws Exception {
        assertEquals(0, consumer.drain(record -> {})); // not the one that is named below
        assertTrue(offer(producer, payload(1, 1)));
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch leave = new CountDownLatch(1);
        final FutureTask<Integer> first = new FutureTask<>(() -> consumer.drain(record -> {
            inside.countDown();
            try {
                leave.await();
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
        }));
        final Thread thread = new Thread(first, "first-consumer");
        thread.start();
        inside.await();
        final String inUse = "in use by " + thread;
        final String caller = "called by " + Thread.currentThread();
        assertRefused(IllegalStateException.class, () -> consumer.drain(record -> {}), inUse, caller);
        assertTrue(consumer.toString().startsWith("RingConsumer[" + inUse + ", VarLenMpscRing["), consumer.toString());
        assertRefused(IllegalStateException.class, consumer::arm, "first-consumer");
        assertRefused(IllegalStateException.class, consumer::stalledBy, "first-consumer");
        assertRefused(IllegalStateException.class, () -> consumer.recover(STALLED), "first-consumer");
        leave.countDown();
        assertEquals(1, first.get());
        thread.join();
        assertEquals(0, consumer.drain(record -> {}));
    }

    @Test
    void handler_callsBackIntoTheRing_works() {
        assertTrue(offer(producer, payload(1, 1)));
        final int[] calls = new int[1];
        final int drained = consumer.drain(record -> {
            calls[0]++;
            assertTrue(producer.offer(record));
            assertFalse(ring.isClosed());
            assertTrue(ring.size() <= ring.capacity());
            assertNotNull(ring.stats());
        });
        assertEquals(calls[0], drained);
        assertEquals(256 / 16, drained, "a drain ends after one lap");
        assertEquals(1, consumer.drain(record -> ring.close()));
        assertTrue(ring.isClosed());
        assertEquals(0, consumer.drain(record -> {}));
        assertTrue(ring.isEmpty());
    }

    @Test
    void handler_offersIntoItsOwnFullRing_isToldFull() {
        assertEquals(32, fill(producer));
        final int[] full = new int[1];
        assertEquals(
                1,
                consumer.drain(
                        record -> {
                            if (!offer(producer, new byte[1])) {
                                full[0]++;
                            }
                        },
                        1));
        assertEquals(1, full[0]);
    }

    @Test
    void handler_returnsNoAction_isRefusedAndItsRecordIsConsumed() {
        assertTrue(offer(producer, payload(1, 1)));
        assertTrue(offer(producer, payload(2, 1)));
        assertRefused(NullPointerException.class, () -> consumer.drainControlled(record -> null, 5), "action");
        assertEquals(1, ring.stats().handedOver());
        assertArrayEquals(payload(2, 1), drain(ring).get(0));
    }

    @Test
    void ring_afterClose_refusesAndNamesIt() {
        ring.close();
        assertRefused(RingClosedException.class, () -> offer(producer, new byte[1]), "closed", ring.toString());
        assertRefused(RingClosedException.class, () -> producer.tryClaim(1), "closed");
        assertRefused(IllegalArgumentException.class, () -> producer.tryClaim(1000), "1000");
        assertRefused(IllegalArgumentException.class, () -> offer(producer, new byte[1000]), "1000");
        assertNull(assertThrows(RingClosedException.class, () -> producer.offer(ByteBuffer.allocate(3)))
                .getCause());
        assertEquals(0, ring.producerPosition());
    }

    /** A handle that knows of no room must not answer before it has looked whether the ring was closed. */
    @Test
    void ring_afterCloseWhileFull_refusesAndNamesIt() {
        while (producer.offer(ByteBuffer.allocate(8))) {
            // until it is full
        }
        ring.close();
        final ByteBuffer[] batch = {ByteBuffer.allocate(8), ByteBuffer.allocate(8)};
        assertRefused(RingClosedException.class, () -> producer.offer(ByteBuffer.allocate(8)), "closed");
        assertRefused(RingClosedException.class, () -> producer.tryClaim(8), "closed");
        assertRefused(RingClosedException.class, () -> producer.offerAll(batch, 0, 2), "closed");
        assertRefused(RingClosedException.class, () -> producer.offerAll(batch, 0, 0), "closed");
    }

    /** Although it knows of room, and the ring is open. */
    @Test
    void handle_afterClose_refusesEveryCall() {
        final RingProducer closed = ring.newProducer();
        assertTrue(offer(closed, payload(1, 9)));
        closed.close();
        final ByteBuffer src = ByteBuffer.allocate(8);
        final ByteBuffer[] batch = {src, ByteBuffer.allocate(8)};
        final List<Executable> calls = List.of(
                () -> closed.offer(src),
                () -> closed.offer(new byte[8], 0, 8),
                () -> closed.offer(src, src),
                () -> closed.offer(src, 1, TimeUnit.DAYS),
                () -> closed.offer(new byte[8], 0, 8, 1, TimeUnit.DAYS),
                () -> closed.offerAll(batch, 0, 2),
                () -> closed.offerAll(batch, 0, 0),
                () -> closed.tryClaim(8),
                () -> closed.tryClaim(Integer.MAX_VALUE),
                () -> closed.tryClaimBatch(8, 64));
        for (final Executable call : calls) {
            final Throwable refused = assertThrows(IllegalStateException.class, call);
            assertEquals(IllegalStateException.class, refused.getClass(), "the ring is open");
            assertTrue(refused.getMessage().contains("closed"), refused.getMessage());
        }
        assertEquals(8, src.remaining());
        assertTrue(offer(producer, payload(2, 9)));
        assertEquals(2, drain(ring).size());
        assertEquals(0, ring.stats().refusedFull());
    }

    @Test
    void builder_givesItsMemoryToOneRingOnly() {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().memory(ByteBuffer.allocateDirect(64));
        final VarLenMpscRing first = builder.build();
        assertTrue(first.newProducer().offer(new byte[5], 0, 5));
        assertRefused(IllegalStateException.class, builder::build, "memory", "belongs to the ring built before");
        final VarLenMpscRing second =
                builder.memory(ByteBuffer.allocateDirect(128)).build();
        assertEquals(128, second.capacity());
        assertTrue(second.isEmpty());
        assertEquals(1, drain(first).size());
    }

    @Test
    void builder_withACapacity_makesAnyNumberOfRings() {
        final int[] wakeups = new int[1];
        final VarLenMpscRing.Builder builder =
                VarLenMpscRing.builder().capacity(64).hook(() -> wakeups[0]++);
        final VarLenMpscRing first = builder.build();
        final VarLenMpscRing second = builder.build();
        for (final VarLenMpscRing made : List.of(first, second)) {
            assertTrue(made.isEmpty());
            assertTrue(made.consumer().arm());
            assertTrue(offer(made.newProducer(), payload(1, 9)));
        }
        assertEquals(2, wakeups[0]);
        first.close();
        assertFalse(second.isClosed());
    }

    @Test
    void offerAll_ofAPart_mindsNothingElseInTheArray() {
        final ByteBuffer tooLong = ByteBuffer.allocate(1000);
        final ByteBuffer[] srcs = {null, tooLong, ByteBuffer.allocate(1), ByteBuffer.allocate(2), tooLong, null};
        assertEquals(2, producer.offerAll(srcs, 2, 2));
        assertEquals(2, drain(ring).size());
        assertEquals(1000, tooLong.remaining());
        fill(producer);
        assertRefused(IllegalArgumentException.class, () -> producer.offerAll(srcs, 3, 2), "1000");
    }
}
