// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostKind;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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

    /**
     * Returns by round the values of the best of those peers that met this kind of host in it, which may be another one each
     * time; empty when there is no peer.
     */
    Map<Integer, Double> bestPeer(final Key key, final Metric metric, final HostKind kind) {
        final Map<Integer, Double> best = new TreeMap<>();
        for (final String rival : rivals(key)) {
            if (Rivals.isPeer(rival)) {
                values(key, rival, metric, kind)
                        .forEach((round, value) ->
                                best.merge(round, value, metric.lessIsBetter() ? Math::min : Math::max));
            }
        }
        return best;
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
