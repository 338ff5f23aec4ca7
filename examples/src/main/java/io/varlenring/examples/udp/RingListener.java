// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RingBatch;
import io.varlenring.RingProducer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A producer of the ring: receives datagrams straight into it, a burst at a time.
 *
 * <p>The records behind an open batch wait for it, so nothing here waits with one open: the socket is non-blocking, and the
 * thread sleeps in a selector. The first datagram of a burst waits until the others are in, so a burst has few at most.
 */
final class RingListener extends Listener {
    private static final int BURST = 16;

    private final RingProducer producer;
    private final int stride = Long.BYTES + (claimLength + Long.BYTES - 1 & -Long.BYTES);
    private final int mostBytes;
    private final ByteBuffer aside = ByteBuffer.allocateDirect(claimLength);
    /** What the last burst took, and no more: a rest is lost for a lap when another listener is behind it already. */
    private int bytes = stride;

    RingListener(final int id, final UdpHandoverOptions options, final RingProducer producer) throws IOException {
        super(id, options);
        this.producer = producer;
        this.mostBytes = Math.min(BURST * stride, options.capacity / 2);
    }

    @Override
    boolean receive() throws IOException {
        try (RingBatch batch = producer.tryClaimBatch(claimLength, bytes)) {
            if (batch == null) {
                final int length = receiveInto(aside.clear()); // the socket is to be emptied all the same
                if (length > 0) {
                    countRefused();
                }
                return length != 0;
            }
            final int room = batch.remaining();
            int length = 1;
            ByteBuffer space = batch.next(claimLength); // the first has room
            for (int i = 0; i < BURST && length != 0 && space != null; i++) {
                length = receiveInto(space);
                if (length > 0) {
                    batch.add(length);
                }
                space = batch.next(claimLength);
            }
            bytes = Math.max(stride, Math.min(room - batch.remaining() + (space == null ? stride : 0), mostBytes));
            committed.add(batch.count());
            batch.commit();
            return length != 0 && space != null; // an empty batch is no way to learn whether there is more
        }
    }
}
