// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.duel;

import io.varlenring.benchmarks.host.HostKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Rounds of windows, one window of each contender in each, and what the host gave before and after each window. Windows are
 * compared only within a round and where they met the same.
 */
final class Rounds {
    /** What is taken for the least that the core's loop takes: not the very least, which is luck. */
    private static final double LEAST = 0.02;

    private final boolean betweenThreads;
    private final List<Window[]> rounds = new ArrayList<>();

    /** A window: the time of a record, and the readings around it. */
    record Window(double nanos, double aluBefore, double aluAfter, double lineBefore, double lineAfter) {}

    /** The quartiles of some values, and how many there are. */
    record Quartiles(double low, double median, double high, int count) {
        static Quartiles of(final List<Double> values) {
            final double[] sorted =
                    values.stream().mapToDouble(value -> value).sorted().toArray();
            return new Quartiles(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75), sorted.length);
        }

        private static double at(final double[] sorted, final double share) {
            return sorted.length == 0 ? Double.NaN : sorted[(int) Math.round(share * (sorted.length - 1))];
        }
    }

    /**
     * @param betweenThreads whether the distance of threads tells windows apart, or else what the core gave
     */
    Rounds(final boolean betweenThreads) {
        this.betweenThreads = betweenThreads;
    }

    /** Adds a round: a window of each contender, always in the same places. */
    void add(final Window[] round) {
        rounds.add(round.clone());
    }

    int count() {
        return rounds.size();
    }

    /** Sorts the windows, now that all are known. */
    Sorted sort() {
        final double[] readings = rounds.stream()
                .flatMap(round -> List.of(round).stream())
                .mapToDouble(Window::aluBefore)
                .sorted()
                .toArray();
        final double least = Quartiles.at(readings, LEAST);
        final List<HostKind[]> kinds = new ArrayList<>();
        for (final Window[] round : rounds) {
            final HostKind[] of = new HostKind[round.length];
            for (int i = 0; i < round.length; i++) {
                of[i] = betweenThreads
                        ? HostKind.ofDistance(round[i].lineBefore, round[i].lineAfter)
                        : HostKind.ofCore(round[i].aluBefore, round[i].aluAfter, least);
            }
            kinds.add(of);
        }
        return new Sorted(kinds);
    }

    /** The rounds, with the kind of host that each window met. */
    final class Sorted {
        private final List<HostKind[]> kinds;

        private Sorted(final List<HostKind[]> kinds) {
            this.kinds = kinds;
        }

        /** Returns how many windows met which kind of host. */
        Map<HostKind, Integer> kinds() {
            final Map<HostKind, Integer> counts = new EnumMap<>(HostKind.class);
            kinds.forEach(round -> List.of(round).forEach(kind -> counts.merge(kind, 1, Integer::sum)));
            return counts;
        }

        /** Returns the time of a record of a contender where it met that kind of host. */
        Quartiles nanos(final int contender, final HostKind kind) {
            final List<Double> values = new ArrayList<>();
            for (int i = 0; i < rounds.size(); i++) {
                if (kinds.get(i)[contender] == kind) {
                    values.add(rounds.get(i)[contender].nanos);
                }
            }
            return Quartiles.of(values);
        }

        /** Returns how many times as fast as another a contender is, in rounds where both met that kind of host. */
        Quartiles ratio(final int contender, final int baseline, final HostKind kind) {
            final List<Double> values = new ArrayList<>();
            for (int i = 0; i < rounds.size(); i++) {
                final HostKind[] of = kinds.get(i);
                if (kind.compares() && of[contender] == kind && of[baseline] == kind) {
                    values.add(rounds.get(i)[baseline].nanos / rounds.get(i)[contender].nanos);
                }
            }
            return Quartiles.of(values);
        }
    }
}
