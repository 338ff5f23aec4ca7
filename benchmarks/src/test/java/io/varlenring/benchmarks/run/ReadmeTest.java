// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.benchmarks.host.HostKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private final List<DuelRun> runs = DuelRun.all(Path.of("results"));

    ReadmeTest() throws IOException {}

    /** The three rows of figures in the README are those of the published duels. */
    @Test
    void figures_areThoseOfTheResults() throws IOException {
        final String readme = Files.readString(Path.of("..", "README.md"));
        final List<String> rows = List.of(
                row(
                        "4 producers, processors near / far",
                        "throughput",
                        "rival=ring-offer producers=4 size=64 reads=all",
                        HostKind.NEAR,
                        HostKind.FAR),
                row(
                        "1 producer, near / far",
                        "throughput",
                        "rival=ring-offer producers=1 size=64 reads=all",
                        HostKind.NEAR,
                        HostKind.FAR),
                row(
                        "offer and drain on one thread, host quiet / busy",
                        "single-thread",
                        "rival=ring-offer size=64 burst=64",
                        HostKind.QUIET,
                        HostKind.BUSY));
        for (final String row : rows) {
            assertTrue(readme.contains(row), "not in the README: " + row);
        }
    }

    private String row(
            final String title, final String set, final String cell, final HostKind first, final HostKind second) {
        final StringBuilder row = new StringBuilder("| " + title + " |");
        for (final int jdk : new int[] {17, 25}) {
            final DuelRun run = runs.stream()
                    .filter(any -> any.set().equals(set) && any.jdk() == jdk)
                    .findFirst()
                    .orElseThrow();
            row.append(' ').append(ratio(run, cell, first)).append(" / ").append(ratio(run, cell, second));
            row.append(" |");
        }
        return row.toString();
    }

    private static String ratio(final DuelRun run, final String cell, final HostKind host) {
        final Statistics ratio = run.ratio(cell, Rivals.AGRONA, host);
        if (ratio == null) {
            return "not met";
        }
        return ratio.count() == 1
                ? String.format(Locale.ROOT, "%.2f", ratio.median())
                : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", ratio.median(), ratio.min(), ratio.max());
    }
}
