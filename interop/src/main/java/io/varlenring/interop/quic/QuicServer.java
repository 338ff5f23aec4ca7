// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.varlenring.VarLenMpscRing;
import io.varlenring.interop.measure.HandlerCounts;
import java.util.List;

/** A QUIC server that takes uploads, behind one or several rings. */
interface QuicServer {
    int STREAM_WINDOW = 1 << 20;
    int CONNECTION_WINDOW = 4 << 20;
    int MAX_STREAMS = 16;
    int IDLE_SECONDS = 60;

    List<VarLenMpscRing> rings();

    /** Begins to read from the rings. */
    void start() throws Exception;

    /**
     * Ends everything, once the rings are closed and what they held has been read.
     *
     * @return whether it has ended; the counts are exact then
     */
    boolean shutdown() throws InterruptedException;

    /** Returns what was counted behind each ring. */
    List<HandlerCounts> counts();

    /** Returns how many datagrams of the server's its socket had no room for. */
    long notSent();

    /** Returns what the server saw of its clients' moves; null when it does not tell. */
    default Moves moves() {
        return null;
    }

    /**
     * Clients that went on from another address.
     *
     * @param migrations how often that was
     * @param listenerChanges how often the new address was another listener's
     */
    record Moves(long migrations, long listenerChanges) {}
}
