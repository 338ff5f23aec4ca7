// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.Options;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class VerifierTest {
    private static final UdpHandoverOptions OPTIONS =
            Options.parse(new UdpHandoverOptions(), "--size", "20..200", "--senders", "4");
    private static final long START = Long.MAX_VALUE - 1_000_000; // the clock may overflow during a run
    private static final long NOW = START + 5_000_000_000L;
    /** As in the ring, where a record begins anywhere. */
    private static final int OFFSET = 24;

    private final Verifier verifier = new Verifier(OPTIONS, START);

    @Test
    void check_goodRecords_findsNothing() {
        for (int sequence = 0; sequence < 10; sequence++) {
            for (int sender = 0; sender < 4; sender++) {
                assertNull(verifier.check(record(sender, sequence, 20 + sequence), NOW));
            }
        }
    }

    @Test
    void check_gapInSequence_findsNothing() {
        assertNull(verifier.check(record(1, 5, 100), NOW));
        assertNull(verifier.check(record(1, 7, 100), NOW));
    }

    @Test
    void check_byteFlipped_isFound() {
        final int length = 50;
        for (int i = 0; i < length; i++) {
            final ByteBuffer record = record(1, 5, length);
            final int flipped = OFFSET + Records.HEADER_LENGTH + i;
            record.put(flipped, (byte) ~record.get(flipped));

            assertViolation("wrong checksum", record);
        }
    }

    @Test
    void check_truncated_isFound() {
        for (int lost = 1; lost <= 100 - OPTIONS.size.min(); lost++) {
            final ByteBuffer record = record(1, 5, 100);
            record.limit(record.limit() - lost);

            assertViolation("wrong checksum", record);
        }
    }

    @Test
    void check_lengthThatNobodySends_isFound() {
        assertNull(verifier.check(record(0, 5, 20), NOW));
        assertNull(verifier.check(record(1, 5, 200), NOW));
        assertViolation("a datagram of 19 bytes", record(2, 5, 19));
        assertViolation("a datagram of 201 bytes", record(3, 5, 201));
    }

    @Test
    void check_shorterThanItsHeaders_isFound() {
        for (int length = 0; length < Records.HEADER_LENGTH + Datagrams.HEADER_LENGTH; length++) {
            assertViolation("none that was sent", ByteBuffer.allocate(length));
        }
    }

    @Test
    void check_zeroes_isFound() {
        assertViolation("wrong checksum", ByteBuffer.allocate(Records.HEADER_LENGTH + 100));
    }

    @Test
    void check_duplicate_isFound() {
        assertNull(verifier.check(record(1, 5, 100), NOW));
        assertViolation("sender 1: sequence 5 after 5", record(1, 5, 100));
    }

    @Test
    void check_duplicateOfFirst_isFound() {
        assertNull(verifier.check(record(1, 0, 100), NOW));
        assertViolation("sender 1: sequence 0 after 0", record(1, 0, 100));
    }

    @Test
    void check_reordered_isFound() {
        assertNull(verifier.check(record(1, 5, 100), NOW));
        assertNull(verifier.check(record(1, 7, 100), NOW));
        assertViolation("sender 1: sequence 6 after 7", record(1, 6, 100));
        assertNull(verifier.check(record(1, 8, 100), NOW));
    }

    @Test
    void check_orderOfDifferentSenders_isFree() {
        assertNull(verifier.check(record(1, 5, 100), NOW));
        assertNull(verifier.check(record(3, 4, 100), NOW));
    }

    @Test
    void check_unknownSender_isFound() {
        assertViolation("unknown sender 4", record(4, 5, 100));
        assertViolation("unknown sender -1", record(-1, 5, 100));
    }

    @Test
    void check_otherListenersHeader_isFound() {
        final ByteBuffer record = record(1, 5, 100);
        Records.putHeader(record, OFFSET, 0, NOW - 1000);

        assertViolation("from listener 0 instead of 1", record);
    }

    @Test
    void check_timeOutsideOfRun_isFound() {
        final ByteBuffer early = record(1, 5, 100);
        Records.putHeader(early, OFFSET, 1, START - 1_000_000_000L);
        assertViolation("a receive time outside of this run", early);

        final ByteBuffer late = record(1, 6, 100);
        Records.putHeader(late, OFFSET, 1, NOW + 1_000_000_000L);
        assertViolation("a receive time outside of this run", late);
    }

    @Test
    void check_damagedRecord_doesNotMoveTheSequence() {
        final ByteBuffer damaged = record(1, 1000, 100);
        damaged.put(OFFSET + 50, (byte) ~damaged.get(OFFSET + 50));
        assertViolation("wrong checksum", damaged);

        assertNull(verifier.check(record(1, 5, 100), NOW));
    }

    private void assertViolation(final String expected, final ByteBuffer record) {
        final String violation = verifier.check(record, NOW);
        assertNotNull(violation, "not found: " + expected);
        assertTrue(violation.contains(expected), violation);
    }

    private static ByteBuffer record(final int sender, final long sequence, final int length) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(OFFSET + Records.HEADER_LENGTH + 300);
        new Datagrams().encode(buffer, OFFSET + Records.HEADER_LENGTH, length, sender, sequence);
        buffer.position(OFFSET);
        Records.putHeader(buffer, OFFSET, Math.abs(sender) % OPTIONS.listeners, NOW - 1000);
        assertEquals(Records.HEADER_LENGTH + length, buffer.remaining());
        return buffer;
    }
}
