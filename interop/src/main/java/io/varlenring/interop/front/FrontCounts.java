// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

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
public record FrontCounts(long received, long inPlace, long copied, List<Long> toHandlers, Map<Drop, Long> drops) {
    public long handedIn() {
        return inPlace + copied;
    }

    public long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    public long drops(final Drop reason) {
        return drops.getOrDefault(reason, 0L);
    }
}
