// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A producer of the ring: receives datagrams straight into it.
 *
 * <p>The records behind an open claim wait for it, so nothing here waits with a claim open: the socket is non-blocking, and
 * the thread sleeps in a selector.
 */
final class RingListener extends Listener {
    private final RingProducer producer;
    private final ByteBuffer aside = ByteBuffer.allocateDirect(claimLength);

    RingListener(final int id, final UdpHandoverOptions options, final RingProducer producer) throws IOException {
        super(id, options);
        this.producer = producer;
    }

    @Override
    boolean receive() throws IOException {
        try (RingClaim claim = producer.tryClaim(claimLength)) {
            if (claim == null) {
                return receiveAndDrop();
            }
            final int length = receiveInto(claim.buffer());
            if (length > 0) {
                claim.commit(length); // what was claimed beyond it is given back when the record is
                committed.increment();
            }
            return length != 0; // and what was not committed is aborted
        }
    }

    /** The ring is full, but the socket is to be emptied all the same. */
    private boolean receiveAndDrop() throws IOException {
        final int length = receiveInto(aside.clear());
        if (length > 0) {
            countRefused();
        }
        return length != 0;
    }
}
