// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.duel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What can be measured in windows, with the values of its parameters where nobody names others. */
enum DuelSet {
    SINGLE_THREAD(
            "single-thread", "agrona", false, "rival", "ring-offer", "size", "0,64,256,1200,8192,quic", "burst", "64"),
    BURST("burst", "agrona", false, "rival", "ring-offer,ring-offer-all,ring-batch", "size", "16,64,256"),
    THROUGHPUT(
            "throughput",
            "agrona",
            true,
            "rival",
            "ring-offer",
            "producers",
            "1,2,4",
            "size",
            "0,64,256,1200,8192,quic",
            "reads",
            "all"),
    TASKLETS(
            "tasklets",
            "netty",
            true,
            "rival",
            "tasklet",
            "benchmark",
            "crossThreadWakeup,crossThreadRoundTrip,dispatch1,dispatch8,dispatch64,dispatch64Awake,dispatchLocal");

    private static final long SHORT_NANOS = 60_000;
    private static final long NANOS_BETWEEN_THREADS = 200_000;
    /** With more threads than processors, a window takes in some of the scheduler's decisions. */
    private static final long NANOS_WITH_SEVERAL_PRODUCERS = 4_000_000;

    private static final int RECORDS_OF_MIX = 4096;

    final String title;
    /** The peer that is measured along. */
    final String yardstick;
    /** Whether it runs between threads, so that their distance matters; else, what the core gives. */
    final boolean betweenThreads;

    private final Map<String, String> defaults = new LinkedHashMap<>();

    DuelSet(final String title, final String yardstick, final boolean betweenThreads, final String... defaults) {
        this.title = title;
        this.yardstick = yardstick;
        this.betweenThreads = betweenThreads;
        for (int i = 0; i < defaults.length; i += 2) {
            this.defaults.put(defaults[i], defaults[i + 1]);
        }
    }

    /** Returns the set of that name, or {@code null}. */
    static DuelSet of(final String title) {
        return Arrays.stream(values())
                .filter(set -> set.title.equals(title))
                .findFirst()
                .orElse(null);
    }

    boolean hasParameter(final String name) {
        return defaults.containsKey(name);
    }

    /** Returns all combinations of the parameters, where those named have other values than by default. */
    List<Map<String, String>> cells(final Map<String, String> named) {
        List<Map<String, String>> cells = List.of(Map.of());
        for (final Map.Entry<String, String> parameter : defaults.entrySet()) {
            final List<Map<String, String>> more = new ArrayList<>();
            for (final Map<String, String> cell : cells) {
                for (final String value : named.getOrDefault(parameter.getKey(), parameter.getValue())
                        .split(",")) {
                    final Map<String, String> extended = new LinkedHashMap<>(cell);
                    extended.put(parameter.getKey(), value);
                    more.add(extended);
                }
            }
            cells = more;
        }
        return cells;
    }

    /** How long a window of a cell should take at least. */
    long windowNanos(final Map<String, String> cell) {
        return !betweenThreads
                ? SHORT_NANOS
                : cell.getOrDefault("producers", "1").equals("1")
                        ? NANOS_BETWEEN_THREADS
                        : NANOS_WITH_SEVERAL_PRODUCERS;
    }

    /** How many bursts a window must have: with the mix, so many that all of it is in each window. */
    int leastBursts(final Map<String, String> cell) {
        return "quic".equals(cell.get("size"))
                ? RECORDS_OF_MIX / Integer.parseInt(cell.getOrDefault("burst", "64"))
                : 1;
    }
}
