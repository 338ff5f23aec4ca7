// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import io.varlenring.tasklet.Tasklet;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.function.Function;

/**
 * A client of the proxy: its datagrams that wait to be forwarded, and the tasklet that forwards them. Used by the loop's
 * thread only.
 *
 * <p>On the way to the echo server and back, a datagram has the number of its session before it.
 */
final class Session {
    static final int HEADER_LENGTH = 4;

    private static final int LENGTH_LENGTH = 4;
    private static final int BUFFER_LENGTH = 1 << 17;

    final int id;
    final SocketAddress client;
    final Tasklet tasklet;

    private final ByteBuffer pending = ByteBuffer.allocateDirect(BUFFER_LENGTH);

    Session(final int id, final SocketAddress client, final Function<Session, Tasklet> tasklet) {
        this.id = id;
        this.client = client;
        this.tasklet = tasklet.apply(this);
    }

    /** Keeps a datagram to be forwarded; returns {@code false}, and does not, when there is no room. */
    boolean add(final ByteBuffer datagram) {
        if (pending.remaining() < LENGTH_LENGTH + HEADER_LENGTH + datagram.remaining()) {
            return false;
        }
        pending.putInt(HEADER_LENGTH + datagram.remaining());
        pending.putInt(id);
        pending.put(datagram);
        return true;
    }

    /** Sends all that waits to a connected channel; returns how many datagrams the kernel accepted. */
    int forward(final DatagramChannel upstream) throws IOException {
        int accepted = 0;
        pending.flip();
        final int end = pending.limit();
        while (pending.position() < end) {
            final int length = pending.getInt();
            final int next = pending.position() + length;
            pending.limit(next);
            accepted += upstream.write(pending) == length ? 1 : 0;
            pending.limit(end).position(next);
        }
        pending.clear();
        return accepted;
    }
}
