// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Inlet;
import io.varlenring.interop.front.QuicRecords;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Through a bounded queue: each record is copied into a buffer of its own, which the garbage collector gets in the end. */
final class QueueHandover implements Handover {
    /** The array and its header, the buffer object, the place in the queue. */
    private static final int SLOT_BYTES = QuicRecords.CLAIM_LENGTH + 15 + 16 + 56 + 4;

    private static final long END_SECONDS = 30;

    private final ByteBuffer end = ByteBuffer.allocate(0);
    private final BlockingQueue<ByteBuffer> queue;
    private final RecordHandler handler;
    private final ThreadWatch watch;
    private final Thread thread;

    QueueHandover(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        this.queue = new ArrayBlockingQueue<>(Math.max(1, capacity / SLOT_BYTES));
        this.handler = handler;
        this.watch = watch;
        this.thread = watch.start("handler", this::run);
    }

    private void run() throws InterruptedException {
        for (ByteBuffer record = queue.take(); record != end; record = queue.take()) {
            handler.onRecord(record);
        }
    }

    /** There is no space to receive into: how long the record will be is known only afterwards. */
    @Override
    public Inlet newInlet() {
        return new Inlet() {
            @Override
            public ByteBuffer tryClaim() {
                return null;
            }

            @Override
            public void commit(final int length) {
                throw new IllegalStateException("nothing is ever claimed");
            }

            @Override
            public void release() {
                throw new IllegalStateException("nothing is ever claimed");
            }

            @Override
            public boolean offer(final ByteBuffer record) {
                return queue.remainingCapacity() > 0 // or there would be garbage for what is dropped as well
                        && queue.offer(ByteBuffer.allocate(record.remaining())
                                .put(record)
                                .flip());
            }
        };
    }

    @Override
    public boolean finish() throws InterruptedException {
        return queue.offer(end, END_SECONDS, TimeUnit.SECONDS) && watch.join(thread);
    }

    @Override
    public void close() {
        thread.interrupt(); // for when it was not finished; what the watch notes then, nobody asks for
    }
}
