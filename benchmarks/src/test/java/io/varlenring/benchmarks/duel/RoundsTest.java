// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.benchmarks.host.HostKind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final double NEAR = 130;
    private static final double FAR = 500;

    private static Rounds.Window between(final double nanos, final double before, final double after) {
        return new Rounds.Window(nanos, 2, 2, before, after);
    }

    private static Rounds.Window alone(final double nanos, final double before, final double after) {
        return new Rounds.Window(nanos, before, after, Double.NaN, Double.NaN);
    }

    private static Rounds.Window[] round(final Rounds.Window... windows) {
        return windows;
    }

    private static Rounds threeRounds() {
        final Rounds rounds = new Rounds(true);
        rounds.add(round(between(10, NEAR, NEAR), between(15, NEAR, NEAR)));
        rounds.add(round(between(20, FAR, FAR), between(60, FAR, FAR)));
        rounds.add(round(between(11, NEAR, NEAR), between(70, NEAR, FAR)));
        return rounds;
    }

    @Test
    void ratio_isOfRoundsInWhichBothMetTheSame() {
        final Rounds.Sorted sorted = threeRounds().sort();
        assertEquals(new Rounds.Quartiles(1.5, 1.5, 1.5, 1), sorted.ratio(0, 1, HostKind.NEAR));
        assertEquals(new Rounds.Quartiles(3, 3, 3, 1), sorted.ratio(0, 1, HostKind.FAR));
        assertEquals(0, sorted.ratio(1, 1, HostKind.CHANGING).count());
        assertEquals(2, sorted.nanos(0, HostKind.NEAR).count());
        assertEquals(Map.of(HostKind.NEAR, 3, HostKind.FAR, 2, HostKind.CHANGING, 1), sorted.kinds());
    }

    @Test
    void sort_takesTheLeastReadingsForAQuietHost_butNotTheVeryLeast() {
        final Rounds rounds = new Rounds(false);
        for (int i = 0; i < 99; i++) {
            rounds.add(round(i % 2 == 0 ? alone(10, 2, 2.1) : alone(20, 3, 3)));
        }
        rounds.add(round(alone(10, 0.5, 2)));
        final Map<HostKind, Integer> kinds = rounds.sort().kinds();
        assertEquals(51, kinds.get(HostKind.QUIET));
        assertEquals(49, kinds.get(HostKind.BUSY));
    }

    private static String summary(final Rounds rounds) {
        final List<String> lines = new ArrayList<>(List.of(DuelResult.HEADING));
        lines.addAll(DuelResult.of(DuelSet.THROUGHPUT, Map.of("size", "64"), List.of("this", "agrona"), rounds)
                .lines());
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        DuelSummary.print(lines, "this", new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void summary_showsWhatHasTenPairs() {
        final Rounds rounds = threeRounds();
        for (int i = 0; i < 9; i++) {
            rounds.add(round(between(10, NEAR, NEAR), between(15, NEAR, NEAR)));
        }
        for (int i = 0; i < 8; i++) {
            rounds.add(round(between(20, FAR, FAR), between(60, FAR, FAR)));
        }
        final String text = summary(rounds);
        assertTrue(text.contains("size=64, near") && text.contains("agrona 1.500 (10)"), text);
        assertFalse(text.contains("size=64, far"), text);
    }

    @Test
    void result_namesWhatHadNoPartner() {
        final DuelResult result =
                DuelResult.of(DuelSet.THROUGHPUT, Map.of("size", "64"), List.of("this", "agrona"), threeRounds());
        final String nearRow = result.lines().get(0);
        assertTrue(nearRow.startsWith("throughput,"), nearRow);
        assertTrue(nearRow.endsWith("size=64,this,near,2,10.00,11.00,11.00,agrona,1.5000,1.5000,1.5000,1,1"), nearRow);
    }

    @Test
    void cells_areAllCombinations_withTheValuesNamed() {
        assertEquals(18, DuelSet.THROUGHPUT.cells(Map.of()).size());
        assertEquals(
                List.of(
                        Map.of("rival", "ring-offer", "producers", "2", "size", "64", "reads", "all"),
                        Map.of("rival", "ring-offer", "producers", "2", "size", "quic", "reads", "all")),
                DuelSet.THROUGHPUT.cells(Map.of("producers", "2", "size", "64,quic")));
    }
}
