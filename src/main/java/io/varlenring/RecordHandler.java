// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.nio.ByteBuffer;

/**
 * Receives the records of a ring, one call each, on the consumer's thread.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface RecordHandler {
    /**
     * Handles one record.
     *
     * <p>The payload is exactly the bytes from {@code record.position()} to {@code record.limit()}. The byte order is
     * big-endian at every call. The bytes are the ring's own memory and may be changed in place.
     *
     * <p>The buffer is a view of the whole ring, and usually does not begin at 0. Never call {@code clear}, {@code
     * flip}, {@code rewind} or {@code compact} on it, and never use an absolute index without adding its first
     * position: other records are there. Position and limit are checked after the call, but what was overwritten by
     * then is lost. Pass {@code record.slice()} to code you did not write, or build the ring with {@link
     * VarLenMpscRing.Builder#slices()}.
     *
     * <p>The buffer is valid only during the call: the memory behind it goes back to the producers afterwards. Copy
     * what must outlive the call. Using the buffer later is undefined and may damage other records.
     *
     * <p>The handler may offer to any ring, this one included, and may close it. It must not drain or arm the ring that
     * called it, nor wait for room in it. When it throws, its record counts as consumed, the ring stays consistent, and
     * the exception reaches the caller of the drain, who has to drain again for the records behind it.
     *
     * @param record a view of the payload
     */
    void onRecord(ByteBuffer record);
}
