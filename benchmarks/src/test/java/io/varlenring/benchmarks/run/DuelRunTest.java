// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.benchmarks.host.HostKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuelRunTest {
    private static final String CELL = "rival=ring-offer size=64";

    @TempDir
    Path directory;

    @BeforeEach
    void writeResults() throws IOException {
        CsvFile.write(
                directory.resolve("duel-single-thread-17.csv.gz"),
                List.of(
                        "set,jdk,parameters,contender,host,windows,p25_ns,p50_ns,p75_ns,"
                                + "against,p25_ratio,p50_ratio,p75_ratio,pairs,without_partner",
                        line("this", "quiet", 30, "20.0", "agrona", "1.2", 25),
                        line("this", "quiet", 30, "20.0", "old.jar", "1.5", 26),
                        line("agrona", "quiet", 31, "24.0", "agrona", "1.0", 31),
                        line("this", "busy", 9, "50.0", "agrona", "9.0", 9),
                        line("this", "changing", 40, "60.0", "agrona", "", 0),
                        line("this", "quiet", 10, "22.0", "agrona", "1.4", 10),
                        line("this", "quiet", 10, "40.0", "agrona", "9.0", 9)));
        Files.write(directory.resolve("duel-single-thread-17.txt"), List.of("cpu: some", "plan: 3 processes"));
    }

    @Test
    void page_ofADuelThatWasNotFinished_saysSo() throws IOException {
        Files.delete(directory.resolve("duel-single-thread-17.txt"));
        final String page = DuelPage.text(DuelRun.all(directory));
        assertTrue(page.startsWith("## single-thread, JDK 17\n\n" + SetPage.NOT_FINISHED + "\n"), page);
    }

    @Test
    void all_ofAFileWithAHeadingOnly_isRefusedByName() throws IOException {
        CsvFile.write(directory.resolve("duel-burst-17.csv.gz"), List.of("set,jdk"));
        final IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> DuelRun.all(directory));
        assertTrue(refusal.getMessage().contains("duel-burst-17.csv.gz"), refusal.getMessage());
    }

    private static String line(
            final String contender,
            final String host,
            final int windows,
            final String nanos,
            final String against,
            final String ratio,
            final int pairs) {
        return "single-thread,17," + CELL + "," + contender + "," + host + "," + windows + ",1," + nanos + ",99,"
                + against + ",0.5," + ratio + ",9," + pairs + ",0";
    }

    @Test
    void all_readsWhatWasPublished() throws IOException {
        final List<DuelRun> runs = DuelRun.all(directory);
        assertEquals(1, runs.size());
        final DuelRun run = runs.get(0);
        assertEquals("single-thread", run.set());
        assertEquals(17, run.jdk());
        assertEquals("some", run.facts().get("cpu"));
        assertEquals(Set.of(CELL), run.cells());
        assertEquals(List.of("agrona", "old.jar"), List.copyOf(run.baselines()));
    }

    @Test
    void figures_areTheMediansOfTheProcessesThatHadEnoughWindows() throws IOException {
        final DuelRun run = DuelRun.all(directory).get(0);
        assertEquals(new Statistics(22, 20, 40, 3), run.nanos(CELL, "this", HostKind.QUIET));
        assertEquals(new Statistics(24, 24, 24, 1), run.nanos(CELL, "agrona", HostKind.QUIET));
        assertEquals(1.3, run.ratio(CELL, "agrona", HostKind.QUIET).median(), 1e-9);
        assertEquals(2, run.ratio(CELL, "agrona", HostKind.QUIET).count());
        assertEquals(35, run.pairs(CELL, "agrona", HostKind.QUIET));
        assertEquals(50, run.windows(CELL, HostKind.QUIET));
        assertEquals(0, run.windows(CELL, HostKind.BUSY));
        assertEquals(0, run.pairs(CELL, "agrona", HostKind.BUSY));
        assertNull(run.nanos(CELL, "this", HostKind.BUSY));
        assertNull(run.ratio(CELL, "agrona", HostKind.BUSY));
    }

    @Test
    void page_countsWhatIsInTheFigures_andSaysWhereThatIsOneProcess() throws IOException {
        final String page = DuelPage.text(DuelRun.all(directory));
        assertTrue(page.contains("| | host | windows | ns | to agrona | to old.jar |\n"), page);
        assertTrue(
                page.contains("| `ring-offer`, 64 B | quiet | 50 | 22.00 (20.00 to 40.00) "
                        + "| 1.300 (1.200 to 1.400) of 35 | 1.500\\* of 26 |\n"),
                page);
        assertFalse(page.contains("busy"), page);
        assertTrue(
                page.endsWith("\n\n40 of 90 windows met a host that changed meanwhile: no figure is of them."), page);
    }
}
