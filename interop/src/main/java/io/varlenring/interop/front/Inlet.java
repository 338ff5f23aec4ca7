// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import java.nio.ByteBuffer;

/** Where one listener puts the datagrams for one handler, each a record of {@link QuicRecords}; for the listener's thread only. */
public interface Inlet {
    /**
     * Returns space from position to limit for the longest record; null when there is none, or when this kind of hand-over
     * has none to receive into. The caller MUST {@link #release} it, and may {@link #commit} it before.
     */
    ByteBuffer tryClaim();

    /** Hands over the first bytes of the space as a record. */
    void commit(int length);

    /** Gives the space back when it was not committed, and does nothing otherwise. */
    void release();

    /** Hands over a copy of what remains in the buffer; returns {@code false} when there is no room. */
    boolean offer(ByteBuffer record);
}
