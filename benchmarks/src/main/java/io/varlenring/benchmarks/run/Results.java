// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The results of one file that {@link PairedRuns} wrote. */
final class Results {
    /** What was measured, whichever the rival: the method, and its parameters in the order of the cell. */
    record Key(String method, Map<String, String> parameters) {}

    private static final Set<String> RIVAL_PARAMETERS = Set.of("rival", "peer");
    private static final String ROUND = "round";

    private final Map<Key, Map<String, Map<Integer, JsonObject>>> entries = new LinkedHashMap<>();

    static Results read(final Path file) throws IOException {
        return parse(JsonParser.parseString(Files.readString(file)).getAsJsonArray());
    }

    static Results parse(final JsonArray array) {
        final Results results = new Results();
        for (final JsonElement element : array) {
            results.add(element.getAsJsonObject());
        }
        return results;
    }

    private void add(final JsonObject entry) {
        final String benchmark = entry.get("benchmark").getAsString();
        String rival = "";
        int round = 0;
        final Map<String, String> parameters = new TreeMap<>();
        if (entry.has("params")) {
            for (final Map.Entry<String, JsonElement> parameter :
                    entry.getAsJsonObject("params").entrySet()) {
                final String value = parameter.getValue().getAsString();
                if (RIVAL_PARAMETERS.contains(parameter.getKey())) {
                    rival = value;
                } else if (parameter.getKey().equals(ROUND)) {
                    round = Integer.parseInt(value);
                } else {
                    parameters.put(parameter.getKey(), value);
                }
            }
        }
        final Key key = new Key(benchmark.substring(benchmark.lastIndexOf('.') + 1), parameters);
        entries.computeIfAbsent(key, any -> new LinkedHashMap<>())
                .computeIfAbsent(rival, any -> new TreeMap<>())
                .put(round, entry);
    }

    Set<Key> keys() {
        return entries.keySet();
    }

    Set<String> rivals(final Key key) {
        return new LinkedHashSet<>(entries.get(key).keySet());
    }

    /** Returns a rival's values by round; empty when it has none. */
    Map<Integer, Double> values(final Key key, final String rival, final Metric metric) {
        final Map<Integer, Double> values = new TreeMap<>();
        entries.get(key).getOrDefault(rival, Map.of()).forEach((round, entry) -> {
            final JsonObject found = metric(entry, metric);
            if (found != null) {
                values.put(round, found.get("score").getAsDouble());
            }
        });
        return values;
    }

    /**
     * Returns by round the values of the best peer of that round, which may be another one each time; empty when there is no
     * peer.
     */
    Map<Integer, Double> bestPeer(final Key key, final Metric metric) {
        final Map<Integer, Double> best = new TreeMap<>();
        for (final String rival : rivals(key)) {
            if (Rivals.isPeer(rival)) {
                values(key, rival, metric)
                        .forEach((round, value) ->
                                best.merge(round, value, metric.lessIsBetter() ? Math::min : Math::max));
            }
        }
        return best;
    }

    /**
     * Returns how many times as good a rival is as a baseline, round by round: above 1 it is ahead; {@code null} when they
     * have no round in common.
     */
    Statistics advantage(final Key key, final String rival, final Baseline baseline, final Metric metric) {
        final Map<Integer, Double> against = baseline.values(this, key, metric);
        final Map<Integer, Double> own = values(key, rival, metric);
        return metric.lessIsBetter() ? Statistics.ofRatios(against, own) : Statistics.ofRatios(own, against);
    }

    private static JsonObject metric(final JsonObject entry, final Metric metric) {
        return metric.name().isEmpty()
                ? entry.getAsJsonObject("primaryMetric")
                : entry.getAsJsonObject("secondaryMetrics").getAsJsonObject(metric.name());
    }
}
