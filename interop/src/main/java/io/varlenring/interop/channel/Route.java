// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.varlenring.interop.measure.MessageWriter;

/** A way from workers to a channel, with room for a limited number of bytes. */
interface Route {
    /** Makes the handle of one worker, for its thread only. */
    MessageWriter.Target newTarget(int worker);

    /** Called on the event loop when the channel has become writable again. */
    default void writable() {}

    /** Called when the workers have ended; what is under way still arrives. */
    default void finish() {}

    /** Returns whether all that was written has been given to the channel, or to tasks that do. */
    default boolean isDrained() {
        return true;
    }
}
