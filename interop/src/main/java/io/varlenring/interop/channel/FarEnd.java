// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.varlenring.interop.measure.TimedMessages;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * The other end of the connection: takes the stream apart by the length with which each message begins, and gives each to be
 * verified. It knows nothing of Netty.
 */
final class FarEnd implements Closeable {
    private static final int BUFFER_LENGTH = 256 * 1024;

    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final TimedMessages messages;
    private final ByteBuffer message;
    private final Consumer<ByteBuffer> tap;

    /** Makes a far end that listens; {@code tap} sees each message before it is verified. */
    FarEnd(final TimedMessages messages, final int maxLength, final Consumer<ByteBuffer> tap) throws IOException {
        this.messages = messages;
        this.message = ByteBuffer.allocate(maxLength);
        this.tap = tap;
    }

    SocketAddress address() {
        return server.getLocalSocketAddress();
    }

    /** Receives until the connection ends, which it may only between two messages. */
    void run() throws IOException {
        try (Socket socket = server.accept();
                DataInputStream in =
                        new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_LENGTH))) {
            for (int first = in.read(); first >= 0; first = in.read()) {
                final int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
                if (length < TimedMessages.MIN_LENGTH || length > message.capacity()) {
                    throw new IOException("a message of " + length + " bytes is none that was sent");
                }
                in.readFully(message.array(), Integer.BYTES, length - Integer.BYTES);
                message.clear().putInt(0, length).limit(length);
                tap.accept(message);
                messages.receive(message);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
