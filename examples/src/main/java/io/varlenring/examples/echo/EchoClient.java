// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import io.varlenring.examples.harness.Datagrams;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/**
 * A client of the proxy: sends numbered datagrams, a few at a time, and verifies what comes back. All but the counters is
 * for its own thread, or for the time after it has ended.
 */
final class EchoClient implements Closeable {
    private static final int VIOLATIONS_KEPT = 5;
    private static final int MOST_IN_FLIGHT = 16;
    /** What all clients together may have in flight, so that it fits into the buffers of the sockets. */
    private static final int BYTES_IN_FLIGHT = 1 << 17;

    private static final int SOCKET_BUFFER_LENGTH = 1 << 20;
    /** After this time without an echo, those in flight are taken for lost, and others are sent. */
    private static final long LOST_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final long QUIET_MILLIS = 300;
    private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final int id;
    private final EchoProxyOptions options;
    private final int inFlight;
    private final EchoVerifier verifier;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(Datagrams.MAX_LENGTH);
    private final long[] sentNanos = new long[MOST_IN_FLIGHT];
    private final Histogram roundTripNanos = new Histogram(MAX_NANOS, 3);
    private final List<String> violations = new ArrayList<>();
    private final LongAdder sent = new LongAdder();
    private final LongAdder echoed = new LongAdder();
    private final LongAdder notices = new LongAdder();
    private final DatagramChannel channel;
    private final Selector selector;
    private final InetSocketAddress address;

    private long nextSequence;
    /** Those below have come back, or are taken for lost. */
    private long firstInFlight;

    private long lastProgressNanos;
    private long violationCount;
    private volatile boolean stopped;

    EchoClient(final int id, final EchoProxyOptions options, final SocketAddress proxy) throws IOException {
        this.id = id;
        this.options = options;
        this.inFlight = Math.max(1, Math.min(MOST_IN_FLIGHT, BYTES_IN_FLIGHT / options.clients / options.size.max()));
        this.verifier = new EchoVerifier(id, options);
        this.channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_LENGTH); // the kernel may give less
        channel.connect(proxy);
        this.address = (InetSocketAddress) channel.getLocalAddress();
        channel.configureBlocking(false);
        this.selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    InetSocketAddress address() {
        return address;
    }

    /** Sends and receives until {@link #stop} has been called and after that nothing has come for a while. */
    void run() throws IOException {
        final Datagrams datagrams = new Datagrams();
        final SplittableRandom sizes = new SplittableRandom(id);
        lastProgressNanos = System.nanoTime();
        for (; ; ) {
            final boolean stopped = this.stopped; // before the wait: all of the wait was after the last datagram
            while (!stopped && nextSequence - firstInFlight < inFlight) {
                send(datagrams, sizes.nextInt(options.size.min(), options.size.max() + 1));
            }
            if (selector.select(QUIET_MILLIS) > 0) {
                selector.selectedKeys().clear();
                receiveAll();
            } else if (stopped) {
                return;
            }
            if (System.nanoTime() - lastProgressNanos > LOST_NANOS) {
                firstInFlight = nextSequence;
                lastProgressNanos = System.nanoTime();
            }
        }
    }

    private void send(final Datagrams datagrams, final int length) throws IOException {
        datagrams.encode(buffer, 0, length, id, nextSequence);
        sentNanos[(int) (nextSequence % MOST_IN_FLIGHT)] = System.nanoTime();
        nextSequence++;
        if (channel.write(buffer) == length) {
            sent.increment();
        }
    }

    private void receiveAll() throws IOException {
        while (channel.receive(buffer.clear()) != null) {
            final long now = System.nanoTime();
            buffer.flip();
            final String violation = Notices.isNotice(buffer) ? onNotice() : onEcho(now);
            if (violation != null) {
                addViolation(violation);
            }
        }
    }

    private String onNotice() {
        notices.increment();
        return verifier.checkNotice(buffer);
    }

    private String onEcho(final long now) {
        echoed.increment();
        final long sequence = buffer.remaining() >= Datagrams.HEADER_LENGTH ? Datagrams.sequence(buffer, 0) : 0;
        final String violation = verifier.checkEcho(buffer, nextSequence);
        if (violation == null && sequence >= firstInFlight) { // others have been given up, and their time is forgotten
            roundTripNanos.recordValue(Math.max(
                    0, Math.min(now - sentNanos[(int) (sequence % MOST_IN_FLIGHT)], MAX_NANOS)));
            firstInFlight = sequence + 1;
            lastProgressNanos = now;
        }
        return violation;
    }

    private void addViolation(final String violation) {
        violationCount++;
        if (violations.size() < VIOLATIONS_KEPT) {
            violations.add("client " + id + ": " + violation);
        }
    }

    void stop() {
        stopped = true;
    }

    /** Returns how many datagrams the kernel accepted; may be called at any time. */
    long sent() {
        return sent.sum();
    }

    long echoed() {
        return echoed.sum();
    }

    long notices() {
        return notices.sum();
    }

    Histogram roundTripNanos() {
        return roundTripNanos;
    }

    long violationCount() {
        return violationCount;
    }

    /** Returns the first few violations. */
    List<String> violations() {
        return violations;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }
}
