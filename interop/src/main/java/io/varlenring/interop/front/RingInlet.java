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
    private boolean full;
    private int room;
    /** What the last burst took, and no more: a rest is lost for a lap when another listener is behind it already. */
    private int bytes = STRIDE;

    public RingInlet(final VarLenMpscRing ring) {
        this.producer = ring.newProducer();
        this.mostBytes = Math.min(FrontListener.BURST * STRIDE, ring.capacity() / 2);
    }

    @Override
    public ByteBuffer tryClaim() {
        if (batch == null) {
            batch = producer.tryClaimBatch(QuicRecords.CLAIM_LENGTH, bytes);
            room = batch == null ? 0 : batch.remaining();
        }
        final ByteBuffer space = batch == null ? null : batch.next(QuicRecords.CLAIM_LENGTH);
        full = space == null;
        return space;
    }

    @Override
    public void commit(final int length) {
        batch.add(length);
    }

    @Override
    public void release() {
        bytes = Math.max(STRIDE, Math.min(room - batch.remaining() + (full ? STRIDE : 0), mostBytes));
        batch.commit(); // of none: aborts
        batch = null;
    }

    @Override
    public boolean offer(final ByteBuffer record) {
        return producer.offer(record);
    }
}
