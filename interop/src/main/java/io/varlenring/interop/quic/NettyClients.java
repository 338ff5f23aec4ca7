// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3FrameToHttpObjectCodec;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.handler.stream.ChunkedNioFile;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Netty's own QUIC client, for machines without {@link GtlsClients}: one thread, and a socket for each connection. */
final class NettyClients extends UploadClients {
    private static final int WINDOW = 1 << 16;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final QuicSslContext trust = QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE) // the certificate is self-signed, and a moment old
            .applicationProtocols(Http3.supportedApplicationProtocols())
            .build();

    NettyClients(final InetSocketAddress server, final Uploads uploads) {
        super(server, uploads);
    }

    @Override
    CompletableFuture<Boolean> start(final int upload) throws InterruptedException {
        final CompletableFuture<Boolean> end = new CompletableFuture<>();
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
        socket.closeFuture().addListener(closed -> end.complete(false)); // unless it has ended well before
        QuicChannel.newBootstrap(socket)
                .handler(new Http3ClientConnectionHandler())
                .remoteAddress(server)
                .connect()
                .addListener((final Future<QuicChannel> connecting) -> {
                    if (connecting.isSuccess()) {
                        connecting.getNow().closeFuture().addListener(closed -> socket.close());
                        Http3.newRequestStream(connecting.getNow(), new ChannelInitializer<QuicStreamChannel>() {
                            @Override
                            protected void initChannel(final QuicStreamChannel stream) {
                                stream.pipeline()
                                        .addLast(
                                                new Http3FrameToHttpObjectCodec(false),
                                                new ChunkedWriteHandler(),
                                                new Uploader(upload, end));
                            }
                        });
                    } else {
                        socket.close();
                    }
                });
        return end;
    }

    @Override
    public void close() {
        super.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Sends one upload, as fast as the connection takes it, and closes the connection when the server has answered. */
    private final class Uploader extends SimpleChannelInboundHandler<HttpObject> {
        private final int upload;
        private final CompletableFuture<Boolean> end;

        Uploader(final int upload, final CompletableFuture<Boolean> end) {
            this.upload = upload;
            this.end = end;
        }

        @Override
        public void channelActive(final ChannelHandlerContext context) throws IOException {
            final HttpRequest request =
                    new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, Uploads.path(upload));
            request.headers().set(HttpHeaderNames.HOST, "localhost");
            context.write(request);
            context.writeAndFlush(
                    new HttpChunkedInput(new ChunkedNioFile(uploads.file(upload).toFile())));
        }

        /** What the answer says does not matter: the server's books say what has arrived. */
        @Override
        protected void channelRead0(final ChannelHandlerContext context, final HttpObject part) {
            if (part instanceof LastHttpContent) {
                end.complete(true);
                context.channel().parent().close();
            }
        }
    }
}
