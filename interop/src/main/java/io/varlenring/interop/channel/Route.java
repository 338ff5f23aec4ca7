// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

/** A way from workers to a channel, with room for a limited number of bytes. */
interface Route {
    /** Makes the handle of one worker. */
    Writer newWriter(int worker);

    /** Called on the event loop when the channel has become writable again. */
    void writable();

    /** Called when the workers have ended; what is under way still arrives. */
    void finish();

    /** Returns whether all that was written has been given to the channel. */
    boolean isDrained();

    /** Returns how often the event loop was asked to run by this route. */
    long wakeups();

    /** The handle of one worker, for its thread only. */
    interface Writer {
        /**
         * Writes a frame with a message of {@code length} bytes.
         *
         * @return {@code false} when there is no room right now, and nothing was written
         */
        boolean tryWrite(int length, long sequence, long sendNanos);
    }
}
