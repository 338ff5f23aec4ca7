// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The sets of benchmarks that are run in rounds, by the name that the command gives them. */
enum BenchmarkSet {
    SINGLE_THREAD(
            "single-thread",
            Axis.CORE,
            List.of(Metric.TIME),
            List.of(Baseline.AGRONA, Baseline.BEST_PEER, Baseline.COPY, Baseline.CLEAR)) {
        @Override
        List<Cell> cells() {
            return eachSize(
                    SIZES, "SingleThreadBenchmark.offerAndDrain", with("floor-copy", "floor-exchange", "floor-clear"));
        }
    },

    THROUGHPUT(
            "throughput",
            Axis.DISTANCE,
            List.of(Metric.CONSUMED, Metric.ACCEPTED, Metric.REFUSED),
            List.of(Baseline.AGRONA, Baseline.BEST_PEER)) {
        @Override
        List<Cell> cells() {
            final List<Cell> cells = new ArrayList<>();
            addCells(cells, "1", IN_CACHE, "all", SIZES);
            addCells(cells, "1", IN_CACHE, "head", FEW_SIZES);
            addCells(cells, "1", OUT_OF_CACHE, "all", FEW_SIZES);
            addCells(cells, "1", OUT_OF_CACHE, "head", FEW_SIZES);
            for (final String producers : List.of("2", "3", "4")) {
                addCells(cells, producers, IN_CACHE, "all", List.of("64", "256", "1200", "quic"));
            }
            return cells;
        }

        private void addCells(
                final List<Cell> cells,
                final String producers,
                final String capacity,
                final String reads,
                final List<String> sizes) {
            final boolean plain = capacity.equals(IN_CACHE) && reads.equals("all");
            final List<String> rivals = producers.equals("1") ? with("floor-handover") : RIVALS;
            for (final String size : sizes) {
                cells.add(Cell.of(
                                "ThroughputBenchmark.throughput",
                                ofSize(size, rivals),
                                "producers",
                                producers,
                                "capacity",
                                capacity,
                                "reads",
                                reads,
                                "size",
                                size)
                        .quickIf(plain
                                && (producers.equals("1") || producers.equals("4"))
                                && QUICK_SIZES.contains(size)));
            }
        }
    },

    ROUND_TRIP(
            "round-trip",
            Axis.DISTANCE,
            List.of(Metric.P50, Metric.P99, Metric.P999),
            List.of(Baseline.AGRONA, Baseline.BEST_PEER, Baseline.HANDOVER)) {
        @Override
        List<Cell> cells() {
            final List<String> rivals = new ArrayList<>(with("floor-handover"));
            rivals.removeAll(List.of("ring-offer-all", "ring-batch")); // there is one record at a time only
            return eachSize(List.of("64", "1200"), "RoundTripBenchmark.roundTrip", rivals);
        }
    },

    STEADY_LOAD("steady-load", Axis.DISTANCE, List.of(Metric.P50, Metric.P90), List.of(Baseline.AGRONA)) {
        @Override
        List<Cell> cells() {
            return List.of(
                    at("1000000", "64").quickIf(true),
                    at("1000000", "1200").quickIf(true),
                    at("5000000", "64").quickIf(true));
        }

        private Cell at(final String perSecond, final String size) {
            return Cell.of(
                    "SteadyLoadBenchmark.drain",
                    List.of(
                            "ring-offer",
                            "ring-claim",
                            "agrona",
                            "jctools-pooled",
                            "jctools-fresh",
                            "disruptor",
                            "abq"),
                    "perSecond",
                    perSecond,
                    "size",
                    size);
        }
    },

    BURST("burst", Axis.CORE, List.of(Metric.TIME), List.of(Baseline.SINGLE_OFFERS, Baseline.AGRONA)) {
        @Override
        List<Cell> cells() {
            return eachSize(
                    List.of("16", "64", "256"),
                    "BurstBenchmark.offerOnly",
                    List.of("ring-offer", "ring-offer-all", "ring-batch", "agrona", "floor-copy"));
        }
    },

    HOOK("hook", Axis.DISTANCE, List.of(Metric.CONSUMED), List.of(Baseline.SINGLE_OFFERS)) {
        @Override
        List<Cell> cells() {
            final List<Cell> cells = new ArrayList<>();
            for (final String producers : List.of("1", "2")) {
                for (final String size : List.of("64", "1200")) {
                    cells.add(Cell.of(
                                    "ThroughputBenchmark.throughput",
                                    List.of("ring-offer", "ring-hook"),
                                    "producers",
                                    producers,
                                    "capacity",
                                    IN_CACHE,
                                    "reads",
                                    "all",
                                    "size",
                                    size)
                            .quickIf(true));
                }
            }
            return cells;
        }
    },

