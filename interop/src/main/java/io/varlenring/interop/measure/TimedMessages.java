// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.ThreadWatch;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;

/**
 * The far end of a path that must lose nothing: messages that say how long they are and when they were sent, and whether each
 * is intact and the very next one of its sender.
 *
 * <pre>
 *   offset    +0       +4          +12        +length
 *             +--------+-----------+------------+
 *             | length | send time | datagram   |
 *             +--------+-----------+------------+
 * </pre>
 *
 * <p>All but {@link #messages()} is for the thread that receives, and for the time after it has ended.
 */
public final class TimedMessages {
    public static final int MIN_LENGTH = TimedMessages.HEADER_LENGTH + Datagrams.HEADER_LENGTH;

    private static final int TIME_OFFSET = Integer.BYTES;
    private static final int HEADER_LENGTH = TIME_OFFSET + Long.BYTES;
    private static final long MAX_LATENCY_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Verifier verifier;
    private final Histogram latencyNanos = new Histogram(MAX_LATENCY_NANOS, 3);

    private volatile long measuredSinceNanos;
    private long bytes;

    /** Expects messages of {@code senders} senders; the latencies of those sent before {@code measuredSinceNanos} are left out. */
    public TimedMessages(final int senders, final long measuredSinceNanos) {
        this.verifier = new Verifier("message", senders, false);
        this.measuredSinceNanos = measuredSinceNanos;
    }

    /** Writes a message into what remains in the buffer, and leaves position and limit as they are. */
    static void encode(
            final Datagrams encoder,
            final ByteBuffer target,
            final int sender,
            final long sequence,
            final long sendNanos) {
        final int start = target.position();
        final int length = target.remaining();
        encoder.encode(target, start + HEADER_LENGTH, length - HEADER_LENGTH, sender, sequence);
        target.putInt(start, length).putLong(start + TIME_OFFSET, sendNanos).position(start);
    }

    /** Takes the next message, the bytes from position to limit; both are undefined afterwards. */
    public void receive(final ByteBuffer message) {
        final long now = System.nanoTime(); // first of all: the way of the message ends here
        final int start = message.position();
        final int length = message.remaining();
        bytes += length;
        final boolean isWhole = length >= MIN_LENGTH && message.getInt(start) == length;
        final int datagramLength = isWhole ? length - HEADER_LENGTH : 0;
        if (verifier.check(message, start + HEADER_LENGTH, datagramLength)) {
            final long sendNanos = message.getLong(start + TIME_OFFSET);
            if (sendNanos - measuredSinceNanos >= 0) {
                latencyNanos.recordValue(Math.max(0, Math.min(now - sendNanos, MAX_LATENCY_NANOS)));
            }
        }
    }

    /** Leaves out the latencies of messages sent before a time of {@link System#nanoTime()}; any thread may call this. */
    public void measureSince(final long nanos) {
        measuredSinceNanos = nanos;
    }

    /** Returns the number of messages so far; may be called at any time. */
    public long messages() {
        return verifier.checked();
    }

    public long bytes() {
        return bytes;
    }

    Histogram latencyNanos() {
        return latencyNanos;
    }

    /** Returns what has become of the messages of writers, one for each sender; for the time after all threads have ended. */
    public Rounds.Result result(final List<MessageWriter> writers, final ThreadWatch watch) {
        final long[] sent = writers.stream().mapToLong(MessageWriter::sent).toArray();
        final Rounds.Result result = new Rounds.Result(messages());
        result.violations().addAll(watch.failures());
        if (result.violations().isEmpty()) { // otherwise some thread may still be changing what it counts
            result.violations().addAll(violations(sent));
        }
        result.add("messages sent", LongStream.of(sent).sum());
        result.add("messages arrived", messages());
        result.add(
                "times without room",
                writers.stream().mapToLong(MessageWriter::refused).sum());
        result.percentiles("latency", latencyNanos);
        return result;
    }

    /** Returns the first few wrong messages, and which senders sent how many that did not arrive. */
    List<String> violations(final long[] sent) {
        final List<String> all = verifier.violations();
        for (int sender = 0; sender < sent.length; sender++) {
            if (verifier.nextSequence(sender) != sent[sender]) {
                all.add("sender " + sender + ": sent " + sent[sender]
                        + " messages, but the last one to arrive was number " + verifier.nextSequence(sender));
            }
        }
        return all;
    }
}
