// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.SharedFiles.files;
import static io.varlenring.SharedFiles.neverClosed;
import static io.varlenring.SharedFiles.unsure;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * The file of a ring, and what the operating system does for it: the mapping, the locks by which processes tell who
 * lives, and who a process is. A twin of this class can play the system.
 *
 * <p>The system drops all locks of a process on a file when that process closes any descriptor of it. So there is one
 * channel for each file in a virtual machine, whatever the number of rings and of class loaders; it is closed when the
 * last ring has left the file, or been collected, and there is no lock; and once it may hold locks, nothing but {@code
 * tryLock} and {@code release} is called on it, for an interrupted thread closes a channel by most of the others. A
 * path may come to name another file at any moment, so a new channel is first seen not to be one of a file that is open
 * already: it takes the mark, a lock that no two channels of one file can have in a virtual machine. One that is
 * refused it is never closed. And none may be lost on the way, when an Error comes: the collector would close it behind
 * the locks of another.
 */
final class RingFile {
    static final int CONSUMER_PLACE = 0;

    // What a file has in the maps of SharedFiles

    private static final int CHANNEL = 0;

    private static final int LOCKS = 1;
    private static final int MAPPING = 2;
    private static final int MARK = 3;
    /** How many rings have not left the file: an int[1]; changed where the entry is looked up. */
    private static final int USERS = 4;

    /** More of the stack than a lock of the system's takes, and the classes that it may load. */
    private static final int FRAMES = 200;

    private static final String OWN_STAT = "/proc/self/stat";
    private static final Cleaner CLEANER = Cleaner.create();

    private static volatile boolean isPrepared;

    final Path path;
    final FileHeader header;
    private final Object key;
    private final Object[] entry;
    final FileChannel channel;
    final Map<Integer, FileLock> locks;
    private final ByteBuffer bytes;
    private boolean isLeft;
    /** For a ring that does not leave. */
    private Cleaner.Cleanable unused;
    /** Linked when the file is opened: an Error could end that later, each time. */
    private final BiFunction<Object, Object[], Object[]> leaving = this::leave;

    private RingFile(
            final Path path, final FileHeader header, final Object key, final Object[] entry, final ByteBuffer bytes) {
        this.path = path;
        this.header = header;
        this.key = key;
        this.entry = entry;
        this.channel = (FileChannel) entry[CHANNEL];
        this.locks = locks(entry);
        this.bytes = bytes;
    }

    static int placeOfSlot(final int slot) {
        return slot + 1;
    }

    // Opening

