// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.varlenring.interop.front.QuicRecords.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * Turns the raw addresses of records into objects, and keeps those, so that a peer costs one and not every datagram.
 *
 * <p>Each address has one place where it can be kept, so the memory is bounded, whatever addresses come: a flood of forged
 * ones replaces the others, and costs an object each. Also remembers which listener got each peer's last datagram.
 */
public final class PeerAddresses {
    public static final int UNKNOWN = -1;

    private static final int PLACES = 1 << 12;

    private final Entry[] entries = new Entry[PLACES];

    private static final class Entry {
        private final Peer peer;
        private final InetSocketAddress address;
        private int listener;

        Entry(final Peer peer, final InetSocketAddress address) {
            this.peer = peer;
            this.address = address;
        }

        boolean is(final long high, final long low, final int port) {
            return peer.low() == low && peer.high() == high && peer.port() == port;
        }
    }

    /** Returns the address of the peer that sent a record's datagram. */
    public InetSocketAddress of(final ByteBuffer record, final int start) {
        final long high = QuicRecords.highAddress(record, start);
        final long low = QuicRecords.lowAddress(record, start);
        final int port = QuicRecords.port(record, start);
        final int place = place(high, low, port);
        Entry entry = entries[place];
        if (entry == null || !entry.is(high, low, port)) {
            entry = newEntry(new Peer(high, low, port));
            entries[place] = entry;
        }
        entry.listener = QuicRecords.listener(record, start);
        return entry.address;
    }

    /** Returns which listener got the last datagram of a peer, or {@link #UNKNOWN}. */
    public int listenerOf(final InetSocketAddress address) {
        final Peer peer = Peer.of(address);
        final Entry entry = entries[place(peer.high(), peer.low(), peer.port())];
        return entry != null && entry.is(peer.high(), peer.low(), peer.port()) ? entry.listener : UNKNOWN;
    }

    private static Entry newEntry(final Peer peer) {
        try {
            return new Entry(peer, new InetSocketAddress(InetAddress.getByAddress(peer.toBytes()), peer.port()));
        } catch (final UnknownHostException e) {
            throw new IllegalStateException("16 bytes are always an address", e);
        }
    }

    private static int place(final long high, final long low, final int port) {
        final long mixed = (high * 31 + low) * 0x9e3779b97f4a7c15L + port * 0xc2b2ae3d27d4eb4fL;
        return (int) (mixed >>> 40) & PLACES - 1;
    }
}
