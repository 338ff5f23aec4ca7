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
     * Returns space from position to limit for the longest record; null when there is none. The caller MUST {@link #commit}
     * it before it claims again, and MUST {@link #release} in the end.
     */
    default ByteBuffer tryClaim() {
        return null;
    }

    /** Makes the first bytes of the space a record, which is handed over at {@link #release} at the latest. */
    default void commit(final int length) {
        throw new IllegalStateException("nothing was claimed");
    }

    /** Hands over what was committed, and gives back the space that was not. */
    default void release() {}

    /** Hands over a copy of what remains in the buffer; returns {@code false} when there is no room. */
    boolean offer(ByteBuffer record);
}
