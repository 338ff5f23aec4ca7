// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Replaces a file or directory by one that is written beside it first, so that whoever is interrupted leaves the old one as it
 * was. What an interrupted run left is cleared away by the next.
 */
final class Swap {
    private final Path target;
    private final Path written;
    private final Path old;

    private Swap(final Path target) {
        this.target = target;
        this.written = target.resolveSibling(target.getFileName() + ".new");
        this.old = target.resolveSibling(target.getFileName() + ".old");
    }

    /** Begins to replace something, which may not exist yet. */
    static Swap of(final Path target) throws IOException {
        final Swap swap = new Swap(target);
        if (Files.exists(swap.old) && !Files.exists(target)) { // interrupted between the two moves
            Files.move(swap.old, target);
        }
        delete(swap.old);
        delete(swap.written);
        Files.createDirectories(swap.written.toAbsolutePath().getParent());
        return swap;
    }

    /** Where the new one is to be written; nothing is there yet. */
    Path written() {
        return written;
    }

    /** Puts what was written into the place of the old one. */
    void commit() throws IOException {
        if (Files.exists(target)) {
            Files.move(target, old);
        }
        Files.move(written, target);
        delete(old);
    }

    private static void delete(final Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        final List<Path> all;
        try (Stream<Path> walk = Files.walk(path)) {
            all = walk.sorted(Comparator.reverseOrder()).collect(Collectors.toList()); // what is inside comes first
        }
        for (final Path each : all) {
            Files.delete(each);
        }
    }
}
