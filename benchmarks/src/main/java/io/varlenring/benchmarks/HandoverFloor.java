// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What two threads pay without a queue: room for one record, behind one word that says whether it is there. It is no bound
 * for a queue, which can take in the next record before the last one was read.
 */
final class HandoverFloor extends Rival {
    private static final VarHandle WORD = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();
    private static final long EMPTY = 0;

    private final Config config;
    private final ByteBuffer data;
    private final ByteBuffer view;

    HandoverFloor(final Config config) {
        this.config = config;
        data = allocateAligned(Long.BYTES + config.largest());
        view = data.duplicate();
    }

    @Override
    int drain() {
        final long found = (long) WORD.getAcquire(data, 0); // acquire, pairs with offer(): the record
        if (found == EMPTY) {
            return 0;
        }
        view.limit(Long.BYTES + (int) found - 1).position(Long.BYTES);
        checksum += read(view, config.readAll());
        WORD.setRelease(data, 0, EMPTY); // release, pairs with offer(): it was read
        return 1;
    }

    @Override
    Producer newProducer() {
        final ByteBuffer source = config.newDirectSource();
        return new Producer() {
            @Override
            boolean offer(final int length) {
                if ((long) WORD.getAcquire(data, 0) != EMPTY) { // acquire, pairs with drain(): it was read
                    return false;
                }
                data.put(Long.BYTES, source, 0, length);
                WORD.setRelease(data, 0, length + 1L); // release, pairs with drain(): the record
                return true;
            }
        };
    }
}
