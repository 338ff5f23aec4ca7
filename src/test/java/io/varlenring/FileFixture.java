// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    VarLenMpscRing kept(final VarLenMpscRing ring) {
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
}
