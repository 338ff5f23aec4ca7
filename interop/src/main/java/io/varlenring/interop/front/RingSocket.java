// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.varlenring.RecordHandler;
import io.varlenring.VarLenMpscRing;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A {@link DatagramSocket} that receives from a ring, and sends through a socket of the front: for software that knows
 * nothing but that class.
 *
 * <p>One thread receives, which waits in the ring, so the ring needs no hook. The datagram is copied into the packet, since
 * that is what the class promises.
 */
public final class RingSocket extends DatagramSocket {
    private static final long WAIT_MILLIS = 1_000;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final PeerAddresses peers = new PeerAddresses();
    private final LongAdder notSent = new LongAdder();
    private final RecordHandler handler = this::onRecord;
    private final VarLenMpscRing ring;
    private final InetSocketAddress local;
    private final DatagramChannel channel;
    private final RecordHandler tap;

    private volatile boolean ended;

    /** What is being received into, while the receiving thread drains. */
    private DatagramPacket receiving;

    public RingSocket(
            final VarLenMpscRing ring,
            final InetSocketAddress local,
            final DatagramChannel channel,
            final RecordHandler tap)
            throws SocketException {
        super((SocketAddress) null); // not bound: the front's sockets are
        this.ring = ring;
        this.local = local;
        this.channel = channel;
        this.tap = tap;
    }

    @Override
    public void receive(final DatagramPacket packet) throws IOException {
        receiving = packet;
        try {
            while (ring.consumer().drain(handler, 1, WAIT_MILLIS, TimeUnit.MILLISECONDS) == 0) {
                if (ring.isClosed() && ring.isEmpty()) {
                    ended = true;
                    closed.await(); // kwik ends the JVM when a socket fails that it has not closed itself
                    throw new SocketException("closed");
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            ended = true;
            throw new SocketException("interrupted");
        }
    }

    private void onRecord(final ByteBuffer record) {
        final int start = record.position();
        tap.onRecord(record);
        final InetSocketAddress sender = peers.of(record, start);
        record.position(start + QuicRecords.HEADER_LENGTH);
        final byte[] data = receiving.getData();
        final int length = Math.min(record.remaining(), data.length - receiving.getOffset());
        record.get(data, receiving.getOffset(), length);
        receiving.setLength(length);
        receiving.setSocketAddress(sender);
    }

    @Override
    public void send(final DatagramPacket packet) {
        final ByteBuffer datagram = ByteBuffer.wrap(packet.getData(), packet.getOffset(), packet.getLength());
        try {
            if (channel.send(datagram, packet.getSocketAddress()) == 0) {
                notSent.increment();
            }
        } catch (final IOException e) { // to a peer that cannot be reached; the datagram is lost, as others are
            notSent.increment();
        }
    }

    /** Tells whether the closed ring has been read to its end. */
    public boolean hasEnded() {
        return ended;
    }

    public long notSent() {
        return notSent.sum();
    }

    @Override
    public void close() {
        closed.countDown();
        super.close();
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public int getLocalPort() {
        return local.getPort();
    }

    @Override
    public InetAddress getLocalAddress() {
        return local.getAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return local;
    }
}
