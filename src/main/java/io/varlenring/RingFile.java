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
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * The file of a ring, and what the operating system does for it: the mapping, the locks by which processes tell who is
 * alive, and process identities. Its twin in {@code src/simulation} simulates the system.
 *
 * <p>The system drops all locks of a process on a file when that process closes any descriptor of it. So a JVM has one
 * channel per file, whatever the number of rings and of class loaders; it is closed when the last ring has left the
 * file, or been collected, and there is no lock; and once it may hold locks, only {@code tryLock} and {@code release}
 * are called on it, because an interrupted thread closes a channel by most other methods. A path may come to name
 * another file at any moment, so a new channel is first checked not to be on a file that is open already: it takes the
 * mark, a lock that no two channels of one file can hold in a JVM. A channel that is refused the mark is never closed.
 * Nor may an Error cause a channel to be lost: the collector would close it, and drop the locks of another.
 */
final class RingFile {
    static final int CONSUMER_PLACE = 0;

    // Indices of an entry in the maps of SharedFiles

    private static final int CHANNEL = 0;

    private static final int LOCKS = 1;
    private static final int MAPPING = 2;
    private static final int MARK = 3;
    /** How many rings have not left the file, an int[1]; changed only inside the lookup of the entry. */
    private static final int USERS = 4;

    /** More stack frames than a system lock takes, including the loading of classes. */
    private static final int FRAMES = 200;

    private static final String OWN_STAT = "/proc/self/stat";
    private static final Cleaner CLEANER = Cleaner.create();

    /** More descriptors than classes of the JDK take while they load: some fail forever when there are too few. */
    private static final int DESCRIPTORS = 8;

    private static final int LEAST_FILES = 32;

    private static volatile boolean isPrepared;
    private static volatile int filesUntilForgotten = LEAST_FILES;

    final Path path;
    final FileHeader header;
    private final Object key;
    private final Object[] entry;
    final FileChannel channel;
    final Map<Integer, FileLock> locks;
    private final ByteBuffer bytes;
    private boolean isLeft;
    /** Closes the file for a ring that never leaves. */
    private Cleaner.Cleanable unused;
    /** Linked when the file is opened: later, linking could fail with an Error each time. */
    private final BiFunction<Object, Object[], Object[]> leaving = this::leaveEntry;

    private RingFile(
            final Path path, final FileHeader header, final Object key, final Object[] entry, final ByteBuffer bytes) {
        this.path = path;
        this.header = header;
        this.key = key;
        this.entry = entry;
        this.channel = channel(entry);
        this.locks = locks(entry);
        this.bytes = bytes;
    }

    static int placeOfSlot(final int slot) {
        return slot + 1;
    }

    // Opening

    /** Opens the file of a ring, creating it first if there is none; with a capacity of 0 it must exist. */
    static RingFile open(
            final Path path,
            final int capacity,
            final int slots,
            final Set<PosixFilePermission> permissions,
            final long initialPosition)
            throws IOException {
        final Path absolute = path.toAbsolutePath();
        boolean wasInterrupted = Thread.interrupted(); // cleared: it would close the channel that maps
        try {
            prepare();
            forgetLeft();
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
     * Loads what might fail to load later, and then forever: for lack of a descriptor, or of stack. A process that
     * cannot read its own identity takes live ones for dead.
     */
    private static void prepare() throws IOException {
        if (Files.isReadable(Path.of(OWN_STAT))) {
            checkDescriptors(isPrepared ? 1 : DESCRIPTORS); // its exception says what is missing
        }
        ProcessIdentity.checkOwn();
        if (!isPrepared) {
            Doorbell.loadClasses();
            PlaceLock.load();
            UUID.randomUUID(); // as FileMaker's: opens a source of random numbers
            isPrepared = true;
        }
    }

    /** Throws unless so many descriptors can be had at once; opens this process's own stat by each, and closes it. */
    private static void checkDescriptors(final int descriptors) throws IOException {
        final FileInputStream stat = new FileInputStream(OWN_STAT);
        try {
            if (descriptors > 1) {
                checkDescriptors(descriptors - 1);
            }
        } finally {
            stat.close();
        }
    }

    /** Returns null when to be retried: the file was replaced meanwhile, or an Error had left it unfinished. */
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
                // One at a time: closing a channel first drops its locks in this JVM and then its descriptor, and with
                // that all locks that another thread has taken on that file meanwhile
                synchronized (unsure()) {
                    try {
                        return openEntry(path, key, length, entry, opened);
                    } catch (final IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });
            if (known != null) {
                unsure().remove(key, known); // last: from here on it is in files()
            }
        } catch (final RingCorruptException corrupt) {
            throw corrupt.in(path);
        } catch (final UncheckedIOException e) {
            if (!isOpenAlready(e.getCause()) || !takeMarks()) {
                throw e.getCause();
            }
        }
        return opened[0];
    }

