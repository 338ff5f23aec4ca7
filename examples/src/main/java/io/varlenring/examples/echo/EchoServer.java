// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import io.varlenring.examples.harness.Datagrams;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;

/** Sends every datagram back to where it came from, until it is closed. */
final class EchoServer implements Closeable {
    private static final int SOCKET_BUFFER_LENGTH = 1 << 20;

    private final DatagramChannel channel;
    private final SocketAddress address;

    EchoServer() throws IOException {
        this.channel = DatagramChannel.open()
                .setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_LENGTH) // the kernel may give less
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        this.address = channel.getLocalAddress();
    }

    SocketAddress address() {
        return address;
    }

    void run() throws IOException {
        final ByteBuffer datagram = ByteBuffer.allocateDirect(Datagrams.MAX_LENGTH);
        try {
            for (; ; ) {
                final SocketAddress from = channel.receive(datagram.clear());
                channel.send(datagram.flip(), from);
            }
        } catch (final ClosedChannelException end) {
            return; // by close()
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
