// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.varlenring.examples.harness.Datagrams;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimedMessagesTest {
    private static final int LENGTH = 60;
    private static final int OFFSET = 5;

    private final Datagrams encoder = new Datagrams();
    private final TimedMessages messages = new TimedMessages(2, System.nanoTime());

    @Test
    void receive_allInOrder_hasNoViolation() {
        messages.receive(message(0, 0));
        messages.receive(message(1, 0));
        messages.receive(message(0, 1));

        assertEquals(List.of(), messages.violations(new long[] {2, 1}));
        assertEquals(3, messages.messages());
        assertEquals(3 * LENGTH, messages.bytes());
        assertEquals(3, messages.latencyNanos().getTotalCount());
    }

    @Test
    void receive_anyByteDamaged_isAViolation() {
        for (int i = 0; i < LENGTH; i++) {
            if (i >= Integer.BYTES && i < Integer.BYTES + Long.BYTES) {
                continue; // the send time is nobody's but the histogram's
            }
            final TimedMessages fresh = new TimedMessages(1, System.nanoTime());
            final ByteBuffer damaged = message(0, 0);
            damaged.put(OFFSET + i, (byte) (damaged.get(OFFSET + i) ^ 1));
            fresh.receive(damaged);

            assertFalse(fresh.violations(new long[] {1}).isEmpty(), "byte " + i);
        }
    }

    @Test
    void receive_oneMissing_isAViolation() {
        messages.receive(message(0, 0));
        messages.receive(message(0, 2));

        assertEquals(List.of("message 2: sender 0: sequence 2 instead of 1"), messages.violations(new long[] {3, 0}));
    }

    @Test
    void receive_oneTwice_isAViolation() {
        messages.receive(message(0, 0));
        messages.receive(message(0, 0));

        assertEquals(List.of("message 2: sender 0: sequence 0 instead of 1"), messages.violations(new long[] {1, 0}));
    }

    @Test
    void violations_lastOnesMissing_namesTheSender() {
        messages.receive(message(1, 0));

        assertEquals(
                List.of("sender 1: sent 3 messages, but the last one to arrive was number 1"),
                messages.violations(new long[] {0, 3}));
    }

    @Test
    void receive_unknownSenderOrTooShort_isAViolation() {
        messages.receive(message(2, 0));
        messages.receive(ByteBuffer.allocate(TimedMessages.MIN_LENGTH - 1));

        assertEquals(
                List.of("message 1: unknown sender 2, sequence 0", "message 2: wrong length"),
                messages.violations(new long[2]));
    }

    @Test
    void violations_more_saysHowManyMore() {
        for (int i = 0; i < 8; i++) {
            messages.receive(message(2, i));
        }

        final List<String> violations = messages.violations(new long[2]);
        assertEquals(6, violations.size());
        assertEquals("and 3 more", violations.get(5));
    }

    @Test
    void measureSince_earlierMessages_areNotInTheLatencies() {
        final ByteBuffer early = message(0, 0);
        messages.measureSince(System.nanoTime() + 1);
        messages.receive(early);

        assertEquals(0, messages.latencyNanos().getTotalCount());
    }

    private ByteBuffer message(final int sender, final long sequence) {
        final ByteBuffer buffer = ByteBuffer.allocate(OFFSET + LENGTH + 1);
        buffer.limit(OFFSET + LENGTH).position(OFFSET);
        TimedMessages.encode(encoder, buffer, sender, sequence, System.nanoTime());
        return buffer;
    }
}
