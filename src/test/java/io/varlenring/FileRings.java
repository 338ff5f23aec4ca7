// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/** Rings in files for tests that make many in sequence: one file per capacity, which is reset for each ring. */
final class FileRings {
    private static final Map<Integer, FileRings> ALL = new HashMap<>();
    private static final int SLOTS = 64;

    private final Path file;
    /** Never closed, nor collected: either would drop the locks of the rings. */
    private final FileChannel channel;

    private final ByteBuffer bytes;
    private VarLenMpscRing last;

    private FileRings(final int capacity) throws IOException {
        file = newFile();
        VarLenMpscRing.builder().file(file).capacity(capacity).slots(SLOTS).build();
        channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size()).order(ByteOrder.nativeOrder());
    }

    /** Returns a path for a file, in memory where there is such a place, which goes with the virtual machine. */
    static Path newFile() {
        try {
            final Path memory = Path.of("/dev/shm");
            final Path file = Files.isWritable(memory)
                    ? Files.createTempFile(memory, "varlenring", ".ring")
                    : Files.createTempFile("varlenring", ".ring");
            Files.delete(file);
            file.toFile().deleteOnExit();
            return file;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes an empty ring in the file for rings of this capacity, whose last one can no longer be used. */
    static synchronized VarLenMpscRing newRing(final int capacity, final long initialPosition, final WakeupHook hook) {
        final FileRings rings = of(capacity);
        if (rings.last != null) {
            rings.last.detach();
        }
        for (int i = 0; i < rings.bytes.capacity(); i += Long.BYTES) {
            rings.bytes.putLong(i, 0);
        }
        FileHeader.write(rings.bytes, capacity, SLOTS, initialPosition);
        rings.bytes.order(ByteOrder.nativeOrder());
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().file(rings.file);
        rings.last = hook == null ? builder.build() : builder.hook(hook).build();
        return rings.last;
    }

    private static FileRings of(final int capacity) {
        return ALL.computeIfAbsent(capacity, key -> {
            try {
                return new FileRings(capacity);
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Returns all bytes of the file for rings of this capacity, in native order. */
    static synchronized ByteBuffer bytes(final int capacity) {
        return of(capacity).bytes;
    }

    /** Returns the records of the ring in that file. */
    static synchronized ByteBuffer data(final int capacity) {
        return of(capacity).bytes.slice(RingLayout.dataOffset(SLOTS), capacity).order(ByteOrder.nativeOrder());
    }
}
