// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.varlenring.benchmarks.host.HostKind;
import io.varlenring.benchmarks.host.HostReading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static final Results.Key KEY = new Results.Key("offerAndDrain", Map.of("size", "64"));

    private final List<Fork> forks = new ArrayList<>();
    private final Map<Fork, HostKind> kinds = new HashMap<>();

    private ResultsTest with(final String rival, final int round, final double time, final double consumed) {
        return with(rival, round, time, consumed, HostKind.UNKNOWN);
    }

    private ResultsTest with(
            final String rival, final int round, final double time, final double consumed, final HostKind kind) {
        final Fork fork = new Fork(
                "SingleThreadBenchmark.offerAndDrain",
                KEY.parameters(),
                rival,
                round,
                "avgt",
                "ns/op",
                time,
                Map.of("consumed", consumed),
                HostReading.NONE,
                HostReading.NONE);
        forks.add(fork);
        kinds.put(fork, kind);
        return this;
    }

    private Results read() {
        return new Results(forks, kinds::get);
    }

    @Test
    void values_areThoseOfTheRivalByRound() {
        final Results results = with("agrona", 2, 40, 1)
                .with("agrona", 1, 30, 2)
                .with("abq", 1, 99, 3)
                .read();
        assertEquals(Map.of(1, 30.0, 2, 40.0), results.values(KEY, "agrona", Metric.TIME, HostKind.UNKNOWN));
        assertEquals(Map.of(1, 2.0, 2, 1.0), results.values(KEY, "agrona", Metric.CONSUMED, HostKind.UNKNOWN));
        assertEquals(Map.of(), results.values(KEY, "clq", Metric.TIME, HostKind.UNKNOWN));
    }

    @Test
    void bestPeer_isThatOfTheBestMedian_andIsNeitherThisLibraryNorAFloor() {
        final Results results = with("agrona", 1, 30, 5)
                .with("disruptor", 1, 40, 4)
                .with("agrona", 2, 50, 3)
                .with("disruptor", 2, 35, 7)
                .with("ring-offer", 1, 1, 99)
                .with("other-offer", 1, 1, 99)
                .with("floor-copy", 1, 1, 99)
                .read();
        assertEquals(Map.of(1, 40.0, 2, 35.0), results.bestPeer(KEY, Metric.TIME, HostKind.UNKNOWN));
        assertEquals(Map.of(1, 4.0, 2, 7.0), results.bestPeer(KEY, Metric.CONSUMED, HostKind.UNKNOWN));
    }

    @Test
    void advantage_isAboveOneForAShorterTimeAndForAHigherRate() {
        final Results results =
                with("ring-offer", 1, 20, 8).with("agrona", 1, 40, 2).read();
        assertEquals(
                new Statistics(2, 2, 2, 1),
                results.advantage(KEY, "ring-offer", Baseline.AGRONA, Metric.TIME, HostKind.UNKNOWN));
        assertEquals(
                new Statistics(4, 4, 4, 1),
                results.advantage(KEY, "ring-offer", Baseline.AGRONA, Metric.CONSUMED, HostKind.UNKNOWN));
        assertNull(results.advantage(KEY, "ring-offer", Baseline.COPY, Metric.TIME, HostKind.UNKNOWN));
    }

    @Test
    void advantage_isOfThoseThatMetTheSame_andWhoHadNoPartnerIsCounted() {
        final Results results = with("ring-offer", 1, 20, 0, HostKind.QUIET)
                .with("agrona", 1, 30, 0, HostKind.QUIET)
                .with("ring-offer", 2, 20, 0, HostKind.QUIET)
                .with("agrona", 2, 300, 0, HostKind.BUSY)
                .with("ring-offer", 3, 200, 0, HostKind.BUSY)
                .with("agrona", 3, 200, 0, HostKind.BUSY)
                .with("ring-offer", 4, 50, 0, HostKind.CHANGING)
                .with("agrona", 4, 500, 0, HostKind.CHANGING)
                .read();
        final Baseline agrona = Baseline.AGRONA;
        assertEquals(
                new Statistics(1.5, 1.5, 1.5, 1),
                results.advantage(KEY, "ring-offer", agrona, Metric.TIME, HostKind.QUIET));
        assertEquals(
                new Statistics(1, 1, 1, 1), results.advantage(KEY, "ring-offer", agrona, Metric.TIME, HostKind.BUSY));
        assertNull(results.advantage(KEY, "ring-offer", agrona, Metric.TIME, HostKind.CHANGING));
        assertEquals(1, results.unpaired(KEY, "ring-offer", agrona, Metric.TIME, HostKind.QUIET));
        assertEquals(0, results.unpaired(KEY, "ring-offer", agrona, Metric.TIME, HostKind.BUSY));
        assertEquals(1, results.unpaired(KEY, "ring-offer", agrona, Metric.TIME, HostKind.CHANGING));
        assertEquals(Map.of(HostKind.QUIET, 3, HostKind.BUSY, 3, HostKind.CHANGING, 2), results.kinds(List.of(KEY)));
    }

    @Test
    void advantage_whereTheBestPeerMetSomethingElse_isNotFormedAgainstAnother() {
        final Results results = with("ring-offer", 1, 20, 0, HostKind.QUIET)
                .with("agrona", 1, 24, 0, HostKind.CHANGING)
                .with("disruptor", 1, 100, 0, HostKind.QUIET)
                .with("ring-offer", 2, 20, 0, HostKind.QUIET)
                .with("agrona", 2, 30, 0, HostKind.QUIET)
                .with("disruptor", 2, 100, 0, HostKind.QUIET)
                .with("ring-offer", 3, 40, 0, HostKind.BUSY)
                .with("disruptor", 3, 200, 0, HostKind.BUSY)
                .read();
        final Baseline best = Baseline.BEST_PEER;
        assertEquals(
                new Statistics(1.5, 1.5, 1.5, 1),
                results.advantage(KEY, "ring-offer", best, Metric.TIME, HostKind.QUIET));
        assertEquals(1, results.unpaired(KEY, "ring-offer", best, Metric.TIME, HostKind.QUIET));
        assertNull(results.advantage(KEY, "ring-offer", best, Metric.TIME, HostKind.BUSY));
        assertEquals(1, results.unpaired(KEY, "ring-offer", best, Metric.TIME, HostKind.BUSY));
    }

    @Test
    void bestPeer_withoutAPeer_isEmpty() {
        assertEquals(Map.of(), with("ring-offer", 1, 20, 0).read().bestPeer(KEY, Metric.TIME, HostKind.UNKNOWN));
    }
}
