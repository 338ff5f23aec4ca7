// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Through a queue of {@code java.util.concurrent}, with as many places as records of the longest kind fit into the ring. */
final class QueueHandover implements Handover {
    private static final byte[] END = {};
    private static final long END_SECONDS = 30;

    private final UdpHandoverOptions options;
    private final LinkedBlockingQueue<byte[]> queue;
    private final List<Listener> listeners = new ArrayList<>();
    private final RecordHandler handler;
    private final ThreadWatch watch;
    private final Thread thread;

    QueueHandover(final UdpHandoverOptions options, final RecordHandler handler, final ThreadWatch watch) {
        this.options = options;
        this.queue = new LinkedBlockingQueue<>(options.capacity / Records.claimLength(options.size.max()));
        this.handler = handler;
        this.watch = watch;
        this.thread = watch.start("handler", this::run);
    }

    private void run() throws InterruptedException {
        for (byte[] record = queue.take(); record != END; record = queue.take()) {
            handler.onRecord(ByteBuffer.wrap(record));
        }
    }

    @Override
    public Listener newListener(final int id) throws IOException {
        final Listener listener = new QueueListener(id, options, queue);
        listeners.add(listener);
        return listener;
    }

    @Override
    public boolean finish() throws InterruptedException {
        return (!thread.isAlive() || queue.offer(END, END_SECONDS, TimeUnit.SECONDS)) && watch.join(thread);
    }

    @Override
    public long offered() {
        return listeners.stream()
                .mapToLong(listener -> listener.committed.sum())
                .sum();
    }

    @Override
    public String fill() {
        return "queue " + queue.size() + " of " + (queue.size() + queue.remainingCapacity()) + " datagrams";
    }

    @Override
    public void close() {
        thread.interrupt(); // for when it was not finished; nobody asks what the watch notes then
    }

    /** What one does without the ring: receives into a buffer of its own, and puts a copy into a queue. */
    private static final class QueueListener extends Listener {
        private final BlockingQueue<byte[]> queue;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(claimLength);

        QueueListener(final int id, final UdpHandoverOptions options, final BlockingQueue<byte[]> queue)
                throws IOException {
            super(id, options);
            this.queue = queue;
        }

        @Override
        boolean receive() throws IOException {
            final int length = receiveInto(buffer.clear());
            if (length > 0) {
                if (queue.remainingCapacity() > 0 && offerCopy(length)) { // no garbage for what is dropped
                    committed.increment();
                } else {
                    countRefused();
                }
            }
            return length != 0;
        }

        private boolean offerCopy(final int length) {
            final byte[] copy = new byte[length];
            buffer.get(0, copy);
            return queue.offer(copy);
        }
    }
}
