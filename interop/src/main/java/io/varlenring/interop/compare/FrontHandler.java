// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.RecordHandler;
import io.varlenring.interop.front.QuicRecords;
import io.varlenring.interop.measure.HandlerCounts;
import io.varlenring.interop.measure.ThreadMeter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A handler that verifies every datagram: that its connection ID leads here, that it is intact, and that it comes after all
 * earlier ones of its sender. Can be made to stall.
 */
final class FrontHandler implements RecordHandler {
    private static final int VIOLATIONS_KEPT = 5;

    private final int index;
    private final int handlers;
    private final HandlerCounts counts;
    private final FrontDatagrams datagrams = new FrontDatagrams();
    private final long[] lastSequences;
    private final List<String> violations = new ArrayList<>();

    private volatile ThreadMeter meter;
    private volatile long stallMillis;
    private long records;
    private long violationCount;

    FrontHandler(final int index, final int handlers, final int listeners, final int senders) {
        this.index = index;
        this.handlers = handlers;
        this.counts = new HandlerCounts(listeners, index, handlers);
        this.lastSequences = new long[senders];
        Arrays.fill(lastSequences, -1);
    }

    @Override
    public void onRecord(final ByteBuffer record) {
        final int start = record.position();
        counts.add(record, start); // first of all: the hand-over ends here
        records++;
        if (meter == null) {
            meter = ThreadMeter.ofCurrentThread();
        }
        if (stallMillis != 0) {
            stall();
        }
        final String violation =
                check(record, start + QuicRecords.HEADER_LENGTH, record.remaining() - QuicRecords.HEADER_LENGTH);
        if (violation != null) {
            violationCount++;
            if (violations.size() < VIOLATIONS_KEPT) {
                violations.add("handler " + index + ", record " + records + ": " + violation);
            }
        }
    }

    private String check(final ByteBuffer record, final int datagram, final int length) {
        if (length < FrontDatagrams.MIN_LENGTH) {
            return length + " bytes are none that were sent";
        }
        final int sender = FrontDatagrams.sender(record, datagram);
        final long sequence = FrontDatagrams.sequence(record, datagram);
        final int flow = FrontDatagrams.flow(record, datagram);
        if (!datagrams.isIntact(record, datagram, length)) {
            return "wrong checksum in " + length + " bytes that say sender " + sender + ", sequence " + sequence;
        }
        if (flow % handlers != index) {
            return "sender " + sender + ", sequence " + sequence + ": flow " + flow + " is another handler's";
        }
        if (sender < 0 || sender >= lastSequences.length) {
            return "unknown sender " + sender + ", sequence " + sequence;
        }
        if (sequence <= lastSequences[sender]) {
            return "sender " + sender + ": sequence " + sequence + " after " + lastSequences[sender];
        }
        lastSequences[sender] = sequence; // gaps are datagrams that were dropped, or another handler's
        return null;
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

    /** Returns what its thread has used; nothing while it has not got anything yet. */
    ThreadMeter meter() {
        return meter;
    }

    HandlerCounts counts() {
        return counts;
    }

    long records() {
        return records;
    }

    /** Returns the first few things that were wrong. */
    List<String> violations() {
        final List<String> all = new ArrayList<>(violations);
        if (violationCount > violations.size()) {
            all.add("and " + (violationCount - violations.size()) + " more");
        }
        return all;
    }
}
