// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.bytes;
import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rings in files: how they are created, joined and left, and how one wakes another's consumer. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FileRingTest {
    private static final int CAPACITY = 1024;
    private static final long LONG_SECONDS = 60;

    private final Path file = FileRings.newFile();
    private final List<VarLenMpscRing> rings = new ArrayList<>();

    private VarLenMpscRing map() throws IOException {
        return kept(VarLenMpscRing.map(file, CAPACITY));
    }

    private VarLenMpscRing kept(final VarLenMpscRing ring) {
        rings.add(ring);
        return ring;
    }

    @AfterEach
    void deleteFile() throws IOException {
        for (final VarLenMpscRing ring : rings) {
            ring.detach();
        }
        Files.deleteIfExists(file);
    }

    // Making and joining

    @Test
    void map_whenThereIsNone_makesItForTheOwnerAlone() throws IOException {
        final VarLenMpscRing ring = map();
        assertEquals(CAPACITY, ring.capacity());
        assertEquals(file.toAbsolutePath(), ring.file());
        assertTrue(ring.isEmpty());
        assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
        assertEquals(RingLayout.dataOffset(128) + CAPACITY, Files.size(file));
        assertNothingTemporary();
    }

    @Test
    void map_whenThereIsOne_joinsIt() throws IOException {
        final VarLenMpscRing first = map();
        final VarLenMpscRing second = map();
        final VarLenMpscRing third = kept(VarLenMpscRing.attach(file));
        final VarLenMpscRing relative =
                kept(VarLenMpscRing.attach(Path.of("").toAbsolutePath().relativize(file.toAbsolutePath())));
        assertTrue(relative.file().isAbsolute() && relative.isCurrent());
        assertTrue(offer(second.newProducer(), payload(1, 30)));
        assertTrue(offer(third.newProducer(), payload(2, 40)));
        final List<byte[]> records = drain(first);
        assertArrayEquals(payload(1, 30), records.get(0));
        assertArrayEquals(payload(2, 40), records.get(1));
    }

    @Test
    void map_ofAnotherCapacity_namesBoth() throws IOException {
        map();
        final IllegalArgumentException failure =
                assertThrows(IllegalArgumentException.class, () -> VarLenMpscRing.map(file, 2 * CAPACITY));
        assertTrue(failure.getMessage().contains("1024, but is 2048"), failure.getMessage());
    }

    @Test
    void attach_whenThereIsNone_throws() {
        assertThrows(NoSuchFileException.class, () -> VarLenMpscRing.attach(file));
        final IOException failure = assertThrows(IOException.class, () -> VarLenMpscRing.attach(file.getParent()));
        assertEquals("not a regular file: " + file.getParent(), failure.getMessage());
    }

    /** It would close the channel, and with it drop all locks of this process on the file. */
    @Test
    void attach_byAnInterruptedThread_succeeds() throws IOException {
        final byte[] content = new byte[RingLayout.dataOffset(1) + 64];
        FileHeader.write(ByteBuffer.wrap(content), 64, 1, 0);
        Files.write(file, content);
        Thread.currentThread().interrupt();
        final VarLenMpscRing ring = kept(VarLenMpscRing.attach(file));
        assertTrue(Thread.interrupted());
        assertTrue(offer(ring.newProducer(), new byte[1]));
        assertEquals(1, drain(ring).size());
    }

    @Test
    void map_byManyAtOnce_isOneRing() throws Exception {
        final Crew crew = new Crew();
        final Set<Object> ids = new ConcurrentSkipListSet<>();
        for (int i = 0; i < 8; i++) {
            final byte[] record = payload(i, 16);
            crew.add("joiner" + i, () -> {
                final VarLenMpscRing ring = VarLenMpscRing.map(file, CAPACITY);
                ids.add(ring.places.file.header.id());
                assertTrue(offer(ring.newProducer(), record));
            });
        }
        crew.run(file);
        assertEquals(1, ids.size());
        assertEquals(8, drain(map()).size());
    }

    @Test
    void builder_forAFile_checksWhatBelongsTogether() {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder();
        assertThrows(IllegalArgumentException.class, () -> builder.slots(0));
        assertThrows(IllegalArgumentException.class, () -> builder.slots(4097));
        assertThrows(
                IllegalStateException.class,
                () -> VarLenMpscRing.builder().capacity(64).slots(1).build());
        assertThrows(
                IllegalStateException.class,
                () -> VarLenMpscRing.builder()
                        .capacity(64)
                        .permissions(PosixFilePermissions.fromString("rw-------"))
                        .build());
        assertThrows(
                IllegalStateException.class,
                () -> VarLenMpscRing.builder()
                        .memory(ByteBuffer.allocateDirect(64))
                        .file(file)
                        .build());
        assertFalse(Files.exists(file));
    }

    @Test
    void builder_setsSlotsAndPermissions() throws IOException {
        final VarLenMpscRing ring = kept(VarLenMpscRing.builder()
                .file(file)
                .capacity(64)
                .slots(2)
                .permissions(PosixFilePermissions.fromString("rw-rw----"))
                .build());
        assertEquals(PosixFilePermissions.fromString("rw-rw----"), Files.getPosixFilePermissions(file));
        final List<RingProducer> both = List.of(ring.newProducer(), ring.newProducer());
        final IllegalStateException full = assertThrows(IllegalStateException.class, ring::newProducer);
        assertTrue(full.getMessage().contains("all 2 slots"), full.getMessage());
        both.forEach(RingProducer::close); // only now: the slot of a collected handle is free
    }

    @Test
    void builder_forAFileThatIsThere_keepsItsSlots() throws IOException {
        assertInstanceOf(
                NoSuchFileException.class,
                assertThrows(
                                UncheckedIOException.class,
                                () -> VarLenMpscRing.builder().file(file).build())
                        .getCause());
        final VarLenMpscRing first =
                kept(VarLenMpscRing.builder().file(file).capacity(64).slots(1).build());
        final VarLenMpscRing second =
                kept(VarLenMpscRing.builder().file(file).slots(9).build());
        assertEquals(64, second.capacity());
        assertEquals(file.toAbsolutePath().toString(), second.name());
        final RingProducer producer = first.newProducer();
        final IllegalStateException full = assertThrows(IllegalStateException.class, second::newProducer);
        assertEquals(
                "all 1 slots of " + file.toAbsolutePath()
                        + " are taken, 1 of them by handles of this process, and 0 by processes that have died and left"
                        + " what the consumer has not passed: it has to drain, and perhaps to recover",
                full.getMessage());
        producer.close();
    }

    @Test
    void map_inAnotherFileSystem_isRefused() {
        final Path elsewhere = Path.of(java.net.URI.create("jrt:/java.base"));
        for (final Executable call :
                List.<Executable>of(() -> VarLenMpscRing.map(elsewhere, 64), () -> VarLenMpscRing.attach(elsewhere))) {
            final String message =
                    assertThrows(IllegalArgumentException.class, call).getMessage();
            assertTrue(message.contains("/java.base of "), message);
        }
    }

    @Test
    void map_whereThereIsNoDirectory_namesTheFileThatWasToBe() {
        final Path nowhere = file.resolveSibling(file.getFileName() + ".none").resolve("ring");
        final NoSuchFileException none = assertThrows(NoSuchFileException.class, () -> VarLenMpscRing.map(nowhere, 64));
        assertEquals(nowhere + ": there is no directory for it", none.getMessage());
    }

    @Test
    void map_whereNoFileCanBeMade_saysOfWhichAndHowLarge() throws IOException {
        Files.createFile(file);
        final Path inAFile = file.resolve("ring");
        final FileSystemException refused =
                assertThrows(FileSystemException.class, () -> VarLenMpscRing.map(inAFile, 64));
        assertTrue(
                refused.getMessage().startsWith(inAFile + ": a ring of 20544 bytes cannot be made: "),
                refused.getMessage());
    }

    /** The copy says that its consumer and its producers are those of the original, and they live. */
    @Test
    void consumer_ofACopy_saysThatItMayBeOne() throws IOException {
        final Path copy = file.resolveSibling(file.getFileName() + ".copy");
        final VarLenMpscRing ring = map();
        ring.consumer();
        Files.copy(file, copy);
        final VarLenMpscRing copied = VarLenMpscRing.attach(copy);
        final String refused =
                assertThrows(IllegalStateException.class, copied::consumer).getMessage();
        assertTrue(refused.endsWith(" has opened and closed the file, or this is a copy of its file"), refused);
        copied.detach();
        Files.delete(copy);
    }

    @Test
    void closedRing_saysWhereItIsAndHowToGoOn() throws IOException {
        final VarLenMpscRing ring = kept(
                VarLenMpscRing.builder().file(file).capacity(64).name("named").build());
        final RingProducer producer = ring.newProducer();
        ring.close();
        final String message = assertThrows(RingClosedException.class, () -> offer(producer, new byte[1]))
                .getMessage();
        assertTrue(message.startsWith("the ring in " + file.toAbsolutePath() + " is closed, for all"), message);
        assertTrue(message.contains("deleted") && message.contains("named"), message);
    }

    /** A link is there, so none can be made, and the file that it names is not. */
    @Test
    void map_overALinkToNothing_isRefusedAndLeavesNothing() throws IOException {
        Files.createSymbolicLink(file, file.resolveSibling(file.getFileName() + ".none"));
        assertThrows(FileAlreadyExistsException.class, this::map);
        assertNothingTemporary();
    }

    private void assertNothingTemporary() throws IOException {
        try (var files = Files.list(file.getParent())) {
            assertEquals(
                    List.of(),
                    files.filter(other -> other.getFileName().toString().contains("." + file.getFileName() + "."))
                            .toList(),
                    "a temporary file is left");
        }
    }

    /** In several writes, of which the last one is shorter. A hole would be a page that a full disk refuses later. */
    @Test
    void map_ofALargeRing_writesEachByte() throws IOException {
        final Path io = Path.of("/proc/self/io");
        final boolean areCounted = Files.isReadable(io);
        if (!areCounted) {
            System.out.println("FileRingTest: SKIPPED how many bytes are written into a new file: no /proc/self/io");
        }
        final long before = areCounted ? written(io) : 0;
        final VarLenMpscRing ring = kept(
                VarLenMpscRing.builder().file(file).capacity(1 << 20).slots(1).build());
        assertEquals(8192 + (1 << 20), Files.size(file));
        assertTrue(!areCounted || written(io) - before >= Files.size(file), "the file has a hole");
        assertTrue(offer(ring.newProducer(), payload(1, ring.maxPayload())));
        assertArrayEquals(payload(1, ring.maxPayload()), drain(ring).get(0));
    }

    private static long written(final Path io) throws IOException {
        for (final String line : Files.readAllLines(io)) {
            if (line.startsWith("wchar: ")) {
                return Long.parseLong(line.substring("wchar: ".length()));
            }
        }
        throw new IOException("no count of bytes in " + io);
    }

    /** All rings in this JVM share one mapping, and one channel, whose close would drop the locks. */
    @Test
    void attach_againAndAgain_opensAndMapsOnce() throws IOException {
        final Path own = Path.of("/proc/self");
        if (!Files.isDirectory(own.resolve("fd"))) {
            System.out.println("FileRingTest: SKIPPED how often a file is opened: no /proc/self/fd");
            return;
        }
        for (int i = 0; i < 3; i++) {
            map();
        }
        assertEquals(1, descriptors());
        try (var lines = Files.lines(own.resolve("maps"))) {
            assertEquals(1, lines.filter(line -> line.endsWith(file.toString())).count());
        }
        Files.delete(file);
        Files.write(file, new byte[1 << 14]);
        assertThrows(RingCorruptException.class, () -> VarLenMpscRing.attach(file));
        assertEquals(0, descriptors(), "a file that is no ring stays open");
    }

    private long descriptors() throws IOException {
        long count = 0;
        try (var open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (final Path descriptor : open) {
                try {
                    count += Files.readSymbolicLink(descriptor).equals(file) ? 1 : 0;
                } catch (final NoSuchFileException closed) {
                    count += 0; // the directory's own, or another thread's
                }
            }
        }
        return count;
    }

    /** As if somebody had closed it, by way of the map that all class loaders share. */
    @Test
    void map_whenItsChannelIsClosed_opensTheFileAgain() throws IOException {
        map();
        final Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        final Map<?, ?> files = (Map<?, ?>) System.getProperties().get("io.varlenring.files");
        ((FileChannel) ((Object[]) files.get(key == null ? file.toRealPath() : key))[0]).close();
        assertTrue(offer(map().newProducer(), payload(1, 9)));
        assertArrayEquals(payload(1, 9), drain(map()).get(0));
    }

    @Test
    void isCurrent_afterTheFileWasReplaced_isFalse() throws IOException {
        final VarLenMpscRing ring = map();
        assertTrue(ring.isCurrent());
        Files.delete(file);
        assertFalse(ring.isCurrent());
        final VarLenMpscRing other = map();
        assertFalse(ring.isCurrent());
        assertTrue(other.isCurrent());
        assertNotEquals(ring.places.file.header.id(), other.places.file.header.id());
        assertTrue(offer(ring.newProducer(), new byte[1]));
        assertTrue(other.isEmpty());
        assertEquals(1, drain(ring).size());
    }

    // Places

    @Test
    void close_ofAHandle_givesItsSlotBackAndRefusesItsCalls() throws IOException {
        final VarLenMpscRing ring = kept(
                VarLenMpscRing.builder().file(file).capacity(CAPACITY).slots(1).build());
        for (int i = 0; i < 5; i++) {
            try (RingProducer producer = ring.newProducer()) {
                assertTrue(offer(producer, payload(i, 8)));
                assertThrows(IllegalStateException.class, ring::newProducer);
            }
        }
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(100);
        producer.close();
        producer.close();
        assertThrows(IllegalStateException.class, claim::commit);
        assertThrows(IllegalStateException.class, () -> offer(producer, new byte[0]));
        assertThrows(IllegalStateException.class, () -> producer.offer(ByteBuffer.allocate(1)));
        assertThrows(
                IllegalStateException.class, () -> producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(1)}, 0, 1));
        assertThrows(IllegalStateException.class, () -> producer.tryClaim(1));
        assertEquals(0, ring.stats().leakedClaims());
        assertEquals(5, drain(ring).size());
        assertTrue(ring.isEmpty());
    }

    /** The mistake is told, and the handle is closed all the same. */
    @Test
    void close_ofAHandleWhoseClaimOrBatchWasMisplaced_givesItsSlotBack() throws IOException {
        final VarLenMpscRing ring = kept(
                VarLenMpscRing.builder().file(file).capacity(CAPACITY).slots(1).build());
        for (int i = 0; i < 2; i++) {
            final RingProducer producer = ring.newProducer();
            final ByteBuffer space = i == 0
                    ? producer.tryClaim(9).buffer()
                    : producer.tryClaimBatch(9, 32).next(9);
            space.clear();
            assertThrows(IllegalStateException.class, producer::close);
            assertThrows(IllegalStateException.class, () -> offer(producer, new byte[1]));
            producer.close();
        }
        assertTrue(offer(ring.newProducer(), payload(1, 9)));
        assertEquals(1, drain(ring).size());
    }

    /** As if an Error had ended a call after its reservation, at the expected position and at another. */
    @Test
    void whatACallLeft_isFinishedByTheNextOne() throws IOException {
        final VarLenMpscRing ring = map();
        final RingProducer producer = ring.newProducer();
        final RingProducer other = ring.newProducer();
        for (int i = 1; i <= 2; i++) {
            assertTrue(producer.side().reserve(24));
            assertTrue(offer(producer, payload(i, 9)));
            assertArrayEquals(payload(i, 9), drain(ring).get(0));
            assertTrue(ring.isEmpty());
            assertEquals(i, ring.stats().aborted());
            assertTrue(offer(other, payload(0, 9)));
            assertEquals(1, drain(ring).size());
        }
    }

    /** An offer beside an open claim is told of in a second slot. */
    @Test
    void close_ofAHandleThatOfferedBesideAClaim_givesBothItsSlotsBack() throws IOException {
        final VarLenMpscRing ring = kept(
                VarLenMpscRing.builder().file(file).capacity(CAPACITY).slots(2).build());
        for (int i = 0; i < 4; i++) {
            final RingProducer producer = ring.newProducer();
            final RingClaim claim = producer.tryClaim(8);
            assertTrue(offer(producer, payload(i, 9)));
            assertThrows(IllegalStateException.class, ring::newProducer);
            if (i % 2 == 0) {
                claim.commit();
            }
            producer.close();
            assertEquals(i % 2 == 0 ? 2 : 1, drain(ring).size());
            try (RingProducer first = ring.newProducer();
                    RingProducer second = ring.newProducer()) {
                assertTrue(offer(first, payload(1, 9)));
                assertTrue(offer(second, payload(2, 9)));
            }
            assertEquals(2, drain(ring).size());
        }
    }

    /** The claim keeps its slot and stays good. */
    @Test
    void offer_besideAClaimWhenNoSecondSlotIsFree_isRefused() throws IOException {
        final VarLenMpscRing ring =
                kept(VarLenMpscRing.builder().file(file).capacity(64).slots(1).build());
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(9);
        final IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> offer(producer, payload(2, 9)));
        assertTrue(refused.getMessage().startsWith("all 1 slots of "), refused.getMessage());
        assertEquals(24, ring.producerPosition());
        claim.buffer().put(payload(1, 9));
        claim.commit();
        assertTrue(offer(producer, payload(2, 9)));
        final List<byte[]> records = drain(ring);
        assertArrayEquals(payload(1, 9), records.get(0));
        assertArrayEquals(payload(2, 9), records.get(1));
    }

    /** A refusal takes nothing back where nothing was announced. */
    @Test
    void offer_besideAClaimWhenTheRingIsFull_needsNoSecondSlot() throws IOException {
        final VarLenMpscRing ring =
                kept(VarLenMpscRing.builder().file(file).capacity(64).slots(1).build());
        final RingProducer producer = ring.newProducer();
        assertTrue(offer(producer, payload(1, 24)));
        final RingClaim claim = producer.tryClaim(24);
        assertFalse(offer(producer, new byte[0]));
        claim.commit();
        assertEquals(2, drain(ring).size());
    }

    @Test
    void handle_thatIsDropped_givesItsSlotBack() throws Exception {
        final VarLenMpscRing ring = kept(
                VarLenMpscRing.builder().file(file).capacity(CAPACITY).slots(2).build());
        ring.consumer();
        assertTrue(offer(ring.newProducer(), new byte[3]));
        ring.newProducer().tryClaim(5);
        RingProducer next = null;
        while (next == null) {
            System.gc();
            Thread.sleep(5);
            try {
                next = ring.newProducer();
            } catch (final IllegalStateException stillTaken) {
                next = null;
            }
        }
        assertTrue(offer(next, new byte[4]));
        while (!ring.isEmpty()) { // the claim is aborted when its handle has been collected, too
            System.gc();
            ring.consumer().drain(record -> {});
            Thread.sleep(5);
        }
    }

    @Test
    void consumer_isOneAtATime() throws IOException {
        final VarLenMpscRing first = map();
        final VarLenMpscRing second = map();
        final RingConsumer consumer = first.consumer();
        assertSame(consumer, first.consumer());
        final IllegalStateException taken = assertThrows(IllegalStateException.class, second::consumer);
        assertTrue(
                taken.getMessage().contains("process " + ProcessHandle.current().pid()), taken.getMessage());
        first.detach();
        assertTrue(offer(second.newProducer(), payload(1, 1)));
        assertEquals(1, drain(second).size());
    }

    @Test
    void consumer_ofARingThatIsDropped_isFree() throws Exception {
        VarLenMpscRing.map(file, CAPACITY).consumer();
        final VarLenMpscRing ring = map();
        RingConsumer consumer = null;
        while (consumer == null) {
            System.gc();
            Thread.sleep(5);
            try {
                consumer = ring.consumer();
            } catch (final IllegalStateException stillTaken) {
                consumer = null;
            }
        }
        assertEquals(0, consumer.drain(record -> {}));
    }

    /** Else a program that makes ring after ring would have no descriptor left before its garbage is collected. */
    @Test
    void detach_ofTheLastRingInAFile_closesIt() throws IOException {
        final VarLenMpscRing ring = map();
        final VarLenMpscRing other = map();
        final FileChannel channel = ring.places.file.channel;
        other.detach();
        other.detach();
        assertTrue(channel.isOpen());
        assertTrue(offer(ring.newProducer(), payload(1, 9)));
        assertThrows(IllegalArgumentException.class, () -> VarLenMpscRing.map(file, 2 * CAPACITY));
        final RingSlot slot = ring.places.file.slot(9);
        assertTrue(ring.places.file.tryLock(slot)); // as by a newProducer() that comes at the same time
        ring.detach();
        assertTrue(channel.isOpen());
        assertTrue(slot.lock.isValid());
        ring.places.file.unlock(slot);
        ring.detach();
        assertFalse(channel.isOpen());
        assertEquals(
                "this process has been detached from " + ring.file(),
                assertThrows(IllegalStateException.class, () -> ring.places.file.tryLock(slot))
                        .getMessage());
        final VarLenMpscRing again = map();
        assertEquals(1, drain(again).size());
    }

    /** Closing the file would drop the lock, and another process take the place. */
    @Test
    void detach_whileAPlaceIsTaken_dropsNoLock() throws Exception {
        map().detach();
        for (int round = 0; round < 2000; round++) {
            final VarLenMpscRing ring = VarLenMpscRing.attach(file);
            final RingFile opened = ring.places.file;
            final RingSlot slot = opened.slot(5);
            final AtomicInteger ready = new AtomicInteger();
            final FutureTask<Boolean> taking = new FutureTask<>(() -> {
                ready.incrementAndGet();
                while (ready.get() < 2) {
                    Thread.onSpinWait();
                }
                try {
                    return opened.tryLock(slot);
                } catch (final IllegalStateException detached) {
                    return false;
                }
            });
            new Thread(taking, "taker").start();
            ready.incrementAndGet();
            while (ready.get() < 2) {
                Thread.onSpinWait();
            }
            ring.detach();
            if (taking.get()) {
                assertTrue(slot.lock.isValid(), "round " + round);
                opened.unlock(slot);
                ring.detach();
            }
        }
    }

    private static Object[] entryOf(final Path path) throws IOException {
        return SharedFiles.files()
                .get(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    }

    /** Memory is given back by a collection only: to join and leave again and again would use up more and more. */
    @Test
    void map_ofAFileThatWasLeft_usesItsMemoryAgain() throws IOException {
        map().detach();
        final Object mapping = ((WeakReference<?>) entryOf(file)[2]).get();
        map();
        assertSame(mapping, ((WeakReference<?>) entryOf(file)[2]).get());
    }

    @Test
    void filesThatWereLeft_areForgotten() throws IOException {
        final List<Path> left = new ArrayList<>();
        int known = 0;
        for (int i = 0; i < 300; i++) {
            left.add(FileRings.newFile());
            VarLenMpscRing.map(left.get(i), 64).detach();
            if (i % 50 == 49) {
                System.gc();
            }
        }
        for (final Path path : left) {
            known += entryOf(path) == null ? 0 : 1;
            Files.delete(path);
        }
        assertTrue(known < 300, "all are known");
    }

    /** A hook has opened a claim again: the place is given back when the ring is dropped. */
    @Test
    void detach_whereAHookUsesTheHandleAgain_leavesTheRestToTheCollector() throws Exception {
        final Map<?, ?> locks = (Map<?, ?>) leaveWithAClaim()[1];
        for (int i = 0; i < 100 && !locks.isEmpty(); i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertTrue(locks.isEmpty(), locks::toString);
    }

    private Object[] leaveWithAClaim() throws IOException {
        final RingProducer[] producer = new RingProducer[1];
        final WakeupHook hook = () -> producer[0].tryClaim(8);
        final VarLenMpscRing ring =
                VarLenMpscRing.builder().file(file).capacity(64).hook(hook).build();
        producer[0] = ring.newProducer();
        assertNotNull(producer[0].tryClaim(8));
        assertNotNull(ring.newProducer().tryClaim(8)); // so that the abort of the first leaves padding, and wakes
        assertTrue(ring.consumer().arm());
        ring.detach();
        assertEquals(1, ((Map<?, ?>) entryOf(file)[1]).size());
        return entryOf(file);
    }

    @Test
    void newProducer_whileDetached_leavesNoFileOpen() throws Exception {
        map().detach();
        for (int round = 0; round < 2000; round++) {
            final VarLenMpscRing ring = VarLenMpscRing.attach(file);
            final CyclicBarrier together = new CyclicBarrier(2);
            final FutureTask<RingProducer> taking = new FutureTask<>(() -> {
                together.await();
                return ring.newProducer();
            });
            new Thread(taking, "taker").start();
            together.await();
            ring.detach();
            try {
                taking.get();
            } catch (final ExecutionException refused) {
                assertInstanceOf(IllegalStateException.class, refused.getCause());
            }
            assertFalse(ring.places.file.channel.isOpen(), "round " + round);
        }
    }

    /** Its producer was refused in the end: its slot announces nothing, whatever the end of its last record. */
    @Test
    void ringThatIsDropped_leavesTheRecordsOfOthers() throws IOException {
        final VarLenMpscRing ring = map();
        final RingClaim claim = ring.newProducer().tryClaim(24);
        final VarLenMpscRing dropped = map();
        final int stored = Rings.fill(dropped.newProducer());
        dropped.places.leaveAll(); // as when it has been collected
        assertEquals(0, drain(ring).size());
        claim.commit();
        assertEquals(1 + stored, drain(ring).size());
        ring.places.leaveAll();
        assertEquals(0, ring.memory.getHeaderAcquire(0));
    }

    @Test
    void detach_leavesTheRingToOthers() throws IOException {
        final VarLenMpscRing ring = map();
        final VarLenMpscRing other = map();
        final RingProducer producer = ring.newProducer();
        final RingConsumer consumer = ring.consumer();
        assertTrue(offer(producer, payload(1, 9)));
        final RingClaim claim = producer.tryClaim(10);
        assertThrows(IllegalStateException.class, () -> consumer.drain(record -> ring.detach()));
        assertTrue(offer(ring.newProducer(), payload(2, 9)));
        assertTrue(offer(producer, payload(3, 9)), "what was refused has closed no handle");
        ring.detach();
        ring.detach();
        assertEquals("RingConsumer[detached, " + ring + "]", consumer.toString());
        assertTrue(ring.dump().contains("consumer: detached, "), ring::dump);
        assertThrows(IllegalStateException.class, () -> consumer.drain(record -> {}));
        assertThrows(IllegalStateException.class, consumer::arm);
        assertThrows(IllegalStateException.class, consumer::stalledBy);
        assertThrows(IllegalStateException.class, consumer::doorbell);
        assertEquals(0, other.memory.getDoorbellVolatile());
        assertThrows(IllegalStateException.class, ring::consumer);
        assertThrows(IllegalStateException.class, ring::newProducer);
        assertThrows(IllegalStateException.class, () -> offer(producer, new byte[1]));
        assertThrows(IllegalStateException.class, claim::commit);
        ring.close(); // as at the end of a try
        assertFalse(ring.isClosed());
        final List<byte[]> records = drain(other);
        assertEquals(2, records.size());
        assertArrayEquals(payload(2, 9), records.get(0));
        assertArrayEquals(payload(3, 9), records.get(1));
        assertTrue(other.isEmpty());
    }

    private VarLenMpscRing withTwoSlotsAndAHookThatThrows(final Error failure) throws IOException {
        return kept(VarLenMpscRing.builder()
                .file(file)
                .capacity(CAPACITY)
                .slots(2)
                .hook(() -> {
                    throw failure;
                })
                .build());
    }

    /** What it throws comes out, and all is left all the same. */
    @Test
    void detach_whenTheHookThrowsAnError_leavesTheRing() throws IOException {
        final AssertionError failure = new AssertionError();
        final VarLenMpscRing ring = withTwoSlotsAndAHookThatThrows(failure);
        final RingProducer first = ring.newProducer();
        final RingProducer second = ring.newProducer();
        final RingConsumer consumer = ring.consumer();
        assertNotNull(first.tryClaim(8));
        assertNotNull(second.tryClaim(8));
        assertTrue(consumer.arm());
        assertSame(failure, assertThrows(AssertionError.class, ring::detach));
        for (final RingProducer handle : List.of(first, second)) {
            assertThrows(IllegalStateException.class, () -> offer(handle, new byte[1]));
        }
        final VarLenMpscRing other = map();
        assertEquals(0, drain(other).size());
        assertTrue(other.isEmpty());
        second.close();
        for (int i = 0; i < 2; i++) {
            assertTrue(offer(other.newProducer(), new byte[1]));
        }
        ring.detach();
    }

    /** A handle that an Error has kept open is closed by the next call. */
    @Test
    void detach_again_closesTheHandleThatAnErrorHasKeptOpen() throws IOException {
        final AssertionError failure = new AssertionError();
        final VarLenMpscRing ring = withTwoSlotsAndAHookThatThrows(failure);
        final RingProducer producer = ring.newProducer();
        final RingConsumer consumer = ring.consumer();
        assertNotNull(producer.tryClaim(8));
        assertTrue(producer.side().reserve(16)); // what an Error has left beside the claim
        assertTrue(consumer.arm());
        assertSame(failure, assertThrows(AssertionError.class, ring::detach));
        final VarLenMpscRing other = map();
        assertThrows(IllegalStateException.class, other::newProducer);
        ring.detach();
        for (int i = 0; i < 2; i++) {
            assertTrue(offer(other.newProducer(), new byte[1]));
        }
        assertEquals(2, drain(other).size());
        producer.close(); // so it was kept
    }

    /** A process that releases the lock of a slot is no longer named in it. */
    @Test
    void slot_thatIsFree_isNobodys() throws Exception {
        final VarLenMpscRing first = kept(
                VarLenMpscRing.builder().file(file).capacity(CAPACITY).slots(1).build());
        final VarLenMpscRing second = map();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread thread = new Thread(() -> takeInTurns(second, failure));
        thread.start();
        takeInTurns(first, failure);
        thread.join();
        assertNull(failure.get());
    }

    private static void takeInTurns(final VarLenMpscRing ring, final AtomicReference<Throwable> failure) {
        for (int taken = 0; taken < 10_000 && failure.get() == null; ) {
            try (RingProducer producer = ring.newProducer()) {
                taken++;
                if (!producer.side().slot.getProcessAcquire().equals(ProcessIdentity.own())) {
                    failure.set(new AssertionError("nobody stands in a slot that is taken"));
                }
            } catch (final IllegalStateException allTaken) {
                if (allTaken.getMessage().contains("have lost their locks")) {
                    failure.set(allTaken);
                }
            }
        }
    }

    /** Its memory is the file's, and goes when the file has been deleted and nobody maps it. */
    @Test
    void ringThatIsDropped_closesItsFile() throws Exception {
        final Channel channel = (Channel) useAndDrop()[0];
        while (channel.isOpen()) {
            System.gc();
            Thread.sleep(1);
        }
        assertEquals(1, drain(map()).size());
    }

    private Object[] useAndDrop() throws IOException {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, CAPACITY);
        assertTrue(offer(ring.newProducer(), new byte[1]));
        ring.consumer();
        return entryOf(file);
    }

    /** An Error has come between the opening of the file and the making of its ring. */
    @Test
    void fileOfNoRing_isClosedAndForgotten() throws Exception {
        final Channel channel = (Channel) openForNothing()[0];
        while (entryOf(file) != null) {
            System.gc();
            Thread.sleep(1);
        }
        assertFalse(channel.isOpen());
    }

    private Object[] openForNothing() throws IOException {
        RingFile.open(file, CAPACITY, 1, null, 0);
        return entryOf(file);
    }

    /** The first mapping goes, and another ring maps the file by then. */
    @Test
    void fileThatIsMappedAnew_isNotClosed() throws Exception {
        final CountDownLatch collected = new CountDownLatch(1);
        final VarLenMpscRing other = mapTwice(collected);
        while (!collected.await(1, TimeUnit.MILLISECONDS)) {
            System.gc();
        }
        Thread.sleep(50); // what the library then does may come later
        assertTrue(other.places.file.channel.isOpen());
        assertTrue(offer(other.newProducer(), payload(1, 9)));
    }

    private VarLenMpscRing mapTwice(final CountDownLatch collected) throws IOException {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, CAPACITY);
        final Object[] entry = SharedFiles.files()
                .get(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
        RingFile.whenCollected(((WeakReference<?>) entry[2]).get(), collected::countDown);
        entry[2] = new WeakReference<>(null); // as if it had been collected
        final VarLenMpscRing other = map();
        ring.detach();
        return other;
    }

    /** A thread that sees the consumer here uses it, so it must already know where to continue. */
    @Test
    void consumer_isHereWhenItKnowsWhereToGoOn() throws IOException {
        final VarLenMpscRing ring = map();
        final boolean[] wasHere = {true};
        ring.places.takeConsumersPlace(position -> wasHere[0] = ring.isConsumedHere());
        assertFalse(wasHere[0]);
        assertTrue(ring.isConsumedHere());
    }

    /** Whichever is first, no handle is left that could still be used. */
    @Test
    void newProducer_besideDetach_isRefusedOrClosed() throws Exception {
        for (int i = 0; i < 200; i++) {
            final VarLenMpscRing ring = map();
            final List<RingProducer> made = new ArrayList<>();
            final Crew crew = new Crew();
            crew.add("producer", () -> {
                try {
                    while (true) {
                        made.add(ring.newProducer());
                    }
                } catch (final IllegalStateException refused) {
                    return; // detached, or all slots are taken
                }
            });
            crew.add("detach", ring::detach);
            crew.run(ring);
            for (final RingProducer handle : made) {
                assertThrows(IllegalStateException.class, () -> offer(handle, new byte[1]));
            }
        }
    }

    /** A consumer that checks who is alive holds a lock briefly; so does a process about to take the slot. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void newProducer_whileSomebodyLooksAtTheSlot_waitsForThat(final boolean isInterrupted) throws Exception {
        final VarLenMpscRing ring = kept(
                VarLenMpscRing.builder().file(file).capacity(CAPACITY).slots(1).build());
        final RingFile locks = ring.places.file;
        final Thread taker = Thread.currentThread();
        final RingSlot kept = locks.slot(0);
        assertTrue(locks.tryLock(kept));
        taker.interrupt();
        assertThrows(IllegalStateException.class, ring::newProducer); // not forever
        assertTrue(Thread.interrupted());
        locks.unlock(kept);
        RingProducer producer = null;
        for (int i = 0; i < 100 && producer == null; i++) { // the looker may be delayed for longer than that
            final RingSlot looked = locks.slot(0);
            assertTrue(locks.tryLock(looked));
            final AtomicBoolean isOver = new AtomicBoolean();
            final Thread looker = new Thread(() -> {
                while (!isOver.get() && taker.getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                }
                locks.unlock(looked);
            });
            looker.start();
            if (isInterrupted) {
                taker.interrupt();
            }
            try {
                producer = ring.newProducer();
            } catch (final IllegalStateException taken) {
                assertTrue(taken.getMessage().startsWith("all 1 slots of "), taken.getMessage());
            }
            assertEquals(isInterrupted, Thread.interrupted());
            isOver.set(true);
            looker.join();
        }
        assertNotNull(producer);
        assertTrue(offer(producer, new byte[1]));
    }

    @Test
    void map_byAThreadThatIsInterruptedMeanwhile_makesTheFile() throws Exception {
        final Thread maker = Thread.currentThread();
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 400; i++) {
            final long nanos = random.nextLong(2_000_000);
            final Thread interrupter = new Thread(() -> {
                LockSupport.parkNanos(nanos);
                maker.interrupt();
            });
            interrupter.start();
            final VarLenMpscRing ring = VarLenMpscRing.map(file, CAPACITY);
            while (interrupter.isAlive()) {
                Thread.onSpinWait();
            }
            assertTrue(Thread.interrupted());
            assertTrue(offer(ring.newProducer(), new byte[1]));
            ring.detach();
            Files.delete(file);
        }
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertFalse(left.anyMatch(
                    other -> other.toString().contains(file.getFileName().toString())));
        }
    }

    /** Who wants a thread to end may interrupt it again and again. */
    @Test
    void map_byAThreadThatIsInterruptedAgainAndAgain_makesTheFile() throws Exception {
        final Thread maker = Thread.currentThread();
        final AtomicBoolean isOver = new AtomicBoolean();
        final Thread interrupter = new Thread(() -> {
            while (!isOver.get()) {
                maker.interrupt();
                LockSupport.parkNanos(1_000_000);
            }
        });
        interrupter.start();
        final VarLenMpscRing ring = kept(VarLenMpscRing.map(file, 1 << 25)); // a container's /dev/shm has 64 MiB
        isOver.set(true);
        while (interrupter.isAlive()) {
            Thread.onSpinWait();
        }
        assertTrue(Thread.interrupted());
        assertTrue(offer(ring.newProducer(), new byte[1]));
    }

    /** Where there is a /proc it is a directory in which no file can be made, and else no directory. */
    @Test
    void map_whereNoFileCanBeMade_fails() {
        assertThrows(IOException.class, () -> VarLenMpscRing.map(Path.of("/proc/no-such-process"), CAPACITY));
    }

    @Test
    void map_byAnInterruptedThread_makesTheFile() throws IOException {
        Thread.currentThread().interrupt();
        final VarLenMpscRing ring = map();
        assertTrue(Thread.interrupted());
        assertTrue(offer(ring.newProducer(), new byte[1]));
    }

    /** As many as there may be, by a thread with a small stack. */
    @Test
    void detach_closesAllHandles() throws Exception {
        final VarLenMpscRing ring = kept(VarLenMpscRing.builder()
                .file(file)
                .capacity(CAPACITY)
                .slots(RingLayout.MAX_SLOTS)
                .build());
        final List<RingProducer> handles = new ArrayList<>();
        for (int i = 0; i < RingLayout.MAX_SLOTS; i++) {
            handles.add(ring.newProducer());
        }
        final FutureTask<Void> detach = new FutureTask<>(ring::detach, null);
        final Thread thread = new Thread(null, detach, "detach", 1 << 18);
        thread.start();
        detach.get();
        thread.join();
        for (final RingProducer handle : handles) {
            assertThrows(IllegalStateException.class, () -> offer(handle, new byte[1]));
        }
        assertTrue(offer(map().newProducer(), new byte[1]));
    }

    @Test
    void close_isForAll() throws IOException {
        final VarLenMpscRing ring = map();
        final VarLenMpscRing other = map();
        final RingProducer producer = other.newProducer();
        assertTrue(offer(producer, new byte[1]));
        ring.close();
        assertTrue(other.isClosed());
        assertThrows(RingClosedException.class, () -> offer(producer, new byte[1]));
        assertEquals(1, drain(ring).size());
        assertTrue(other.isClosed() && other.isEmpty());
    }

    @Test
    void onTheHeap_theSameMethodsDoWhatTheyCan() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(64);
        final RingConsumer consumer = ring.consumer();
        assertNull(ring.file());
        assertTrue(ring.isCurrent());
        assertNull(consumer.stalledBy());
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(3);
        final StalledClaim stalled = consumer.stalledBy();
        assertEquals(StalledClaim.Owner.LIVES, stalled.owner());
        assertEquals(0, stalled.position());
        assertEquals(ProcessHandle.current().pid(), stalled.pid());
        assertThrows(IllegalStateException.class, () -> consumer.recover(stalled));
        claim.commit();
        assertNull(consumer.stalledBy());
        assertFalse(consumer.recover(stalled));
        assertThrows(IllegalStateException.class, consumer::doorbell);
        ring.detach();
        assertTrue(offer(producer, new byte[1]));
        producer.close();
        assertThrows(IllegalStateException.class, () -> offer(producer, new byte[1]));
        assertEquals(2, consumer.drain(record -> {}));
    }

    // Threads

    @Test
    void threads_throughRingsOfTheirOwn_loseNothing() throws Exception {
        final int records = 20_000;
        final Crew crew = new Crew();
        final VarLenMpscRing ring =
                kept(VarLenMpscRing.builder().file(file).capacity(256).slots(4).build());
        for (int i = 0; i < 3; i++) {
            final int number = i;
            crew.add("producer" + i, () -> {
                try (RingProducer producer = VarLenMpscRing.attach(file).newProducer()) {
                    final ByteBuffer record = ByteBuffer.allocate(40);
                    for (int sequence = 0; sequence < records && !crew.isFailing(); sequence++) {
                        record.clear().putInt(0, number).putInt(4, sequence).limit(8 + sequence % 32);
                        while (!producer.offer(record)) {
                            Crew.pause();
                        }
                    }
                }
            });
        }
        crew.add("consumer", () -> {
            final int[] next = new int[3];
            int received = 0;
            while (received < 3 * records) {
                received += ring.consumer()
                        .drain(
                                record -> {
                                    final int number = record.getInt(record.position());
                                    assertEquals(next[number]++, record.getInt(record.position() + 4));
                                },
                                100,
                                LONG_SECONDS,
                                TimeUnit.SECONDS);
            }
        });
        crew.run(ring);
        assertTrue(ring.isEmpty());
    }

    // Waking

    @Test
    void timedDrain_isWokenByAnother() throws Exception {
        final VarLenMpscRing ring = map();
        final VarLenMpscRing other = map();
        final RingProducer producer = other.newProducer();
        for (int i = 0; i < 20; i++) {
            final CountDownLatch drained = new CountDownLatch(1);
            final FutureTask<Integer> sleeper =
                    new FutureTask<>(() -> ring.consumer().drain(record -> drained.countDown(), 1, 1, TimeUnit.HOURS));
            new Thread(sleeper, "sleeper").start();
            while (!ring.memory.isArmedVolatile()) {
                Thread.onSpinWait();
            }
            assertTrue(offer(producer, new byte[1]));
            drained.await();
            assertEquals(1, sleeper.get());
        }
        assertTrue(other.stats().wakeups() > 0);
        ring.close();
        assertEquals(0, ring.consumer().drain(record -> {}, 1, 1, TimeUnit.HOURS));
    }

    @Test
    void doorbell_wakesASelector() throws Exception {
        final VarLenMpscRing ring = map();
        final RingConsumer consumer = ring.consumer();
        final RingProducer own = ring.newProducer();
        final RingProducer foreign = map().newProducer();
        try (Selector selector = Selector.open()) {
            consumer.doorbell().register(selector, SelectionKey.OP_READ);
            assertSame(consumer.doorbell(), consumer.doorbell());
            for (final RingProducer producer : List.of(own, foreign, own, foreign)) {
                assertTrue(consumer.arm());
                assertEquals(0, selector.selectNow());
                assertTrue(offer(producer, new byte[1]));
                assertTrue(offer(producer, new byte[1]));
                assertEquals(1, selector.select());
                selector.selectedKeys().clear();
                assertEquals(2, consumer.drain(record -> {}));
            }
            assertTrue(consumer.arm());
            assertEquals(0, selector.selectNow(), "a ring was left in the channel");
        }
    }

    /** Any process may close it; the closer's hook is not the sleeper's. */
    @Test
    void close_byAnother_ringsTheDoorbell() throws Exception {
        final RingConsumer consumer = map().consumer();
        final int[] calls = new int[1];
        final VarLenMpscRing other =
                kept(VarLenMpscRing.builder().file(file).hook(() -> calls[0]++).build());
        try (Selector selector = Selector.open()) {
            consumer.doorbell().register(selector, SelectionKey.OP_READ);
            assertTrue(consumer.arm());
            other.close();
            assertEquals(1, selector.select());
            assertFalse(consumer.arm());
        }
        assertEquals(0, calls[0]);
        assertEquals(1, other.stats().wakeups());
    }

    /** Where it waits for the doorbell it does not hear a permit to park: that is a wakeup of its selector. */
    @Test
    void sleep_isEndedByEachWaker() throws IOException {
        final VarLenMpscRing ring = map();
        final VarLenMpscRing other = map();
        ring.consumer();
        ring.memory.prepareToSleep();
        final long hour = TimeUnit.HOURS.toNanos(1);
        ring.memory.unpark(Thread.currentThread());
        ring.memory.sleep(hour);
        assertTrue(other.memory.ringDoorbell());
        ring.memory.sleep(hour);
        assertFalse(VarLenMpscRing.allocate(64).memory.ringDoorbell());
    }

    @Test
    void doorbell_isHeardOnceForAllRings() throws IOException {
        final Doorbell heard = new Doorbell();
        final Doorbell rung = new Doorbell();
        final DatagramChannel channel = heard.channel();
        final ByteBuffer read = ByteBuffer.allocate(2);
        for (final long port : new long[] {Long.MIN_VALUE, -1, 0, 65536, 1L << 32 | heard.port()}) {
            assertFalse(rung.ring(port), () -> "port " + port);
        }
        final Set<Object> senders = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            assertTrue(rung.ring(heard.port()));
            SocketAddress sender = null;
            while (sender == null) {
                sender = channel.receive(read.clear());
            }
            senders.add(sender);
            assertEquals(1, read.position());
        }
        assertEquals(1, senders.size(), "a socket for each ring");
        Thread.currentThread().interrupt();
        assertTrue(rung.ring(heard.port()));
        assertTrue(Thread.interrupted());
        channel.configureBlocking(true); // as a user may
        assertTrue(heard.empty());
        assertTrue(heard.empty());
        channel.configureBlocking(true);
        assertTrue(rung.ring(heard.port()));
        heard.prepareToAwait();
        heard.await(TimeUnit.HOURS.toNanos(1));
        assertNull(channel.receive(read.clear()), "a ring was left in the channel");
        heard.wakeup();
        heard.wakeup();
        heard.await(TimeUnit.HOURS.toNanos(1));
        heard.await(1); // a millisecond: 0 would mean forever
        heard.close();
        assertFalse(channel.isOpen());
        rung.close();
    }

    @Test
    void hook_isCalledThroughTheConsumersRingOnly() throws Exception {
        final int[] calls = new int[2];
        final VarLenMpscRing ring = kept(VarLenMpscRing.builder()
                .file(file)
                .capacity(64)
                .hook(() -> calls[0]++)
                .build());
        final VarLenMpscRing other =
                kept(VarLenMpscRing.builder().file(file).hook(() -> calls[1]++).build());
        final RingConsumer consumer = ring.consumer();
        assertTrue(consumer.arm());
        assertTrue(offer(ring.newProducer(), new byte[1]));
        assertEquals(1, calls[0]);
        assertEquals(1, consumer.drain(record -> {}));
        assertTrue(consumer.arm());
        assertTrue(offer(other.newProducer(), new byte[1]));
        assertEquals(1, calls[0]);
        assertEquals(0, calls[1]);
        assertEquals(1, consumer.drain(record -> {}));
    }

    @Test
    void ringTasklet_isWokenByAnother() throws Exception {
        final Set<Integer> received = new TreeSet<>();
        final CountDownLatch all = new CountDownLatch(20);
        try (Selector selector = Selector.open()) {
            final TaskletLoop loop = TaskletLoop.builder().selector(selector).start("loop");
            final RingTasklet tasklet = RingTasklet.create(
                    loop,
                    VarLenMpscRing.builder().file(file).capacity(CAPACITY),
                    record -> {
                        received.add((int) bytes(record)[0]);
                        all.countDown();
                    },
                    4);
            kept(tasklet.ring());
            final RingProducer producer = map().newProducer();
            for (int i = 0; i < 20; i++) {
                assertTrue(offer(producer, new byte[] {(byte) i}));
                Thread.sleep(i % 3);
            }
            all.await();
            loop.close();
            assertEquals(20, received.size());
            assertFalse(tasklet.ring().isClosed());
        }
    }

    @Test
    void attach_thatFails_keepsTheInterrupt() throws Exception {
        final Path foreign = FileRings.newFile();
        Thread.currentThread().interrupt();
        assertThrows(NoSuchFileException.class, () -> VarLenMpscRing.attach(foreign));
        assertTrue(Thread.interrupted());
        Files.write(foreign, new byte[RingLayout.PAGE]);
        Thread.currentThread().interrupt();
        assertThrows(RingCorruptException.class, () -> VarLenMpscRing.attach(foreign));
        assertTrue(Thread.interrupted());
        Files.delete(foreign);
    }

    /** A position after more bytes than a long can count goes on at the least one. */
    @Test
    void awaitDrained_overTheEndOfAllLongs_waits() throws Exception {
        final TaskletLoop loop = TaskletLoop.manual();
        final RingTasklet tasklet = RingTasklet.create(
                loop, VarLenMpscRing.builder().capacity(1024).initialPosition(Long.MAX_VALUE - 7), record -> {}, 1);
        assertTrue(offer(tasklet.ring().newProducer(), new byte[8]));
        assertFalse(tasklet.awaitDrained(1, TimeUnit.MILLISECONDS));
        loop.runOnce(0);
        assertTrue(tasklet.awaitDrained(1, TimeUnit.MILLISECONDS));
        loop.close();
    }
}
