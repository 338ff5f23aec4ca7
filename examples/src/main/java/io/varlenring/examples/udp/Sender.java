// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.examples.harness.DatagramSender;
import io.varlenring.examples.harness.Datagrams;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Sends numbered datagrams of random lengths from a socket of its own, as fast as it can, until it is stopped. */
final class Sender implements Closeable {
    private final int id;
    private final int minSize;
    private final int maxSize;
    private final DatagramSender socket;

    private volatile boolean stopped;

    Sender(final int id, final UdpHandoverOptions options, final SocketAddress target) throws IOException {
        this.id = id;
        this.minSize = options.size.min();
        this.maxSize = options.size.max();
        this.socket = new DatagramSender(target);
    }

    void run() throws IOException {
        final Datagrams datagrams = new Datagrams();
        final ByteBuffer datagram = ByteBuffer.allocateDirect(maxSize);
        final SplittableRandom sizes = new SplittableRandom(id);
        for (long sequence = 0; !stopped; sequence++) {
            datagrams.encode(datagram, 0, sizes.nextInt(minSize, maxSize + 1), id, sequence);
            socket.send(datagram);
        }
    }

    void stop() {
        stopped = true;
    }

    long sent() {
        return socket.sent();
    }

    long failures() {
        return socket.failures();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
