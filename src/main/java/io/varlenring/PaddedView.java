// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.nio.ByteBuffer;

/**
 * A view of a ring's memory that its thread moves to each record, which writes the buffer's fields.
 *
 * <p>A {@link ByteBuffer} cannot have {@link Padding}, so its neighbours are chosen: objects that were made one after the
 * other lie side by side, and collectors mostly move what one object refers to together. Nothing promises either.
 */
final class PaddedView {
    @SuppressWarnings("unused") // only takes room
    private final byte[] front;

    final ByteBuffer buffer;

    @SuppressWarnings("unused")
    private final byte[] behind;

    PaddedView(final RingMemory memory) {
        // In this order, for new objects lie where they were made one after the other.
        front = new byte[RingLayout.CACHE_LINE_PAIR];
        buffer = memory.newView();
        behind = new byte[RingLayout.CACHE_LINE_PAIR];
    }
}
