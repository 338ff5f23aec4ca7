// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwapTest {
    @TempDir
    Path directory;

    private Path charts;

    @BeforeEach
    void writeOld() throws IOException {
        charts = Files.createDirectory(directory.resolve("charts"));
        Files.writeString(charts.resolve("gone.svg"), "old");
        Files.writeString(charts.resolve("kept.svg"), "old");
    }

    private static void writeNew(final Swap swap) throws IOException {
        Files.createDirectory(swap.written());
        Files.writeString(swap.written().resolve("kept.svg"), "new");
    }

    private List<String> names() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void commit_putsTheNewDirectoryInPlaceOfTheOld() throws IOException {
        final Swap swap = Swap.of(charts);
        writeNew(swap);
        swap.commit();
        assertEquals(List.of("charts/kept.svg"), names());
        assertEquals("new", Files.readString(charts.resolve("kept.svg")));
    }

    @Test
    void interruptedBeforeCommit_leavesTheOld_andTheNextClearsAway() throws IOException {
        writeNew(Swap.of(charts));
        assertEquals("old", Files.readString(charts.resolve("kept.svg")));
        assertEquals("old", Files.readString(charts.resolve("gone.svg")));
        final Swap next = Swap.of(charts);
        assertFalse(Files.exists(next.written()));
        assertEquals(List.of("charts/gone.svg", "charts/kept.svg"), names());
    }

    @Test
    void interruptedBetweenTheMoves_theNextPutsTheOldBack() throws IOException {
        writeNew(Swap.of(charts));
        Files.move(charts, directory.resolve("charts.old"));
        Swap.of(charts);
        assertEquals(List.of("charts/gone.svg", "charts/kept.svg"), names());
    }

    @Test
    void commit_ofAFileThatWasNotThere_makesIt() throws IOException {
        final Path file = directory.resolve("sub").resolve("page.md");
        final Swap swap = Swap.of(file);
        Files.writeString(swap.written(), "new");
        swap.commit();
        assertEquals("new", Files.readString(file));
    }
}
