// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import java.nio.ByteBuffer;

/**
 * The records that the UDP examples put into the ring: where and when a datagram was received, and the datagram.
 *
 * <pre>
 *   offset    +0             +8           +12
 *             +--------------+------------+-------------+
 *             | receive time | listener   | datagram    |
 *             +--------------+------------+-------------+
 * </pre>
 */
final class Records {
    static final int HEADER_LENGTH = 12;

    private static final int LISTENER_OFFSET = 8;

    private Records() {}

    /** What a record with a datagram of {@code maxLength} bytes needs, and a byte more that shows when one is longer. */
    static int claimLength(final int maxLength) {
        return HEADER_LENGTH + maxLength + 1;
    }

    static void putHeader(final ByteBuffer buffer, final int offset, final int listener, final long receiveNanos) {
        buffer.putLong(offset, receiveNanos);
        buffer.putInt(offset + LISTENER_OFFSET, listener);
    }

    static long receiveNanos(final ByteBuffer buffer, final int offset) {
        return buffer.getLong(offset);
    }

    static int listener(final ByteBuffer buffer, final int offset) {
        return buffer.getInt(offset + LISTENER_OFFSET);
    }
}
