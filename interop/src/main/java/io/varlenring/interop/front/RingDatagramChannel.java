// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.varlenring.RecordHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.atomic.LongAdder;

/**
 * A Netty channel for datagrams that has no socket to receive from: whoever drains a ring on the thread of its event loop
 * feeds it. It sends through a socket of the front.
 *
 * <p>What it passes up its pipeline is the ring's own memory, so it is valid during the call only. Netty's QUIC codec keeps
 * to that: it decrypts in place, and what it has to keep of a datagram it has copied by the time it returns.
 */
public final class RingDatagramChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final ChannelConfig config = new DefaultChannelConfig(this).setAutoClose(false);
    private final PeerAddresses peers = new PeerAddresses();
    private final LongAdder notSent = new LongAdder();
    private final InetSocketAddress local;
    private final DatagramChannel socket;
    private final RecordHandler tap;

    private volatile boolean closed;

    /**
     * Makes the channel of a handler.
     *
     * @param local where the front receives
     * @param socket what answers are sent through
     * @param tap sees each record before the codec does, and leaves its bytes and its position
     */
    public RingDatagramChannel(final InetSocketAddress local, final DatagramChannel socket, final RecordHandler tap) {
        super(null);
        this.local = local;
        this.socket = socket;
        this.tap = tap;
    }

    /** Passes the datagram of a record to the codec; on the event loop only. */
    public void read(final ByteBuffer record) {
        final int start = record.position();
        tap.onRecord(record);
        final InetSocketAddress sender = peers.of(record, start);
        // a slice, because Netty's header parser counts from index 0
        final ByteBuffer datagram =
                record.position(start + QuicRecords.HEADER_LENGTH).slice();
        pipeline().fireChannelRead(new DatagramPacket(Unpooled.wrappedBuffer(datagram), local, sender));
    }

    /** Lets the codec answer what it has read; on the event loop only. */
    public void readComplete() {
        pipeline().fireChannelReadComplete();
    }

    /** Returns which listener got the last datagram of a peer, or {@link PeerAddresses#UNKNOWN}; on the event loop only. */
    public int listenerOf(final InetSocketAddress peer) {
        return peers.listenerOf(peer);
    }

    /** Returns how many datagrams the socket did not take; QUIC takes them for lost, and repeats their content. */
    public long notSent() {
        return notSent.sum();
    }

    @Override
    protected void doWrite(final ChannelOutboundBuffer outbound) {
        for (Object message = outbound.current(); message != null; message = outbound.current()) {
            final DatagramPacket packet = (DatagramPacket) message;
            final ByteBuffer datagram = packet.content()
                    .internalNioBuffer(
                            packet.content().readerIndex(), packet.content().readableBytes());
            try {
                // the codec also writes packets without content, which Netty's own channels do not send either
                if (datagram.hasRemaining() && socket.send(datagram, packet.recipient()) == 0) {
                    notSent.increment();
                }
                outbound.remove();
            } catch (final IOException e) { // to a peer that has port 0, for example; the others can be reached
                notSent.increment();
                outbound.remove(e);
            }
        }
    }

    @Override
    protected Object filterOutboundMessage(final Object message) {
        if (message instanceof DatagramPacket) {
            return message;
        }
        throw new UnsupportedOperationException(
                "a datagram is sent as a DatagramPacket, and not as " + message.getClass());
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new NoConnect();
    }

    private final class NoConnect extends AbstractUnsafe {
        @Override
        public void connect(final SocketAddress remote, final SocketAddress local, final ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException("one socket serves all peers"));
        }
    }

    /** There is nothing to be registered with the loop's I/O: any loop will do. */
    @Override
    protected boolean isCompatible(final EventLoop loop) {
        return true;
    }

    @Override
    protected void doBind(final SocketAddress address) {
        throw new UnsupportedOperationException("the front's sockets are bound already");
    }

    @Override
    protected void doDisconnect() {
        // it never connects
    }

    @Override
    protected void doClose() {
        closed = true; // the socket is the front's
    }

    @Override
    protected void doBeginRead() {
        // the ring is drained by its own consumer
    }

    @Override
    protected SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public boolean isActive() {
        return !closed;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}
