// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/** Choices from the fuzzer's bytes: small bounds take one byte, larger ones two. */
final class FuzzedChoices implements Choices {
    private final byte[] bytes;
    private int used;

    FuzzedChoices(final byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public boolean areUsedUp() {
        return used >= bytes.length;
    }

    int next() {
        return areUsedUp() ? 0 : bytes[used++] & 0xff;
    }

    @Override
    public int below(final int bound) {
        return (bound <= 256 ? next() : next() << 8 | next()) % bound;
    }
}
