// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

/** Why the front drops a datagram. */
public enum Drop {
    EMPTY("empty"),
    TRUNCATED("cut off in its header"),
    ID_TOO_LONG("connection ID too long"),
    OTHER_VERSION("another version, answered"),
    NOT_FOR_SERVERS("version negotiation"),
    NO_FIXED_BIT("without the fixed bit"),
    TOO_LARGE("too large"),
    RING_FULL("the ring was full");

    private final String words;

    Drop(final String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }
}
