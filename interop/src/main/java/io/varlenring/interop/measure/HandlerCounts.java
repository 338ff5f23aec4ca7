// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import io.varlenring.RecordHandler;
import io.varlenring.interop.front.Drop;
import io.varlenring.interop.front.FrontCounts;
import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.front.QuicHeader;
import io.varlenring.interop.front.QuicRecords;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What the thread behind a ring counts of the records that it gets; to be read when that thread has ended. */
public final class HandlerCounts implements RecordHandler {
    private static final long MAX_LATENCY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final QuicHeader header = new QuicHeader(HandlerIds.LENGTH);
    private final int handler;
    private final int handlers;
    private final long[] fromListeners;
    private final Histogram latencyNanos = new Histogram(MAX_LATENCY_NANOS, 3); // never grows

    private volatile boolean measuring = true;
    private long astray;

    /** Makes the counts of one of several handlers. */
    public HandlerCounts(final int listeners, final int handler, final int handlers) {
        this.fromListeners = new long[listeners];
        this.handler = handler;
        this.handlers = handlers;
    }

    /** Counts a record, and reads once more the connection ID by which the front has chosen the handler. */
    @Override
    public void onRecord(final ByteBuffer record) {
        final long now = System.nanoTime(); // first of all: the hand-over ends here
        final int start = record.position();
        fromListeners[QuicRecords.listener(record, start)]++;
        if (measuring) {
            final long latency = now - QuicRecords.receiveNanos(record, start);
            latencyNanos.recordValue(Math.max(0, Math.min(latency, MAX_LATENCY_NANOS)));
        }
        final int datagram = start + QuicRecords.HEADER_LENGTH;
        final Drop unreadable = header.read(record, datagram, record.limit() - datagram);
        if (unreadable != null || HandlerIds.handlerOf(record, header, handlers) != handler) {
            astray++;
        }
    }

    /** Says whether latencies are of interest now; any thread may call this. */
    public void measure(final boolean on) {
        measuring = on;
    }

    public long fromListener(final int listener) {
        return fromListeners[listener];
    }

    public long astray() {
        return astray;
    }

    /** Returns the latencies of several handlers. */
    public static Histogram latencyNanos(final List<HandlerCounts> handlers) {
        final Histogram all = new Histogram(MAX_LATENCY_NANOS, 3);
        handlers.forEach(handler -> all.add(handler.latencyNanos));
        return all;
    }

    /** Returns what does not add up: every datagram received must have gone to exactly one place, and come out there, where its connection is. */
    public static List<String> mismatches(final List<FrontCounts> listeners, final List<HandlerCounts> handlers) {
        final List<String> mismatches = new ArrayList<>();
        for (int i = 0; i < listeners.size(); i++) {
            final FrontCounts counts = listeners.get(i);
            if (counts.received() != counts.handedIn() + counts.dropped()) {
                mismatches.add("listener " + i + " received " + counts.received() + ", but handed over "
                        + counts.handedIn() + " and dropped " + counts.dropped());
            }
            for (int j = 0; j < handlers.size(); j++) {
                final long handedIn = counts.toHandler(j);
                final long handedOut = handlers.get(j).fromListener(i);
                if (handedIn != handedOut) {
                    mismatches.add("listener " + i + " handed " + handedIn + " datagrams to handler " + j + ", but "
                            + handedOut + " came out");
                }
            }
        }
        for (int i = 0; i < handlers.size(); i++) {
            if (handlers.get(i).astray() != 0) {
                mismatches.add("handler " + i + " got " + handlers.get(i).astray()
                        + " datagrams of other handlers' connections");
            }
        }
        return mismatches;
    }
}
