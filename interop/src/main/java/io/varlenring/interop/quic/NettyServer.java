// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Options;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Front;
import io.varlenring.interop.front.HandlerKind;
import io.varlenring.interop.front.HandlerLoop;
import io.varlenring.interop.front.RingDatagramChannel;
import io.varlenring.interop.measure.HandlerCounts;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;

/** Netty's QUIC codec, once for each handler, each with a ring, a channel and a thread. */
final class NettyServer implements QuicServer {
    private final List<HandlerLoop> loops = new ArrayList<>();
    private final List<RingDatagramChannel> channels = new ArrayList<>();
    private final List<HandlerCounts> counts = new ArrayList<>();
    private final HandlerKind handler;
    private final UploadServer uploadServer;
    private final ThreadWatch watch;

    NettyServer(
            final QuicOptions options,
            final Front front,
            final ServerKeys keys,
            final Uploads uploads,
            final ThreadWatch watch)
            throws GeneralSecurityException {
        this.handler = options.handler();
        this.watch = watch;
        this.uploadServer = new UploadServer(sslContext(keys), uploads, watch);
        for (int i = 0; i < options.handlers(); i++) {
            final HandlerCounts counted = new HandlerCounts(options.listeners, i, options.handlers());
            final RingDatagramChannel channel = new RingDatagramChannel(front.address(), front.socket(i), counted);
            counts.add(counted);
            channels.add(channel);
            loops.add(
                    options.handler().newLoop(options.capacity, channel, failure -> watch.threw("a handler", failure)));
        }
    }

    private static QuicSslContext sslContext(final ServerKeys keys) throws GeneralSecurityException {
        final KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys.store(), ServerKeys.password());
        return QuicSslContextBuilder.forServer(factory, new String(ServerKeys.password()))
                .applicationProtocols(Http3.supportedApplicationProtocols())
                .build();
    }

    @Override
    public List<VarLenMpscRing> rings() {
        return loops.stream().map(HandlerLoop::ring).toList();
    }

    @Override
    public String handler() {
        return Options.nameOf(handler);
    }

    @Override
    public void start() {
        for (int i = 0; i < loops.size(); i++) {
            final HandlerLoop loop = loops.get(i);
            uploadServer.serve(channels.get(i), i, loops.size());
            loop.eventLoop().register(channels.get(i));
            loop.start();
        }
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
    public List<HandlerCounts> counts() {
        return counts;
    }

    @Override
    public long notSent() {
        return channels.stream().mapToLong(RingDatagramChannel::notSent).sum();
    }

    @Override
    public Moves moves() {
        return uploadServer.moves();
    }
}
