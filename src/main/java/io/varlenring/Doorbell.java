// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;

/**
 * How one process wakes another: a datagram of one byte to a port of the loopback address. The sleeper waits for it in
 * a selector, its own or the user's. One may get lost, so nobody sleeps for long.
 */
final class Doorbell {
    private static final int MAX_PORT = 65535;
    private static final InetAddress LOOPBACK = loopback();

    private final ByteBuffer read = ByteBuffer.allocateDirect(1);
    private DatagramChannel channel;
    private volatile Selector selector;
    private DatagramSocket sender;

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (final UnknownHostException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // The consumer

    /** Returns the channel, which is opened by the first call. */
    DatagramChannel channel() {
        if (channel == null) {
            try {
                final DatagramChannel opened = DatagramChannel.open(StandardProtocolFamily.INET);
                opened.configureBlocking(false);
                opened.bind(new InetSocketAddress(LOOPBACK, 0));
                channel = opened;
            } catch (final IOException e) {
                throw new UncheckedIOException("no port for the doorbell", e);
            }
        }
        return channel;
    }

    int port() {
        return channel().socket().getLocalPort();
    }

    /** Makes {@link #await} possible; {@link #wakeup} is heard from here on. */
    void prepareToAwait() {
        if (selector == null) {
            try {
                final Selector opened = Selector.open();
                channel().register(opened, SelectionKey.OP_READ);
                selector = opened;
            } catch (final IOException e) {
                throw new UncheckedIOException("no selector for the doorbell", e);
            }
        }
    }

    /** Waits for a ring, or {@link #wakeup}, for this time, rounded up to milliseconds: 0 of them would be for ever. */
    void await(final long nanos) {
        try {
            selector.select(key -> {}, TimeUnit.NANOSECONDS.toMillis(nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        empty();
    }

    /** Ends the wait under way, or the next one, if it has been prepared; by any thread of the sleeper's process. */
    void wakeup() {
        final Selector selector = this.selector;
        if (selector != null) {
            selector.wakeup();
        }
    }

    /** Takes the rings that have come, so that a selector waits for the next one. */
    void empty() {
        if (channel != null) {
            try {
                while (channel.receive(read.clear()) != null) {
                    // the sender does not matter
                }
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Closes what the consumer has opened. */
    void close() {
        try {
            if (selector != null) {
                selector.close();
            }
            if (channel != null) {
                channel.close();
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Producers

    /** Rings at a port; returns false when that was not possible: the sleeper will wake by itself. */
    synchronized boolean ring(final long port) {
        if (port <= 0 || port > MAX_PORT) {
            return false;
        }
        try {
            if (sender == null) {
                sender = new DatagramSocket(0, LOOPBACK); // a socket: an interrupted thread would close a channel
            }
            sender.send(new DatagramPacket(new byte[1], 1, LOOPBACK, (int) port));
            return true;
        } catch (final IOException e) {
            return false;
        }
    }
}
