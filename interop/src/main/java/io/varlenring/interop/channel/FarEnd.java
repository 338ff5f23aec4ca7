// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.varlenring.examples.harness.Datagrams;
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
 * The other end of the connection: takes the stream apart and gives each message to be verified. It knows nothing of Netty.
 * What goes over the connection are frames: the length of a message, four bytes, and the message.
 */
final class FarEnd implements Closeable {
    static final int HEADER_LENGTH = Integer.BYTES;

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

    /** Writes a frame at {@code offset}; position and limit are within it afterwards, as a claim wants it. */
    static void putFrame(
            final Datagrams encoder,
            final ByteBuffer target,
            final int offset,
            final int length,
            final int worker,
            final long sequence,
            final long sendNanos) {
        TimedMessages.encode(encoder, target, offset + HEADER_LENGTH, length, worker, sequence, sendNanos);
        target.putInt(offset, length);
    }

    SocketAddress address() {
        return server.getLocalSocketAddress();
    }

    /** Receives until the connection ends, which it may only between two frames. */
    void run() throws IOException {
        try (Socket socket = server.accept();
                DataInputStream in =
                        new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_LENGTH))) {
            for (int first = in.read(); first >= 0; first = in.read()) {
                final int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
                if (length < 0 || length > message.capacity()) {
                    throw new IOException("a message of " + length + " bytes is none that was sent");
                }
                in.readFully(message.array(), 0, length);
                message.clear().limit(length);
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
