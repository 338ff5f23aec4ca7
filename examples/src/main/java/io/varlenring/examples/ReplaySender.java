// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** Replays its part of a trace from a socket of its own, to a listener. */
final class ReplaySender implements ReplayProducer {
    private final int id;
    private final ReplayPace pace;
    private final DatagramSender socket;
    private final Datagrams datagrams = new Datagrams();
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(Datagrams.MAX_LENGTH);

    private volatile boolean stopped;

    ReplaySender(final int id, final ReplayPace pace, final SocketAddress target) throws IOException {
        this.id = id;
        this.pace = pace;
        this.socket = new DatagramSender(target);
    }

    @Override
    public void run(final long startNanos) throws Exception {
        pace.run(startNanos, () -> stopped, this::send);
    }

    private void send(final int size, final long sequence) throws IOException {
        datagrams.encode(datagram, 0, size, id, sequence);
        socket.send(datagram);
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public long sent() {
        return socket.sent();
    }

    @Override
    public long failures() {
        return socket.failures();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
