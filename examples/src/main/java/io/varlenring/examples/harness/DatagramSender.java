// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.atomic.LongAdder;

/** A socket connected to one peer, and how many datagrams it has sent; one thread sends, and any reads the counts. */
public final class DatagramSender implements Closeable {
    private final DatagramChannel channel = DatagramChannel.open();
    private final LongAdder sent = new LongAdder();
    private final LongAdder failures = new LongAdder();

    /**
     * Opens the socket.
     *
     * @param target where all datagrams go
     * @throws IOException when there is no socket to be had
     */
    public DatagramSender(final SocketAddress target) throws IOException {
        try {
            channel.connect(target);
        } catch (final IOException failure) {
            channel.close();
            throw failure;
        }
    }

    /**
     * Sends a datagram, and counts it; one that the kernel refuses, for example for lack of buffers, is counted apart.
     *
     * @param datagram its bytes, from position to limit
     * @throws IOException when the socket is closed
     */
    public void send(final ByteBuffer datagram) throws IOException {
        try {
            channel.write(datagram);
            sent.increment();
        } catch (final IOException failure) {
            if (!channel.isOpen()) {
                throw failure;
            }
            failures.increment();
        }
    }

    /**
     * Returns how many datagrams the kernel took.
     *
     * @return a snapshot
     */
    public long sent() {
        return sent.sum();
    }

    /**
     * Returns how many datagrams the kernel refused.
     *
     * @return a snapshot
     */
    public long failures() {
        return failures.sum();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