    /** Opens and maps a file, unless this JVM has done so already. */
    private static Object[] openEntry(
            final Path path, final Object key, final long length, final Object[] known, final RingFile[] opened)
            throws IOException {
        final boolean isKnown = known != null && channel(known).isOpen();
        final Object[] entry = isKnown ? known : newEntry(path, key);
        if (known != null) { // a mapping outlives leaving the file: while it exists, no other file can have the key
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

    /** Opens a file; refuses one that the path has just come to name and that is open already, as a second channel. */
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
            needStack(FRAMES); // in here, an Error could leave a channel to the collector, which would close it
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
        final FileChannel channel = channel(entry);
        IOException failure = null;
        try {
            // shared: other processes may hold it as well
            entry[MARK] = channel.tryLock(PlaceLock.MARK, 1, true);
        } catch (final OverlappingFileLockException open) {
            throw new IOException("another file, open already, came to be named " + path + ": try again", open);
        } catch (final IOException e) {
            failure = e; // from the system, which is asked only if this JVM holds no such lock
        }
        if (entry[MARK] == null) {
            channel.close();
            throw new IOException("cannot lock " + path, failure);
        }
    }

    /**
     * Closes a channel that nobody has used yet, so there is no lock to lose. But one that an Error left may be on
     * another file, which the path named then, and which is open already: so it needs the mark first.
     */
    private static void closeUnsure(final Path path, final Object key, final Object[] entry) throws IOException {
        final FileChannel channel = channel(entry);
        needStack(FRAMES); // in here, an Error could leave it half closed
        if (channel != null && channel.isOpen()) {
            if (entry[MARK] == null) {
                mark(path, entry);
            }
            channel.close();
        }
        unsure().remove(key, entry);
    }

    /** Tells whether {@link #mark} was refused. */
    private static boolean isOpenAlready(final IOException failure) {
        return failure.getCause() instanceof OverlappingFileLockException;
    }

    /**
     * Releases the marks of entries that Errors left under keys of other files, when their paths came to name other
     * files; returns whether there was any. Their channels are not closed: another thread might get the mark, and
     * locks, before that.
     */
    private static boolean takeMarks() {
        final boolean[] isAnyTaken = new boolean[1];
        for (final Object key : unsure().keySet()) {
            files().compute(key, (same, known) -> { // inside compute, so it is not being opened
                final Object[] left = unsure().get(key);
                if (left != null && left != known && left[MARK] != null) {
                    needStack(FRAMES);
                    neverClosed().put(left[CHANNEL], left);
                    isAnyTaken[0] |= PlaceLock.letGo((FileLock) left[MARK]);
                    left[MARK] = null;
                    unsure().remove(key, left); // last: after an Error the next attempt continues
                }
                return known;
            });
        }
        return isAnyTaken[0];
    }

    /** Maps again only if necessary: an interrupt meanwhile closes the channel, and drops the locks. */
    private static MappedByteBuffer mapping(final Object[] entry, final long length) throws IOException {
        MappedByteBuffer bytes = knownMapping(entry);
        if (bytes != null && bytes.capacity() != length) {
            FileHeader.read(bytes, length); // refuses a file that has only grown
        }
        if (bytes == null || bytes.capacity() != length) {
            bytes = channel(entry).map(FileChannel.MapMode.READ_WRITE, 0, length);
            bytes.load();
        }
        return bytes;
    }

    /**
     * Records a mapping: weakly, so it goes with the last ring; and only a valid one, which may replace the last one.
     */
    private static void know(final Object[] entry, final MappedByteBuffer bytes, final boolean isKnown) {
        final MappedByteBuffer known = knownMapping(entry);
        if (!isKnown || known == null || known.capacity() != bytes.capacity()) { // else it is the same
            entry[MAPPING] = new WeakReference<>(bytes);
        }
    }

    @SuppressWarnings("unchecked")
    private static MappedByteBuffer knownMapping(final Object[] entry) {
        final WeakReference<MappedByteBuffer> known = (WeakReference<MappedByteBuffer>) entry[MAPPING];
        return known == null ? null : known.get();
    }

    /**
     * Ends the use of the file by a ring that will hold no more locks, and closes it after the last one, so leaving
     * many rings frees their descriptors without a collection. To be called again after an Error, or when a lock could
     * not be released; otherwise the rest is left to the collector.
     */
    void leave() {
        files().computeIfPresent(key, leaving);
        if (isUsed(entry) || !channel.isOpen()) { // else there was a lock, which may be gone when the cleaner runs
            unused.clean();
        }
    }

    private static boolean isUsed(final Object[] entry) {
        return ((int[]) entry[USERS])[0] > 0;
    }

    private Object[] leaveEntry(final Object same, final Object[] known) {
        if (known == entry && !isLeft) {
            ((int[]) entry[USERS])[0]--;
            isLeft = true;
        }
        if (known == entry && !isUsed(entry)) {
            closeUnlocked(entry);
        }
        return known; // while its memory is there, for who joins again
    }

    /** Forgets files that were left and whose memory has been collected. Seldom, since it looks at all of them. */
    private static void forgetLeft() {
        if (files().size() >= filesUntilForgotten) {
            files().values().removeIf(entry -> !channel(entry).isOpen() && knownMapping(entry) == null);
            filesUntilForgotten = 2 * files().size() + LEAST_FILES;
        }
    }

    /** Closes a file that no ring maps any more, even if one never left it. */
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
                channel(entry).close();
            } catch (final IOException ignored) {
                // it counts as closed anyway
            }
            return true;
        }
    }

    private static FileChannel channel(final Object[] entry) {
        return (FileChannel) entry[CHANNEL];
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

    // Liveness

    /** Overflows here if there is too little stack, not inside the system call, whose leftovers nobody could repair. */
    private static int needStack(final int frames) {
        return frames == 0 ? 0 : needStack(frames - 1) + 1;
    }

    /**
     * Takes the lock of a slot's place; returns false when another process, or another slot object of this one, holds
     * it. After an Error, {@link #unlock} releases what was taken.
     */
    boolean tryLock(final RingSlot slot) {
        if (slot.lock != null && slot.lock.isValid()) {
            return true; // an Error prevented its release
        }
        unlock(slot);
        if (locks.containsKey(slot.place)) {
            return false; // as the exception below, but faster: one process may hold some thousand slots
        }
        needStack(FRAMES);
        final PlaceLock lock = new PlaceLock(channel, slot.place);
        slot.lock = lock;
        try {
            synchronized (locks) { // else closeUnlocked() could come in between, and drop the lock just given
                if (locks.putIfAbsent(slot.place, lock) == null) {
                    lock.given = channel.tryLock(lock.position(), lock.size(), lock.isShared());
                }
            }
        } catch (final ClosedChannelException left) {
            throw new IllegalStateException("this process has been detached from " + path, left);
        } catch (final OverlappingFileLockException own) {
            // An Error came inside the system call, despite needStack(): the lock stays, perhaps for good
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot lock " + path, e);
        } finally {
            if (lock.given == null) {
                unlock(slot);
            }
        }
        return lock.given != null;
    }

    /** Releases the lock of a slot, if it has one. To be called again after an Error. */
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
            // After the release, else an Error would leave the lock for good. Only this one: another thread may have
            // taken the place
            locks.remove(slot.place, lock);
            slot.lock = null;
        }
    }

    /**
     * Runs the action once the object has been collected; the action MUST NOT refer to the object. The result runs it
     * now, and MUST be used when nothing is left to do: until then the library's class loader is retained, which may
     * retain the object, through a static field of an application to be unloaded.
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
