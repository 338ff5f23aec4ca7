// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostKind;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** The forks of one run of a set, each with the kind of host that it met. */
final class Results {
    /** What was measured, whichever the rival: the method, and its parameters by name. */
    record Key(String method, Map<String, String> parameters) {}

    private record Sorted(Fork fork, HostKind kind) {}

    private final Map<Key, Map<String, Map<Integer, Sorted>>> entries = new LinkedHashMap<>();

    Results(final List<Fork> forks, final Function<Fork, HostKind> kind) {
        for (final Fork fork : forks) {
            final String benchmark = fork.benchmark();
            final Key key = new Key(benchmark.substring(benchmark.indexOf('.') + 1), fork.parameters());
            entries.computeIfAbsent(key, any -> new LinkedHashMap<>())
                    .computeIfAbsent(fork.rival(), any -> new TreeMap<>())
                    .put(fork.round(), new Sorted(fork, kind.apply(fork)));
        }
    }

    Set<Key> keys() {
        return entries.keySet();
    }

    Set<String> rivals(final Key key) {
        return new LinkedHashSet<>(entries.get(key).keySet());
    }

    /** Returns how many forks met which kind of host; kinds that none has met are not in it. */
    Map<HostKind, Integer> kinds(final Collection<Key> of) {
        final Map<HostKind, Integer> counts = new EnumMap<>(HostKind.class);
        for (final Key key : of) {
            entries.get(key)
                    .values()
                    .forEach(rounds -> rounds.values().forEach(entry -> counts.merge(entry.kind, 1, Integer::sum)));
        }
        return counts;
    }

    /** Returns a rival's values by round where it met this kind of host; empty when it has none. */
    Map<Integer, Double> values(final Key key, final String rival, final Metric metric, final HostKind kind) {
        final Map<Integer, Double> values = new TreeMap<>();
        entries.get(key).getOrDefault(rival, Map.of()).forEach((round, entry) -> {
            final Double value = entry.fork.value(metric);
            if (entry.kind == kind && value != null) {
                values.put(round, value);
            }
        });
        return values;
    }

    /** Returns by round the values of the strongest peer where it met this kind of host; empty when there is none. */
    Map<Integer, Double> bestPeer(final Key key, final Metric metric, final HostKind kind) {
        final String strongest = strongestPeer(key, metric);
        return strongest == null ? Map.of() : values(key, strongest, metric, kind);
    }

    /**
     * Returns the peer with the best median of all its forks, whatever they met, or {@code null} when there is none. It
     * is the same one in all rounds: where it has no fork that can be compared, there must be no ratio, and not one to
     * whoever is left.
     */
    private String strongestPeer(final Key key, final Metric metric) {
        String strongest = null;
        double best = Double.NaN;
        for (final Map.Entry<String, Map<Integer, Sorted>> rival :
                entries.get(key).entrySet()) {
            final List<Double> values = rival.getValue().values().stream()
                    .map(entry -> entry.fork.value(metric))
                    .filter(Objects::nonNull)
                    .toList();
            if (!Rivals.isPeer(rival.getKey()) || values.isEmpty()) {
                continue;
            }
            final double median = Statistics.of(values).median();
            if (strongest == null || (metric.lessIsBetter() ? median < best : median > best)) {
                strongest = rival.getKey();
                best = median;
            }
        }
        return strongest;
    }

    /**
     * Returns how many times as good a rival is as a baseline, round by round, where both met this kind of host: above 1 it
     * is ahead; {@code null} when there is no such round.
     */
    Statistics advantage(
            final Key key, final String rival, final Baseline baseline, final Metric metric, final HostKind kind) {
        if (!kind.compares()) {
            return null;
        }
        final Map<Integer, Double> against = baseline.values(this, key, metric, kind);
        final Map<Integer, Double> own = values(key, rival, metric, kind);
        return metric.lessIsBetter() ? Statistics.ofRatios(against, own) : Statistics.ofRatios(own, against);
    }

    /** Returns in how many rounds a rival that met this kind of host had no baseline to be compared with. */
    int unpaired(final Key key, final String rival, final Baseline baseline, final Metric metric, final HostKind kind) {
        final Statistics ratio = advantage(key, rival, baseline, metric, kind);
        return values(key, rival, metric, kind).size() - (ratio == null ? 0 : ratio.count());
    }
}
