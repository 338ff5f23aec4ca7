// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.harness.Datagrams;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HandoverHandlerTest {
    private final long startNanos = System.nanoTime() - TimeUnit.HOURS.toNanos(1);
    private final HandoverHandler handler = new HandoverHandler(new UdpHandoverOptions(), startNanos);

    @Test
    void onRecord_goodRecords_areCountedByListener() {
        handler.onRecord(record(0, 1, System.nanoTime()));
        handler.onRecord(record(1, 1, System.nanoTime()));
        handler.onRecord(record(1, 2, System.nanoTime()));

        assertEquals(3, handler.records());
        assertEquals(1, handler.recordsOf(0));
        assertEquals(2, handler.recordsOf(1));
        assertEquals(0, handler.violationCount());
    }

    @Test
    void onRecord_receivedLongAgo_isMeasured() {
        handler.onRecord(record(0, 1, System.nanoTime() - TimeUnit.SECONDS.toNanos(20)));
        handler.onRecord(record(0, 2, System.nanoTime() - TimeUnit.MINUTES.toNanos(10)));

        assertEquals(25, handler.latencyNanos().getValueAtPercentile(50) / 1e9, 5.1);
        assertEquals(60.0, handler.latencyNanos().getMaxValue() / 1e9, 0.1);
    }

    @Test
    void onRecord_badRecords_areAllCountedAndTheFirstKept() {
        for (int i = 0; i < 8; i++) {
            handler.onRecord(ByteBuffer.allocate(i));
        }
        handler.onRecord(record(0, 1, System.nanoTime()));
        handler.onRecord(record(0, 1, System.nanoTime()));

        assertEquals(10, handler.records());
        assertEquals(9, handler.violationCount());
        assertEquals(5, handler.violations().size());
        assertTrue(handler.violations().get(4).startsWith("record 5: "), handler.violations()::toString);
    }

    @Test
    void onRecord_listenerThatDoesNotExist_isAViolationAndNoException() {
        final ByteBuffer record = record(0, 1, System.nanoTime());
        Records.putHeader(record, 0, -1, System.nanoTime());
        handler.onRecord(record);
        final ByteBuffer other = record(0, 2, System.nanoTime());
        Records.putHeader(other, 0, 2, System.nanoTime());
        handler.onRecord(other);

        assertEquals(2, handler.violationCount());
    }

    private static ByteBuffer record(final int sender, final long sequence, final long receiveNanos) {
        final ByteBuffer record = ByteBuffer.allocate(Records.HEADER_LENGTH + 100);
        new Datagrams().encode(record, Records.HEADER_LENGTH, 100, sender, sequence);
        record.position(0);
        Records.putHeader(record, 0, sender, receiveNanos);
        return record;
    }
}
