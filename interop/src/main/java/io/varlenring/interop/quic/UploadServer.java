// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.http3.Http3ServerConnectionHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicPathEvent;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.ReferenceCountUtil;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.front.PeerAddresses;
import io.varlenring.interop.front.QuicRecords;
import io.varlenring.interop.front.RingDatagramChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** An HTTP/3 server of Netty's that takes uploads, behind any number of {@link RingDatagramChannel}s. */
final class UploadServer {
    private static final int STREAM_WINDOW = 1 << 20;
    private static final int CONNECTION_WINDOW = 4 << 20;
    private static final int MAX_STREAMS = 16;
    private static final int IDLE_SECONDS = 60;
    private static final int IDS_FOR_MIGRATION = 4;

    private final QuicSslContext keys;
    private final Uploads uploads;
    private final ThreadWatch watch;
    private final LongAdder migrations = new LongAdder();
    private final LongAdder listenerChanges = new LongAdder();

    UploadServer(final QuicSslContext keys, final Uploads uploads, final ThreadWatch watch) {
        this.keys = keys;
        this.uploads = uploads;
        this.watch = watch;
    }

    /** Puts a server into the channel's pipeline. */
    void serve(final RingDatagramChannel channel, final int handler, final int handlers) {
        final QuicServerCodecBuilder codec = Http3.newQuicServerCodecBuilder()
                .sslContext(keys)
                .connectionIdAddressGenerator(new HandlerIds(handler, handlers))
                .localConnectionIdLength(HandlerIds.LENGTH)
                .activeConnectionIdLimit(IDS_FOR_MIGRATION)
                .activeMigration(true)
                .maxRecvUdpPayloadSize(QuicRecords.MAX_DATAGRAM_LENGTH)
                .maxIdleTimeout(IDLE_SECONDS, TimeUnit.SECONDS)
                .initialMaxData(CONNECTION_WINDOW)
                .initialMaxStreamDataBidirectionalRemote(STREAM_WINDOW)
                .initialMaxStreamsBidirectional(MAX_STREAMS)
                .handler(new ChannelInitializer<QuicChannel>() {
                    @Override
                    protected void initChannel(final QuicChannel connection) {
                        connection
                                .pipeline()
                                .addLast(
                                        new Migrations(channel),
                                        new Http3ServerConnectionHandler(new ChannelInitializer<QuicStreamChannel>() {
                                            @Override
                                            protected void initChannel(final QuicStreamChannel stream) {
                                                stream.pipeline()
                                                        .addLast(new UploadHandler(), new PipelineFailures(watch));
                                            }
                                        }),
                                        new PipelineFailures(watch));
                    }
                });
        channel.pipeline().addLast(codec.build(), new PipelineFailures(watch));
    }

    /** Returns what was seen of clients that moved to another address. */
    QuicServer.Moves moves() {
        return new QuicServer.Moves(migrations.sum(), listenerChanges.sum());
    }

    /** Notes when a connection's datagrams come from a new address, and by which listener. */
    private final class Migrations extends ChannelInboundHandlerAdapter {
        private final RingDatagramChannel channel;
        private int listener = PeerAddresses.UNKNOWN;

        Migrations(final RingDatagramChannel channel) {
            this.channel = channel;
        }

        @Override
        public void channelActive(final ChannelHandlerContext context) {
            listener = listenerOf(context);
            context.fireChannelActive();
        }

        @Override
        public void userEventTriggered(final ChannelHandlerContext context, final Object event) {
            if (event instanceof QuicPathEvent.PeerMigrated) {
                migrations.increment();
                final int next = listenerOf(context);
                if (listener != PeerAddresses.UNKNOWN && next != PeerAddresses.UNKNOWN && next != listener) {
                    listenerChanges.increment();
                }
                listener = next;
            }
            context.fireUserEventTriggered(event);
        }

        /** Asks the connection where its peer is: the port in the event has its two bytes swapped (Netty 4.2.18). */
        private int listenerOf(final ChannelHandlerContext context) {
            return ((QuicChannel) context.channel()).remoteSocketAddress() instanceof InetSocketAddress peer
                    ? channel.listenerOf(peer)
                    : PeerAddresses.UNKNOWN;
        }
    }

    /** Checks one upload, and answers it. */
    private final class UploadHandler extends Http3RequestStreamInboundHandler {
        private Uploads.Arrival upload;

        @Override
        protected void channelRead(final ChannelHandlerContext context, final Http3HeadersFrame frame) {
            if (upload == null) { // not trailers
                upload = uploads.begin(frame.headers().method(), frame.headers().path());
                if (upload.status() != Uploads.OK) { // a CONNECT would not end before it is answered
                    answer(context);
                }
            }
        }

        @Override
        protected void channelRead(final ChannelHandlerContext context, final Http3DataFrame frame) {
            try {
                final ByteBuf content = frame.content();
                if (upload != null) {
                    upload.add(content.nioBuffer());
                }
            } finally {
                ReferenceCountUtil.release(frame);
            }
        }

        @Override
        protected void channelInputClosed(final ChannelHandlerContext context) {
            if (upload != null && upload.status() == Uploads.OK) {
                upload.end();
                answer(context);
            }
        }

        private void answer(final ChannelHandlerContext context) {
            final DefaultHttp3HeadersFrame answer = new DefaultHttp3HeadersFrame();
            answer.headers().status(Integer.toString(upload.status())).addInt("content-length", 0);
            context.writeAndFlush(answer).addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
        }
    }
}
