// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;

/**
 * How one process wakes another: a one-byte datagram to a port of the loopback address. The sleeper waits for it in a
 * selector, its own or the user's. A datagram may get lost, so nobody sleeps for long.
 */
final class Doorbell {
    private static final int MAX_PORT = 65535;
    /** How many rings are received at once: a sender that floods the port blocks nobody. */
    private static final int MOST_AT_ONCE = 64;

    private static final InetAddress LOOPBACK = loopback();

    private final ByteBuffer read = ByteBuffer.allocateDirect(1);
    private DatagramChannel channel;
    private volatile Selector selector;
    private boolean isClosed;
    /**
     * The thread inside a call of the channel, or the one whose call an Error ended: that may hold the channel's lock
     * for good, and then no other thread can use or close the channel any more.
     */
    Thread reader;

    DatagramSocket sender;

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (final UnknownHostException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // The consumer

    /** Returns the channel, opened by the first call; the user may have made it blocking. */
    DatagramChannel channel() {
        DatagramChannel opened = null;
        if (isClosedByItsUser()) {
            forget();
        }
        try {
            if (channel == null) {
                opened = DatagramChannel.open(StandardProtocolFamily.INET);
                opened.configureBlocking(false);
                opened.bind(new InetSocketAddress(LOOPBACK, 0));
                channel = opened;
            } else if (channel.isOpen()) {
                unblock();
            }
        } catch (final IOException e) {
            closeAfter(e, opened);
            throw new UncheckedIOException("no port for the doorbell", e);
        }
        return channel;
    }

    private void unblock() throws IOException {
        if (channel.isBlocking()) {
            channel.configureBlocking(false);
        }
    }

    private static void closeAfter(final Throwable failure, final Closeable opened) {
        if (opened != null) {
            try {
                opened.close();
            } catch (final IOException another) {
                failure.addSuppressed(another);
            }
        }
    }

    int port() {
        return channel().socket().getLocalPort();
    }

    /**
     * Prepares {@link #await} to hear rings and {@link #wakeup}; returns false when the system has no descriptor or
     * port for that.
     */
    boolean prepareToAwait() {
        forgetWhatIsLost();
        if (selector == null) {
            Selector opened = null;
            try {
                opened = Selector.open();
                channel().register(opened, SelectionKey.OP_READ);
                selector = opened;
            } catch (final IOException | UncheckedIOException | LinkageError e) {
                closeAfter(e, opened);
            }
        }
        return selector != null;
    }

    /**
     * Waits for a ring or {@link #wakeup}, for this time, rounded up to milliseconds, as 0 would mean forever. Returns
     * false when it cannot wait.
     */
    boolean await(final long nanos) {
        if (selector == null) {
            return false;
        }
        try {
            selector.select(key -> {}, TimeUnit.NANOSECONDS.toMillis(nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        empty();
        return true;
    }

    /** Ends the current or next wait, if one was prepared; called by any thread of the sleeper's process. */
    void wakeup() {
        final Selector selector = this.selector;
        if (selector != null) {
            selector.wakeup();
        }
    }

    /**
     * Receives the rings that have come, so a selector waits for the next one; if there are very many, the rest ends
     * its wait early. Returns false when the channel was unusable and must be opened again.
     */
    boolean empty() {
        if (forgetWhatIsLost()) {
            return false;
        }
        if (channel != null) {
            final Thread before = reader; // this thread, if an Error ended its last call: then it stays set
            reader = Thread.currentThread();
            try {
                unblock();
                for (int i = 0; i < MOST_AT_ONCE && channel.receive(read.clear()) != null; i++) {
                    // the sender does not matter
                }
            } catch (final ClosedChannelException closed) {
                // no ring is heard here any more
            } catch (final IOException e) {
                reader = before;
                throw new UncheckedIOException(e);
            }
            reader = before;
        }
        return true;
    }

    /**
     * Forgets a channel that its user has closed, or whose lock another thread has kept after an Error; the latter is
     * left to the collector. Returns whether there was one.
     */
    private boolean forgetWhatIsLost() {
        final boolean isLost = isClosedByItsUser() || (reader != null && reader != Thread.currentThread());
        if (isLost) {
            forget();
        }
        return isLost;
    }

    private boolean isClosedByItsUser() {
        return channel != null && !channel.isOpen() && !isClosed;
    }

    private void forget() {
        final Selector waiting = selector;
        channel = null;
        selector = null;
        reader = null;
        try {
            if (waiting != null) {
                waiting.close();
            }
        } catch (final IOException ignored) {
            // nobody uses it any more
        }
    }

    /** Closes for good what the consumer has opened. */
    void close() {
        forgetWhatIsLost();
        isClosed = true;
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

    /** Rings at a port; returns false when that was impossible: the sleeper will wake by itself. */
    synchronized boolean ring(final long port) {
        if (port <= 0 || port > MAX_PORT) {
            return false;
        }
        DatagramSocket socket = sender;
        sender = null; // an Error during the call could leave its lock held, and block all later callers
        boolean isSent;
        try {
            if (socket == null) {
                socket = new DatagramSocket(0, LOOPBACK); // a socket: an interrupted thread would close a channel
            }
            socket.send(new DatagramPacket(new byte[1], 1, LOOPBACK, (int) port));
            isSent = true;
        } catch (final IOException
                | LinkageError e) { // LinkageError for good, once no descriptor was left to load a library
            isSent = false;
        } catch (final OutOfMemoryError full) { // the system needs direct memory, or heap, for each datagram
            return false; // without the socket, as after any Error
        }
        sender = socket;
        return isSent;
    }

    /** Closes the sending socket. */
    synchronized void closeSender() {
        if (sender != null) {
            sender.close();
        }
    }

    /**
     * Opens and closes what ringing needs: if that first happened when no descriptor is left, classes and libraries of
     * the system could not be loaded, then or ever.
     */
    static void loadClasses() {
        final Doorbell doorbell = new Doorbell();
        if (doorbell.prepareToAwait()) {
            doorbell.ring(doorbell.port());
            doorbell.empty();
        }
        doorbell.close();
        doorbell.closeSender();
    }
}
