// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Netty's own QUIC client, for machines without {@link GtlsClients}: one thread, and a socket for each connection. */
final class NettyClients extends UploadClients<Channel> {
    private static final int BLOCK_LENGTH = 1 << 14;
    private static final int WINDOW = 1 << 16;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final QuicSslContext trust = QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE) // the certificate is self-signed, and a moment old
            .applicationProtocols(Http3.supportedApplicationProtocols())
            .build();
    private final LongAdder failed = new LongAdder();

    NettyClients(final InetSocketAddress server, final Uploads uploads) {
        super(server, uploads);
    }

    @Override
    String name() {
        return "Netty";
    }

    @Override
    Channel start(final int upload) throws InterruptedException {
        final Channel socket = new Bootstrap()
                .group(group)
                .channel(NioDatagramChannel.class)
                .handler(Http3.newQuicClientCodecBuilder()
                        .sslContext(trust)
                        .maxIdleTimeout(SILENCE_SECONDS, TimeUnit.SECONDS)
                        .initialMaxData(WINDOW)
                        .initialMaxStreamDataBidirectionalLocal(WINDOW)
                        .build())
                .bind(0) // of either family
                .sync()
                .channel();
        QuicChannel.newBootstrap(socket)
                .handler(new Http3ClientConnectionHandler())
                .remoteAddress(server)
                .connect()
                .addListener((final Future<QuicChannel> connecting) -> {
                    if (connecting.isSuccess()) {
                        connecting.getNow().closeFuture().addListener(closed -> socket.close());
                        Http3.newRequestStream(connecting.getNow(), new ChannelInitializer<QuicStreamChannel>() {
                            @Override
                            protected void initChannel(final QuicStreamChannel stream) throws IOException {
                                stream.pipeline().addLast(new Uploader(upload));
                            }
                        });
                    } else {
                        failed.increment();
                        socket.close();
                    }
                });
        return socket;
    }

    /** The client's end, good or bad, closes its socket. */
    @Override
    boolean hasEnded(final Channel socket) {
        return !socket.isOpen();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Override
    long failed() {
        return failed.sum();
    }

    /** Sends one upload, as fast as the connection takes it, and closes the connection when the server has answered. */
    private final class Uploader extends Http3RequestStreamInboundHandler {
        private final int upload;
        private final FileChannel file;
        private boolean sent;

        Uploader(final int upload) throws IOException {
            this.upload = upload;
            this.file = FileChannel.open(uploads.file(upload), StandardOpenOption.READ);
        }

        @Override
        public void channelActive(final ChannelHandlerContext context) throws Exception {
            final DefaultHttp3HeadersFrame request = new DefaultHttp3HeadersFrame();
            request.headers()
                    .method("POST")
                    .scheme("https")
                    .authority("localhost")
                    .path(Uploads.path(upload));
            context.write(request);
            send(context);
            super.channelActive(context);
        }

        @Override
        public void channelWritabilityChanged(final ChannelHandlerContext context) throws Exception {
            send(context);
            super.channelWritabilityChanged(context);
        }

        private void send(final ChannelHandlerContext context) throws IOException {
            while (!sent && context.channel().isWritable()) {
                final ByteBuffer block = ByteBuffer.allocate(BLOCK_LENGTH);
                if (file.read(block) < 0) {
                    sent = true;
                    context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
                } else {
                    context.writeAndFlush(new DefaultHttp3DataFrame(Unpooled.wrappedBuffer(block.flip())));
                }
            }
        }

        @Override
        protected void channelRead(final ChannelHandlerContext context, final Http3HeadersFrame answer) {
            // the server's books say what has arrived
        }

        @Override
        protected void channelRead(final ChannelHandlerContext context, final Http3DataFrame frame) {
            ReferenceCountUtil.release(frame);
        }

        @Override
        protected void channelInputClosed(final ChannelHandlerContext context) {
            context.channel().parent().close();
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) throws Exception {
            file.close();
            super.channelInactive(context);
        }
    }
}
