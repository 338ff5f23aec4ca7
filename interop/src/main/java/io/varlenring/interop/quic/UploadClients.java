// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import java.io.Closeable;
import java.io.IOException;

/** The clients of a run: one for each upload, all at once. */
interface UploadClients extends Closeable {
    /** Returns what they are, for the table. */
    String name();

    /** Returns whether they can change their address. */
    boolean canMigrate();

    /** Begins all uploads. Whether they succeed is for the server to see. */
    void start() throws IOException, InterruptedException;

    /**
     * Starts anew each client that ended though its upload has not arrived, as users would. To be called now and then.
     */
    void startOver() throws IOException, InterruptedException;

    /** Returns how many clients were started anew. */
    long startedOver();

    /** Ends what has not ended by itself. */
    @Override
    void close();

    /** Returns how many did not end well by themselves; to be asked when they are closed. */
    long failed();

    /** Those that are not ours. */
    UploadClients STRANGERS = new UploadClients() {
        @Override
        public String name() {
            return "strangers";
        }

        @Override
        public boolean canMigrate() {
            return false;
        }

        @Override
        public void start() {
            // they come when they like
        }

        @Override
        public void startOver() {
            // as above
        }

        @Override
        public long startedOver() {
            return 0;
        }

        @Override
        public void close() {
            // they go when they like
        }

        @Override
        public long failed() {
            return 0;
        }
    };
}
