// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandlerIdsTest {
    private static final int IDS = 2_000;

    private final QuicHeader header = new QuicHeader(HandlerIds.LENGTH);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, HandlerIds.MAX_HANDLERS})
    void newId_ofAnyHandler_leadsBackToIt(final int handlers) {
        for (int handler = 0; handler < handlers; handler++) {
            final HandlerIds ids = new HandlerIds(handler, handlers);
            for (int i = 0; i < IDS / handlers; i++) {
                assertEquals(handler, handlerOf(shortHeader(ids.newId(HandlerIds.LENGTH)), handlers));
                assertEquals(
                        handler, handlerOf(longHeader(ids.newId(ByteBuffer.allocate(8), HandlerIds.LENGTH)), handlers));
            }
        }
    }

    @Test
    void newId_manyTimes_isNeverTheSameAndUsesAllFirstBytes() {
        final HandlerIds ids = new HandlerIds(1, 3);
        final Set<ByteBuffer> seen = new HashSet<>();
        final Set<Byte> firstBytes = new HashSet<>();
        for (int i = 0; i < IDS; i++) {
            final ByteBuffer id = ids.newId(HandlerIds.LENGTH);
            assertEquals(HandlerIds.LENGTH, id.remaining());
            assertTrue(seen.add(id));
            firstBytes.add(id.get(0));
        }
        assertEquals(85, firstBytes.size(), "1, 4, ... 253");
    }

    @Test
    void handlerOf_emptyId_isTheFirst() {
        assertEquals(0, handlerOf(longHeader(ByteBuffer.allocate(0)), 3));
    }

    private int handlerOf(final ByteBuffer datagram, final int handlers) {
        assertNull(header.read(datagram, 0, datagram.limit()));
        return HandlerIds.handlerOf(datagram, header, handlers);
    }

    private static ByteBuffer shortHeader(final ByteBuffer id) {
        return ByteBuffer.allocate(1 + id.remaining()).put((byte) 0x40).put(id).flip();
    }

    private static ByteBuffer longHeader(final ByteBuffer id) {
        return ByteBuffer.allocate(7 + id.remaining())
                .put((byte) 0xc0)
                .putInt(1)
                .put((byte) id.remaining())
                .put(id)
                .put((byte) 0)
                .flip();
    }
}
