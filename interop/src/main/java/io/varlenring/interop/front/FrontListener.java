// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.varlenring.interop.front.QuicRecords.Peer;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A thread of the front: takes datagrams from its socket and puts each into the ring of the handler that it belongs to.
 *
 * <p>Which ring that is stands in the datagram, so it is known only once the datagram is somewhere, and Java cannot peek at a
 * socket. The listener bets on the ring of the datagram before: bursts of one connection make that a good bet, and with one
 * handler it is always won. It claims a batch there, receives into it, and then reads the header. When the bet is won, the
 * record stays where it is, and the next datagram is received behind it; so the first of a burst waits for the others, which
 * are few at most. When it is lost, the record is offered to the right ring, which copies it, and the batch is committed
 * after that: until then the bytes are the batch's.
 *
 * <p>When the ring that was bet on is full, the datagram is received into a buffer on the side, and copied from there: it may
 * be for another ring, and it may be short enough for this one after all. Only when that fails too it is dropped, and QUIC
 * sends its content again. After a malformed datagram no ring is likely, and the next one is received on the side as well: a
 * flood of garbage costs the rings nothing.
 *
 * <p>What is said here of rings is true of each kind of {@link Inlet} that has space to receive into; to one that has none,
 * all is offered.
 *
 * <p>Per datagram nothing is allocated here. The JDK makes a new address whenever the sender is not the one before, and
 * then so does this class; the record has the bare bytes.
 */
public final class FrontListener implements Runnable, Closeable {
    private static final long QUIET_MILLIS = 200;
    /** How long it goes on when it is to finish and datagrams never stop. */
    private static final long FINISH_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** How many datagrams wait for each other at the most. */
    static final int BURST = 16;

    private static final int NONE = -1;
    /** Shorter ones are not answered (RFC 9000, section 6.1), so that nobody is sent more than was sent in his name. */
    private static final int MIN_NEGOTIATED_LENGTH = 1200;

    private final int id;
    private final DatagramChannel channel;
    private final Selector selector;
    private final Inlet[] inlets;
    private final Consumer<SelectionKey> ready =
            key -> {}; // so that the selector keeps no set of keys, which allocates
    private final QuicHeader header = new QuicHeader(HandlerIds.LENGTH);
    private final ByteBuffer aside = ByteBuffer.allocateDirect(QuicRecords.CLAIM_LENGTH);

    private final ByteBuffer answer = ByteBuffer.allocate(QuicRecords.MAX_DATAGRAM_LENGTH);
    private final FrontCounts counts;

    private int likelyHandler = NONE;
    private SocketAddress lastSender;
    private Peer lastPeer;

    private volatile boolean finishing;

    /** Makes the listener of a channel, which is bound and non-blocking, and from now on the listener's to close. */
    public FrontListener(final int id, final DatagramChannel channel, final Inlet... inlets) throws IOException {
        this.id = id;
        this.channel = channel;
        this.inlets = inlets;
        this.counts = new FrontCounts(inlets.length);
        this.selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    /** Receives until {@link #finish} has been called, and after that until nothing has come for a while, or for some time. */
    @Override
    public void run() {
        try {
            while (!finishing) {
                selector.select(ready, QUIET_MILLIS);
                while (!finishing && receive()) {
                    // all that has come
                }
            }
            final long deadline = System.nanoTime() + FINISH_NANOS;
            do {
                while (System.nanoTime() - deadline < 0 && receive()) {
                    // the rest
                }
            } while (System.nanoTime() - deadline < 0 && selector.select(ready, QUIET_MILLIS) > 0);
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Takes datagrams from the socket while the bet is won, but not too many; returns {@code false} when the selector is to say whether there are more. */
    private boolean receive() throws IOException {
        final int handler = likelyHandler;
        final Inlet inlet = handler == NONE ? null : inlets[handler];
        ByteBuffer space = inlet == null ? null : inlet.tryClaim();
        if (space == null) {
            return receive(aside.clear(), null);
        }
        try {
            boolean more = true;
            for (int i = 1; more && space != null; i++) {
                more = receive(space, inlet);
                if (!more || likelyHandler != handler || i == BURST) {
                    break;
                }
                space = inlet.tryClaim();
                more = space != null; // an empty batch is no way to learn whether there is more
            }
            return more;
        } finally {
            inlet.release();
        }
    }

    private boolean receive(final ByteBuffer record, final Inlet claimed) throws IOException {
        final int start = record.position();
        final int datagram = start + QuicRecords.HEADER_LENGTH;
        record.position(datagram);
        final SocketAddress sender = channel.receive(record);
        if (sender == null) {
            return false;
        }
        counts.received.increment();
        final int length = record.position() - datagram;
        final Drop malformed =
                length > QuicRecords.MAX_DATAGRAM_LENGTH ? Drop.TOO_LARGE : header.read(record, datagram, length);
        if (malformed != null) {
            counts.drop(malformed);
            if (malformed == Drop.OTHER_VERSION && length >= MIN_NEGOTIATED_LENGTH) {
                QuicHeader.putVersionNegotiation(answer, record, datagram);
                channel.send(answer, sender); // or not, when the socket is full: the client asks again
            }
            likelyHandler = NONE;
            return true;
        }
        QuicRecords.putHeader(record, start, System.nanoTime(), id, peerOf(sender));
        final int handler = HandlerIds.handlerOf(record, header, inlets.length);
        if (claimed != null && handler == likelyHandler) {
            claimed.commit(QuicRecords.HEADER_LENGTH + length);
            counts.handIn(counts.inPlace, handler);
        } else {
            offer(handler, record.limit(datagram + length).position(start));
        }
        likelyHandler = handler;
        return true;
    }

    private void offer(final int handler, final ByteBuffer record) {
        if (inlets[handler].offer(record)) {
            counts.handIn(counts.copied, handler);
        } else {
            counts.drop(Drop.RING_FULL);
        }
    }

    /** By identity: while the sender stays the same, the channel returns the same object. */
    private Peer peerOf(final SocketAddress sender) {
        if (sender != lastSender) {
            lastSender = sender;
            lastPeer = Peer.of((InetSocketAddress) sender);
        }
        return lastPeer;
    }

    public void finish() {
        finishing = true;
    }

    public FrontCounts counts() {
        return counts;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }
}
