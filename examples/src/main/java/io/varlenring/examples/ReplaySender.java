// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.atomic.LongAdder;

/** Replays its part of a trace from a socket of its own, to a listener. */
final class ReplaySender implements ReplayProducer {
    private final int id;
    private final ReplayPace pace;
    private final DatagramChannel channel;
    private final Datagrams datagrams = new Datagrams();
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(Datagrams.MAX_LENGTH);
    private final LongAdder sent = new LongAdder();
    private final LongAdder failures = new LongAdder();

    private volatile boolean stopped;

    ReplaySender(final int id, final ReplayPace pace, final SocketAddress target) throws IOException {
        this.id = id;
        this.pace = pace;
        this.channel = DatagramChannel.open();
        try {
            channel.connect(target);
        } catch (final IOException failure) {
            channel.close();
            throw failure;
        }
    }

    @Override
    public void run(final long startNanos) throws Exception {
        pace.run(startNanos, () -> stopped, this::send);
    }

    private void send(final int size, final long sequence) throws IOException {
        datagrams.encode(datagram, 0, size, id, sequence);
        try {
            channel.write(datagram);
            sent.increment();
        } catch (final IOException failure) {
            if (!channel.isOpen()) {
                throw failure;
            }
            failures.increment(); // the kernel refused this one, for example for lack of buffers
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public long sent() {
        return sent.sum();
    }

    @Override
    public long failures() {
        return failures.sum();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
