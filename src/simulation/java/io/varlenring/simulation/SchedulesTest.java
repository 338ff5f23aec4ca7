// SPDX-License-Identifier: Apache-2.0
package io.varlenring.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class SchedulesTest {
    @Test
    void atLeastOne_ofNone_isRefused() {
        assertEquals(1, Schedules.atLeastOne(1));
        for (final int count : new int[] {0, -1}) {
            assertEquals(
                    "-Dsimulation.schedules must be at least 1, but is " + count,
                    assertThrows(IllegalArgumentException.class, () -> Schedules.atLeastOne(count))
                            .getMessage());
        }
    }
}
