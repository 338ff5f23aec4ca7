// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What became of the datagrams that one listener received.
 *
 * @param received all of them
 * @param inPlace those received into space of the ring that they belonged to
 * @param copied those copied into their ring, because another one's space, or none, was at hand
 * @param toHandlers for each handler, those put into its ring
 * @param drops those dropped, by reason
 */
record FrontCounts(long received, long inPlace, long copied, List<Long> toHandlers, Map<Drop, Long> drops) {
    long handedIn() {
        return inPlace + copied;
    }

    long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    long drops(final Drop reason) {
        return drops.getOrDefault(reason, 0L);
    }

    /** Returns what does not add up: every datagram received must have gone to exactly one place, and come out there, where its connection is. */
    static List<String> mismatches(final List<FrontCounts> listeners, final List<HandlerCounts> handlers) {
        final List<String> mismatches = new ArrayList<>();
        for (int i = 0; i < listeners.size(); i++) {
            final FrontCounts counts = listeners.get(i);
            if (counts.received() != counts.handedIn() + counts.dropped()) {
                mismatches.add("listener " + i + " received " + counts.received() + ", but handed over "
                        + counts.handedIn() + " and dropped " + counts.dropped());
            }
            for (int j = 0; j < handlers.size(); j++) {
                final long handedIn = counts.toHandlers().get(j);
                final long handedOut = handlers.get(j).fromListener(i);
                if (handedIn != handedOut) {
                    mismatches.add("listener " + i + " handed " + handedIn + " datagrams to handler " + j + ", but "
                            + handedOut + " came out");
                }
            }
        }
        for (int i = 0; i < handlers.size(); i++) {
            if (handlers.get(i).astray() != 0) {
                mismatches.add("handler " + i + " got " + handlers.get(i).astray()
                        + " datagrams of other handlers' connections");
            }
        }
        return mismatches;
    }
}
