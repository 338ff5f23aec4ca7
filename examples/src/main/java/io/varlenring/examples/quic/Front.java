// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import io.netty.util.concurrent.FastThreadLocalThread;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.ThreadWatch;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The sockets of a QUIC server, all on one port, and the threads that receive from them.
 *
 * <p>The kernel gives all datagrams between two addresses to the same one of these sockets. It knows nothing of connections:
 * when a client's address changes, another listener may get the rest of the same connection.
 */
final class Front implements Closeable {
    private static final int SOCKET_BUFFER_LENGTH = 4 << 20;
    private static final Path KERNEL_COUNTS = Path.of("/proc/net/udp");

    private final List<DatagramChannel> channels = new ArrayList<>();
    private final List<FrontListener> listeners = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final ThreadWatch watch;
    private final InetSocketAddress address;

    /** What leads to one handler. */
    @FunctionalInterface
    interface Inlets {
        /** Returns an inlet for one more listener. */
        Inlet newInlet();
    }

    /** Opens the sockets. */
    Front(final int listeners, final ThreadWatch watch) throws IOException {
        this.watch = watch;
        try {
            // The first socket is bound alone, and shared after that: had it asked to share at once, the port might be
            // one
            // that a server left over from another run shares too, which would take its part of the datagrams.
            final DatagramChannel first = open();
            first.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            this.address = (InetSocketAddress) first.getLocalAddress();
            first.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            for (int i = 1; i < listeners; i++) {
                final DatagramChannel next = open();
                next.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                next.bind(address);
            }
        } catch (final IOException | RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private DatagramChannel open() throws IOException {
        final DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        channels.add(channel);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_LENGTH); // the kernel may give less
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_LENGTH);
        channel.configureBlocking(false);
        return channel;
    }

    InetSocketAddress address() {
        return address;
    }

    /** Returns a socket to send through: every one has the server's address. Sending beside receiving is safe. */
    DatagramChannel socket(final int handler) {
        return channels.get(handler % channels.size());
    }

    /** Starts to put what is received into the rings, one for each handler. */
    void startRings(final List<VarLenMpscRing> rings) throws IOException {
        start(rings.stream().<Inlets>map(ring -> () -> new RingInlet(ring)).toList());
    }

    /** Starts to hand over what is received. */
    void start(final List<Inlets> handlers) throws IOException {
        for (int i = 0; i < channels.size(); i++) {
            listeners.add(new FrontListener(
                    i, channels.get(i), handlers.stream().map(Inlets::newInlet).toList()));
        }
        for (int i = 0; i < listeners.size(); i++) {
            // Netty's pools and recyclers are at their best on its own kind of thread; to others it makes no
            // difference.
            threads.add(watch.start("listener-" + i, listeners.get(i)::run, FastThreadLocalThread::new));
        }
    }

    /** Ends the threads, once no more datagrams come. */
    void finish() throws InterruptedException {
        listeners.forEach(FrontListener::finish);
        for (final Thread thread : threads) {
            watch.join(thread);
        }
    }

    /** Returns what tells what each listener's thread has used; null for those that do not run yet. */
    List<ThreadMeter> meters() {
        return listeners.stream().map(FrontListener::meter).collect(Collectors.toList());
    }

    List<FrontCounts> counts() {
        return listeners.stream().map(FrontListener::counts).toList();
    }

    /** Returns how many datagrams the kernel dropped because a socket's buffer was full; -1 when it does not say. */
    long droppedByKernel() throws IOException {
        if (!Files.isReadable(KERNEL_COUNTS)) {
            return -1;
        }
        final String localPort = String.format(Locale.ROOT, ":%04X", address.getPort());
        try (Stream<String> lines = Files.lines(KERNEL_COUNTS)) {
            return lines.map(line -> line.strip().split("\\s+"))
                    .filter(columns -> columns[1].endsWith(localPort))
                    .mapToLong(columns -> Long.parseLong(columns[columns.length - 1]))
                    .sum();
        }
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
