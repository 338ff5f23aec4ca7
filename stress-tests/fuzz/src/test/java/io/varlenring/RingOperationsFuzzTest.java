// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Decodes the fuzzer's bytes into a ring and operations on it, which are compared with {@link RingModel}. */
final class RingOperationsFuzzTest {
    private static final int MAX_OPERATIONS = 500;
    private static final long[] INITIAL_POSITIONS = {
        0, 24, 56, -8, -64, Long.MAX_VALUE - 7, Long.MAX_VALUE - 71, (1L << 35) - 40
    };

    @FuzzTest
    void operations_behaveLikeTheModel(final byte[] data) throws InterruptedException {
        final FuzzedChoices bytes = new FuzzedChoices(data);
        final int configuration = bytes.next();
        final long initialPosition = INITIAL_POSITIONS[bytes.below(INITIAL_POSITIONS.length)];
        final byte oldByte = (configuration & 16) == 0 ? 0 : (byte) bytes.next();
        new RingOperations(bytes, 64 << (configuration & 7), initialPosition, (configuration & 8) != 0, true, oldByte)
                .run(MAX_OPERATIONS);
    }
}
