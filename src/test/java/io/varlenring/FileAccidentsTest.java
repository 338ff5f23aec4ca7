// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.offer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.HeldProgram.Window;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a ring in a file when an Error ends a call, or the path changes meanwhile. */
final class FileAccidentsTest extends FileFixture {
    private static final int SHIFTS = 30;

    // Errors

    /** Wherever it comes: the next call goes on, and no place is kept. */
    @Test
    void detach_thatAnErrorEnds_isFinishedByTheNextOne() throws Exception {
        for (int shift = 0; shift < SHIFTS; shift++) {
            final VarLenMpscRing ring = VarLenMpscRing.builder()
                    .file(file)
                    .capacity(CAPACITY)
                    .slots(2)
                    .build();
            ring.consumer().doorbell();
            final RingProducer producer = ring.newProducer();
            producer.tryClaim(8);
            assertTrue(offer(producer, new byte[8])); // in a second slot
            SmallStacks.callAtTheEndOfTheStack(shift, ring::detach);
            final VarLenMpscRing other = VarLenMpscRing.attach(file);
            other.newProducer();
            other.newProducer();
            assertEquals(1, other.consumer().drain(record -> {}));
            other.detach();
            Files.delete(file);
        }
    }

    @Test
    void close_thatAnErrorEnds_isFinishedByTheNextOne() throws Exception {
        final VarLenMpscRing ring =
                VarLenMpscRing.builder().file(file).capacity(CAPACITY).slots(1).build();
        for (int shift = 0; shift < SHIFTS; shift++) {
            final RingProducer producer = ring.newProducer();
            SmallStacks.callAtTheEndOfTheStack(shift, producer::close);
            assertThrows(IllegalStateException.class, () -> offer(producer, new byte[1]));
        }
        ring.detach();
    }

    /** A path that comes from a directory has the bytes of its name, whatever the encoding; a string loses them. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only there does LC_ALL say how names are encoded")
    void map_underANameThatTheEncodingDoesNotHave_saysSo_andLeavesNothing(@TempDir final Path directory)
            throws Exception {
        new ProcessBuilder("sh", "-c", "mkdir \"$0/$(printf '\\303\\274')\"", directory.toString())
                .start()
                .waitFor();
        try (ChildProcess child = new ChildProcess(List.of("env", "LC_ALL=C"), MappingProgram.class, directory)) {
            child.await("refused: true, left: 0");
        }
    }

    /** Maps a file in the only directory of the given one. */
    static final class MappingProgram {
        private MappingProgram() {}

        public static void main(final String[] arguments) throws Exception {
            try (Stream<Path> all = Files.list(Path.of(arguments[0]))) {
                final Path directory = all.findFirst().orElseThrow();
                boolean isRefused = false;
                try {
                    VarLenMpscRing.map(directory.resolve("ring"), CAPACITY);
                } catch (final FileSystemException refused) {
                    isRefused = refused.getReason().contains("encoding of file names");
                }
                try (Stream<Path> left = Files.list(directory)) {
                    ChildProcess.sayAndStop("refused: " + isRefused + ", left: " + left.count());
                }
            }
        }
    }

