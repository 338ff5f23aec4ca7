// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.interop.front.QuicRecords;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sends datagrams with the sizes and flows of a trace at a rate, from several sockets in turn. */
final class FrontSender implements Closeable {
    private static final int MAX_PROBES = 1000;
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final HandoverOptions options;
    private final InetSocketAddress target;
    private final List<Trace> traces;
    private final List<DatagramChannel> sockets = new ArrayList<>();
    private final long[] sequences;
    private final FrontDatagrams datagrams = new FrontDatagrams();
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(QuicRecords.MAX_DATAGRAM_LENGTH);
    private long sent;
    private int next;

    /** Asks the server how many datagrams each listener has received. */
    @FunctionalInterface
    interface Counts {
        String ask() throws IOException;
    }

    FrontSender(final HandoverOptions options, final int port) {
        this.options = options;
        this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.traces = Trace.load(options.trace, options.senders());
        this.sequences = new long[options.senders()];
    }

    /**
     * Opens the sockets. Which listener the kernel gives a socket's datagrams to is told by nothing but trying, so each socket
     * sends one; those of which a listener has enough already are closed again. Without this the load of the listeners would
     * be a matter of luck, and differ from run to run.
     */
    void connect(final Counts counts) throws IOException {
        final int[] peers = new int[options.listeners];
        long[] before = parse(counts.ask());
        for (int probes = 0; sockets.size() < options.senders(); probes++) {
            if (probes == MAX_PROBES) {
                throw new IOException("the kernel gives nothing to some listener: " + Arrays.toString(peers));
            }
            final DatagramChannel socket = DatagramChannel.open();
            socket.connect(target);
            send(socket, sockets.size());
            final long[] after = awaitMore(before, counts);
            int listener = 0;
            while (after[listener] == before[listener]) {
                listener++;
            }
            before = after;
            if (peers[listener] < options.peers) {
                peers[listener]++;
                sockets.add(socket);
            } else {
                socket.close();
            }
        }
    }

    private static long[] awaitMore(final long[] before, final Counts counts) throws IOException {
        final long deadline = System.nanoTime() + ANSWER_NANOS;
        for (; ; ) {
            final long[] after = parse(counts.ask());
            if (!Arrays.equals(before, after)) {
                return after;
            }
            if (System.nanoTime() - deadline >= 0) {
                throw new IOException("no listener has received the datagram");
            }
        }
    }

    private static long[] parse(final String counts) {
        return Arrays.stream(counts.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    /** Sends for some time, each datagram when it is due, and late ones at once. */
    void send(final long nanos) throws IOException {
        final long start = System.nanoTime();
        final long count = (long) (nanos / 1e9 * options.rate);
        for (long i = 0; i < count; i++) {
            final long due = start + (long) (i * 1e9 / options.rate);
            for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            send(sockets.get(next), next);
            next = next + 1 == sockets.size() ? 0 : next + 1;
        }
    }

    private void send(final DatagramChannel socket, final int sender) throws IOException {
        final Trace trace = traces.get(sender).length() > 0 ? traces.get(sender) : traces.get(0);
        final int index = (int) (sequences[sender] % trace.length());
        final int length = Math.max(FrontDatagrams.MIN_LENGTH, trace.size(index));
        datagrams.encode(datagram, length, trace.flow(index), sender, sequences[sender]++);
        socket.write(datagram);
        sent++;
    }

    long sent() {
        return sent;
    }

    @Override
    public void close() throws IOException {
        for (final DatagramChannel socket : sockets) {
            socket.close();
        }
    }
}
