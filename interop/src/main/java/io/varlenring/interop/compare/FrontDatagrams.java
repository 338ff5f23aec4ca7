// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.examples.harness.Datagrams;
import io.varlenring.interop.front.HandlerIds;
import java.nio.ByteBuffer;

/**
 * Datagrams of made-up connections: to the front a short header of QUIC's, to the handler a datagram to be verified.
 *
 * <pre>
 *   offset    +0      +1             +2          +6          +17                    +length
 *             +-------+--------------+-----------+-----------+----------------------+
 *             | 0x40  | flow, 8 bits | flow      | zero      | verifiable datagram  |
 *             +-------+--------------+-----------+-----------+----------------------+
 *                     | destination connection ID            |
 * </pre>
 */
final class FrontDatagrams {
    static final int HEADER_LENGTH = 1 + HandlerIds.LENGTH;
    static final int MIN_LENGTH = HEADER_LENGTH + Datagrams.HEADER_LENGTH;

    private static final byte SHORT_HEADER = 0x40;

    private final Datagrams datagrams = new Datagrams();

    /** Writes a datagram of a flow into a buffer, zero but for datagrams of the same kind, as what remains in it. */
    void encode(final ByteBuffer target, final int length, final int flow, final int sender, final long sequence) {
        datagrams.encode(target, HEADER_LENGTH, length - HEADER_LENGTH, sender, sequence);
        target.position(0).put(0, SHORT_HEADER).put(1, (byte) flow).putInt(2, flow);
    }
}
