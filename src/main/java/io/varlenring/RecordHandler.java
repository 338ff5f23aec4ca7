// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.nio.ByteBuffer;

/** Receives the records of a ring, one call each, on the consumer's thread. */
@FunctionalInterface
public interface RecordHandler {
    /**
     * Handles one record.
     *
     * <p>The payload is exactly the bytes from {@code record.position()} to {@code record.limit()}; the position is
     * usually not 0, so absolute access MUST start from it. The byte order is big-endian at every call. The bytes are the
     * ring's own memory and may be changed in place.
     *
     * <p>The buffer is valid only during the call: it is the same object every time, and the memory behind it goes back
     * to the producers afterwards. Copy what must outlive the call. Touching bytes outside the payload, or the buffer
     * after the call, is undefined and may damage other records.
     *
     * <p>The handler may offer to any ring, this one included, and may close it. It must not drain or arm the ring that
     * called it. When it throws, its record counts as consumed, the ring stays sound, and the exception reaches the
     * caller of the drain.
     *
     * @param record a view of the payload
     */
    void onRecord(ByteBuffer record);
}
