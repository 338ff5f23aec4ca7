// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import io.varlenring.examples.harness.Datagrams;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/**
 * The far end of a path that must lose nothing: messages that say when they were sent, and whether each is intact and the
 * very next one of its sender.
 *
 * <pre>
 *   offset    +0          +8           +length
 *             +-----------+------------+
 *             | send time | datagram   |
 *             +-----------+------------+
 * </pre>
 *
 * <p>All but {@link #messages()} is for the thread that receives, and for the time after it has ended.
 */
public final class TimedMessages {
    public static final int HEADER_LENGTH = Long.BYTES;
    public static final int MIN_LENGTH = HEADER_LENGTH + Datagrams.HEADER_LENGTH;

    private static final int VIOLATIONS_KEPT = 5;
    private static final long MAX_LATENCY_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Datagrams datagrams = new Datagrams();
    private final long[] nextSequences;
    private final Histogram latencyNanos = new Histogram(MAX_LATENCY_NANOS, 3);
    private final List<String> violations = new ArrayList<>();
    private final LongAdder messages = new LongAdder();

    private volatile long measuredSinceNanos;
    private long bytes;
    private long violationCount;

    /** Expects messages of {@code senders} senders; the latencies of those sent before {@code measuredSinceNanos} are left out. */
    public TimedMessages(final int senders, final long measuredSinceNanos) {
        this.nextSequences = new long[senders];
        this.measuredSinceNanos = measuredSinceNanos;
    }

    /** Writes a message of {@code length} bytes at {@code offset}; position and limit of the buffer are undefined afterwards. */
    public static void encode(
            final Datagrams encoder,
            final ByteBuffer target,
            final int offset,
            final int length,
            final int sender,
            final long sequence,
            final long sendNanos) {
        encoder.encode(target, offset + HEADER_LENGTH, length - HEADER_LENGTH, sender, sequence);
        target.putLong(offset, sendNanos);
    }

    /** Takes the next message, the bytes from position to limit; both are undefined afterwards. */
    public void receive(final ByteBuffer message) {
        final long now = System.nanoTime(); // first of all: the way of the message ends here
        messages.increment();
        bytes += message.remaining();
        final String violation = check(message, message.position(), message.remaining(), now);
        if (violation != null) {
            violationCount++;
            if (violations.size() < VIOLATIONS_KEPT) {
                violations.add("message " + messages.sum() + ": " + violation);
            }
        }
    }

    private String check(final ByteBuffer message, final int start, final int length, final long now) {
        if (length < MIN_LENGTH) {
            return length + " bytes are none that were sent";
        }
        final long sendNanos = message.getLong(start);
        final int datagram = start + HEADER_LENGTH;
        final int sender = Datagrams.sender(message, datagram);
        final long sequence = Datagrams.sequence(message, datagram);
        if (!datagrams.isIntact(message, datagram, length - HEADER_LENGTH)) {
            return "wrong checksum in " + length + " bytes that say sender " + sender + ", sequence " + sequence;
        }
        if (sender < 0 || sender >= nextSequences.length) {
            return "unknown sender " + sender + ", sequence " + sequence;
        }
        final long expected = nextSequences[sender];
        nextSequences[sender] = sequence + 1;
        if (sequence != expected) {
            return "sender " + sender + ": sequence " + sequence + " instead of " + expected;
        }
        if (sendNanos - measuredSinceNanos >= 0) {
            latencyNanos.recordValue(Math.max(0, Math.min(now - sendNanos, MAX_LATENCY_NANOS)));
        }
        return null;
    }

    /** Leaves out the latencies of messages sent before a time of {@link System#nanoTime()}; any thread may call this. */
    public void measureSince(final long nanos) {
        measuredSinceNanos = nanos;
    }

    /** Returns the number of messages so far; may be called at any time. */
    public long messages() {
        return messages.sum();
    }

    public long bytes() {
        return bytes;
    }

    public Histogram latencyNanos() {
        return latencyNanos;
    }

    /** Returns the first few wrong messages, and which senders sent how many that did not arrive. */
    public List<String> violations(final long[] sent) {
        final List<String> all = new ArrayList<>(violations);
        if (violationCount > violations.size()) {
            all.add("and " + (violationCount - violations.size()) + " more");
        }
        for (int sender = 0; sender < nextSequences.length; sender++) {
            if (nextSequences[sender] != sent[sender]) {
                all.add("sender " + sender + ": sent " + sent[sender]
                        + " messages, but the last one to arrive was number " + nextSequences[sender]);
            }
        }
        return all;
    }
}
