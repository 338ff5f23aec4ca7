// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostKind;
import java.util.Map;

/**
 * What rivals are compared with, round by round.
 *
 * @param title what it is called in tables
 * @param rival name of the rival; empty for the strongest peer of the cell
 */
record Baseline(String title, String rival) {
    static final Baseline BEST_PEER = new Baseline("the best peer", "");
    static final Baseline AGRONA = new Baseline("Agrona", Rivals.AGRONA);
    static final Baseline COPY = new Baseline("a bare copy", "floor-copy");
    static final Baseline CLEAR = new Baseline("a copy, an exchange and clearing", "floor-clear");
    static final Baseline HANDOVER = new Baseline("a bare handover", "floor-handover");
    static final Baseline SINGLE_OFFERS = new Baseline("`ring-offer`", "ring-offer");
    static final Baseline PARK = new Baseline("bare park and unpark", "floor-park");

    Map<Integer, Double> values(
            final Results results, final Results.Key key, final Metric metric, final HostKind kind) {
        return rival.isEmpty() ? results.bestPeer(key, metric, kind) : results.values(key, rival, metric, kind);
    }
}
