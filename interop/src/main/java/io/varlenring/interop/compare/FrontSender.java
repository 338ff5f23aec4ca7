// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Front;
import io.varlenring.interop.front.FrontCounts;
import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.front.QuicRecords;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Sends datagrams with the sizes and flows of a trace to a front; each flow has its socket. */
final class FrontSender implements Closeable {
    static final int HEADER_LENGTH = 1 + HandlerIds.LENGTH;
    static final int MIN_LENGTH = HEADER_LENGTH + Datagrams.HEADER_LENGTH;

    private static final byte SHORT_HEADER = 0x40;
    private static final int MAX_PROBES = 10_000;
    /** Sleeps are cut to pieces of this length, so that a stop is seen. */
    private static final long MAX_SLEEP_NANOS = 50_000_000;

    private final Front front;
    private final List<Trace.Datagram> trace;
    private final ThreadWatch watch;
    private final List<DatagramChannel> sockets = new ArrayList<>();
    private final long[] sequences;
    private final Datagrams datagrams = new Datagrams();
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(QuicRecords.MAX_DATAGRAM_LENGTH);
    private int next;
    private long sent;

    /** Makes a sender of a trace, with a socket for each flow of it, or {@code senders}. */
    FrontSender(final Front front, final Trace trace, final int senders, final ThreadWatch watch) {
        this.front = front;
        this.trace = trace.load(senders);
        this.watch = watch;
        this.sequences = new long[senders];
    }

    /**
     * Opens the sockets, as many for each listener. Which listener the kernel gives a socket's datagrams to is told by nothing
     * but trying, so each socket sends one; those of which a listener has enough already are closed again. Without this the
     * load of the listeners would be a matter of luck, and differ from run to run.
     */
    void connectEvenly() throws IOException, InterruptedException {
        final List<FrontCounts> listeners = front.counts();
        final int[] probes = new int[listeners.size()];
        final int[] peers = new int[listeners.size()];
        while (sockets.size() < sequences.length) {
            if (sent == MAX_PROBES) {
                throw new IOException("the kernel gives nothing to some listener");
            }
            final DatagramChannel socket = DatagramChannel.open();
            socket.connect(front.address());
            send(socket, sockets.size(), trace.get(0));
            watch.await("receiving one datagram", () -> front.sum(FrontCounts::received) == sent);
            int listener = 0;
            while (listeners.get(listener).received() == probes[listener]) {
                listener++;
            }
            probes[listener]++;
            if (++peers[listener] <= sequences.length / peers.length) {
                sockets.add(socket);
            } else {
                socket.close();
            }
        }
    }

    /** Opens the sockets, whatever the kernel makes of them. */
    void connect() throws IOException {
        while (sockets.size() < sequences.length) {
            sockets.add(DatagramChannel.open().connect(front.address()));
        }
    }

    /** Sends at a rate for some time, over and over; each datagram when it is due, and late ones at once. */
    void send(final long nanos, final int rate) throws IOException {
        final long start = System.nanoTime();
        final long count = (long) (nanos / 1e9 * rate);
        for (long i = 0; i < count && sleepUntil(start + (long) (i * 1e9 / rate)); i++) {
            sendNext();
        }
    }

    /** Sends the trace once, at its times, or so much of it as there is time for; returns by how much datagrams were late. */
    Histogram replay(final long nanos) throws IOException {
        final Histogram lateNanos = new Histogram(3);
        final long start = System.nanoTime();
        for (final Trace.Datagram recorded : trace) {
            if (recorded.nanos() >= nanos || !sleepUntil(start + recorded.nanos())) {
                break;
            }
            lateNanos.recordValue(Math.max(0, System.nanoTime() - start - recorded.nanos()));
            sendNext();
        }
        return lateNanos;
    }

    /** Returns whether it may go on. */
    private boolean sleepUntil(final long due) {
        for (long early = due - System.nanoTime(); early > 0 && !watch.isOver(); early = due - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(early, MAX_SLEEP_NANOS));
        }
        return !watch.isOver();
    }

    private void sendNext() throws IOException {
        final int sender = trace.get(next).flow() % sockets.size();
        send(sockets.get(sender), sender, trace.get(next));
        next = (next + 1) % trace.size();
    }

    private void send(final DatagramChannel socket, final int sender, final Trace.Datagram recorded)
            throws IOException {
        final int length = Math.max(MIN_LENGTH, recorded.size());
        encode(datagrams, datagram, length, recorded.flow(), sender, sequences[sender]++);
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

    /**
     * Writes a datagram of a made-up connection into a buffer, zero but for such datagrams, as what remains in it: to the front
     * a short header of QUIC's, to the handler a datagram to be verified.
     *
     * <pre>
     *   offset    +0      +1             +2          +6          +17                    +length
     *             +-------+--------------+-----------+-----------+----------------------+
     *             | 0x40  | flow, 8 bits | flow      | zero      | verifiable datagram  |
     *             +-------+--------------+-----------+-----------+----------------------+
     *                     | destination connection ID            |
     * </pre>
     */
    static void encode(
            final Datagrams datagrams,
            final ByteBuffer target,
            final int length,
            final int flow,
            final int sender,
            final long sequence) {
        datagrams.encode(target, HEADER_LENGTH, length - HEADER_LENGTH, sender, sequence);
        target.position(0).put(0, SHORT_HEADER).put(1, (byte) flow).putInt(2, flow);
    }
}
