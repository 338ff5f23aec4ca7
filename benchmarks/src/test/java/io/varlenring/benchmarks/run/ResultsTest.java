// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.gson.JsonParser;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static final Results.Key KEY = new Results.Key("offerAndDrain", Map.of("size", "64"));

    private final StringJoiner entries = new StringJoiner(",", "[", "]");

    private ResultsTest with(final String rival, final int round, final double time, final double consumed) {
        entries.add("""
                {"benchmark": "io.varlenring.benchmarks.SingleThreadBenchmark.offerAndDrain",
                 "params": {"rival": "%s", "round": "%d", "size": "64"},
                 "primaryMetric": {"score": %s, "scoreUnit": "ns/op"},
                 "secondaryMetrics": {"consumed": {"score": %s, "scoreUnit": "ops/us"}}}
                """.formatted(rival, round, time, consumed));
        return this;
    }

    private Results read() {
        return Results.parse(JsonParser.parseString(entries.toString()).getAsJsonArray());
    }

    @Test
    void values_areThoseOfTheRivalByRound() {
        final Results results = with("agrona", 2, 40, 1)
                .with("agrona", 1, 30, 2)
                .with("abq", 1, 99, 3)
                .read();
        assertEquals(Map.of(1, 30.0, 2, 40.0), results.values(KEY, "agrona", Metric.TIME));
        assertEquals(Map.of(1, 2.0, 2, 1.0), results.values(KEY, "agrona", Metric.CONSUMED));
        assertEquals(Map.of(), results.values(KEY, "clq", Metric.TIME));
    }

    @Test
    void bestPeer_isChosenInEachRound_andIsNeitherThisLibraryNorAFloor() {
        final Results results = with("agrona", 1, 30, 5)
                .with("disruptor", 1, 40, 4)
                .with("agrona", 2, 50, 3)
                .with("disruptor", 2, 35, 6)
                .with("ring-offer", 1, 1, 99)
                .with("other-offer", 1, 1, 99)
                .with("floor-copy", 1, 1, 99)
                .read();
        assertEquals(Map.of(1, 30.0, 2, 35.0), results.bestPeer(KEY, Metric.TIME));
        assertEquals(Map.of(1, 5.0, 2, 6.0), results.bestPeer(KEY, Metric.CONSUMED));
    }

    @Test
    void advantage_isAboveOneForAShorterTimeAndForAHigherRate() {
        final Results results =
                with("ring-offer", 1, 20, 8).with("agrona", 1, 40, 2).read();
        assertEquals(new Statistics(2, 2, 2, 1), results.advantage(KEY, "ring-offer", Baseline.AGRONA, Metric.TIME));
        assertEquals(
                new Statistics(4, 4, 4, 1), results.advantage(KEY, "ring-offer", Baseline.AGRONA, Metric.CONSUMED));
        assertNull(results.advantage(KEY, "ring-offer", Baseline.COPY, Metric.TIME));
    }
}
