// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
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

/**
 * A producer of the ring: receives datagrams from a socket of its own straight into the ring, and drops them when the
 * ring is full.
 *
 * <p>The records behind an open claim wait for it, so nothing here waits with a claim open: the socket is non-blocking,
 * and the thread sleeps in a selector.
 */
final class Listener implements Closeable {
    private static final int SOCKET_BUFFER_LENGTH = 1 << 20;
    private static final long QUIET_MILLIS = 200;

    private final int id;
    private final int minSize;
    private final int maxSize;
    private final RingProducer producer;
    private final ByteBuffer scratch;
    private final LongAdder received = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder malformed = new LongAdder();
    private final LongAdder committed = new LongAdder();
    private final DatagramChannel channel;
    private final Selector selector;
    private final SocketAddress address;

    private volatile boolean finishing;

    Listener(final int id, final UdpHandoverOptions options, final RingProducer producer) throws IOException {
        this.id = id;
        this.minSize = options.size.min();
        this.maxSize = options.size.max();
        this.producer = producer;
        this.scratch = ByteBuffer.allocateDirect(Records.claimLength(maxSize));
        this.channel = DatagramChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_LENGTH); // the kernel may give less
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            this.address = channel.getLocalAddress();
            channel.configureBlocking(false);
            this.selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
        } catch (final IOException failure) {
            channel.close();
            throw failure;
        }
    }

    SocketAddress address() {
        return address;
    }

    /** Receives until {@link #finish} has been called and after that nothing has come for a while. */
    void run() throws IOException {
        for (; ; ) {
            final boolean finishing = this.finishing; // before the wait: all of the wait was after the last datagram
            if (selector.select(QUIET_MILLIS) > 0) {
                selector.selectedKeys().clear();
                boolean more;
                do {
                    more = receive();
                } while (more);
            } else if (finishing) {
                return;
            }
        }
    }

    /** Takes one datagram from the socket; returns {@code false} when there is none. */
    private boolean receive() throws IOException {
        try (RingClaim claim = producer.tryClaim(Records.claimLength(maxSize))) {
            return claim == null ? receiveAndDrop() : receiveInto(claim);
        }
    }

    private boolean receiveInto(final RingClaim claim) throws IOException {
        final ByteBuffer record = claim.buffer();
        final int start = record.position();
        record.position(start + Records.HEADER_LENGTH);
        if (channel.receive(record) == null) {
            return false; // and the claim is aborted when it is closed
        }
        received.increment();
        final int length = record.position() - start;
        if (isMalformed(length)) {
            malformed.increment();
            return true;
        }
        Records.putHeader(record, start, id, System.nanoTime());
        claim.commit(length);
        committed.increment();
        return true;
    }

    private boolean receiveAndDrop() throws IOException {
        scratch.clear().position(Records.HEADER_LENGTH);
        if (channel.receive(scratch) == null) {
            return false;
        }
        received.increment();
        (isMalformed(scratch.position()) ? malformed : refused).increment();
        return true;
    }

    /** A datagram that is too long has been cut to what the buffer held, which is one byte more than the maximum. */
    private boolean isMalformed(final int recordLength) {
        final int length = recordLength - Records.HEADER_LENGTH;
        return length < minSize || length > maxSize;
    }

    void finish() {
        finishing = true;
    }

    long received() {
        return received.sum();
    }

    long refused() {
        return refused.sum();
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
