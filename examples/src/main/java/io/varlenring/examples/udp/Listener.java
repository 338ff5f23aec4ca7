// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** A socket, and the thread that takes datagrams from it and hands them over, or drops them when there is no room. */
abstract class Listener implements Closeable {
    private static final int SOCKET_BUFFER_LENGTH = 1 << 20;
    private static final long QUIET_MILLIS = 200;

    final int id;
    final int claimLength;
    final LongAdder committed = new LongAdder();

    private final int minSize;
    private final int maxSize;
    private final LongAdder received = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder malformed = new LongAdder();
    private final Consumer<SelectionKey> ready =
            key -> {}; // so that the selector keeps no set of keys, which allocates
    private final DatagramChannel channel;
    private final Selector selector;
    private final SocketAddress address;

    private volatile boolean finishing;

    Listener(final int id, final UdpHandoverOptions options) throws IOException {
        this.id = id;
        this.minSize = options.size.min();
        this.maxSize = options.size.max();
        this.claimLength = Records.claimLength(maxSize);
        this.channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_LENGTH); // the kernel may give less
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        this.address = channel.getLocalAddress();
        channel.configureBlocking(false);
        this.selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    SocketAddress address() {
        return address;
    }

    /** Receives until {@link #finish} has been called and after that nothing has come for a while. */
    void run() throws IOException {
        for (; ; ) {
            final boolean finishing = this.finishing; // before the wait: all of the wait was after the last datagram
            if (selector.select(ready, QUIET_MILLIS) > 0) {
                boolean more;
                do {
                    more = receive();
                } while (more);
            } else if (finishing) {
                return;
            }
        }
    }

    /** Takes some datagrams from the socket and hands them over; returns {@code false} when the selector is to say whether there are more. */
    abstract boolean receive() throws IOException;

    /**
     * Receives behind the space for a header, and writes that.
     *
     * @return the length of the record; 0 when there is no datagram, less when there was one that is dropped
     */
    final int receiveInto(final ByteBuffer record) throws IOException {
        final int start = record.position();
        record.position(start + Records.HEADER_LENGTH);
        if (channel.receive(record) == null) {
            return 0;
        }
        received.increment();
        final int length = record.position() - start;
        // One that is too long has been cut to what the buffer held, which is one byte more than the maximum.
        if (length < minSize + Records.HEADER_LENGTH || length > maxSize + Records.HEADER_LENGTH) {
            malformed.increment();
            return -1;
        }
        Records.putHeader(record, start, id, System.nanoTime());
        return length;
    }

    final void countRefused() {
        refused.increment();
    }

    void finish() {
        finishing = true;
    }

    ListenerCounts counts() {
        return new ListenerCounts(received.sum(), committed.sum(), refused.sum(), malformed.sum());
    }

    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }
}
