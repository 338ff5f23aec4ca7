// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.varlenring.RingBatch;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.nio.ByteBuffer;

/** Puts records into a ring: receives a burst into a batch, and commits it. */
public final class RingInlet implements Inlet {
    private static final int STRIDE = Long.BYTES + (QuicRecords.CLAIM_LENGTH + Long.BYTES - 1 & -Long.BYTES);

    private final RingProducer producer;
    private final int mostBytes;
    private RingBatch batch;
    private boolean used;
    /** For how many there is to be room: what is not used is lost for a lap when another listener is behind it already. */
    private int expected = 1;

    public RingInlet(final VarLenMpscRing ring) {
        this.producer = ring.newProducer();
        this.mostBytes = ring.capacity() / 2;
    }

    @Override
    public ByteBuffer tryClaim() {
        if (batch == null) {
            batch = producer.tryClaimBatch(QuicRecords.CLAIM_LENGTH, Math.min(expected * STRIDE, mostBytes));
        }
        final ByteBuffer space = batch == null ? null : batch.next(QuicRecords.CLAIM_LENGTH);
        used = space == null;
        return space;
    }

    @Override
    public void commit(final int length) {
        batch.add(length);
    }

    @Override
    public void release() {
        expected = Math.min(FrontListener.BURST, used ? 2 * expected : batch.count() + 1);
        batch.commit(); // of none: aborts
        batch = null;
    }

    @Override
    public boolean offer(final ByteBuffer record) {
        return producer.offer(record);
    }
}