    /** Opens the file of a ring, and makes it first when there is none; with a capacity of 0 there must be one. */
    static RingFile open(
            final Path path,
            final int capacity,
            final int slots,
            final Set<PosixFilePermission> permissions,
            final long initialPosition)
            throws IOException {
        final Path absolute = path.toAbsolutePath();
        boolean wasInterrupted = Thread.interrupted(); // which would close the channel that maps
        try {
            prepare();
            for (; ; ) {
                if (capacity > 0 && !Files.exists(absolute)) {
                    FileMaker.make(absolute, capacity, slots, permissions, initialPosition);
                }
                try {
                    final RingFile file = attach(absolute);
                    if (file != null) {
                        return file;
                    }
                } catch (final ClosedByInterruptException meanwhile) {
                    wasInterrupted |= Thread.interrupted();
                } catch (final NoSuchFileException gone) {
                    if (capacity == 0) {
                        throw gone;
                    }
                }
            }
        } catch (final UncheckedIOException e) {
            throw e.getCause();
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Loads what could not be loaded later, and then never: when there is no descriptor, or a call ends for want of
     * stack. Who cannot read who it is takes the living for dead.
     */
    private static void prepare() throws IOException {
        if (Files.isReadable(Path.of(OWN_STAT))) {
            new FileInputStream(OWN_STAT).close(); // says what it wants
        }
        ProcessIdentity.checkOwn();
        if (!isPrepared) {
            Doorbell.loadClasses();
            PlaceLock.load();
            isPrepared = true;
        }
    }

    /** Returns null when it is to be tried again: the file was replaced meanwhile, or an Error had left it. */
    private static RingFile attach(final Path path) throws IOException {
        final BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new IOException("not a regular file: " + path);
        }
        final long length = attributes.size();
        final Object key = keyOf(path, attributes);
        final RingFile[] opened = new RingFile[1];
        try {
            FileHeader.checkLength(length);
            final Object[] known = files().compute(key, (same, entry) -> {
                // One at a time: a channel closed again loses its locks here before its descriptor goes, and then
                // all that another thread has got on that file meanwhile
                synchronized (unsure()) {
                    try {
                        return open(path, key, length, entry, opened);
                    } catch (final IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });
            if (known != null) {
                unsure().remove(key, known); // last: from here on it is found there
            }
        } catch (final RingCorruptException corrupt) {
            throw new RingCorruptException(corrupt.getMessage() + ": " + path);
        } catch (final UncheckedIOException e) {
            if (!isOpenAlready(e.getCause()) || !takeMarks()) {
                throw e.getCause();
            }
        }
        return opened[0];
    }

    /** Opens and maps a file, unless that has been done already in this virtual machine. */
    private static Object[] open(
            final Path path, final Object key, final long length, final Object[] known, final RingFile[] opened)
            throws IOException {
        final boolean isKnown = known != null && ((FileChannel) known[CHANNEL]).isOpen();
        final Object[] entry = isKnown ? known : newEntry(path, key);
        if (known != null) { // the memory of a file that was left is still that: it keeps the key from any other file
            entry[MAPPING] = known[MAPPING];
        }
        boolean isGood = false;
        try {
            final BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            if (now.size() == length && keyOf(path, now).equals(key)) {
                final MappedByteBuffer bytes = mapping(entry, length);
                final FileHeader header = FileHeader.read(bytes, length);
                FileHeader.checkPositions(RingMemory.map(bytes, header.dataOffset(), header.capacity()));
                opened[0] = new RingFile(path, header, key, entry, bytes);
                opened[0].unused = whenCollected(bytes, () -> closeUnused(key, entry));
                know(entry, bytes, isKnown);
                ((int[]) entry[USERS])[0]++;
                isGood = true;
            }
        } finally {
            if (!isGood && !isKnown) {
                closeUnsure(path, key, entry);
            }
        }
        return isGood || isKnown ? entry : known;
    }

    /** Opens a file; refuses one that the path has just come to name and that is open already: a second channel. */
    static Object[] newEntry(final Path path, final Object key) throws IOException {
        final Object[] left = unsure().get(key);
        if (left != null) {
            closeUnsure(path, key, left);
        }
        final Object[] entry = new Object[USERS + 1];
        entry[LOCKS] = new ConcurrentHashMap<Integer, FileLock>();
        entry[USERS] = new int[1];
        unsure().put(key, entry);
        try {
            needStack(FRAMES); // inside, an Error could leave a channel to the collector, which closes it some day
            entry[CHANNEL] = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            mark(path, entry);
        } catch (final IOException e) {
            if (isOpenAlready(e)) {
                neverClosed().put(entry[CHANNEL], entry);
            }
            unsure().remove(key, entry);
            throw e;
        }
        return entry;
    }

    private static void mark(final Path path, final Object[] entry) throws IOException {
        final FileChannel channel = (FileChannel) entry[CHANNEL];
        IOException failure = null;
        try {
            // a shared one, which other processes may have as well
            entry[MARK] = channel.tryLock(PlaceLock.MARK, 1, true);
        } catch (final OverlappingFileLockException open) {
            throw new IOException("another file, open already, came to be named " + path + ": try again", open);
        } catch (final IOException e) {
            failure = e; // the system's, which is asked when this virtual machine has no such lock
        }
        if (entry[MARK] == null) {
            channel.close();
            throw new IOException("cannot lock " + path, failure);
        }
    }

    /**
     * Closes a channel that nobody has had yet, so that there is no lock to lose; but one that an Error has left may be
     * of another file, which the path named then, and open already: so it needs the mark first.
     */
    private static void closeUnsure(final Path path, final Object key, final Object[] entry) throws IOException {
        final FileChannel channel = (FileChannel) entry[CHANNEL];
        needStack(FRAMES); // inside, an Error could leave it half closed
        if (channel != null && channel.isOpen()) {
            if (entry[MARK] == null) {
                mark(path, entry);
            }
            channel.close();
        }
        unsure().remove(key, entry);
    }

    /** Whether {@link #mark} has said so. */
    private static boolean isOpenAlready(final IOException failure) {
        return failure.getCause() instanceof OverlappingFileLockException;
    }

    /**
     * Takes the marks from what Errors have left under keys of other files, when their paths came to name other files;
     * returns whether there was any. Not closed, for another thread may have got the mark, and locks, before it is.
     */
    private static boolean takeMarks() {
        final boolean[] isAnyTaken = new boolean[1];
        for (final Object key : unsure().keySet()) {
            files().compute(key, (same, known) -> { // so that it is not being opened
                final Object[] left = unsure().get(key);
                if (left != null && left != known && left[MARK] != null) {
                    needStack(FRAMES);
                    neverClosed().put(left[CHANNEL], left);
                    isAnyTaken[0] |= PlaceLock.letGo((FileLock) left[MARK]);
                    left[MARK] = null;
                    unsure().remove(key, left); // last: should an Error come, the next try goes on
                }
                return known;
            });
        }
        return isAnyTaken[0];
    }

    /** Mapped anew only when it must be: a thread that is interrupted meanwhile closes the channel, with the locks. */
    private static MappedByteBuffer mapping(final Object[] entry, final long length) throws IOException {
        MappedByteBuffer bytes = knownMapping(entry);
        if (bytes != null && bytes.capacity() != length) {
            FileHeader.read(bytes, length); // refuses a file that has only grown
        }
        if (bytes == null || bytes.capacity() != length) {
            bytes = ((FileChannel) entry[CHANNEL]).map(FileChannel.MapMode.READ_WRITE, 0, length);
            bytes.load();
        }
        return bytes;
    }

    /** Only weakly, so that the memory goes with the last ring; and only a good one, which may replace the last one. */
    private static void know(final Object[] entry, final MappedByteBuffer bytes, final boolean isKnown) {
        final MappedByteBuffer known = knownMapping(entry);
        if (!isKnown || known == null || known.capacity() != bytes.capacity()) { // else it is that one
            entry[MAPPING] = new WeakReference<>(bytes);
        }
    }

    @SuppressWarnings("unchecked")
    private static MappedByteBuffer knownMapping(final Object[] entry) {
        final WeakReference<MappedByteBuffer> known = (WeakReference<MappedByteBuffer>) entry[MAPPING];
        return known == null ? null : known.get();
    }

    /**
     * Ends the use of the file by a ring that will keep no lock any more, and closes it behind the last one: who leaves
     * many rings has their descriptors back without a collection. To be called again when an Error has ended it, or
     * when a lock could not be given back; what is never called again is left to the collector.
     */
    void leave() {
        files().computeIfPresent(key, leaving);
        if (isUsed(entry) || !channel.isOpen()) { // else there was a lock, and the collector may find none
            unused.clean();
        }
    }

    private static boolean isUsed(final Object[] entry) {
        return ((int[]) entry[USERS])[0] > 0;
    }

    private Object[] leave(final Object same, final Object[] known) {
        if (known == entry && !isLeft) {
            ((int[]) entry[USERS])[0]--;
            isLeft = true;
        }
        return known == entry && !isUsed(entry) && closeUnlocked(entry) ? null : known;
    }

    /** Closes a file that no ring maps any more, also where one did not leave it. */
    private static void closeUnused(final Object key, final Object[] entry) {
        files().computeIfPresent(key, (same, known) -> {
            final boolean isUnused = known == entry && knownMapping(entry) == null;
            return isUnused && closeUnlocked(entry) ? null : known;
        });
    }

    /** Closes a file, unless there are locks to lose; returns whether it did. Excludes {@link #tryLock}. */
    private static boolean closeUnlocked(final Object[] entry) {
        needStack(FRAMES); // as in closeUnsure()
        final Map<Integer, FileLock> locks = locks(entry);
        synchronized (locks) {
            if (locks.keySet().iterator().hasNext()) {
                return false;
            }
            try {
                ((FileChannel) entry[CHANNEL]).close();
            } catch (final IOException ignored) {
                // it counts as closed all the same
            }
            return true;
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<Integer, FileLock> locks(final Object[] entry) {
        return (Map<Integer, FileLock>) entry[LOCKS];
    }

    private static Object keyOf(final Path path, final BasicFileAttributes attributes) throws IOException {
        return attributes.fileKey() == null ? path.toRealPath() : attributes.fileKey();
    }

    /** Tells whether the path still names this file. */
    boolean isCurrent() {
        try {
            return keyOf(path, Files.readAttributes(path, BasicFileAttributes.class))
                    .equals(key);
        } catch (final IOException e) {
            return false;
        }
    }

    // Memory

    RingMemory memory() {
        return RingMemory.map(bytes, header.dataOffset(), header.capacity());
    }

    RingSlot slot(final int slot) {
        return RingSlot.ofProducer(bytes, slot);
    }

    RingSlot consumerSlot() {
        return RingSlot.ofConsumer(bytes);
    }

    // Signs of life

    /** Ends here when there is too little stack, and not inside the system's call: what that leaves nobody can mend. */
    private static int needStack(final int frames) {
        return frames == 0 ? 0 : needStack(frames - 1) + 1;
    }

    /**
     * Takes the lock of a slot's place; returns false when another process has it, or another slot of this one. Should
     * an Error come, {@link #unlock} lets go what has been taken.
     */
    boolean tryLock(final RingSlot slot) {
        if (slot.lock != null && slot.lock.isValid()) {
            return true; // an Error came when it was to be let go
        }
        unlock(slot);
        if (locks.containsKey(slot.place)) {
            return false; // as the exception below says, sooner: a process may have all of some thousand slots
        }
        needStack(FRAMES);
        final PlaceLock lock = new PlaceLock(channel, slot.place);
        slot.lock = lock;
        try {
            synchronized (locks) { // or closeUnlocked() could come between the two, and drop what has just been given
                if (locks.putIfAbsent(slot.place, lock) == null) {
                    lock.given = channel.tryLock(lock.position(), lock.size(), lock.isShared());
                }
            }
        } catch (final ClosedChannelException left) {
            throw new IllegalStateException("this process has been detached from " + path, left);
        } catch (final OverlappingFileLockException own) {
            // An Error came inside the system's call, which needStack() should prevent: it stays, perhaps for good
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot lock " + path, e);
        } finally {
            if (lock.given == null) {
                unlock(slot);
            }
        }
        return lock.given != null;
    }

    /** Lets go the lock of a slot, if it has one. To be called again when an Error has ended it. */
    void unlock(final RingSlot slot) {
        final FileLock lock = slot.lock;
        if (lock != null) {
            try {
                lock.release();
            } catch (final ClosedChannelException gone) {
                // and the lock with it
            } catch (final IOException e) {
                throw new UncheckedIOException("cannot unlock " + path, e);
            }
            // After it: an Error would leave the lock for good. Only this one: another thread may have taken the place
            locks.remove(slot.place, lock);
            slot.lock = null;
        }
    }

    /**
     * Has something done when an object has been collected; it MUST NOT refer to the object. What is returned does it
     * now, and MUST, when nothing is left to be done: until then the library's class loader is kept, which may keep the
     * object, by a static field of an application that is to be unloaded.
     */
    static Cleaner.Cleanable whenCollected(final Object object, final Runnable action) {
        return CLEANER.register(object, action);
    }

    ProcessIdentity ownProcess() {
        return ProcessIdentity.own();
    }

    boolean isSeenAlive(final ProcessIdentity process) {
        return process.isSeenAlive();
    }
}
