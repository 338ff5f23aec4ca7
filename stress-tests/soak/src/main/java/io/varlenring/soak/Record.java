// SPDX-License-Identifier: Apache-2.0
package io.varlenring.soak;

import java.nio.ByteBuffer;

/**
 * What the records hold. Those of 8 bytes or more say who sent them and in which order, and all their other bytes follow from
 * that; shorter ones have bytes that follow from their length.
 */
final class Record {
    static final int NUMBERED_LENGTH = 8;

    private static final int PRODUCER_SHIFT = 56;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    private Record() {}

    /** Fills the bytes from position to limit; a record that is too short for a number gets none. */
    static void fill(final ByteBuffer record, final int producer, final long number) {
        final int length = record.remaining();
        final int start = record.position();
        if (length >= NUMBERED_LENGTH) {
            record.putLong(start, (long) producer << PRODUCER_SHIFT | number);
        }
        for (int i = firstPatternByte(length); i < length; i++) {
            record.put(start + i, pattern(length, length < NUMBERED_LENGTH ? 0 : number, i));
        }
    }

    /** Returns who sent a record, or -1 when it has no number. */
    static int producer(final ByteBuffer record) {
        return record.remaining() < NUMBERED_LENGTH ? -1 : (int) (record.getLong(record.position()) >>> PRODUCER_SHIFT);
    }

    static long number(final ByteBuffer record) {
        return record.getLong(record.position()) & (1L << PRODUCER_SHIFT) - 1;
    }

    /** Tells whether all bytes are what they were when the record was filled. */
    static boolean isWhole(final ByteBuffer record) {
        final int length = record.remaining();
        final int start = record.position();
        final long number = length < NUMBERED_LENGTH ? 0 : number(record);
        for (int i = firstPatternByte(length); i < length; i++) {
            if (record.get(start + i) != pattern(length, number, i)) {
                return false;
            }
        }
        return true;
    }

    private static int firstPatternByte(final int length) {
        return length < NUMBERED_LENGTH ? 0 : NUMBERED_LENGTH;
    }

    private static byte pattern(final int length, final long number, final int i) {
        return (byte) ((number + length + i) * MIX >>> PRODUCER_SHIFT);
    }
}
