// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.tasklet.TaskletLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SessionTest {
    private final Session session = new Session(
            7,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
            made -> TaskletLoop.manual().newTasklet((self, reasons) -> {}));

    @Test
    void forward_severalDatagrams_sendsEachWithTheNumberBefore() throws IOException {
        try (DatagramChannel upstream = DatagramChannel.open();
                DatagramChannel server = DatagramChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            upstream.connect(server.getLocalAddress());
            for (int round = 0; round < 2; round++) {
                assertTrue(session.add(ByteBuffer.wrap(new byte[] {1, 2, 3})));
                assertTrue(session.add(ByteBuffer.wrap(new byte[] {4})));

                assertEquals(2, session.forward(upstream));

                assertReceived(server, 1, 2, 3);
                assertReceived(server, 4);
            }
            assertEquals(0, session.forward(upstream));
        }
    }

    @Test
    void add_noRoom_refusesAndKeepsTheRest() {
        int added = 0;
        while (session.add(ByteBuffer.allocate(1000))) {
            added++;
        }

        assertTrue(added > 100, () -> "the buffer is small");
        assertFalse(session.add(ByteBuffer.allocate(1000)));
        assertTrue(session.add(ByteBuffer.allocate(1)));
    }

    private static void assertReceived(final DatagramChannel server, final int... body) throws IOException {
        final ByteBuffer datagram = ByteBuffer.allocate(100);
        server.receive(datagram);
        datagram.flip();
        assertEquals(7, datagram.getInt());
        assertEquals(body.length, datagram.remaining());
        for (final int octet : body) {
            assertEquals(octet, datagram.get());
        }
    }
}
