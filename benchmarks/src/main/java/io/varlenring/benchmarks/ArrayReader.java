// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads records that are in byte arrays, as {@link Rival#read} does those in buffers. */
final class ArrayReader {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();

    private ArrayReader() {}

    static long read(final byte[] record, final int length, final boolean all) {
        final int end = length - Long.BYTES;
        if (!all) {
            return end >= 0 ? (long) WORDS.get(record, 0) : 0;
        }
        long sum = 0;
        for (int i = 0; i <= end; i += Long.BYTES) {
            sum += (long) WORDS.get(record, i);
        }
        return sum;
    }
}
