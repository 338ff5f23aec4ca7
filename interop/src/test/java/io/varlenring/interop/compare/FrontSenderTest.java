// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.harness.Datagrams;
import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.front.QuicHeader;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FrontSenderTest {
    /** A trace may have more flows than a byte has values, and each is a connection. */
    @Test
    void connectionIds_ofManyFlows_differ() {
        final ByteBuffer datagram = ByteBuffer.allocate(FrontSender.MIN_LENGTH);
        final Datagrams datagrams = new Datagrams();
        final QuicHeader header = new QuicHeader(HandlerIds.LENGTH);
        final Set<ByteBuffer> ids = new HashSet<>();
        for (int flow = 0; flow < 1000; flow++) {
            FrontSender.encode(datagrams, datagram, FrontSender.MIN_LENGTH, flow, 1, flow);
            assertNull(header.read(datagram, 0, FrontSender.MIN_LENGTH));
            assertTrue(ids.add(ByteBuffer.wrap(datagram.array().clone(), 1, HandlerIds.LENGTH)), "flow " + flow);
            assertEquals(flow & 0xff, HandlerIds.handlerOf(datagram, header, 256));
            assertTrue(datagrams.isIntact(datagram.clear(), FrontSender.HEADER_LENGTH, Datagrams.HEADER_LENGTH));
        }
    }
}
