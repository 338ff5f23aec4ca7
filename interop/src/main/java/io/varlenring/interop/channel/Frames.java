// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.varlenring.examples.harness.Datagrams;
import io.varlenring.interop.measure.TimedMessages;
import java.nio.ByteBuffer;

/**
 * Writes what goes over the connection: a message behind its length.
 *
 * <pre>
 *   offset    +0         +4          +4+length
 *             +----------+-----------+
 *             | length   | message   |
 *             +----------+-----------+
 * </pre>
 */
final class Frames {
    static final int HEADER_LENGTH = Integer.BYTES;

    private final Datagrams datagrams = new Datagrams();
    private final int worker;

    Frames(final int worker) {
        this.worker = worker;
    }

    /** Writes a frame at {@code offset}; position and limit of the buffer are undefined afterwards. */
    void encode(
            final ByteBuffer target, final int offset, final int length, final long sequence, final long sendNanos) {
        TimedMessages.encode(datagrams, target, offset + HEADER_LENGTH, length, worker, sequence, sendNanos);
        target.clear();
        target.putInt(offset, length);
    }
}
