// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;

/**
 * The buffer through which a user sees a payload: one view of all the data, moved from payload to payload, or, with
 * slices, a new buffer for each.
 *
 * <p>The thread that moves a view writes its fields with every record. A {@link ByteBuffer} cannot have {@link
 * Padding}, so its neighbours are chosen: objects allocated in sequence lie side by side, and collectors mostly move
 * what one object refers to together. Neither is guaranteed.
 */
final class RecordView extends RecordBounds {
    @SuppressWarnings("unused") // trailing padding: see Padding
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7;
    @SuppressWarnings("unused")
    private long behind8, behind9, behind10, behind11, behind12, behind13, behind14, behind15;

    private final RingMemory memory;

    @SuppressWarnings("unused") // padding
    private final byte[] front;

    /** Null with slices. */
    private final MappedByteBuffer whole;

    @SuppressWarnings("unused")
    private final byte[] behind;

    RecordView(final RingMemory memory, final boolean slices) {
        this.memory = memory;
        // In this order: new objects lie side by side in allocation order
        front = new byte[RingLayout.CACHE_LINE_PAIR];
        whole = slices ? null : memory.newView();
        behind = new byte[RingLayout.CACHE_LINE_PAIR];
    }

    /** Returns a buffer that shows the payload at this offset. */
    ByteBuffer show(final int offset, final int length) {
        if (whole == null) {
            return memory.slice(offset, length);
        }
        // the masks change nothing, but spare the compiler's checks that neither is negative
        whole.rewind()
                .limit(offset + length & Integer.MAX_VALUE)
                .position(offset & Integer.MAX_VALUE)
                .order(ByteOrder.BIG_ENDIAN);
        return whole;
    }

    /** The same, and records where the payload is: for callers that do not see the user's code return. */
    ByteBuffer move(final int offset, final int length) {
        final ByteBuffer shown = show(offset, length); // first: if allocating a slice fails, the last one stays
        start = shown.position();
        end = shown.limit();
        return shown;
    }

    /** Tells whether the user's code has left position and limit within the payload. */
    boolean isWithin(final ByteBuffer shown) {
        return shown.position() >= start && shown.limit() <= end;
    }

    /** Describes where the user's code has left position and limit. */
    IllegalStateException misplaced(final ByteBuffer shown, final String whose) {
        return misplaced(shown, start, end, whose);
    }

    /** The same for a payload with these bounds. */
    static IllegalStateException misplaced(final ByteBuffer shown, final int start, final int end, final String whose) {
        return new IllegalStateException("position " + shown.position() + " and limit " + shown.limit() + " of " + whose
                + " buffer lie outside its bytes, " + start + " to " + end
                + ": never call clear, flip, rewind or compact on it, and give slice() of it to code that does");
    }

    /** Returns how many bytes of the payload are before the buffer's position. */
    int written(final ByteBuffer shown) {
        return shown.position() - start;
    }

    /** Leaves nothing to see for anyone who kept the buffer. */
    void hide() {
        if (whole != null) {
            whole.rewind().limit(0); // the first, two stores, saves what limit() does with position and mark
        }
    }
}

/** The fields written with every claim and every space of a batch. */
abstract class RecordBounds extends Padding {
    /** Where the payload is in the buffer returned last. */
    int start;

    int end;
}
