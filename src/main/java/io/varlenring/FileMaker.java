// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/** Creates the file of a ring atomically, with all its content. */
final class FileMaker {
    private static final int LONG_NAME = 70;
    private static final int ZEROS = 1 << 16;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private FileMaker() {}

    /** Writes the whole file under a temporary name, then links it to its own, unless another was faster. */
    static void make(
            final Path path,
            final int capacity,
            final int slots,
            final Set<PosixFilePermission> permissions,
            final long initialPosition)
            throws IOException {
        if (!hasName(path)) {
            throw new FileSystemException(
                    path.toString(),
                    null,
                    "a ring cannot be made under a name that this process's encoding of file names does not have, "
                            + System.getProperty("sun.jnu.encoding"));
        }
        final String name = path.getFileName().toString();
        final String prefix = name.length() > LONG_NAME ? "" : name; // else the temporary name could be too long
        final Path temporary = path.resolveSibling("." + prefix + "." + UUID.randomUUID() + ".new");
        try {
            write(temporary, capacity, slots, permissions, initialPosition);
            // The descriptor that wrote it is closed by now: closing it later would drop locks taken after joining
            Files.createLink(path, temporary);
        } catch (final FileAlreadyExistsException faster) {
            if (Files.isSymbolicLink(path) && !Files.exists(path)) {
                throw new FileAlreadyExistsException(path.toString(), null, "a link to nothing");
            }
        } catch (final NoSuchFileException none) {
            throw (IOException)
                    new NoSuchFileException(path.toString(), null, "there is no directory for it").initCause(none);
        } catch (final IOException failure) { // it may name the temporary file, or none
            final long length = (long) RingLayout.dataOffset(slots) + capacity;
            final String reason = "a ring of " + length + " bytes cannot be made: " + failure;
            throw (IOException) new FileSystemException(path.toString(), null, reason).initCause(failure);
        } finally {
            temporary.toFile().delete(); // throws nothing, which would hide what has been thrown
        }
    }

    /** Tells whether a path, perhaps read from a directory, can be written as a string, which java.io needs. */
    private static boolean hasName(final Path path) {
        try {
            return path.toFile().toPath().equals(path);
        } catch (final InvalidPathException none) {
            return false;
        }
    }

    /** Writes all of it, zeroes included, so every page is allocated, and a full disk shows here. */
    private static void write(
            final Path path,
            final int capacity,
            final int slots,
            final Set<PosixFilePermission> permissions,
            final long initialPosition)
            throws IOException {
        final boolean isPosix =
                path.getFileSystem().supportedFileAttributeViews().contains("posix");
        final byte[] page = new byte[RingLayout.PAGE];
        FileHeader.write(ByteBuffer.wrap(page), capacity, slots, initialPosition);
        if (isPosix) {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            Files.setPosixFilePermissions(path, OWNER_ONLY); // the umask may have left too little to write
        } else {
            Files.createFile(path);
        }
        // A java.io stream: writing takes long, and an interrupt would close a channel
        try (FileOutputStream out = new FileOutputStream(path.toFile())) {
            out.write(page);
            final byte[] zeros = new byte[ZEROS];
            final long length = (long) RingLayout.dataOffset(slots) + capacity;
            for (long done = RingLayout.PAGE; done < length; done += ZEROS) {
                out.write(zeros, 0, (int) Math.min(ZEROS, length - done));
            }
        }
        if (isPosix && permissions != null) {
            Files.setPosixFilePermissions(path, permissions);
        }
    }
}
