// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;

/** What one does without the ring: receives into a buffer of its own, and puts a copy into a queue. */
final class QueueListener extends Listener {
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
