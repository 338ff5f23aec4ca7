// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The notices that control threads put into the proxy's ring, and clients get.
 *
 * <pre>
 *   offset    +0     +4        +8       +12       +20
 *             +------+---------+--------+---------+---------+
 *   notice    | port | NOTICE  | thread | number  | text    |     what follows the port is sent to the client
 *             +------+---------+--------+---------+---------+
 * </pre>
 *
 * NOTICE is negative, and the numbers of the clients, with which echoes begin, are not.
 */
final class Notices {
    static final int NOTICE = -1;
    /** From the beginning of a record to what a client gets. */
    static final int PORT_LENGTH = 4;
    /** Bytes of the longest record. */
    static final int MAX_LENGTH = 256;

    private static final int HEADER_LENGTH = 16;
    private static final int MAX_FILLER = 150;
    private static final String FILLER = "=".repeat(MAX_FILLER);

    private Notices() {}

    static void putNotice(final ByteBuffer record, final int port, final int control, final long number) {
        record.clear();
        record.putInt(port).putInt(NOTICE).putInt(control).putLong(number);
        record.put(text(control, number)).flip();
    }

    private static byte[] text(final int control, final long number) {
        final String filler = FILLER.substring(Math.floorMod(number, MAX_FILLER)); // damaged, it may be below 0
        return ("notice " + number + " of control " + control + " " + filler).getBytes(StandardCharsets.US_ASCII);
    }

    static boolean isNotice(final ByteBuffer datagram) {
        return datagram.remaining() >= Integer.BYTES && datagram.getInt(datagram.position()) == NOTICE;
    }

    /** Tells whether a notice that a client got is what a control thread wrote; leaves the buffer as it is. */
    static boolean isIntact(final ByteBuffer notice) {
        if (notice.remaining() < HEADER_LENGTH) {
            return false;
        }
        final ByteBuffer text = notice.duplicate().position(notice.position() + HEADER_LENGTH);
        return text.equals(ByteBuffer.wrap(text(control(notice), number(notice))));
    }

    static int control(final ByteBuffer notice) {
        return notice.getInt(notice.position() + Integer.BYTES);
    }

    static long number(final ByteBuffer notice) {
        return notice.getLong(notice.position() + 2 * Integer.BYTES);
    }
}
