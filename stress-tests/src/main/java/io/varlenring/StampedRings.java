// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/** Makes rings whose stamps are known, for the stress tests; in the ring's package, because that is nobody else's business. */
public final class StampedRings {
    private static final int KEY = 0x5eed;

    private StampedRings() {}

    /** Makes a ring for which {@link #recordHeader} gives the headers. */
    public static VarLenMpscRing allocate(final int capacity) {
        return VarLenMpscRing.builder().capacity(capacity).key(KEY).build();
    }

    /** Returns what the header of a record at this position looks like. */
    public static long recordHeader(final long position, final int payloadLength) {
        return RingLayout.recordHeader(RingLayout.stamp(position, KEY), payloadLength);
    }
}
