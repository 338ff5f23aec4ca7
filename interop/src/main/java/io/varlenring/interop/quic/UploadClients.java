// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** The clients of a run: one for each upload, all at once. Whether they succeed is for the server to see. */
abstract class UploadClients<C> implements Closeable {
    /** How long a client does without a word from the server; then it gives up, and can start over. */
    static final int SILENCE_SECONDS = 20;

    final InetSocketAddress server;
    final Uploads uploads;
    final List<C> clients = new ArrayList<>();

    private long startedOver;

    UploadClients(final InetSocketAddress server, final Uploads uploads) {
        this.server = server;
        this.uploads = uploads;
    }

    /** Returns what they are, for the table. */
    abstract String name();

    /** Begins an upload. */
    abstract C start(int upload) throws IOException, InterruptedException;

    abstract boolean hasEnded(C client);

    /** Returns how many did not end well by themselves; to be asked when they are closed. */
    abstract long failed();

    void start() throws IOException, InterruptedException {
        for (int i = 0; i < uploads.count(); i++) {
            clients.add(start(i));
        }
    }

    /** Starts anew each client that ended though its upload has not arrived, as users would. To be called now and then. */
    void startOver() throws IOException, InterruptedException {
        for (int i = 0; i < clients.size(); i++) {
            // In this order: the server notes the arrival before it answers, and a client ends well only with an
            // answer.
            if (hasEnded(clients.get(i)) && !uploads.hasArrived(i)) {
                clients.set(i, start(i));
                startedOver++;
            }
        }
    }

    long startedOver() {
        return startedOver;
    }

    /** Ends what has not ended by itself. */
    @Override
    public abstract void close();
}
