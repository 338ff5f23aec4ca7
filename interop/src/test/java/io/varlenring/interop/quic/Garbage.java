// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.front.QuicHeader;
import io.varlenring.interop.front.QuicRecords;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Sends datagrams of every kind that no client sends, from several addresses, as fast as it can. */
final class Garbage implements Closeable {
    private static final int SOCKETS = 8;
    private static final int MAX_LENGTH = 2_000;
    private static final int LONG_HEADER = 0xc0;
    private static final int SHORT_HEADER = 0x40;

    private final SplittableRandom random = new SplittableRandom(0);
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(MAX_LENGTH);
    private final byte[] noise = new byte[MAX_LENGTH];
    private final List<DatagramChannel> sockets = new ArrayList<>();
    private final InetSocketAddress server;

    Garbage(final InetSocketAddress server) throws IOException {
        this.server = server;
        for (int i = 0; i < SOCKETS; i++) {
            final DatagramChannel socket = DatagramChannel.open();
            sockets.add(socket);
            socket.bind(null);
        }
    }

    /** Sends until it is closed. */
    void run() throws IOException {
        try {
            for (int kind = 0; ; kind = (kind + 1) % Kind.values().length) {
                next(datagram, kind);
                sockets.get(random.nextInt(SOCKETS)).send(datagram, server);
            }
        } catch (final ClosedChannelException end) {
            // as planned
        }
    }

    /** What is sent; {@code PLAUSIBLE} and some of {@code NOISE} get as far as the server, which knows no such connection. */
    private enum Kind {
        EMPTY,
        ONE_BYTE,
        TRUNCATED,
        DESTINATION_ID_TOO_LONG,
        SOURCE_ID_TOO_LONG,
        OTHER_VERSION,
        VERSION_NEGOTIATION,
        NO_FIXED_BIT,
        TOO_LARGE,
        PLAUSIBLE,
        NOISE
    }

    private void next(final ByteBuffer out, final int kind) {
        random.nextBytes(noise);
        out.clear();
        switch (Kind.values()[kind]) {
            case EMPTY -> {
                // no byte at all
            }
            case ONE_BYTE -> out.put(noise[0]);
            case TRUNCATED -> {
                putLongHeader(out, 1, QuicHeader.MAX_ID_LENGTH);
                out.position(random.nextInt(1, out.position()));
            }
            case DESTINATION_ID_TOO_LONG ->
                putLongHeader(out, 1, random.nextInt(QuicHeader.MAX_ID_LENGTH + 1, 256))
                        .put(noise, 0, 1200);
            case SOURCE_ID_TOO_LONG ->
                putLongHeader(out, 1, 8)
                        .put((byte) (QuicHeader.MAX_ID_LENGTH + 1))
                        .put(noise, 0, 1200);
            case OTHER_VERSION ->
                putLongHeader(out, 0x0a0a0a0a, 255).put((byte) 30).put(noise, 0, 1200);
            case VERSION_NEGOTIATION -> putLongHeader(out, 0, 8).put(noise, 0, 100);
            case NO_FIXED_BIT -> out.put((byte) (noise[0] & 0x3f)).put(noise, 0, random.nextInt(1, 1200));
            case TOO_LARGE -> out.put((byte) SHORT_HEADER).put(noise, 0, QuicRecords.MAX_DATAGRAM_LENGTH);
            case PLAUSIBLE -> out.put((byte) SHORT_HEADER).put(noise, 0, random.nextInt(HandlerIds.LENGTH, 1200));
            case NOISE -> out.put(noise, 0, random.nextInt(QuicRecords.MAX_DATAGRAM_LENGTH));
        }
        out.flip();
    }

    /** Puts all up to the end of the destination ID, or what of it fits. */
    private ByteBuffer putLongHeader(final ByteBuffer out, final int version, final int idLength) {
        return out.put((byte) LONG_HEADER).putInt(version).put((byte) idLength).put(noise, 0, idLength);
    }

    @Override
    public void close() throws IOException {
        for (final DatagramChannel socket : sockets) {
            socket.close();
        }
    }
}
