// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.examples.harness.Datagrams;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Sends numbered datagrams of random lengths from a socket of its own, at a rate or as fast as it can, until it is stopped. */
final class Sender implements Closeable {
    private static final long MOST_LATE_NANOS = 1_000_000;

    private final int id;
    private final int minSize;
    private final int maxSize;
    private final long intervalNanos;
    private final DatagramChannel socket;
    private final LongAdder sent = new LongAdder();
    private final LongAdder failures = new LongAdder();

    private volatile boolean stopped;

    Sender(final int id, final UdpHandoverOptions options, final SocketAddress target) throws IOException {
        this.id = id;
        this.minSize = options.size.min();
        this.maxSize = options.size.max();
        this.intervalNanos = options.rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(options.senders) / options.rate;
        this.socket = DatagramChannel.open().connect(target);
    }

    void run() throws IOException {
        final Datagrams datagrams = new Datagrams();
        final ByteBuffer datagram = ByteBuffer.allocateDirect(maxSize);
        final SplittableRandom sizes = new SplittableRandom(id);
        long due = System.nanoTime();
        for (long sequence = 0; !stopped; sequence++) {
            due = awaitTurn(due);
            datagrams.encode(datagram, 0, sizes.nextInt(minSize, maxSize + 1), id, sequence);
            send(datagram);
        }
    }

    /** One that the kernel refuses, for lack of buffers for example, is counted apart. */
    private void send(final ByteBuffer datagram) throws IOException {
        try {
            socket.write(datagram);
            sent.increment();
        } catch (final IOException failure) {
            if (!socket.isOpen()) {
                throw failure;
            }
            failures.increment();
        }
    }

    /** Sleeps until it is time, and returns the next time; whoever was kept from running does not make up for much of it. */
    private long awaitTurn(final long due) {
        if (intervalNanos == 0) {
            return due;
        }
        long now = System.nanoTime();
        for (; due - now > 0 && !stopped; now = System.nanoTime()) {
            LockSupport.parkNanos(due - now);
        }
        return Math.max(due, now - MOST_LATE_NANOS) + intervalNanos;
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
        socket.close();
    }
}
