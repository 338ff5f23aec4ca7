// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import java.io.Closeable;
import java.io.IOException;

/** The clients of a run: one for each upload, all at once. */
interface UploadClients extends Closeable {
    /** Returns what they are, for the table. */
    String name();

    /** Returns whether they can change their address. */
    default boolean canMigrate() {
        return false;
    }

    /** Begins all uploads. Whether they succeed is for the server to see. */
    default void start() throws IOException, InterruptedException {}

    /**
     * Starts anew each client that ended though its upload has not arrived, as users would. To be called now and then.
     */
    default void startOver() throws IOException, InterruptedException {}

    /** Returns how many clients were started anew. */
    default long startedOver() {
        return 0;
    }

    /** Ends what has not ended by itself. */
    @Override
    default void close() {}

    /** Returns how many did not end well by themselves; to be asked when they are closed. */
    default long failed() {
        return 0;
    }

    /** Those that are not ours: they come and go when they like. */
    UploadClients STRANGERS = () -> "strangers";
}
