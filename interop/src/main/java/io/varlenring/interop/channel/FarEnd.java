// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.varlenring.interop.measure.TimedMessages;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/** The other end of the connection: takes the stream apart and gives each message to be verified. It knows nothing of Netty. */
final class FarEnd implements Closeable {
    private static final int BUFFER_LENGTH = 256 * 1024;

    private final TimedMessages messages;
    private final Consumer<ByteBuffer> tap;
    private final int maxLength;
    private final ServerSocketChannel server;

    /** Makes a far end that listens; {@code tap} sees each message before it is verified. */
    FarEnd(final TimedMessages messages, final int maxLength, final Consumer<ByteBuffer> tap) throws IOException {
        this.messages = messages;
        this.maxLength = maxLength;
        this.tap = tap;
        this.server = ServerSocketChannel.open();
        try {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (final IOException failure) {
            server.close();
            throw failure;
        }
    }

    SocketAddress address() throws IOException {
        return server.getLocalAddress();
    }

    /** Receives until the connection ends. */
    void run() throws IOException {
        final ByteBuffer stream = ByteBuffer.allocateDirect(BUFFER_LENGTH);
        try (SocketChannel channel = server.accept()) {
            while (channel.read(stream) >= 0) {
                stream.flip();
                takeMessages(stream);
                stream.compact();
            }
        }
        if (stream.position() > 0) {
            throw new IOException("the connection ended within a message, after " + stream.position() + " bytes of it");
        }
    }

    private void takeMessages(final ByteBuffer stream) throws IOException {
        final int end = stream.limit();
        int position = stream.position();
        while (end - position >= Frames.HEADER_LENGTH) {
            final int length = stream.getInt(position);
            if (length < 0 || length > maxLength) {
                throw new IOException("a message of " + length + " bytes is none that was sent");
            }
            final int next = position + Frames.HEADER_LENGTH + length;
            if (next > end) {
                break;
            }
            stream.limit(next).position(position + Frames.HEADER_LENGTH);
            tap.accept(stream);
            messages.receive(stream);
            stream.limit(end);
            position = next;
        }
        stream.limit(end).position(position);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
