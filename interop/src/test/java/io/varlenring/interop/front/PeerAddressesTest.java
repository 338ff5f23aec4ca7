// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.varlenring.interop.front.QuicRecords.Peer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerAddressesTest {
    private static final int START = 8;

    private final PeerAddresses peers = new PeerAddresses();
    private final ByteBuffer record = ByteBuffer.allocate(START + QuicRecords.HEADER_LENGTH);

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "255.254.253.252", "2001:db8::1", "ff00:fe00:fd00:fc00:fb00:fa00:f900:f800"})
    void of_recordOfAnAddress_isThatAddressAndKept(final String host) {
        final InetSocketAddress address = new InetSocketAddress(host, 0xfedc);

        final InetSocketAddress first = of(address, 0);

        assertEquals(address, first);
        assertSame(first, of(address, 0));
    }

    @Test
    void of_moreAddressesThanPlaces_isStillTheRightOne() {
        for (int port = 1; port <= 0xffff; port++) {
            final InetSocketAddress address = new InetSocketAddress("10.0.0.1", port);
            assertEquals(address, of(address, 0));
        }
    }

    @Test
    void listenerOf_peer_isTheOneOfItsLastRecord() {
        final InetSocketAddress address = new InetSocketAddress("10.0.0.1", 4433);
        assertEquals(PeerAddresses.UNKNOWN, peers.listenerOf(address));

        of(address, 3);
        assertEquals(3, peers.listenerOf(address));

        of(address, 63);
        assertEquals(63, peers.listenerOf(address));
    }

    private InetSocketAddress of(final InetSocketAddress address, final int listener) {
        QuicRecords.putHeader(record, START, System.nanoTime(), listener, Peer.of(address));
        return peers.of(record, START);
    }
}
