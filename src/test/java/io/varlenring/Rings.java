// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What most tests of the ring need: distinguishable payloads, and drains into a list. */
final class Rings {
    private Rings() {}

    /** A payload whose bytes depend on its seed; none of its 8-byte words is 0, and some look like headers. */
    static byte[] payload(final int seed, final int length) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (seed * 31 + i * 7 | 1);
        }
        return bytes;
    }

    static byte[] bytes(final ByteBuffer buffer) {
        final byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    static boolean offer(final RingProducer producer, final byte[] payload) {
        return producer.offer(payload, 0, payload.length);
    }

    /** Offers empty records until the ring is full, and returns how many it took. */
    static int fill(final RingProducer producer) {
        int count = 0;
        while (offer(producer, new byte[0])) {
            count++;
        }
        return count;
    }

    static List<byte[]> drain(final VarLenMpscRing ring) {
        return drain(ring, Integer.MAX_VALUE);
    }

    static List<byte[]> drain(final VarLenMpscRing ring, final int maxRecords) {
        final List<byte[]> records = new ArrayList<>();
        final int count = ring.consumer().drain(record -> records.add(bytes(record)), maxRecords);
        assertEquals(records.size(), count);
        return records;
    }

    /** Moves an empty ring on until its next reservation begins at this offset. */
    static void moveTo(final VarLenMpscRing ring, final int offset) {
        final RingProducer producer = ring.newProducer();
        while ((ring.producerPosition() & ring.capacity() - 1) != offset) {
            assertTrue(producer.offer(new byte[0], 0, 0));
            assertEquals(1, ring.consumer().drain(record -> {}));
        }
    }

    /** Aborts a claim so that it becomes padding, which it does when somebody has reserved after it. */
    static void leavePadding(final VarLenMpscRing ring, final RingClaim claim) {
        withSomebodyBehind(ring, claim::abort);
    }

    /** Runs an action while the last reservation is another one, so that nothing before it can be given back. */
    static void withSomebodyBehind(final VarLenMpscRing ring, final Runnable action) {
        try (RingClaim behind = ring.newProducer().tryClaim(0)) {
            assertNotNull(behind);
            action.run();
        }
    }

    static int stride(final int length) {
        return (length + 15) / 8 * 8;
    }

    /** Checks that a ring is sound, whatever happened before: it empties, then takes and gives back anything. */
    static void assertIntact(final VarLenMpscRing ring) {
        int drained = 1;
        while (drained > 0) {
            drained = ring.consumer().drain(record -> {});
        }
        assertTrue(ring.isEmpty(), ring::toString);
        final RingProducer producer = ring.newProducer();
        for (int round = 0; round < Math.min(2 * ring.capacity() / 8, 500); round++) {
            final byte[] sent = payload(round, round % (ring.maxPayload() + 1));
            assertTrue(offer(producer, sent), ring::toString);
            final List<byte[]> received = drain(ring);
            assertEquals(1, received.size(), ring::toString);
            assertArrayEquals(sent, received.get(0));
            assertTrue(ring.isEmpty(), ring::toString);
        }
    }
}
