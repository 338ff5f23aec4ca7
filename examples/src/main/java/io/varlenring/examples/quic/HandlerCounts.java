// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import java.nio.ByteBuffer;
import org.HdrHistogram.Histogram;

/** What the thread behind a ring counts of the records that it gets; to be read when that thread has ended. */
final class HandlerCounts {
    private static final int SIGNIFICANT_DIGITS = 3;

    private final long[] fromListeners;
    private final Histogram latencyNanos = new Histogram(SIGNIFICANT_DIGITS);

    HandlerCounts(final int listeners) {
        this.fromListeners = new long[listeners];
    }

    void add(final ByteBuffer record, final int start) {
        fromListeners[QuicRecords.listener(record, start)]++;
        latencyNanos.recordValue(Math.max(0, System.nanoTime() - QuicRecords.receiveNanos(record, start)));
    }

    long fromListener(final int listener) {
        return fromListeners[listener];
    }

    Histogram latencyNanos() {
        return latencyNanos;
    }
}
