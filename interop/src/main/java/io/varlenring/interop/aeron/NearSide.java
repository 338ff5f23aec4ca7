// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.varlenring.ControlledRecordHandler;
import io.varlenring.RingConsumer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import io.varlenring.examples.harness.ThreadWatch;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Drains the first ring into a publication.
 *
 * <p>What the publication does not take now stays in the ring: the handler answers {@code ABORT}, and the record is the
 * first one of the next drain. While the publication takes nothing the ring fills, and refuses.
 *
 * <p>A publication does not tell one subscriber from another: when the far side is restarted at once, all that is to be seen
 * here is a stream that goes on. What the one before had received and not taken is gone with it. So the far side acknowledges
 * what it has taken, on a stream back, which tells when it has gone and when another one is there.
 */
final class NearSide {
    private static final long RETRY_NANOS = 20_000;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    final Thread thread;
    final VarLenMpscRing ring;

    private final Publication publication;
    private final Subscription acknowledgements;
    private final FragmentHandler acknowledge = this::acknowledge;
    private final UnsafeBuffer record = new UnsafeBuffer(0, 0);
    private final ControlledRecordHandler publish = this::publish;

    private Image farSide;
    volatile long takenUpTo; // for tests, by other threads too
    private long publishedUpTo; // a publication that has been closed does not tell it any more
    private long result;
    private long backPressured;

    /** Makes a ring, and a thread to be started that drains it. */
    NearSide(
            final int capacity,
            final Publication publication,
            final Subscription acknowledgements,
            final ThreadWatch watch) {
        this.publication = publication;
        this.acknowledgements = acknowledgements;
        this.thread = watch.newThread("near-side", this::run); // the ring's hook needs it, so it comes first
        this.ring = VarLenMpscRing.builder()
                .capacity(capacity)
                .hook(WakeupHook.unpark(thread))
                .build();
    }

    /** Publishes until the ring is closed and empty and the far side has taken all, and then ends the stream. */
    private void run() {
        final RingConsumer consumer = ring.consumer();
        try (publication) { // to close it tells the other side that this was all
            while (!(ring.isClosed() && ring.isEmpty())) {
                lookAtFarSide();
                if (farSide == null) { // nothing is published before it is known whose the acknowledgements are
                    LockSupport.parkNanos(RETRY_NANOS);
                    continue;
                }
                result = 1;
                final int published = consumer.drainControlled(publish, Integer.MAX_VALUE);
                if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED) {
                    throw new IllegalStateException("the publication has ended: " + Publication.errorString(result));
                }
                if (result < 0) {
                    LockSupport.parkNanos(RETRY_NANOS);
                } else if (published == 0 && consumer.arm()) {
                    LockSupport.parkNanos(this, LOOK_NANOS); // not for ever: the far side may go while nothing comes
                }
            }
            while (takenUpTo != publication.position()) {
                lookAtFarSide();
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void lookAtFarSide() {
        if (farSide == null && acknowledgements.imageCount() > 0) {
            farSide = acknowledgements.imageAtIndex(0);
        }
        if (farSide != null) {
            farSide.poll(acknowledge, Integer.MAX_VALUE);
            if (farSide.isClosed() || acknowledgements.imageCount() > 1) {
                throw new IllegalStateException(
                        "the far side has gone, or was restarted: it had taken what is before position " + takenUpTo
                                + ", so up to " + (publishedUpTo - takenUpTo) + " bytes are lost");
            }
        }
    }

    private void acknowledge(final DirectBuffer buffer, final int offset, final int length, final Header header) {
        takenUpTo = buffer.getLong(offset);
    }

    private ControlledRecordHandler.Action publish(final ByteBuffer bytes) {
        record.wrap(bytes, bytes.position(), bytes.remaining()); // the ring's own memory, no copy
        result = publication.offer(record, 0, bytes.remaining());
        if (result < 0) {
            backPressured++;
            return ControlledRecordHandler.Action.ABORT;
        }
        publishedUpTo = result;
        return ControlledRecordHandler.Action.CONTINUE;
    }

    /** Returns how often the publication did not take a record; for the time after the thread has ended. */
    long backPressured() {
        return backPressured;
    }
}
