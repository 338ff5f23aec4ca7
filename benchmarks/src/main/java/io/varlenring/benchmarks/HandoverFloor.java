// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLongArray;

/** The floor of two threads: room for one record, and one word that says whether it is there. */
final class HandoverFloor extends Rival {
    private static final long EMPTY = 0;
    /** Where the word is in its array: far from both ends, and so from anything else that is written. */
    private static final int WORD = 16;

    private final Config config;
    private final ByteBuffer data;
    private final ByteBuffer view;
    private final AtomicLongArray word = new AtomicLongArray(2 * WORD);

    HandoverFloor(final Config config) {
        this.config = config;
        data = ByteBuffer.allocateDirect(config.largest());
        view = data.duplicate();
    }

    @Override
    int drain() {
        final long found = word.getAcquire(WORD); // acquire, pairs with offer(): the record
        if (found == EMPTY) {
            return 0;
        }
        view.limit((int) found - 1);
        checksum += read(view, config.readAll());
        word.setRelease(WORD, EMPTY); // release, pairs with offer(): it was read
        return 1;
    }

    @Override
    Producer newProducer() {
        final ByteBuffer source = config.newDirectSource();
        return new Producer() {
            @Override
            boolean offer(final int length) {
                if (word.getAcquire(WORD) != EMPTY) { // acquire, pairs with drain(): it was read
                    return false;
                }
                data.put(0, source, 0, length);
                word.setRelease(WORD, length + 1L); // release, pairs with drain(): the record
                return true;
            }
        };
    }
}
