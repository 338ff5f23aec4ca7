// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Rings in files: how they are made, joined, found out to be another one, and closed. */
final class FileRingTest extends FileFixture {
    @Test
    void map_whenThereIsNone_makesItForTheOwnerAlone() throws IOException {
        final VarLenMpscRing ring = map();
        assertEquals(CAPACITY, ring.capacity());
        assertEquals(file.toAbsolutePath(), ring.file());
        assertTrue(ring.isEmpty());
        assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
        assertEquals(RingLayout.dataOffset(128) + CAPACITY, Files.size(file));
        assertEquals(List.of(file), made());
    }

    /** With what was temporary and is still there. */
    private List<Path> made() throws IOException {
        final String name = file.getFileName().toString();
        try (Stream<Path> files = Files.list(file.getParent())) {
            return files.filter(other -> other.toString().contains(name)).toList();
        }
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
        final String refused = assertThrows(FileSystemException.class, () -> VarLenMpscRing.map(inAFile, 64))
                .getMessage();
        assertTrue(refused.startsWith(inAFile + ": a ring of 20544 bytes cannot be made: "), refused);
        final Path inProc = Path.of("/proc/no-such-process"); // or in no directory, where there is no /proc
        assertThrows(IOException.class, () -> VarLenMpscRing.map(inProc, 64));
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
        assertEquals(List.of(file), made());
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
        assertEquals(1, descriptors(file::equals));
        try (var lines = Files.lines(own.resolve("maps"))) {
            assertEquals(1, lines.filter(line -> line.endsWith(file.toString())).count());
        }
        Files.delete(file);
        Files.write(file, new byte[1 << 14]);
        assertThrows(RingCorruptException.class, () -> VarLenMpscRing.attach(file));
        assertEquals(0, descriptors(file::equals), "a file that is no ring stays open");
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
        assertEquals(List.of(), made());
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

    @Test
    void map_byAnInterruptedThread_makesTheFile() throws IOException {
        Thread.currentThread().interrupt();
        final VarLenMpscRing ring = map();
        assertTrue(Thread.interrupted());
        assertTrue(offer(ring.newProducer(), new byte[1]));
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
                                60,
                                TimeUnit.SECONDS);
            }
        });
        crew.run(ring);
        assertTrue(ring.isEmpty());
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
