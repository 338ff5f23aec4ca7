// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Front;
import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.front.RingSocket;
import io.varlenring.interop.measure.HandlerCounts;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.util.List;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;
import tech.kwik.flupke.server.Http3ApplicationProtocolFactory;
import tech.kwik.flupke.server.HttpServerRequest;
import tech.kwik.flupke.server.HttpServerResponse;

/**
 * kwik's QUIC server with flupke's HTTP/3, written in Java alone, behind the front and one ring: kwik makes its connection IDs
 * itself, so nothing in them can name one of several handlers.
 */
public final class QuicKwik implements QuicServer {
    private static final int BUFFER_LENGTH = 1 << 16;

    private final VarLenMpscRing ring;
    private final HandlerCounts counts;
    private final RingSocket socket;
    private final ServerConnector connector;
    private final Uploads uploads;
    private final ThreadWatch watch;

    private QuicKwik(
            final QuicOptions.Kwik options,
            final Front front,
            final ServerKeys keys,
            final Uploads uploads,
            final ThreadWatch watch)
            throws SocketException, CertificateException {
        this.uploads = uploads;
        this.watch = watch;
        this.ring = VarLenMpscRing.allocate(options.capacity);
        this.counts = new HandlerCounts(options.listeners, 0, 1);
        this.socket = new RingSocket(ring, front.address(), front.socket(0), counts);
        this.connector = ServerConnector.builder()
                .withSocket(socket)
                .withKeyStore(keys.store(), ServerKeys.ALIAS, ServerKeys.PASSWORD.toCharArray())
                .withLogger(new NullLogger())
                .withConfiguration(ServerConnectionConfig.builder()
                        .connectionIdLength(HandlerIds.LENGTH)
                        .maxIdleTimeoutInSeconds(IDLE_SECONDS)
                        .maxConnectionBufferSize(CONNECTION_WINDOW)
                        .maxUnidirectionalStreamBufferSize(STREAM_WINDOW)
                        .maxBidirectionalStreamBufferSize(STREAM_WINDOW)
                        .maxOpenPeerInitiatedBidirectionalStreams(MAX_STREAMS)
                        .maxOpenPeerInitiatedUnidirectionalStreams(MAX_STREAMS)
                        .build())
                .build();
        final Http3ApplicationProtocolFactory http3 = new Http3ApplicationProtocolFactory(this::handle);
        http3.setMaxDataSize(Long.MAX_VALUE);
        connector.registerApplicationProtocol(Http3ApplicationProtocolFactory.HTTP3_PROTOCOL_ID, http3);
    }

    /** Runs it; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new QuicOptions.Kwik(), QuicKwik::run);
    }

    static int run(final QuicOptions.Kwik options, final ThreadWatch watch, final PrintStream out) throws Exception {
        return UploadRun.run("quic-kwik", options, QuicKwik::new, watch, out);
    }

    private void handle(final HttpServerRequest request, final HttpServerResponse response) throws IOException {
        final Uploads.Arrival upload = uploads.begin(request.method(), request.path());
        final byte[] buffer = new byte[BUFFER_LENGTH];
        final InputStream body = request.body();
        for (int length = body.read(buffer); length >= 0; length = body.read(buffer)) {
            upload.add(ByteBuffer.wrap(buffer, 0, length));
        }
        upload.end();
        response.setStatus(upload.status());
        response.getOutputStream().close();
    }

    @Override
    public List<VarLenMpscRing> rings() {
        return List.of(ring);
    }

    @Override
    public void start() {
        connector.start();
    }

    @Override
    public boolean shutdown() throws InterruptedException {
        final boolean ended = watch.await("draining a closed ring", socket::hasEnded);
        connector.close();
        return ended;
    }

    @Override
    public List<HandlerCounts> counts() {
        return List.of(counts);
    }

    @Override
    public long notSent() {
        return socket.notSent();
    }
}
