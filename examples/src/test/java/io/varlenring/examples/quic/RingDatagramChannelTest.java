// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RingDatagramChannelTest {
    /** Whoever sends from port 0 gets no answer; it does not cost the others theirs. */
    @Test
    void packetThatCannotBeSent_isCountedAndTheChannelStaysOpen() throws Exception {
        final InetAddress loopback = InetAddress.getLoopbackAddress();
        final DefaultEventLoop loop = new DefaultEventLoop();
        try (DatagramChannel front = DatagramChannel.open().bind(new InetSocketAddress(loopback, 0));
                DatagramChannel peer = DatagramChannel.open().bind(new InetSocketAddress(loopback, 0))) {
            final RingDatagramChannel channel =
                    new RingDatagramChannel((InetSocketAddress) front.getLocalAddress(), front, new HandlerCounts(1));
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
