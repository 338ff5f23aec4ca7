// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.nio.ByteBuffer;

/**
 * Receives the records of a ring, one call each, and decides after each how the drain goes on.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ControlledRecordHandler {
    /** What a drain does after a record. */
    enum Action {
        /** The record is consumed; go on. Its space is given back when the drain next does so. */
        CONTINUE,
        /** The record is consumed; give back its space and that of all records before it now, and go on. */
        COMMIT,
        /** The record is consumed; end the drain. */
        BREAK,
        /**
         * The record is not consumed; end the drain. It comes first in the next drain, with whatever the handler
         * changed in it. Do not {@linkplain RingConsumer#arm() arm} before that: there is a record to read, so it would
         * return {@code false} each time. Sleep until the obstacle is gone, then drain.
         */
        ABORT
    }

    /**
     * Handles one record, under the rules of {@link RecordHandler#onRecord}.
     *
     * @param record a view of the payload, from its position to its limit, valid only during the call
     * @return how the drain goes on, not null
     */
    Action onRecord(ByteBuffer record);
}
