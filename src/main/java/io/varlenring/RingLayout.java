// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * All offsets and sizes of the ring's memory.
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
 * next lap; the gap is padding. Gap and record are reserved in one step and published in one, by the gap's header:
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
 * in pairs. On the heap they are fields, see ControlWords; in a block of memory they would lie like this:
 *
 *   offset      0   reserved; keeps whatever lies before the block away from the first word
 *             128   producer position; its lowest bit, free in a multiple of 8, says "closed"
 *             256   consumer position
 *             384   armed: 1 while the consumer sleeps or is about to
 *             512   end
 *
 * A ring in a file, all words in native order. The control words are where they are above, and two lines have a second
 * word: +264 the redo position, behind the consumer position, and +392 the port of the doorbell, behind armed.
 *
 *   offset      0   the bytes VLRING01
 *               8   0x0102030405060708, which tells the byte order
 *              16   int: version; 20 int: bits of features that a reader must know
 *              24   capacity
 *              32   data offset, a multiple of 4096
 *              40   int: number of slots; 44 int: length of a slot
 *              48   length of the file
 *              56   16 bytes: id of the ring
 *              72   16 bytes: id of the boot, or 0
 *             128   control words
 *             512   the consumer's process: pid, start, pid namespace
 *            4096   slots of 128 bytes, one for each producer: attempt, end; +64 its process: pid, start, namespace
 *     data offset   records
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

    // The file

    /** The bytes VLRING01, read in big-endian order. */
    static final long MAGIC = 0x564c52494e473031L;

    static final long BYTE_ORDER = 0x0102030405060708L;
    static final int VERSION = 1;
    static final int KNOWN_FEATURES = 0;
    static final int MAGIC_OFFSET = 0;
    static final int BYTE_ORDER_OFFSET = 8;
    static final int VERSION_OFFSET = 16;
    static final int FEATURES_OFFSET = 20;
    static final int CAPACITY_OFFSET = 24;
    static final int DATA_OFFSET_OFFSET = 32;
    static final int SLOTS_OFFSET = 40;
    static final int SLOT_LENGTH_OFFSET = 44;
    static final int FILE_LENGTH_OFFSET = 48;
    static final int RING_ID_OFFSET = 56;
    static final int BOOT_ID_OFFSET = 72;
    static final int REDO_POSITION_OFFSET = CONSUMER_POSITION_OFFSET + Long.BYTES;
    static final int DOORBELL_OFFSET = ARMED_OFFSET + Long.BYTES;
    static final int CONSUMER_PROCESS_OFFSET = CONTROL_LENGTH;
    static final int PAGE = 4096;
    static final int FIRST_SLOT_OFFSET = PAGE;
    static final int SLOT_LENGTH = CACHE_LINE_PAIR;
    static final int MAX_SLOTS = 4096;
    static final int ATTEMPT_OFFSET = 0;
    static final int END_OFFSET = 8;
    static final int SLOT_PROCESS_OFFSET = 64;
    /** Distinguishes an attempt at position 0 from an idle slot. */
    static final long ATTEMPTED = 1;

    // Headers and positions

    static final long NOT_READY = 0;
    /** The bit of the producer position that says "closed": no reservation can succeed any more. */
    static final long CLOSED = 1;

    private RingLayout() {}

    static int slotOffset(final int slot) {
        return FIRST_SLOT_OFFSET + slot * SLOT_LENGTH;
    }

    /** Where the data begins in a file with this many slots. */
    static int dataOffset(final int slots) {
        return slotOffset(slots) + PAGE - 1 & -PAGE;
    }

    /** Tells whether a slot's word announces an attempt; 0 does not, and no other word is ever stored. */
    static boolean isAttempt(final long word) {
        return (word & (ALIGNMENT - 1)) == ATTEMPTED;
    }

    static boolean isCapacity(final long capacity) {
        return capacity >= MIN_CAPACITY && capacity <= MAX_CAPACITY && Long.bitCount(capacity) == 1;
    }

    static int maxPayload(final int capacity) {
        return capacity / 2 - HEADER_LENGTH;
    }

    /** The stride of a record whose payload length has been checked against {@link #maxPayload}. */
    static int stride(final int payloadLength) {
        return HEADER_LENGTH + payloadLength + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /** The stride of the record with this header. */
    static long strideOf(final long recordHeader) {
        return recordHeader + ALIGNMENT - 1 & -ALIGNMENT;
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
