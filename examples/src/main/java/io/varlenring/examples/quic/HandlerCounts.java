// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What the thread behind a ring counts of the records that it gets; to be read when that thread has ended. */
final class HandlerCounts {
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final long MAX_LATENCY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final long[] fromListeners;
    private final Histogram latencyNanos = new Histogram(MAX_LATENCY_NANOS, SIGNIFICANT_DIGITS); // never grows

    private volatile boolean measuring = true;
    private long astray;

    HandlerCounts(final int listeners) {
        this.fromListeners = new long[listeners];
    }

    /** Counts a record, and returns the time at which it did. */
    long add(final ByteBuffer record, final int start) {
        final long now = System.nanoTime();
        fromListeners[QuicRecords.listener(record, start)]++;
        if (measuring) {
            final long latency = now - QuicRecords.receiveNanos(record, start);
            latencyNanos.recordValue(Math.max(0, Math.min(latency, MAX_LATENCY_NANOS)));
        }
        return now;
    }

    /** Counts a datagram whose connection is another handler's. */
    void addAstray() {
        astray++;
    }

    /** Says whether latencies are of interest now; any thread may call this. */
    void measure(final boolean on) {
        measuring = on;
    }

    long fromListener(final int listener) {
        return fromListeners[listener];
    }

    long astray() {
        return astray;
    }

    Histogram latencyNanos() {
        return latencyNanos;
    }
}
