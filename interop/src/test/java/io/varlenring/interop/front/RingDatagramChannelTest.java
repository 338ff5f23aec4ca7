// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.varlenring.interop.measure.HandlerCounts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RingDatagramChannelTest {
    /** A connection belongs to one handler; its datagrams must come there and nowhere else. */
    @Test
    void datagramOfAnotherHandlersConnection_isCounted() throws Exception {
        final InetAddress loopback = InetAddress.getLoopbackAddress();
        final DefaultEventLoop loop = new DefaultEventLoop();
        try (DatagramChannel front = DatagramChannel.open().bind(new InetSocketAddress(loopback, 0))) {
            final InetSocketAddress address = (InetSocketAddress) front.getLocalAddress();
            final HandlerCounts counts = new HandlerCounts(1, 0, 2);
            final RingDatagramChannel channel = new RingDatagramChannel(address, front, counts);
            loop.register(channel).sync();
            loop.submit(() -> channel.read(record(address, 4))).sync();
            assertEquals(0, counts.astray());
            loop.submit(() -> channel.read(record(address, 5))).sync();
            assertEquals(1, counts.astray());
            assertEquals(2, counts.fromListener(0));
        } finally {
            loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    /** A record with a datagram of a short header, whose connection ID begins with this byte. */
    private static ByteBuffer record(final InetSocketAddress sender, final int firstOfId) {
        final ByteBuffer record = ByteBuffer.allocateDirect(QuicRecords.CLAIM_LENGTH);
        QuicRecords.putHeader(record, 0, System.nanoTime(), 0, QuicRecords.Peer.of(sender));
        return record.put(QuicRecords.HEADER_LENGTH, (byte) 0x40).put(QuicRecords.HEADER_LENGTH + 1, (byte) firstOfId);
    }

    /** Whoever sends from port 0 gets no answer; it does not cost the others theirs. */
    @Test
    void packetThatCannotBeSent_isCountedAndTheChannelStaysOpen() throws Exception {
        final InetAddress loopback = InetAddress.getLoopbackAddress();
        final DefaultEventLoop loop = new DefaultEventLoop();
        try (DatagramChannel front = DatagramChannel.open().bind(new InetSocketAddress(loopback, 0));
                DatagramChannel peer = DatagramChannel.open().bind(new InetSocketAddress(loopback, 0))) {
            final RingDatagramChannel channel =
                    new RingDatagramChannel((InetSocketAddress) front.getLocalAddress(), front, record -> {});
            loop.register(channel).sync();
            final ChannelFuture unsendable =
                    channel.writeAndFlush(new DatagramPacket(Unpooled.copyLong(1), new InetSocketAddress(loopback, 0)));
            channel.writeAndFlush(new DatagramPacket(Unpooled.copyLong(2), (InetSocketAddress) peer.getLocalAddress()))
                    .sync();
            final ByteBuffer received = ByteBuffer.allocate(16);
            peer.receive(received);
            assertEquals(2, received.flip().getLong());
            assertTrue(unsendable.await().cause() != null);
            assertEquals(1, channel.notSent());
            assertTrue(channel.isOpen());
        } finally {
            loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }
}
