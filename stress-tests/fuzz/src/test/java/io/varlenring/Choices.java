// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/** The fuzzer's bytes, as a series of choices; when they are used up, all choices are 0. */
final class Choices {
    private final byte[] bytes;
    private int used;

    Choices(final byte[] bytes) {
        this.bytes = bytes;
    }

    boolean isUsedUp() {
        return used >= bytes.length;
    }

    /** One byte, 0..255. */
    int next() {
        return isUsedUp() ? 0 : bytes[used++] & 0xff;
    }

    /** A number of 0..bound-1; small bounds take one byte, larger ones two. */
    int below(final int bound) {
        return (bound <= 256 ? next() : next() << 8 | next()) % bound;
    }
}
