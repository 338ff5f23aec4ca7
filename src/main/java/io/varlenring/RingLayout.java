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
 * The header is at once length and state:
 *
 *      0   not ready: free, or claimed and not yet committed; the consumer stops here
 *    > 0   a record; the value is 8 + payload length, so that an empty payload is 8 and not 0
 *    < 0   padding; the consumer skips -header bytes, a multiple of 8
 *
 * The wrap. A record of stride S that does not fit between the producer position and the end starts at offset 0 of the
 * next lap; the gap, if any, is padding. Gap and record are reserved by one step and published by one, the gap's
 * header:
 *
 *   offset    0        S                                    P              capacity
 *             +--------+------------------------------------+--------------+
 *             | record | ... older records, free space ...  | padding      |
 *             +--------+------------------------------------+--------------+
 *
 * The gap is at most S - 8, so gap and record together need at most 2 S - 8 bytes. With S &lt;= capacity / 2 that is
 * less than the capacity: every record up to the largest fits an empty ring at every offset.
 *
 * The control words, apart from the data. Each has 128 bytes to itself, because processors prefetch lines of 64 bytes
 * in pairs. They are fields on the heap, see ControlWords; in a block of memory they would lie like this:
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

    static final int CACHE_LINE_PAIR = 128;
    static final int PRODUCER_POSITION_OFFSET = CACHE_LINE_PAIR;
    static final int CONSUMER_POSITION_OFFSET = PRODUCER_POSITION_OFFSET + CACHE_LINE_PAIR;
    static final int ARMED_OFFSET = CONSUMER_POSITION_OFFSET + CACHE_LINE_PAIR;
    static final int CONTROL_LENGTH = ARMED_OFFSET + CACHE_LINE_PAIR;

    static final long NOT_READY = 0;
    /** The bit of the producer position that says that no reservation can succeed any more. */
    static final long CLOSED = 1;

    private RingLayout() {}

    static int maxPayload(final int capacity) {
        return capacity / 2 - HEADER_LENGTH;
    }

    /** The stride of a record, for a payload length that has been checked against {@link #maxPayload}. */
    static int stride(final int payloadLength) {
        return HEADER_LENGTH + payloadLength + ALIGNMENT - 1 & -ALIGNMENT;
    }

    static long recordHeader(final int payloadLength) {
        return (long) HEADER_LENGTH + payloadLength;
    }

    static long paddingHeader(final long length) {
        return -length;
    }

    static int payloadLength(final long recordHeader) {
        return (int) recordHeader - HEADER_LENGTH;
    }
}
