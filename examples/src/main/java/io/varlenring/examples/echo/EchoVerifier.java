// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import io.varlenring.examples.harness.Datagrams;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Tells whether what a client gets is what it, or a control thread, has sent, and comes in order. */
final class EchoVerifier {
    private static final long NO_SEQUENCE = -1;

    private final Datagrams datagrams = new Datagrams();
    private final int client;
    private final EchoProxyOptions options;
    private final Map<Integer, Long> lastNumbers = new HashMap<>();

    private long lastSequence = NO_SEQUENCE;

    EchoVerifier(final int client, final EchoProxyOptions options) {
        this.client = client;
        this.options = options;
    }

    /** Checks the next echo, and moves the buffer's position; returns what is wrong with it, or null. */
    String checkEcho(final ByteBuffer echo, final long nextSequence) {
        final int start = echo.position();
        final int length = echo.remaining();
        if (length < options.size.min() || length > options.size.max()) {
            return "an echo of " + length + " bytes is none that was sent";
        }
        final int sender = Datagrams.sender(echo, start);
        final long sequence = Datagrams.sequence(echo, start);
        if (!datagrams.isIntact(echo, start, length)) {
            return "wrong checksum in " + length + " bytes that say client " + sender + ", sequence " + sequence;
        }
        if (sender != client) {
            return "an echo for client " + sender;
        }
        if (sequence <= lastSequence || sequence >= nextSequence) { // gaps are datagrams that were lost
            return "sequence " + sequence + " after " + lastSequence + ", with " + nextSequence + " the next to send";
        }
        lastSequence = sequence;
        return null;
    }

    /** Checks the next notice, and leaves the buffer as it is; returns what is wrong with it, or null. */
    String checkNotice(final ByteBuffer notice) {
        if (!Notices.isIntact(notice)) {
            return "a notice of " + notice.remaining() + " bytes that nobody wrote";
        }
        final int control = Notices.control(notice);
        final long number = Notices.number(notice);
        final Long last = lastNumbers.put(control, number);
        return last == null || number > last ? null : "notice " + number + " of control " + control + " after " + last;
    }
}
