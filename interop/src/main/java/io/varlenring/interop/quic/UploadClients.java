// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The clients of a run: one for each upload, all at once. Whether they succeed is for the server to see. */
abstract class UploadClients implements Closeable {
    /** How long a client does without a word from the server; then it gives up, and can start over. */
    static final int SILENCE_SECONDS = 20;

    private static final long END_MILLIS = 1_000;

    final InetSocketAddress server;
    final Uploads uploads;
    /** Each is complete when its client has ended, and tells whether it ended well. */
    final List<CompletableFuture<Boolean>> ends = new ArrayList<>();

    private long startedOver;

    UploadClients(final InetSocketAddress server, final Uploads uploads) {
        this.server = server;
        this.uploads = uploads;
    }

    /** Begins an upload; returns what is complete at its end, good or bad. */
    abstract CompletableFuture<Boolean> start(int upload) throws IOException, InterruptedException;

    void start() throws IOException, InterruptedException {
        for (int i = 0; i < uploads.count(); i++) {
            ends.add(start(i));
        }
    }

    /** Starts anew each client that ended though its upload has not arrived, as users would. To be called now and then. */
    void startOver() throws IOException, InterruptedException {
        for (int i = 0; i < ends.size(); i++) {
            // In this order: the server notes the arrival before it answers, and only an answer ends a client well.
            if (ends.get(i).isDone() && !uploads.hasArrived(i)) {
                ends.set(i, start(i));
                startedOver++;
            }
        }
    }

    long startedOver() {
        return startedOver;
    }

    /** Returns how many did not end well by themselves; to be asked when they are closed. */
    long failed() {
        return ends.stream().filter(end -> !end.getNow(false)).count();
    }

    /** Waits a moment for those that have only to hear of their success; subclasses then end the others. */
    @Override
    public void close() {
        CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, END_MILLIS, TimeUnit.MILLISECONDS)
                .join();
    }
}
