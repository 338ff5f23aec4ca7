// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Makes the connection IDs of one handler's server: random, but for the first byte, which modulo the number of handlers is
 * the handler.
 *
 * <p>The rule takes any ID, also the one that a client makes up for its first datagrams: it is the handler that these reach
 * that makes the connection, and the connection's IDs then lead there. So a connection never needs to be looked up, and
 * stays with its handler when the client's address changes.
 */
public final class HandlerIds implements QuicConnectionIdGenerator {
    /** Bytes of an ID. */
    public static final int LENGTH = 16;
    /** The first byte tells no more handlers apart. */
    public static final int MAX_HANDLERS = 64;

    private static final int BYTE_VALUES = 256;

    private final SecureRandom random = new SecureRandom();
    private final int handler;
    private final int handlers;

    public HandlerIds(final int handler, final int handlers) {
        this.handler = handler;
        this.handlers = handlers;
    }

    /** Returns the handler of the datagram whose header was read. */
    public static int handlerOf(final ByteBuffer buffer, final QuicHeader header, final int handlers) {
        return header.idLength() == 0 ? 0 : (buffer.get(header.idOffset()) & 0xff) % handlers;
    }

    @Override
    public ByteBuffer newId(final int length) {
        final byte[] id = new byte[length];
        random.nextBytes(id);
        final int choices = (BYTE_VALUES - 1 - handler) / handlers + 1;
        id[0] = (byte) (handler + handlers * random.nextInt(choices));
        return ByteBuffer.wrap(id);
    }

    /** Ignores the input: the ID is random. */
    @Override
    public ByteBuffer newId(final ByteBuffer input, final int length) {
        return newId(length);
    }

    @Override
    public int maxConnectionIdLength() {
        return QuicHeader.MAX_ID_LENGTH;
    }

    @Override
    public boolean isIdempotent() {
        return false;
    }
}
