// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.VarLenMpscRing;
import io.varlenring.interop.Ipv6;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FrontTest {
    private static final int OTHER_VERSION = 0x0a0a0a0a;

    private final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 20);

    private Front start(final String host) throws IOException {
        final Front front = new Front(new InetSocketAddress(host, 0), 1);
        front.start(1, handler -> new RingInlet(ring), Thread::new);
        return front;
    }

    /** A handful of datagrams a second kept it alive for ever. */
    @Test
    void finish_whileDatagramsGoOn_ends() throws Exception {
        try (Front front = start("127.0.0.1");
                DatagramChannel client = DatagramChannel.open()) {
            final Thread sender = new Thread(() -> {
                try {
                    while (!Thread.currentThread().isInterrupted()) {
                        client.send(ByteBuffer.allocate(50), front.address());
                        Thread.sleep(10);
                    }
                } catch (final InterruptedException | IOException end) {
                    Thread.currentThread().interrupt();
                }
            });
            sender.start();
            assertTrue(front.finish());
            assertTrue(sender.isAlive());
            sender.interrupt();
            sender.join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::1", "::"})
    void start_anyAddress_receivesThere(final String host) throws Exception {
        Ipv6.assumeFor(host);
        try (Front front = start(host);
                DatagramChannel client = DatagramChannel.open()) {
            final InetAddress to = front.address().getAddress().isAnyLocalAddress()
                    ? InetAddress.getByName(host.equals("::") ? "::1" : "127.0.0.1")
                    : front.address().getAddress();
            final ByteBuffer datagram = ByteBuffer.allocate(50).put(0, (byte) 0x40);
            client.send(datagram, new InetSocketAddress(to, front.address().getPort()));
            while (ring.isEmpty()) {
                Thread.sleep(1);
            }
            assertTrue(front.finish());
            assertEquals(1, front.counts().get(0).handedIn());
            ring.consumer().drain(record -> {
                final int start = record.position();
                assertEquals(to, new PeerAddresses().of(record, start).getAddress());
            });
        }
    }

    /** IDs of more than 20 bytes, which other versions may have (RFC 8999), and the servers' libraries cannot read. */
    @Test
    void longIdsOfAnotherVersion_areAnsweredWithVersionNegotiation() throws Exception {
        try (Front front = start("127.0.0.1");
                DatagramChannel client = DatagramChannel.open()) {
            client.connect(front.address());
            for (final int length : new int[] {1199, 1200}) { // the first is too short to be answered
                final ByteBuffer datagram = ByteBuffer.allocate(length);
                datagram.put((byte) 0xc0).putInt(OTHER_VERSION);
                datagram.put((byte) 30).put(id(30, 1)).put((byte) 25).put(id(25, length));
                client.write(datagram.clear());
            }
            final ByteBuffer answer = ByteBuffer.allocate(1500);
            client.read(answer);
            answer.flip();
            assertTrue((answer.get() & 0x80) != 0);
            assertEquals(0, answer.getInt());
            assertEquals(25, answer.get());
            final byte[] destination = new byte[25];
            answer.get(destination);
            assertEquals(ByteBuffer.wrap(id(25, 1200)), ByteBuffer.wrap(destination));
            assertEquals(30, answer.get());
            final byte[] source = new byte[30];
            answer.get(source);
            assertEquals(ByteBuffer.wrap(id(30, 1)), ByteBuffer.wrap(source));
            assertEquals(1, answer.getInt());
            assertEquals(0, answer.remaining());
            assertTrue(front.finish());
            assertEquals(2, front.counts().get(0).drops(Drop.OTHER_VERSION));
        }
    }

    private static byte[] id(final int length, final int seed) {
        final byte[] id = new byte[length];
        for (int i = 0; i < length; i++) {
            id[i] = (byte) (seed + 7 * i);
        }
        return id;
    }
}
