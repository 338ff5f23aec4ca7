// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import java.io.Closeable;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadFactory;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The sockets of a QUIC server, all on one port, and the threads that receive from them.
 *
 * <p>The kernel gives all datagrams between two addresses to the same one of these sockets. It knows nothing of connections:
 * when a client's address changes, another listener may get the rest of the same connection.
 */
public final class Front implements Closeable {
    private static final int SOCKET_BUFFER_LENGTH = 4 << 20;
    private static final long JOIN_MILLIS = 10_000;
    private static final List<Path> KERNEL_COUNTS = List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6"));

    private final List<DatagramChannel> channels = new ArrayList<>();
    private final List<FrontListener> listeners = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final InetSocketAddress address;

    /** Opens the sockets; with port 0 the kernel chooses one. */
    public Front(final InetSocketAddress wanted, final int listeners) throws IOException {
        final StandardProtocolFamily family = wanted.getAddress() instanceof Inet6Address
                ? StandardProtocolFamily.INET6
                : StandardProtocolFamily.INET;
        try {
            // The first socket is bound alone, and shared after that. Had it asked to share at once, the port might be
            // one
            // that a server left over from another run shares too, which would take its part of the datagrams.
            final DatagramChannel first = open(family);
            first.bind(wanted);
            this.address = (InetSocketAddress) first.getLocalAddress();
            first.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            for (int i = 1; i < listeners; i++) {
                final DatagramChannel next = open(family);
                next.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                next.bind(address);
            }
        } catch (final IOException | RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private DatagramChannel open(final StandardProtocolFamily family) throws IOException {
        final DatagramChannel channel = DatagramChannel.open(family);
        channels.add(channel);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_LENGTH); // the kernel may give less
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_LENGTH);
        channel.configureBlocking(false);
        return channel;
    }

    public InetSocketAddress address() {
        return address;
    }

    /** Returns a socket to send through: every one has the server's address. Sending beside receiving is safe. */
    public DatagramChannel socket(final int handler) {
        return channels.get(handler % channels.size());
    }

    /** Starts to hand over what is received, on a thread for each socket, which gets an inlet of its own to each handler. */
    public void start(final int handlers, final IntFunction<Inlet> newInlet, final ThreadFactory factory)
            throws IOException {
        for (int i = 0; i < channels.size(); i++) {
            final Inlet[] inlets =
                    IntStream.range(0, handlers).mapToObj(newInlet).toArray(Inlet[]::new);
            listeners.add(new FrontListener(i, channels.get(i), inlets));
        }
        for (final FrontListener listener : listeners) {
            final Thread thread = factory.newThread(listener);
            threads.add(thread);
            thread.start();
        }
    }

    /** Ends the threads, soon after the last datagram, or soon anyway; returns whether they have ended. */
    public boolean finish() throws InterruptedException {
        listeners.forEach(FrontListener::finish);
        boolean ended = true;
        for (final Thread thread : threads) {
            thread.join(JOIN_MILLIS);
            ended &= !thread.isAlive();
        }
        return ended;
    }

    public List<FrontCounts> counts() {
        return listeners.stream().map(FrontListener::counts).toList();
    }

    /** Returns a count of all listeners together. */
    public long sum(final ToLongFunction<FrontCounts> count) {
        return counts().stream().mapToLong(count).sum();
    }

    /** Returns how many datagrams the kernel dropped because a socket's buffer was full; -1 when it does not say. */
    public long droppedByKernel() throws IOException {
        long dropped = -1;
        final String localPort = String.format(Locale.ROOT, ":%04X", address.getPort());
        for (final Path counts : KERNEL_COUNTS) {
            if (Files.isReadable(counts)) {
                try (Stream<String> lines = Files.lines(counts)) {
                    dropped = Math.max(0, dropped)
                            + lines.map(line -> line.strip().split("\\s+"))
                                    .filter(columns -> columns[1].endsWith(localPort))
                                    .mapToLong(columns -> Long.parseLong(columns[columns.length - 1]))
                                    .sum();
                }
            }
        }
        return dropped;
    }

    @Override
    public void close() throws IOException {
        for (final FrontListener listener : listeners) {
            listener.close();
        }
        for (final DatagramChannel channel : channels) {
            channel.close();
        }
    }
}