    /** The lock of the dead that it takes for a look is let go. */
    @Test
    void stalledBy_thatAnErrorEnds_isRightTheNextTime() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, CAPACITY);
        try (ChildProcess child = new ChildProcess(HeldProgram.class, file, Window.END_TOLD)) {
            child.await(Window.END_TOLD.name()).kill();
        }
        final RingConsumer consumer = ring.consumer();
        for (int shift = 0; shift < SHIFTS; shift++) {
            SmallStacks.callAtTheEndOfTheStack(shift, consumer::stalledBy);
            assertEquals(StalledClaim.Owner.DEAD, consumer.stalledBy().owner());
        }
        assertTrue(consumer.recover(consumer.stalledBy()));
        ring.detach();
    }

    /** Another thread takes the place when its lock has been released, before that has been noted. */
    @Test
    void unlock_whenAnotherTakesThePlaceAtOnce_forgetsNothingOfIt() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, CAPACITY);
        final RingFile places = ring.places.file;
        final RingSlot slot = places.slot(0);
        final RingSlot another = places.slot(0);
        assertTrue(places.tryLock(slot));
        final FileLock own = slot.lock;
        slot.lock = new FileLock(own.channel(), own.position(), own.size(), false) {
            @Override
            public boolean isValid() {
                return own.isValid();
            }

            @Override
            public void release() throws IOException {
                own.release();
                places.locks.remove(1); // the other thread looked before this one had taken the place
                assertTrue(places.tryLock(another));
            }
        };
        places.locks.put(1, slot.lock);
        places.unlock(slot);
        assertFalse(places.tryLock(slot));
        places.unlock(another);
        assertTrue(places.tryLock(slot));
        places.unlock(slot);
        ring.detach();
    }

    /** Locks whose next change fails, as for want of stack or memory. */
    @SuppressWarnings("serial")
    private static final class FailingLocks extends ConcurrentHashMap<Integer, FileLock> {
        private boolean failsToPut;
        private boolean failsToRemove;

        @Override
        public FileLock put(final Integer place, final FileLock lock) {
            checkPut();
            return super.put(place, lock);
        }

        @Override
        public FileLock putIfAbsent(final Integer place, final FileLock lock) {
            checkPut();
            return super.putIfAbsent(place, lock);
        }

        private void checkPut() {
            if (failsToPut) {
                failsToPut = false;
                throw new OutOfMemoryError("of a test");
            }
        }

        @Override
        public boolean remove(final Object place, final Object lock) {
            if (failsToRemove) {
                failsToRemove = false;
                throw new StackOverflowError("of a test");
            }
            return super.remove(place, lock);
        }
    }

    private final FailingLocks locks = new FailingLocks();

    /** Returns a ring of one slot that has these locks. */
    private VarLenMpscRing ringWithFailingLocks() throws IOException {
        VarLenMpscRing.builder().file(file).capacity(CAPACITY).slots(1).build();
        entry()[1] = locks;
        return VarLenMpscRing.attach(file);
    }

    /** What is known of the file in this virtual machine. */
    private Object[] entry() throws IOException {
        return entry(file);
    }

    private static Object[] entry(final Path file) throws IOException {
        return (Object[]) ((Map<?, ?>) System.getProperties().get("io.varlenring.files")).get(keyOf(file));
    }

    /** As a process leaves its slot that dies with a claim open. */
    private static VarLenMpscRing die(final VarLenMpscRing ring) {
        final RingProducer producer = ring.newProducer();
        producer.tryClaim(8);
        final RingSlot slot = producer.side().slot;
        ring.places.file.unlock(slot);
        slot.setProcessRelease(
                new ProcessIdentity(1 << 30, 1, ProcessIdentity.own().namespace()));
        return ring;
    }

    @Test
    void consumer_withoutMemoryForItsLock_isTakenByTheNextCall() throws Exception {
        final VarLenMpscRing ring = ringWithFailingLocks();
        locks.failsToPut = true;
        assertThrows(OutOfMemoryError.class, ring::consumer);
        assertEquals(0, ring.consumer().drain(record -> {}));
        ring.detach();
    }

    @Test
    void newProducer_whoseSlotAnErrorKeepsFromBeingGivenBack_takesItTheNextTime() throws Exception {
        final VarLenMpscRing ring = ringWithFailingLocks();
        ring.memory.compareAndExchangeProducerPosition(0, 4); // of which no producer can be made
        locks.failsToRemove = true;
        assertThrows(StackOverflowError.class, ring::newProducer);
        ring.memory.compareAndExchangeProducerPosition(4, 0);
        assertTrue(offer(ring.newProducer(), new byte[1]));
        ring.detach();
    }

    @Test
    void slotOfTheDead_thatAnErrorKeepsLocked_isLetGoByALookAndByWhoLeaves() throws Exception {
        final VarLenMpscRing dying = die(ringWithFailingLocks());
        final VarLenMpscRing ring = VarLenMpscRing.attach(file);
        locks.failsToRemove = true;
        assertThrows(StackOverflowError.class, ring::newProducer);
        assertEquals(StalledClaim.Owner.DEAD, ring.consumer().stalledBy().owner());
        locks.failsToRemove = true;
        assertThrows(StackOverflowError.class, ring::newProducer);
        ring.detach();
        assertEquals(0, locks.size());
        dying.detach();
    }

    @Test
    void stalledBy_thatAnErrorEnds_keepsNoLockBehindTheNextOneOrDetach() throws Exception {
        final VarLenMpscRing dying = die(ringWithFailingLocks());
        final VarLenMpscRing ring = VarLenMpscRing.attach(file);
        final RingConsumer consumer = ring.consumer();
        locks.failsToRemove = true;
        assertThrows(StackOverflowError.class, consumer::stalledBy);
        assertTrue(locks.containsKey(1));
        ring.memory.setHeaderRelease(0, RingLayout.paddingHeader(16)); // as if it had not been dead
        assertEquals(0, consumer.drain(record -> {}));
        assertNull(consumer.stalledBy());
        assertFalse(locks.containsKey(1));
        die(ring);
        locks.failsToRemove = true;
        assertThrows(StackOverflowError.class, consumer::stalledBy);
        ring.detach();
        assertEquals(0, locks.size());
        dying.detach();
    }

    // Files that change

    private static long locks(final Path file) throws IOException {
        final String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
        try (var lines = Files.lines(Path.of("/proc/locks"))) {
            return lines.filter(line -> line.contains(inode)).count();
        }
    }

    /** As if a path had come to name the file of a ring, by another name, between two steps of a joiner. */
    @Test
    void secondChannelOfAFile_isRefusedAndNeverClosed() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, CAPACITY);
        ring.consumer();
        final boolean areShown = Files.exists(Path.of("/proc/locks"));
        if (!areShown) {
            System.out.println("FileAccidentsTest: SKIPPED that locks are kept: no /proc/locks");
        }
        final long before = areShown ? locks(file) : 0;
        final IOException refused = assertThrows(IOException.class, () -> RingFile.newEntry(file, "another"));
        assertTrue(refused.getMessage().contains("open already"), refused.getMessage());
        for (int i = 0; i < 20; i++) { // how soon a channel would go is the collector's affair
            System.gc();
            Thread.sleep(5);
        }
        assertEquals(before, areShown ? locks(file) : 0);
        ring.detach();
    }

    /** A channel of the ring's file, as an Error has left it that came when the file was opened. */
    private static FileChannel leaveUnsure(final Path file, final Object key) throws IOException {
        final FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        SharedFiles.unsure().put(key, new Object[] {channel, new ConcurrentHashMap<Integer, FileLock>(), null, null});
        return channel;
    }

    /** By its keys: an Error that ended a call of a map may have kept it from counting. */
    private static void assertNothingIsUnsure() {
        assertEquals(Set.of(), new HashSet<>(SharedFiles.unsure().keySet()));
    }

    private static Object keyOf(final Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Makes a file that is not open; that of a ring in this virtual machine would be. */
    private void copyRing() throws IOException {
        final Path made = FileRings.newFile();
        VarLenMpscRing.map(made, CAPACITY).detach();
        Files.copy(made, file);
        Files.delete(made);
    }

    @Test
    @EnabledOnOs(
            value = {OS.LINUX, OS.MAC},
            disabledReason = "elsewhere a file has no key")
    void attach_behindOneThatAnErrorEnded_opensTheFile() throws Exception {
        copyRing();
        final Object key = keyOf(file);
        for (final boolean isNoted : new boolean[] {false, true}) {
            final FileChannel left = leaveUnsure(file, key);
            final FileLock mark = left.tryLock((1L << 62) - 1, 1, true);
            if (isNoted) {
                SharedFiles.unsure().get(key)[3] = mark;
            } else { // as if it had come inside the system's call
                for (int i = 0; i < 3; i++) {
                    assertThrows(IOException.class, () -> VarLenMpscRing.attach(file));
                    assertEquals(left, SharedFiles.unsure().get(key)[0], "another one each time");
                    assertTrue(left.isOpen());
                }
                mark.release(); // as the collector does
            }
            final VarLenMpscRing ring = VarLenMpscRing.attach(file);
            assertFalse(left.isOpen());
            assertNothingIsUnsure();
            assertTrue(offer(ring.newProducer(), new byte[1]));
            ring.detach();
        }
    }

    /** The path named another file when the Error came. */
    @Test
    @EnabledOnOs(
            value = {OS.LINUX, OS.MAC},
            disabledReason = "elsewhere a file has no key")
    void attach_behindOneThatAnErrorEndedWithASecondChannel_closesThatLaterOnly() throws Exception {
        final Path another = FileRings.newFile();
        final VarLenMpscRing ring = VarLenMpscRing.map(another, CAPACITY);
        copyRing();
        final FileChannel left = leaveUnsure(another, keyOf(file));
        assertThrows(IOException.class, () -> VarLenMpscRing.attach(file));
        assertTrue(left.isOpen(), "the locks of the other ring are gone");
        ring.detach();
        VarLenMpscRing.attach(file).detach();
        assertFalse(left.isOpen());
        Files.delete(another);
    }

    /** The path named another file just before the Error came, so what it left has the key of that. */
    @Test
    @EnabledOnOs(
            value = {OS.LINUX, OS.MAC},
            disabledReason = "elsewhere a file has no key")
    void attach_behindOneThatAnErrorEndedUnderAnotherKey_opensTheFile() throws Exception {
        final Path another = FileRings.newFile();
        final VarLenMpscRing ring = VarLenMpscRing.map(another, CAPACITY);
        SharedFiles.unsure().put(keyOf(another), entry(another)); // as if it had just been opened
        copyRing();
        final FileChannel left = leaveUnsureWithMark("a third one");
        VarLenMpscRing.attach(file).detach();
        assertTrue(left.isOpen(), "the locks of this ring are gone");
        assertTrue(((FileLock) entry(another)[3]).isValid(), "the mark of the other ring is gone");
        SharedFiles.unsure().remove(keyOf(another));
        assertNothingIsUnsure();
        ring.detach();
        Files.delete(another);
    }

    /** As of two programs in one container. */
    @Test
    @EnabledOnOs(
            value = {OS.LINUX, OS.MAC},
            disabledReason = "elsewhere a file has no key")
    void attach_behindOneThatAnErrorEndedInAnotherClassLoader_opensTheFile() throws Exception {
        copyRing();
        final FileChannel left = leaveUnsureWithMark(keyOf(file));
        final URL library =
                VarLenMpscRing.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {library}, ClassLoader.getPlatformClassLoader())) {
            final Object ring = loader.loadClass(VarLenMpscRing.class.getName())
                    .getMethod("attach", Path.class)
                    .invoke(null, file);
            assertFalse(left.isOpen());
            ring.getClass().getMethod("detach").invoke(ring);
        }
        assertNothingIsUnsure();
    }

    private FileChannel leaveUnsureWithMark(final Object key) throws IOException {
        final FileChannel left = leaveUnsure(file, key);
        SharedFiles.unsure().get(key)[3] = left.tryLock((1L << 62) - 1, 1, true);
        return left;
    }

    @Test
    void attach_thatIsRefused_leavesNothingUnsure() throws Exception {
        copyRing();
        try (FileChannel bytes = FileChannel.open(file, StandardOpenOption.WRITE)) {
            bytes.write(ByteBuffer.allocate(1), 0);
        }
        assertThrows(RingCorruptException.class, () -> VarLenMpscRing.attach(file));
        assertThrows(IOException.class, () -> RingFile.newEntry(file.resolveSibling("none"), "another"));
        assertNothingIsUnsure();
    }

    /** A private ring, in a class loader in which nobody has used an action yet. */
    @Test
    void drainControlled_thatAnErrorEndsTheFirstTime_isGoodAgain() throws Exception {
        final URL[] classes = {
            VarLenMpscRing.class.getProtectionDomain().getCodeSource().getLocation(),
            FirstDrain.class.getProtectionDomain().getCodeSource().getLocation()
        };
        try (URLClassLoader loader = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader())) {
            ((Runnable) loader.loadClass(FirstDrain.class.getName())
                            .getDeclaredConstructor()
                            .newInstance())
                    .run();
        }
    }

    /** Drains a record by a handler that names an action at the end of the stack. */
    public static final class FirstDrain implements Runnable {
        @Override
        public void run() {
            final VarLenMpscRing ring = VarLenMpscRing.allocate(CAPACITY);
            ring.newProducer().offer(new byte[1], 0, 1);
            if (ring.consumer().drainControlled(record -> actionOfADeepCall(), 1) != 1) {
                throw new AssertionError(ring.toString());
            }
        }

        @SuppressWarnings("InfiniteRecursion") // until the stack is full
        private static ControlledRecordHandler.Action actionOfADeepCall() {
            try {
                return actionOfADeepCall();
            } catch (final StackOverflowError full) {
                return ControlledRecordHandler.Action.CONTINUE;
            }
        }
    }

    /** Wherever it comes; a file that is not open yet each time. */
    @Test
    void attach_thatAnErrorEnds_isFinishedByTheNextOne() throws Exception {
        for (int shift = 0; shift < SHIFTS; shift++) {
            copyRing();
            SmallStacks.callAtTheEndOfTheStack(shift, this::attachAndDetach);
            Files.delete(file);
        }
        assertNothingIsUnsure();
    }

    private void attachAndDetach() {
        try {
            VarLenMpscRing.attach(file).detach();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InternalError wrapped) { // the JDK's, of an Error when it maps
            throw new StackOverflowError();
        }
    }

    /** How often the file is mapped; 0 where that is not shown. */
    private long mappings() throws IOException {
        final Path maps = Path.of("/proc/self/maps");
        if (!Files.exists(maps)) {
            return 0;
        }
        try (var lines = Files.lines(maps)) {
            return lines.filter(line -> line.endsWith(file.toString())).count();
        }
    }

    /** By another process; new users are refused, and existing ones stay. */
    @Test
    @EnabledOnOs(
            value = {OS.LINUX, OS.MAC},
            disabledReason = "a mapped file does not grow elsewhere, nor has a file a key")
    void fileThatHasGrown_refusesJoinersAndKeepsItsOwn() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, CAPACITY);
        final FileChannel channel = (FileChannel) entry()[0];
        new ProcessBuilder("sh", "-c", "printf x >> " + file).start().waitFor();
        final long mapped = mappings();
        final RingCorruptException refused =
                assertThrows(RingCorruptException.class, () -> VarLenMpscRing.attach(file));
        assertTrue(refused.getMessage().endsWith(": " + file), refused.getMessage());
        assertEquals(mapped, mappings(), "who maps it can lose the channel by an interrupt");
        for (int i = 0; i < 20; i++) {
            System.gc();
            Thread.sleep(5);
        }
        assertTrue(channel.isOpen());
        assertTrue(offer(ring.newProducer(), new byte[1]));
        ring.detach();
    }

    @Test
    @EnabledOnOs(
            value = {OS.LINUX, OS.MAC},
            disabledReason = "elsewhere a path cannot be that long")
    void map_ofTheLongestName_makesIt() throws IOException {
        for (final int length : new int[] {70, 71, 255}) {
            final String name = file.getFileName().toString();
            final Path named = file.resolveSibling(name + "a".repeat(length - name.length()));
            VarLenMpscRing.map(named, CAPACITY).detach();
            Files.delete(named);
        }
    }

    /** Makes a ring where the mask of new files takes away what its owner needs. */
    static final class MakingProgram {
        private MakingProgram() {}

        public static void main(final String[] arguments) throws Exception {
            VarLenMpscRing.map(Path.of(arguments[0]), CAPACITY);
            System.out.println("made");
        }
    }

    @Test
    @EnabledOnOs(
            value = {OS.LINUX, OS.MAC},
            disabledReason = "elsewhere there is no mask of new files")
    void map_underAnyMask_makesItForItsOwner() throws IOException {
        final List<String> masked = List.of("sh", "-c", "umask 0277 && exec \"$@\"", "sh");
        try (ChildProcess child = new ChildProcess(masked, MakingProgram.class, file)) {
            child.await("made").awaitEnd();
        }
        assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
    }
}
