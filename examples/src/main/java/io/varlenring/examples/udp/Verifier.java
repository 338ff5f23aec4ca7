// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.examples.harness.Datagrams;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Tells whether a record is what a listener put into the ring, and comes after all earlier ones of its sender. */
final class Verifier {
    private static final long NO_SEQUENCE = -1;
    /** How far the clocks of two processors may be apart. */
    private static final long CLOCK_TOLERANCE_NANOS = 1_000_000;

    private final Datagrams datagrams = new Datagrams();
    private final UdpHandoverOptions options;
    private final long startNanos;
    private final long[] lastSequences;

    /** Makes a verifier for records received after {@code startNanos}, a time of {@link System#nanoTime()}. */
    Verifier(final UdpHandoverOptions options, final long startNanos) {
        this.options = options;
        this.startNanos = startNanos;
        this.lastSequences = new long[options.senders];
        Arrays.fill(lastSequences, NO_SEQUENCE);
    }

    /** Checks a record that was handed over {@code now}, and moves its position; returns what is wrong with it, or null. */
    String check(final ByteBuffer record, final long now) {
        final int start = record.position();
        final int length = record.remaining() - Records.HEADER_LENGTH;
        if (length < options.size.min() || length > options.size.max()) {
            return "a datagram of " + length + " bytes is none that was sent";
        }
        final long receiveNanos = Records.receiveNanos(record, start);
        final int listener = Records.listener(record, start);
        final int datagram = start + Records.HEADER_LENGTH;
        final int sender = Datagrams.sender(record, datagram);
        final long sequence = Datagrams.sequence(record, datagram);
        if (!datagrams.isIntact(record, datagram, length)) {
            return "wrong checksum in " + length + " bytes that say sender " + sender + ", sequence " + sequence;
        }
        if (sender < 0 || sender >= options.senders) {
            return "unknown sender " + sender + ", sequence " + sequence;
        }
        if (listener != options.listenerOf(sender)) {
            return "sender " + sender + ", sequence " + sequence + ": from listener " + listener + " instead of "
                    + options.listenerOf(sender);
        }
        if (receiveNanos - startNanos < -CLOCK_TOLERANCE_NANOS || now - receiveNanos < -CLOCK_TOLERANCE_NANOS) {
            return "sender " + sender + ", sequence " + sequence + ": a receive time outside of this run";
        }
        if (sequence <= lastSequences[sender]) {
            return "sender " + sender + ": sequence " + sequence + " after " + lastSequences[sender];
        }
        lastSequences[sender] = sequence; // gaps are datagrams that the kernel or a full ring dropped
        return null;
    }
}
