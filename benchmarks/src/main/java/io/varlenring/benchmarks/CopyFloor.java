// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The floor of one thread: the same bytes copied into the same memory, each behind its length, and read there. Nothing is
 * synchronised, no room is checked, and nothing is cleared; it works only where all that was written is read before more
 * is written than fits.
 */
final class CopyFloor extends Rival {
    private static final int ALIGNMENT = 128;
    private static final long WRAP = -1;

    private final Config config;
    private final ByteBuffer data;
    private final ByteBuffer view;
    private int writeOffset;
    private int readOffset;
    private int waiting;

    CopyFloor(final Config config) {
        this.config = config;
        final ByteBuffer memory = ByteBuffer.allocateDirect(config.capacity() + ALIGNMENT);
        data = memory.slice(ALIGNMENT - memory.alignmentOffset(0, ALIGNMENT), config.capacity())
                .order(ByteOrder.nativeOrder());
        view = data.duplicate();
    }

    @Override
    int drain() {
        final int records = waiting;
        for (int i = 0; i < records; i++) {
            long length = data.getLong(readOffset);
            if (length == WRAP) {
                readOffset = 0;
                length = data.getLong(0);
            }
            final int begin = readOffset + Long.BYTES;
            view.limit(begin + (int) length).position(begin);
            checksum += read(view, config.readAll());
            view.clear();
            readOffset = (readOffset + stride((int) length)) & (config.capacity() - 1);
        }
        waiting = 0;
        return records;
    }

    @Override
    Producer newProducer() {
        final ByteBuffer source = config.newDirectSource();
        return new Producer() {
            @Override
            boolean offer(final int length) {
                final int stride = stride(length);
                if (stride > config.capacity() - writeOffset) {
                    data.putLong(writeOffset, WRAP);
                    writeOffset = 0;
                }
                data.putLong(writeOffset, length);
                data.put(writeOffset + Long.BYTES, source, 0, length);
                writeOffset = (writeOffset + stride) & (config.capacity() - 1);
                waiting++;
                return true;
            }
        };
    }
}
