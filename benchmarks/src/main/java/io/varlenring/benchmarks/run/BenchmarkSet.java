// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The sets of benchmarks that are run in rounds, by the name that the command gives them. */
enum BenchmarkSet {
    SINGLE_THREAD("single-thread", List.of(Metric.SCORE)) {
        @Override
        List<Cell> cells() {
            final List<Cell> cells = new ArrayList<>();
            for (final String size : SIZES) {
                cells.add(Cell.of("SingleThreadBenchmark.offerAndDrain", with("floor-copy"), "size", size)
                        .quickIf(QUICK_SIZES.contains(size)));
            }
            return cells;
        }
    };

    private static final List<String> SIZES = List.of("0", "16", "64", "256", "1200", "8192", "quic");
    private static final List<String> QUICK_SIZES = List.of("64", "256", "1200");
    private static final List<String> RIVALS = List.of(
            "ring-offer",
            "ring-claim",
            "ring-offer-all",
            "agrona",
            "jctools-pooled",
            "jctools-pooled-varhandle",
            "jctools-fresh",
            "disruptor",
            "abq",
            "clq");

    private final String title;
    private final List<Metric> metrics;

    BenchmarkSet(final String title, final List<Metric> metrics) {
        this.title = title;
        this.metrics = metrics;
    }

    static BenchmarkSet of(final String title) {
        return Arrays.stream(values())
                .filter(set -> set.title.equals(title))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such set: " + title));
    }

    private static List<String> with(final String... floors) {
        final List<String> rivals = new ArrayList<>(RIVALS);
        rivals.addAll(List.of(floors));
        return rivals;
    }

    abstract List<Cell> cells();

    /** What is compared; the first one is the score of the set. */
    List<Metric> metrics() {
        return metrics;
    }

    String title() {
        return title;
    }
}
