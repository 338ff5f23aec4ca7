// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/** Sends numbered datagrams of random lengths from a socket of its own, as fast as it can, until it is stopped. */
final class Sender implements Closeable {
    private final int id;
    private final int minSize;
    private final int maxSize;
    private final DatagramChannel channel;
    private final LongAdder sent = new LongAdder();
    private final LongAdder failures = new LongAdder();

    private volatile boolean stopped;

    Sender(final int id, final UdpHandoverOptions options, final SocketAddress target) throws IOException {
        this.id = id;
        this.minSize = options.minSize();
        this.maxSize = options.maxSize();
        this.channel = DatagramChannel.open();
        try {
            channel.connect(target);
        } catch (final IOException failure) {
            channel.close();
            throw failure;
        }
    }

    void run() throws IOException {
        final Datagrams datagrams = new Datagrams();
        final ByteBuffer datagram = ByteBuffer.allocateDirect(maxSize);
        final SplittableRandom sizes = new SplittableRandom(id);
        for (long sequence = 0; !stopped; sequence++) {
            datagrams.encode(datagram, 0, sizes.nextInt(minSize, maxSize + 1), id, sequence);
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
    }

    void stop() {
        stopped = true;
    }

    long sent() {
        return sent.sum();
    }

    long failures() {
        return failures.sum();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
