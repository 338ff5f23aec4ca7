// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A file for rings, which are detached when the test is over, and the file deleted. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class FileFixture {
    static final int CAPACITY = 1024;

    final Path file = FileRings.newFile();
    final List<VarLenMpscRing> rings = new ArrayList<>();

    VarLenMpscRing map() throws IOException {
        return kept(VarLenMpscRing.map(file, CAPACITY));
    }

    VarLenMpscRing mapWithSlots(final int slots) throws IOException {
        return kept(VarLenMpscRing.builder()
                .file(file)
                .capacity(CAPACITY)
                .slots(slots)
                .build());
    }

    VarLenMpscRing kept(final VarLenMpscRing ring) {
        rings.add(ring);
        return ring;
    }

    /** How many of the descriptors of this process are of such files. */
    static long descriptors(final Predicate<Path> isCounted) throws IOException {
        long count = 0;
        try (var open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (final Path descriptor : open) {
                try {
                    count += isCounted.test(Files.readSymbolicLink(descriptor)) ? 1 : 0;
                } catch (final NoSuchFileException closed) {
                    count += 0; // the directory's own, or another thread's
                }
            }
        }
        return count;
    }

    @AfterEach
    void deleteFile() throws IOException {
        for (final VarLenMpscRing ring : rings) {
            ring.detach();
        }
        Files.deleteIfExists(file);
    }
}
