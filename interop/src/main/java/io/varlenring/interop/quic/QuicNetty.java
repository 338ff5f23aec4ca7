// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.netty.channel.ChannelHandler;
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
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.ReferenceCountUtil;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Front;
import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.front.HandlerLoop;
import io.varlenring.interop.front.PeerAddresses;
import io.varlenring.interop.front.QuicRecords;
import io.varlenring.interop.front.RingDatagramChannel;
import io.varlenring.interop.measure.HandlerCounts;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.KeyManagerFactory;

/**
 * Netty's HTTP/3 server behind rings: listener threads that share a port receive straight into the rings of the handlers, each
 * of which has Netty's QUIC codec, a channel and a thread; and clients upload content that the server knows.
 */
public final class QuicNetty implements QuicServer {
    private static final int IDS_FOR_MIGRATION = 4;

    private final List<HandlerLoop> loops = new ArrayList<>();
    private final List<HandlerCounts> counts = new ArrayList<>();
    private final List<RingDatagramChannel> channels = new ArrayList<>();
    private final LongAdder migrations = new LongAdder();
    private final LongAdder listenerChanges = new LongAdder();
    private final QuicSslContext keys;
    private final Uploads uploads;
    private final ThreadWatch watch;

    private QuicNetty(
            final QuicOptions.Netty options,
            final Front front,
            final ServerKeys keys,
            final Uploads uploads,
            final ThreadWatch watch)
            throws GeneralSecurityException {
        this.keys = sslContext(keys);
        this.uploads = uploads;
        this.watch = watch;
        for (int i = 0; i < options.handlers; i++) {
            final HandlerCounts counted = new HandlerCounts(options.listeners, i, options.handlers);
            final RingDatagramChannel channel = new RingDatagramChannel(front.address(), front.socket(i), counted);
            counts.add(counted);
            channels.add(channel);
            loops.add(options.handler.newLoop(options.capacity, channel, failure -> watch.threw("a handler", failure)));
        }
    }

    /** Runs it; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new QuicOptions.Netty(), QuicNetty::run);
    }

    static int run(final QuicOptions.Netty options, final ThreadWatch watch, final PrintStream out) throws Exception {
        return UploadRun.run("quic-netty", options, QuicNetty::new, watch, out);
    }

    private static QuicSslContext sslContext(final ServerKeys keys) throws GeneralSecurityException {
        final KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys.store(), ServerKeys.PASSWORD.toCharArray());
        return QuicSslContextBuilder.forServer(factory, ServerKeys.PASSWORD)
                .applicationProtocols(Http3.supportedApplicationProtocols())
                .build();
    }

    @Override
    public void start() {
        for (int i = 0; i < loops.size(); i++) {
            channels.get(i).pipeline().addLast(newCodec(i), new PipelineFailures(watch));
            loops.get(i).eventLoop().register(channels.get(i));
            loops.get(i).start();
        }
    }

    private ChannelHandler newCodec(final int handler) {
        final ChannelInitializer<QuicStreamChannel> streams = new ChannelInitializer<>() {
            @Override
            protected void initChannel(final QuicStreamChannel stream) {
                stream.pipeline().addLast(new UploadHandler(), new PipelineFailures(watch));
            }
        };
        return Http3.newQuicServerCodecBuilder()
                .sslContext(keys)
                .connectionIdAddressGenerator(new HandlerIds(handler, loops.size()))
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
                                        new Migrations(channels.get(handler)),
                                        new Http3ServerConnectionHandler(streams),
                                        new PipelineFailures(watch));
                    }
                })
                .build();
    }

    @Override
    public boolean shutdown() throws InterruptedException {
        boolean ended = true;
        for (final HandlerLoop loop : loops) {
            ended &= watch.await("draining a closed ring", loop.ring()::isEmpty) && loop.shutdown();
        }
        return ended;
    }

    @Override
    public List<VarLenMpscRing> rings() {
        return loops.stream().map(HandlerLoop::ring).toList();
    }

    @Override
    public List<HandlerCounts> counts() {
        return counts;
    }

    @Override
    public long notSent() {
        return channels.stream().mapToLong(RingDatagramChannel::notSent).sum();
    }

    @Override
    public Moves moves() {
        return new Moves(migrations.sum(), listenerChanges.sum());
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
                if (upload != null) {
                    upload.add(frame.content().nioBuffer());
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

    /**
     * The end of a server's pipeline: what no handler has caught fails the run. Checked exceptions do not, for it is with those
     * that Netty says what the peer or the network did; what that does to an upload is seen there.
     */
    static final class PipelineFailures extends ChannelInboundHandlerAdapter {
        private final ThreadWatch watch;

        PipelineFailures(final ThreadWatch watch) {
            this.watch = watch;
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            if (cause instanceof RuntimeException || cause instanceof Error) {
                watch.threw("the pipeline of " + context.channel(), cause);
            }
        }
    }
}
