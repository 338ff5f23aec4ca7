// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import java.nio.ByteBuffer;

/**
 * Finds the destination connection ID of a datagram.
 *
 * <pre>
 *   long header    | 1.. ....  | version (4) | length D | destination ID (D) | length S | source ID (S) | ...
 *   short header   | 0.. ....  | destination ID (of the length that the server gives its IDs) | ...
 * </pre>
 *
 * <p>That is all that RFC 8999 promises of every version. Two more checks are those of versions 1 and 2: IDs of at most 20 bytes, and
 * in version 1 the "fixed bit" of RFC 9000, section 17. An ID that is longer shows a version that no server here knows. Version
 * 0, which only servers send, is not for a server.
 */
public final class QuicHeader {
    public static final int MAX_ID_LENGTH = 20;

    private static final int LONG_FORM = 0x80;
    private static final int FIXED_BIT = 0x40;
    private static final int VERSION_OFFSET = 1;
    private static final int VERSION_1 = 1;
    private static final int VERSION_2 = 0x6b3343cf;
    private static final int LONG_ID_OFFSET = 6;
    private static final int SHORT_ID_OFFSET = 1;

    private final int serverIdLength;

    private int idOffset;
    private int idLength;

    /** Makes a parser for datagrams to a server whose own IDs all have one length. */
    public QuicHeader(final int serverIdLength) {
        this.serverIdLength = serverIdLength;
    }

    /**
     * Reads a datagram's header, with absolute gets only.
     *
     * @return null when there is a destination connection ID, which the other methods then tell of; or why there is none
     */
    public Drop read(final ByteBuffer buffer, final int start, final int length) {
        if (length == 0) {
            return Drop.EMPTY;
        }
        final int first = buffer.get(start);
        return (first & LONG_FORM) != 0 ? readLong(buffer, start, length, first) : readShort(start, length, first);
    }

    private Drop readLong(final ByteBuffer buffer, final int start, final int length, final int first) {
        if (length < LONG_ID_OFFSET) {
            return Drop.TRUNCATED;
        }
        final int version = version(buffer, start + VERSION_OFFSET);
        if (version == 0) {
            return Drop.NOT_FOR_SERVERS;
        }
        if (version == VERSION_1 && (first & FIXED_BIT) == 0) {
            return Drop.NO_FIXED_BIT;
        }
        final int destinationLength = buffer.get(start + LONG_ID_OFFSET - 1) & 0xff;
        final int sourceOffset = LONG_ID_OFFSET + destinationLength + 1;
        if (length < sourceOffset) {
            return Drop.TRUNCATED;
        }
        final int sourceLength = buffer.get(start + sourceOffset - 1) & 0xff;
        if (length < sourceOffset + sourceLength) {
            return Drop.TRUNCATED;
        }
        if (Math.max(destinationLength, sourceLength) > MAX_ID_LENGTH) {
            return version == VERSION_1 || version == VERSION_2 ? Drop.ID_TOO_LONG : Drop.OTHER_VERSION;
        }
        idOffset = start + LONG_ID_OFFSET;
        idLength = destinationLength;
        return null;
    }

    private Drop readShort(final int start, final int length, final int first) {
        if ((first & FIXED_BIT) == 0) {
            return Drop.NO_FIXED_BIT;
        }
        if (length < SHORT_ID_OFFSET + serverIdLength) {
            return Drop.TRUNCATED;
        }
        idOffset = start + SHORT_ID_OFFSET;
        idLength = serverIdLength;
        return null;
    }

    /**
     * Writes the answer to a datagram of {@link Drop#OTHER_VERSION}: its two IDs the other way round, and version 1 (RFC 8999,
     * section 6). The servers' libraries answer those whose IDs they can read, and cannot read longer ones.
     */
    static void putVersionNegotiation(final ByteBuffer target, final ByteBuffer buffer, final int start) {
        final int destination = start + LONG_ID_OFFSET - 1;
        final int destinationLength = 1 + (buffer.get(destination) & 0xff);
        final int source = destination + destinationLength;
        final int sourceLength = 1 + (buffer.get(source) & 0xff);
        target.clear()
                .put((byte) (LONG_FORM | FIXED_BIT))
                .put(new byte[Integer.BYTES])
                .put(buffer.slice(source, sourceLength))
                .put(buffer.slice(destination, destinationLength))
                .put(new byte[] {0, 0, 0, VERSION_1})
                .flip();
    }

    /** Byte by byte, because the buffer's order is its owner's matter. */
    private static int version(final ByteBuffer buffer, final int offset) {
        return buffer.get(offset) << 24
                | (buffer.get(offset + 1) & 0xff) << 16
                | (buffer.get(offset + 2) & 0xff) << 8
                | buffer.get(offset + 3) & 0xff;
    }

    /** Returns where in the buffer the ID that was found begins. */
    public int idOffset() {
        return idOffset;
    }

    public int idLength() {
        return idLength;
    }
}