    SLEEPING("sleeping", Axis.DISTANCE, List.of(Metric.P50, Metric.P99, Metric.P999), List.of(Baseline.PARK)) {
        @Override
        List<Cell> cells() {
            return List.of(Cell.of(
                            "SleepingConsumerBenchmark.wakeup",
                            List.of(
                                    "ring-unpark",
                                    "ring-timed-drain",
                                    "ring-selector",
                                    "ring-executor",
                                    "ring-tasklet",
                                    "abq",
                                    "floor-park",
                                    "floor-selector",
                                    "floor-executor"))
                    .quickIf(true));
        }
    },

    ALLOCATION("allocation", Axis.CORE, List.of(Metric.ALLOCATED), List.of()) {
        @Override
        List<Cell> cells() {
            final List<String> rivals = new ArrayList<>(RIVALS);
            rivals.add("ring-hook");
            return eachSize(List.of("64", "1200"), "SingleThreadBenchmark.offerAndDrain", rivals);
        }
    },

    TASKLETS("tasklets", Axis.DISTANCE, List.of(Metric.TIME, Metric.ALLOCATED), List.of(Baseline.BEST_PEER)) {
        @Override
        List<Cell> cells() {
            final List<Cell> cells = new ArrayList<>();
            for (final String method : List.of(
                    "crossThreadWakeup",
                    "crossThreadRoundTrip",
                    "dispatch1",
                    "dispatch8",
                    "dispatch64",
                    "dispatch64Awake",
                    "dispatchLocal")) {
                cells.add(Cell.of(
                                "TaskletBenchmark." + method,
                                List.of(
                                        "tasklet",
                                        "tasklet-selector",
                                        "netty",
                                        "netty-nio",
                                        "fork-join",
                                        "fork-join-task",
                                        "executor"))
                        .withRivalParameter("peer")
                        .quickIf(true));
            }
            for (final String method : List.of("coalescedForeign", "coalescedLocal", "volatileRead", "compareAndSet")) {
                cells.add(Cell.of("CoalescedBenchmark." + method, List.of(method))
                        .withRivalParameter("")
                        .quickIf(true));
            }
            return cells;
        }
    };

    private static final String IN_CACHE = "65536";
    private static final String OUT_OF_CACHE = "16777216";
    private static final List<String> FEW_SIZES = List.of("64", "1200", "quic");
    private static final List<String> SIZES = List.of("0", "16", "64", "256", "1200", "8192", "quic");
    private static final List<String> QUICK_SIZES = List.of("64", "256", "1200");
    private static final List<String> RIVALS = List.of(
            "ring-offer",
            "ring-claim",
            "ring-offer-all",
            "ring-batch",
            "agrona",
            "jctools-pooled",
            "jctools-pooled-varhandle",
            "jctools-fresh",
            "disruptor",
            "abq",
            "clq");

    /** What about the host matters to a set. */
    private enum Axis {
        /** Whether somebody shares the core: for what runs on one thread. */
        CORE,
        /** How far threads are from each other: for what runs between them. */
        DISTANCE
    }

    private final String title;
    private final Axis axis;
    private final List<Metric> metrics;
    private final List<Baseline> baselines;

    BenchmarkSet(final String title, final Axis axis, final List<Metric> metrics, final List<Baseline> baselines) {
        this.title = title;
        this.axis = axis;
        this.metrics = metrics;
        this.baselines = baselines;
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

    private static List<Cell> eachSize(final List<String> sizes, final String benchmark, final List<String> rivals) {
        final List<Cell> cells = new ArrayList<>();
        for (final String size : sizes) {
            cells.add(Cell.of(benchmark, ofSize(size, rivals), "size", size).quickIf(QUICK_SIZES.contains(size)));
        }
        return cells;
    }

    /** Claims that are longer than what is committed are measured where datagrams are. */
    private static List<String> ofSize(final String size, final List<String> rivals) {
        final int claim = rivals.indexOf("ring-claim");
        if (claim < 0 || !size.equals("1200")) {
            return rivals;
        }
        final List<String> more = new ArrayList<>(rivals);
        more.add(claim + 1, "ring-claim-short");
        return more;
    }

    abstract List<Cell> cells();

    /** What is compared; the first one is the score of the set. */
    List<Metric> metrics() {
        return metrics;
    }

    /** What the rivals are compared with. */
    List<Baseline> baselines() {
        return baselines;
    }

    /** Says what kind of host a fork met, where the loop of the calibrator takes at least so long. */
    HostKind kind(final Fork fork, final double leastAlu) {
        return axis == Axis.CORE
                ? HostKind.ofCore(fork.before().alu(), fork.after().alu(), leastAlu)
                : HostKind.ofDistance(fork.before().line(), fork.after().line());
    }

    String title() {
        return title;
    }
}
