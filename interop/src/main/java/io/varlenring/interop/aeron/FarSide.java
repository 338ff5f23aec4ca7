// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.aeron.ControlledFragmentAssembler;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.Header;
import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Polls a subscription into the second ring.
 *
 * <p>What the ring does not take now stays in the log of the subscription: the handler answers {@code ABORT}, and the message
 * comes again with the next poll. While nothing is taken the receiver's window closes, the publication on the other machine
 * says that it is back-pressured, and so the first ring fills.
 *
 * <p>A message longer than a datagram comes in fragments; the assembler puts it together, and aborting its last fragment is
 * aborting all of it.
 */
final class FarSide {
    private static final int FRAGMENTS = 64;
    private static final long IDLE_NANOS = 20_000;

    private final Subscription subscription;
    private final Publication acknowledgements;
    private final UnsafeBuffer acknowledgement = new UnsafeBuffer(new byte[Long.BYTES]);
    private final VarLenMpscRing ring;
    private final RingProducer producer;

    private long ringFull;
    /** What was published before this side was there: it was another one's, which is gone. */
    private long missedBytes;

    private long takenUpTo;
    private long acknowledgedUpTo = -1;

    FarSide(final Subscription subscription, final VarLenMpscRing ring, final Publication acknowledgements) {
        this.subscription = subscription;
        this.acknowledgements = acknowledgements;
        this.ring = ring;
        this.producer = ring.newProducer();
    }

    /** Polls until the stream has ended, and closes the ring. */
    void run() {
        final ControlledFragmentAssembler assembler = new ControlledFragmentAssembler(this::onMessage);
        Image image = null;
        // until all of the stream was taken, or nothing more can come
        while (image == null ? !subscription.isClosed() : !image.isEndOfStream() && !image.isClosed()) {
            if (image == null && subscription.imageCount() > 0) {
                image = subscription.imageAtIndex(0);
                missedBytes = image.joinPosition();
                takenUpTo = missedBytes;
            }
            if (image == null || image.controlledPoll(assembler, FRAGMENTS) == 0) {
                LockSupport.parkNanos(IDLE_NANOS);
            }
            if (image != null) {
                acknowledge();
            }
        }
        ring.close();
        acknowledgements.close();
        if (missedBytes > 0) {
            throw new IllegalStateException("joined late: the first " + missedBytes + " bytes of the stream are lost");
        }
        if (image != null && !image.isEndOfStream()) {
            throw new IllegalStateException("the connection was lost at position " + image.position());
        }
    }

    /** Says how far this side has come; when the stream back does not take that now, again with the next poll. */
    private void acknowledge() {
        if (acknowledgedUpTo != takenUpTo) {
            acknowledgement.putLong(0, takenUpTo);
            if (acknowledgements.offer(acknowledgement) > 0) {
                acknowledgedUpTo = takenUpTo;
            }
        }
    }

    private ControlledFragmentHandler.Action onMessage(
            final DirectBuffer buffer, final int offset, final int length, final Header header) {
        try (RingClaim claim = producer.tryClaim(length)) {
            if (claim == null) {
                ringFull++;
                return ControlledFragmentHandler.Action.ABORT;
            }
            buffer.getBytes(offset, claim.buffer(), length);
            claim.commit();
            takenUpTo = header.position();
            return ControlledFragmentHandler.Action.CONTINUE;
        }
    }

    /** Returns how often the ring did not take a message; for the time after {@link #run()}. */
    long ringFull() {
        return ringFull;
    }
}
