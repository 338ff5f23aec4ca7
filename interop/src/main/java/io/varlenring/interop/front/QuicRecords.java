// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * The records that the front puts into a ring: when, by which listener and from whom a datagram was received, and the
 * datagram.
 *
 * <pre>
 *   offset    +0             +8         +10    +12                           +28
 *             +--------------+----------+------+-----------------------------+-------------+
 *             | receive time | listener | port | address, IPv6 or IPv4 in it | datagram    |
 *             +--------------+----------+------+-----------------------------+-------------+
 * </pre>
 *
 * The listener stands for the local address, which all listeners share.
 */
public final class QuicRecords {
    public static final int HEADER_LENGTH = 28;
    /** Bytes of the longest datagram that the servers say they accept, and no network path of today carries longer ones. */
    public static final int MAX_DATAGRAM_LENGTH = 1500;
    /** A record with the longest datagram, and a byte more that shows when one is longer. */
    public static final int CLAIM_LENGTH = HEADER_LENGTH + MAX_DATAGRAM_LENGTH + 1;

    private static final int LISTENER_OFFSET = 8;
    private static final int PORT_OFFSET = 10;
    private static final int ADDRESS_OFFSET = 12;
    private static final int LOW_ADDRESS_OFFSET = ADDRESS_OFFSET + Long.BYTES;
    private static final long IPV4_IN_IPV6 = 0xffffL << 32;

    private QuicRecords() {}

    public static void putHeader(
            final ByteBuffer buffer, final int start, final long receiveNanos, final int listener, final Peer peer) {
        buffer.putLong(start, receiveNanos);
        buffer.putShort(start + LISTENER_OFFSET, (short) listener);
        buffer.putShort(start + PORT_OFFSET, (short) peer.port());
        buffer.putLong(start + ADDRESS_OFFSET, peer.high());
        buffer.putLong(start + LOW_ADDRESS_OFFSET, peer.low());
    }

    public static long receiveNanos(final ByteBuffer record, final int start) {
        return record.getLong(start);
    }

    public static int listener(final ByteBuffer record, final int start) {
        return record.getShort(start + LISTENER_OFFSET) & 0xffff;
    }

    public static int port(final ByteBuffer record, final int start) {
        return record.getShort(start + PORT_OFFSET) & 0xffff;
    }

    public static long highAddress(final ByteBuffer record, final int start) {
        return record.getLong(start + ADDRESS_OFFSET);
    }

    public static long lowAddress(final ByteBuffer record, final int start) {
        return record.getLong(start + LOW_ADDRESS_OFFSET);
    }

    /** The address of a peer as the record has it: 16 bytes in two halves, and the port. */
    public record Peer(long high, long low, int port) {
        public static Peer of(final InetSocketAddress address) {
            final ByteBuffer bytes = ByteBuffer.wrap(address.getAddress().getAddress());
            if (address.getAddress() instanceof Inet4Address) {
                return new Peer(0, IPV4_IN_IPV6 | bytes.getInt() & 0xffffffffL, address.getPort());
            }
            return new Peer(bytes.getLong(), bytes.getLong(), address.getPort());
        }

        public byte[] toBytes() {
            return ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(high)
                    .putLong(low)
                    .array();
        }
    }
}
