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

    /** Opens the socket; all datagrams go to the target. */
    public DatagramSender(final SocketAddress target) throws IOException {
        try {
            channel.connect(target);
        } catch (final IOException failure) {
            channel.close();
            throw failure;
        }
    }

    /** Sends what remains in the buffer, and counts it; one that the kernel refuses, for lack of buffers for example, apart. */
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

    /** Returns how many datagrams the kernel took. */
    public long sent() {
        return sent.sum();
    }

    /** Returns how many datagrams the kernel refused. */
    public long failures() {
        return failures.sum();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
