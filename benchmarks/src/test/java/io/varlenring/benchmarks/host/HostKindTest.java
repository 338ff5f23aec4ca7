// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HostKindTest {
    @Test
    void ofCore_sortsByBothReadings() {
        assertEquals(HostKind.QUIET, HostKind.ofCore(2.0, 2.1, 2));
        assertEquals(HostKind.BUSY, HostKind.ofCore(2.6, 3.8, 2));
        assertEquals(HostKind.CHANGING, HostKind.ofCore(2.0, 3.0, 2));
        assertEquals(HostKind.CHANGING, HostKind.ofCore(2.3, 2.3, 2)); // neither
        assertEquals(HostKind.CHANGING, HostKind.ofCore(6, 6, 2)); // interrupted
        assertEquals(HostKind.UNKNOWN, HostKind.ofCore(Double.NaN, 2, 2));
        assertEquals(HostKind.UNKNOWN, HostKind.ofCore(2, 2, Double.NaN));
    }

    @Test
    void ofDistance_sortsByBothReadings() {
        assertEquals(HostKind.NEAR, HostKind.ofDistance(130, 249));
        assertEquals(HostKind.FAR, HostKind.ofDistance(460, 600));
        assertEquals(HostKind.CHANGING, HostKind.ofDistance(130, 460));
        assertEquals(HostKind.CHANGING, HostKind.ofDistance(300, 300));
        assertEquals(HostKind.CHANGING, HostKind.ofDistance(5_000, 5_000));
        assertEquals(HostKind.UNKNOWN, HostKind.ofDistance(130, Double.NaN));
    }
}
