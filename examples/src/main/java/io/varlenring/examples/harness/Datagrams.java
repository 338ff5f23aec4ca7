// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Writes and checks the datagrams of the UDP examples, big-endian and at any offset in a buffer.
 *
 * <pre>
 *   offset    +0        +4          +12        +16            +length
 *             +---------+-----------+----------+--------------+
 *             | sender  | sequence  | checksum | body         |
 *             +---------+-----------+----------+--------------+
 * </pre>
 *
 * The body is pseudo-random and different for every sender and sequence, and the checksum covers everything but itself,
 * so that a mixture of two datagrams fails it.
 */
public final class Datagrams {
    public static final int HEADER_LENGTH = 16;
    /** The longest payload that UDP over IPv4 can carry. */
    public static final int MAX_LENGTH = 65507;

    private static final int SEQUENCE_OFFSET = 4;
    private static final int CHECKSUM_OFFSET = 12;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private final CRC32C crc = new CRC32C();

    /** Writes a datagram of {@code length} bytes at {@code offset}, and makes it what remains in the buffer. */
    public void encode(
            final ByteBuffer target, final int offset, final int length, final int sender, final long sequence) {
        target.clear();
        target.putInt(offset, sender);
        target.putLong(offset + SEQUENCE_OFFSET, sequence);
        fillBody(target, offset + HEADER_LENGTH, offset + length, mix(mix(sender) + sequence));
        target.putInt(offset + CHECKSUM_OFFSET, checksum(target, offset, length));
        target.limit(offset + length).position(offset);
    }

    private static void fillBody(final ByteBuffer target, final int from, final int to, final long seed) {
        long state = seed;
        int offset = from;
        for (; offset <= to - Long.BYTES; offset += Long.BYTES) {
            state += GOLDEN_RATIO;
            target.putLong(offset, mix(state));
        }
        for (long rest = mix(state + GOLDEN_RATIO); offset < to; offset++, rest >>>= Byte.SIZE) {
            target.put(offset, (byte) rest);
        }
    }

    /** Maps every number to another one that looks unrelated to it. */
    private static long mix(final long number) {
        final long mixed = (number ^ number >>> 32) * 0xD6E8FEB86659FD93L;
        return (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L;
    }

    public static int sender(final ByteBuffer buffer, final int offset) {
        return buffer.getInt(offset);
    }

    public static long sequence(final ByteBuffer buffer, final int offset) {
        return buffer.getLong(offset + SEQUENCE_OFFSET);
    }

    /** Tells whether the checksum of a datagram is right; moves the buffer's position. */
    public boolean isIntact(final ByteBuffer buffer, final int offset, final int length) {
        return buffer.getInt(offset + CHECKSUM_OFFSET) == checksum(buffer, offset, length);
    }

    private int checksum(final ByteBuffer buffer, final int offset, final int length) {
        crc.reset();
        buffer.limit(offset + CHECKSUM_OFFSET).position(offset);
        crc.update(buffer);
        buffer.limit(offset + length).position(offset + HEADER_LENGTH);
        crc.update(buffer);
        return (int) crc.getValue();
    }
}
