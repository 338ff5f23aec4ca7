// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;

/** Replays its part of a trace straight into the ring, and drops what the ring refuses. */
final class RingSender implements ReplayProducer {
    private final int id;
    private final ReplayPace pace;
    private final RingProducer producer;
    private final Datagrams datagrams = new Datagrams();
    private final LongAdder committed = new LongAdder();
    private final LongAdder refused = new LongAdder();

    private volatile boolean stopped;

    RingSender(final int id, final ReplayPace pace, final RingProducer producer) {
        this.id = id;
        this.pace = pace;
        this.producer = producer;
    }

    @Override
    public void run(final long startNanos) throws Exception {
        pace.run(startNanos, () -> stopped, this::offer);
    }

    private void offer(final int size, final long sequence) {
        try (RingClaim claim = producer.tryClaim(Records.HEADER_LENGTH + size)) {
            if (claim == null) {
                refused.increment();
                return;
            }
            final ByteBuffer record = claim.buffer();
            final int start = record.position();
            datagrams.encode(record, start + Records.HEADER_LENGTH, size, id, sequence);
            record.clear();
            Records.putHeader(record, start, id, System.nanoTime());
            claim.commit();
            committed.increment();
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public long sent() {
        return committed.sum() + refused.sum();
    }

    @Override
    public long failures() {
        return 0;
    }

    /** Returns its books as if it were a listener that received all that it sent. */
    ListenerCounts counts() {
        return new ListenerCounts(sent(), committed.sum(), refused.sum(), 0);
    }

    @Override
    public void close() {
        // there is nothing to let go of
    }
}
