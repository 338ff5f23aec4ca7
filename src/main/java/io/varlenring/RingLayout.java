// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * Every offset and size of the ring's memory.
 *
 * <pre>
 * A record, 8-byte aligned, never split by the end of the data:
 *
 *   offset    +0                              +8                     +8+length      +stride
 *             +-------------------------------+----------------------+--------------+
 *             | header: 64 bits, native order | payload              | alignment 0-7|
 *             +-------------------------------+----------------------+--------------+
 *
 * The header is stamp and size in one word:
 *
 *   bits    63                            32 31                             0
 *           +-------------------------------+-------------------------------+
 *           | stamp of the position         | size, signed                  |
 *           +-------------------------------+-------------------------------+
 *
 *   stamp     32 bits made of the position and the ring's random key, see {@link #stamp}. A word is the header of a
 *             position only if it bears the stamp of that position. Any other word there, left from an earlier lap, means
 *             "not ready": free, or claimed and not yet committed; the consumer stops there
 *   size > 0  a record; the size is 8 + payload length, so that an empty payload is 8 and not 0
 *   size < 0  padding; the consumer skips -size bytes, a multiple of 8
 *
 * The wrap. A record of stride S that does not fit between the producer position and the end starts at offset 0 of the
 * next lap; the gap, if any, is padding. Gap and record are reserved by one step and published by one, the gap's header:
 *
 *   offset    0        S                                    P              capacity
 *             +--------+------------------------------------+--------------+
 *             | record | ... older records, free space ...  | padding      |
 *             +--------+------------------------------------+--------------+
 *
 * The gap is at most S - 8, so gap and record together need at most 2 S - 8 bytes. With S &lt;= capacity / 2 that is less
 * than the capacity: every record up to the largest fits an empty ring at every offset.
 *
 * The control block, apart from the data. Each word that is written often has 128 bytes to itself, because processors
 * prefetch lines of 64 bytes in pairs:
 *
 *   offset      0   reserved; keeps whatever lies before the block away from the first word
 *             128   producer position; its lowest bit, free in a multiple of 8, says "closed"
 *             256   consumer position
 *             384   armed: 1 while the consumer sleeps or is about to
 *             512   end
 * </pre>
 */
final class RingLayout {
    static final int MIN_CAPACITY = 64;
    static final int MAX_CAPACITY = 1 << 30;
    static final int HEADER_LENGTH = 8;
    static final int ALIGNMENT = HEADER_LENGTH;
    private static final int ALIGNMENT_SHIFT = 3;

    static final int CACHE_LINE_PAIR = 128;
    static final int PRODUCER_POSITION_OFFSET = CACHE_LINE_PAIR;
    static final int CONSUMER_POSITION_OFFSET = PRODUCER_POSITION_OFFSET + CACHE_LINE_PAIR;
    static final int ARMED_OFFSET = CONSUMER_POSITION_OFFSET + CACHE_LINE_PAIR;
    static final int CONTROL_LENGTH = ARMED_OFFSET + CACHE_LINE_PAIR;

    /** The bit of the producer position that says that no reservation can succeed any more. */
    static final long CLOSED = 1;

    private static final int STAMP_SHIFT = Integer.SIZE;
    /** 2^32 divided by the golden ratio, made odd: its multiples are spread evenly. */
    private static final long STAMP_FACTOR = 0x9e37_79b9L;

    private static final long SIZE = 0xffff_ffffL;

    private RingLayout() {}

    static int maxPayload(final int capacity) {
        return capacity / 2 - HEADER_LENGTH;
    }

    /** The stride of a record, for a payload length that has been checked against {@link #maxPayload}. */
    static int stride(final int payloadLength) {
        return HEADER_LENGTH + payloadLength + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /**
     * What a header at this position bears in its upper half, as a {@code long} whose lower half is zero. Positions that are
     * a lap apart never have the same, since a lap is at most 2^27 units of 8 bytes; those that do are 2^32 units apart,
     * as multiplying by an odd number loses nothing. It is multiplied so that the stamps of neighbouring laps differ in
     * every byte: payloads that end in the middle of an old header leave some of its bytes.
     */
    static long stamp(final long position, final int key) {
        return (((position >>> ALIGNMENT_SHIFT) * STAMP_FACTOR) ^ key) << STAMP_SHIFT;
    }

    static long recordHeader(final long stamp, final int payloadLength) {
        return stamp | (HEADER_LENGTH + payloadLength);
    }

    static long paddingHeader(final long stamp, final long length) {
        return stamp | (-length & SIZE);
    }

    /** Tells whether a word is a header of the position that has this stamp. */
    static boolean bears(final long word, final long stamp) {
        return (word ^ stamp) >>> STAMP_SHIFT == 0;
    }

    /** A word that is not a header of the position that has this stamp. */
    static long notReady(final long stamp) {
        return ~stamp;
    }

    static int size(final long header) {
        return (int) header;
    }

    static int payloadLength(final int size) {
        return size - HEADER_LENGTH;
    }
}
