// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.util.SplittableRandom;

/** The source of the operations, lengths and bytes of {@link RingOperations}: a seed, or a fuzzer's input. */
interface Choices {
    /** A number of 0..bound-1. */
    int below(int bound);

    /** Nothing is left to be chosen: from now on all choices are 0. */
    boolean areUsedUp();

    static Choices random(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        return new Choices() {
            @Override
            public int below(final int bound) {
                return random.nextInt(bound);
            }

            @Override
            public boolean areUsedUp() {
                return false;
            }
        };
    }
}
