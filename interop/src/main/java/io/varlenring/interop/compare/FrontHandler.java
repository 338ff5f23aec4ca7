// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.RecordHandler;
import io.varlenring.interop.front.QuicRecords;
import io.varlenring.interop.measure.HandlerCounts;
import io.varlenring.interop.measure.ThreadMeter;
import io.varlenring.interop.measure.Verifier;
import java.nio.ByteBuffer;

/** A handler that verifies every datagram, and can be made to stall. Datagrams may be missing: dropped, or another handler's. */
final class FrontHandler implements RecordHandler {
    private static final int OFFSET = QuicRecords.HEADER_LENGTH + FrontDatagrams.HEADER_LENGTH;

    private final HandlerCounts counts;
    private final Verifier verifier;

    private volatile ThreadMeter meter;
    private volatile long stallMillis;

    FrontHandler(final int index, final int handlers, final int listeners, final int senders) {
        this.counts = new HandlerCounts(listeners, index, handlers);
        this.verifier = new Verifier("handler " + index + ", record", senders, true);
    }

    @Override
    public void onRecord(final ByteBuffer record) {
        counts.onRecord(record);
        if (meter == null) {
            meter = ThreadMeter.ofCurrentThread();
        }
        if (stallMillis != 0) {
            stall();
        }
        verifier.check(record, record.position() + OFFSET, record.remaining() - OFFSET);
    }

    private void stall() {
        final long millis = stallMillis;
        stallMillis = 0;
        try {
            Thread.sleep(millis);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets the handler sleep once, as soon as it gets something; any thread may call this. */
    void stallOnce(final long millis) {
        stallMillis = millis;
    }

    /** Returns what its thread has used; null while it has not got anything yet. */
    ThreadMeter meter() {
        return meter;
    }

    HandlerCounts counts() {
        return counts;
    }

    Verifier verifier() {
        return verifier;
    }
}
