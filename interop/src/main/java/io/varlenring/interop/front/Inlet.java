// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import java.nio.ByteBuffer;

/**
 * Where one listener puts the datagrams for one handler, each a record of {@link QuicRecords}; for the listener's thread only.
 * A kind that has no space to receive into is an {@link #offer} alone.
 */
@FunctionalInterface
public interface Inlet {
    /**
     * Returns space from position to limit for the longest record; null when there is none. The caller MUST {@link #release}
     * it, and may {@link #commit} it before.
     */
    default ByteBuffer tryClaim() {
        return null;
    }

    /** Hands over the first bytes of the space as a record. */
    default void commit(final int length) {
        throw new IllegalStateException("nothing was claimed");
    }

    /** Gives the space back when it was not committed, and does nothing otherwise. */
    default void release() {}

    /** Hands over a copy of what remains in the buffer; returns {@code false} when there is no room. */
    boolean offer(ByteBuffer record);
}
