// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.varlenring.ControlledRecordHandler;
import io.varlenring.RingConsumer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
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
 * here is a stream that goes on. What the one before had received and not taken is gone with it. So the far side says where
 * it has joined the stream and how far it has come, on a stream back, and this side ends when all has been taken.
 */
final class NearSide {
    private static final long RETRY_NANOS = 20_000;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final VarLenMpscRing ring;
    private final Publication publication;
    private final Subscription acknowledgements;
    private final FragmentHandler acknowledge = this::acknowledge;
    private final UnsafeBuffer record = new UnsafeBuffer(0, 0);
    private final ControlledRecordHandler publish = this::publish;

    private boolean wasConnected;
    private long lostNanos;
    private long outages;
    private long result;
    private long backPressured;
    private long joinedAt;
    private long takenUpTo;

    NearSide(final VarLenMpscRing ring, final Publication publication, final Subscription acknowledgements) {
        this.ring = ring;
        this.publication = publication;
        this.acknowledgements = acknowledgements;
    }

    /** Makes a ring that wakes the thread on which the near side is going to run. */
    static VarLenMpscRing newRing(final int capacity, final Thread thread) {
        return VarLenMpscRing.builder()
                .capacity(capacity)
                .hook(WakeupHook.unpark(thread))
                .build();
    }

    /** Publishes until the ring is closed and empty and the far side has taken all, and then ends the stream. */
    void run() {
        final RingConsumer consumer = ring.consumer();
        while (!(ring.isClosed() && ring.isEmpty())) {
            lookAtFarSide();
            result = 1;
            final int published = consumer.drainControlled(publish, Integer.MAX_VALUE);
            if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED) {
                throw new IllegalStateException("the publication is at its end: " + Publication.errorString(result));
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
        publication.close(); // which tells the other side that this was all
    }

    private void lookAtFarSide() {
        lookForOutage();
        acknowledgements.poll(acknowledge, Integer.MAX_VALUE);
        if (joinedAt > 0) {
            throw new IllegalStateException("the far side was restarted, and joined at position " + joinedAt
                    + "; the one before had taken what is before position " + takenUpTo + ": the "
                    + (joinedAt - takenUpTo) + " bytes between are lost");
        }
    }

    private void acknowledge(final DirectBuffer buffer, final int offset, final int length, final Header header) {
        if (FarSide.joinedAt(buffer, offset) > 0) {
            joinedAt = FarSide.joinedAt(buffer, offset);
        } else {
            takenUpTo = FarSide.takenUpTo(buffer, offset);
        }
    }

    /** Notices when the far side goes and when it comes back. After more than the image timeout it has let go of the stream. */
    private void lookForOutage() {
        final boolean isConnected = publication.isConnected();
        if (wasConnected && !isConnected) {
            outages++;
            lostNanos = System.nanoTime();
        }
        wasConnected = isConnected;
        if (!isConnected && outages > 0 && System.nanoTime() - lostNanos > Machine.IMAGE_TIMEOUT_NANOS) {
            throw new IllegalStateException("the far side has been away for longer than the image timeout, at position "
                    + publication.position() + "; it had taken what is before position " + takenUpTo + ": up to "
                    + (publication.position() - takenUpTo) + " bytes are lost");
        }
    }

    /** Returns how often the far side went away; for the time after {@link #run()}. */
    long outages() {
        return outages;
    }

    private ControlledRecordHandler.Action publish(final ByteBuffer bytes) {
        record.wrap(bytes, bytes.position(), bytes.remaining()); // the ring's own memory, no copy
        result = publication.offer(record, 0, bytes.remaining());
        if (result < 0) {
            backPressured++;
            return ControlledRecordHandler.Action.ABORT;
        }
        return ControlledRecordHandler.Action.CONTINUE;
    }

    /** Returns how often the publication did not take a record; for the time after {@link #run()}. */
    long backPressured() {
        return backPressured;
    }
}
