// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void of_oddNumberUnsorted_takesTheMiddleOne() {
        assertEquals(new Statistics(3, 1, 100, 3), Statistics.of(List.of(100.0, 1.0, 3.0)));
    }

    @Test
    void of_evenNumber_takesTheMeanOfTheTwoInTheMiddle() {
        assertEquals(new Statistics(2.5, 1, 9, 4), Statistics.of(List.of(9.0, 2.0, 3.0, 1.0)));
    }

    @Test
    void of_nothing_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> Statistics.of(List.of()));
    }

    @Test
    void ofRatios_dividesWithinRounds_notTheMedians() {
        // medians 20 and 4 would give 5
        final Map<Integer, Double> dividends = Map.of(1, 10.0, 2, 20.0, 3, 90.0);
        final Map<Integer, Double> divisors = Map.of(1, 4.0, 2, 10.0, 3, 3.0);
        assertEquals(new Statistics(2.5, 2, 30, 3), Statistics.ofRatios(dividends, divisors));
    }

    @Test
    void ofRatios_roundsOfOneSideOnly_areNotCounted() {
        assertEquals(new Statistics(2, 2, 2, 1), Statistics.ofRatios(Map.of(1, 8.0, 2, 6.0), Map.of(2, 3.0, 3, 1.0)));
        assertNull(Statistics.ofRatios(Map.of(1, 8.0), Map.of(2, 3.0)));
    }
}
