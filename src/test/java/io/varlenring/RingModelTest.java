// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/** Seeded random operations on rings of several sizes, hooked and not, at all ages, compared with {@link RingModel}. */
final class RingModelTest {
    private static final byte OLD_BYTE = 0x5a;

    static void run(
            final long seed,
            final int capacity,
            final long initialPosition,
            final boolean hasHook,
            final boolean mayClose,
            final int steps) {
        final RingOperations operations =
                new RingOperations(Choices.random(seed), capacity, initialPosition, hasHook, mayClose, OLD_BYTE);
        try {
            operations.run(steps);
        } catch (final Exception | AssertionError failure) {
            fail("seed " + seed + ", capacity " + capacity + ", " + operations, failure);
        }
    }

    @Test
    void randomOperations_ofManySeeds_behaveLikeAQueue() {
        for (int seed = 0; seed < 3000; seed++) {
            run(seed, 64 << seed % 4, 8L * seed, seed / 4 % 2 == 0, true, 60);
        }
    }
}
