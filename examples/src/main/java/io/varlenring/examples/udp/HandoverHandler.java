// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RecordHandler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/**
 * The handler at the end of the ring: verifies every record and measures how long ago it was received.
 *
 * <p>All but {@link #records()} is for the time after the consumer has ended.
 */
final class HandoverHandler implements RecordHandler {
    private static final int VIOLATIONS_KEPT = 5;
    private static final long MAX_LATENCY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Verifier verifier;
    private final long[] recordsOfListeners;
    private final Histogram latencyNanos = new Histogram(MAX_LATENCY_NANOS, 3);
    private final List<String> violations = new ArrayList<>();
    private final LongAdder records = new LongAdder();

    private volatile long threadId;
    private volatile long measuredSinceNanos;
    private long violationCount;
    private long lastNanos;

    HandoverHandler(final UdpHandoverOptions options, final long startNanos) {
        this.verifier = new Verifier(options, startNanos);
        this.recordsOfListeners = new long[options.listeners];
        this.lastNanos = startNanos;
        this.measuredSinceNanos = startNanos;
    }

    /** Leaves out the latencies of what was received before a time; any thread may call this. */
    void measureSince(final long nanos) {
        measuredSinceNanos = nanos;
    }

    /** Returns the thread that it runs on; 0 when it has not run yet. */
    long threadId() {
        return threadId;
    }

    @Override
    public void onRecord(final ByteBuffer record) {
        final long now = System.nanoTime(); // first of all: the hand-over ends here
        records.increment();
        lastNanos = now;
        if (threadId == 0) {
            threadId = Thread.currentThread().getId();
        }
        if (record.remaining() >= Records.HEADER_LENGTH) {
            final int start = record.position();
            final int listener = Records.listener(record, start);
            if (listener >= 0 && listener < recordsOfListeners.length) {
                recordsOfListeners[listener]++;
            }
            final long receiveNanos = Records.receiveNanos(record, start);
            if (receiveNanos - measuredSinceNanos >= 0) {
                latencyNanos.recordValue(Math.max(0, Math.min(now - receiveNanos, MAX_LATENCY_NANOS)));
            }
        }
        final String violation = verifier.check(record, now);
        if (violation != null) {
            violationCount++;
            if (violations.size() < VIOLATIONS_KEPT) {
                violations.add("record " + records.sum() + ": " + violation);
            }
        }
    }

    /** Returns the number of records so far; may be called at any time. */
    long records() {
        return records.sum();
    }

    long recordsOf(final int listener) {
        return recordsOfListeners[listener];
    }

    /** Returns the number of records that were wrong. */
    long violationCount() {
        return violationCount;
    }

    /** Returns what was wrong with the first few of them. */
    List<String> violations() {
        return violations;
    }

    Histogram latencyNanos() {
        return latencyNanos;
    }

    /** Returns when the last record was handed over, as of {@link System#nanoTime()}. */
    long lastNanos() {
        return lastNanos;
    }
}
