// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The floors of one thread: the same bytes copied into the same memory, each record behind its length, and read there. No
 * room is checked, and nothing is published; it works only where all that was written is read before more is written than
 * fits. Parts of what a ring does can be added, to see what they cost.
 */
final class CopyFloor extends Rival {
    /** What is done besides copying and reading. */
    enum Extra {
        NOTHING,
        /** One atomic exchange of a position for each record. */
        EXCHANGE,
        /** The same, and what was read is zeroed after each drain. */
        EXCHANGE_AND_CLEAR
    }

    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(4096);
    private static final long WRAP = -1;

    private final Config config;
    private final Extra extra;
    private final ByteBuffer position = allocateAligned(Long.BYTES);
    private final ByteBuffer data;
    private final ByteBuffer view;
    private int writeOffset;
    private int readOffset;
    private int waiting;

    CopyFloor(final Config config, final Extra extra) {
        this.config = config;
        this.extra = extra;
        data = allocateAligned(config.capacity()).order(ByteOrder.nativeOrder());
        view = data.duplicate();
    }

    @Override
    int drain() {
        final int records = waiting;
        final int begun = readOffset;
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
        if (extra == Extra.EXCHANGE_AND_CLEAR) {
            if (readOffset < begun) {
                zero(begun, config.capacity());
                zero(0, readOffset);
            } else {
                zero(begun, readOffset);
            }
        }
        return records;
    }

    private void zero(final int from, final int to) {
        for (int i = from; i < to; i += ZEROS.capacity()) {
            data.put(i, ZEROS, 0, Math.min(ZEROS.capacity(), to - i));
        }
    }

    @Override
    Producer newProducer() {
        final ByteBuffer source = config.newDirectSource();
        return new Producer() {
            private long end;

            @Override
            boolean offer(final int length) {
                final int stride = stride(length);
                if (extra != Extra.NOTHING) {
                    final long begin = end;
                    end += stride;
                    if ((long) WORDS.compareAndExchange(position, 0, begin, end) != begin) {
                        throw new IllegalStateException("there is another producer");
                    }
                }
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
