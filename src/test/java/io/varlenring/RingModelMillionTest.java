// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * More than a million random operations, on rings from tiny to large that nobody closes, compared with {@link RingModel}.
 */
final class RingModelMillionTest {
    @ParameterizedTest
    @CsvSource({
        "64, 0, false, 300000",
        "64, 9223372036854775736, true, 100000",
        "128, 0, true, 250000",
        "128, 24, false, 100000",
        "256, -64, true, 200000",
        "1024, 0, false, 150000",
        "65536, 0, true, 100000",
        "1048576, 1048568, false, 15000"
    })
    void randomOperations_behaveLikeAQueue(
            final int capacity, final long initialPosition, final boolean hasHook, final int steps) {
        RingModelTest.run(0x5eed + capacity, capacity, initialPosition, hasHook, false, steps);
    }
}
