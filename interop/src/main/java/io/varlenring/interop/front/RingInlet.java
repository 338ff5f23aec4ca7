// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.nio.ByteBuffer;

/** Puts records into a ring: receives into a claim, and commits it. */
public final class RingInlet implements Inlet {
    private final RingProducer producer;
    private RingClaim claim;

    public RingInlet(final VarLenMpscRing ring) {
        this.producer = ring.newProducer();
    }

    @Override
    public ByteBuffer tryClaim() {
        claim = producer.tryClaim(QuicRecords.CLAIM_LENGTH);
        return claim == null ? null : claim.buffer();
    }

    @Override
    public void commit(final int length) {
        claim.commit(length);
    }

    @Override
    public void release() {
        claim.close(); // aborts when it is still open
    }

    @Override
    public boolean offer(final ByteBuffer record) {
        return producer.offer(record);
    }
}
