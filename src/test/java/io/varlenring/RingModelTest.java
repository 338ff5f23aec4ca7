// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/**
 * Seeded random operations on rings of several sizes and ages, with and without a hook, compared with {@link
 * RingModel}.
 */
final class RingModelTest {
    private static final byte OLD_BYTE = 0x5a;

    static void run(
            final long seed,
            final int capacity,
            final long initialPosition,
            final boolean hasHook,
            final boolean mayClose,
            final int steps) {
        run(
                seed,
                new RingOperations(Choices.random(seed), capacity, initialPosition, hasHook, mayClose, OLD_BYTE),
                steps);
    }

    private static void runInFile(
            final long seed,
            final int capacity,
            final long initialPosition,
            final boolean hasHook,
            final boolean mayClose,
            final int steps) {
        run(seed, new RingOperations(Choices.random(seed), capacity, initialPosition, hasHook, mayClose), steps);
    }

    private static void run(final long seed, final RingOperations operations, final int steps) {
        try {
            operations.run(steps);
        } catch (final Exception | AssertionError failure) {
            fail("seed " + seed + ", " + operations, failure);
        }
    }

    @Test
    void randomOperations_ofManySeeds_inAFile_behaveLikeAQueue() {
        for (int seed = 0; seed < 300; seed++) {
            runInFile(seed, 64 << seed % 4, 8L * seed, seed / 4 % 2 == 0, true, 60);
        }
    }

    @Test
    void randomOperations_manyInAFile_behaveLikeAQueue() {
        runInFile(0xf11e, 128, 0, false, false, 10_000);
        runInFile(0xf11e, 1024, Long.MAX_VALUE - 7, true, false, 10_000);
    }

    @Test
    void randomOperations_ofManySeeds_behaveLikeAQueue() {
        for (int seed = 0; seed < 3000; seed++) {
            run(seed, 64 << seed % 4, 8L * seed, seed / 4 % 2 == 0, true, 60);
        }
    }
}
