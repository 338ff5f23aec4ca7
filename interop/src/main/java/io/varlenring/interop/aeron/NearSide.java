// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.aeron.Publication;
import io.varlenring.ControlledRecordHandler;
import io.varlenring.RingConsumer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Drains the first ring into a publication.
 *
 * <p>What the publication does not take now stays in the ring: the handler answers {@code ABORT}, and the record is the
 * first one of the next drain. While the publication takes nothing the ring fills, and refuses.
 */
final class NearSide {
    private static final long RETRY_NANOS = 20_000;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final VarLenMpscRing ring;
    private final Publication publication;
    private final UnsafeBuffer record = new UnsafeBuffer(0, 0);
    private final ControlledRecordHandler publish = this::publish;

    private boolean wasConnected;
    private long lostNanos;
    private long outages;
    private long result;
    private long backPressured;

    NearSide(final VarLenMpscRing ring, final Publication publication) {
        this.ring = ring;
        this.publication = publication;
    }

    /** Makes a ring that wakes the thread on which the near side is going to run. */
    static VarLenMpscRing newRing(final int capacity, final Thread thread) {
        return VarLenMpscRing.builder()
                .capacity(capacity)
                .hook(WakeupHook.unpark(thread))
                .build();
    }

    /** Publishes until the ring is closed and empty, and then ends the stream. */
    void run() {
        final RingConsumer consumer = ring.consumer();
        while (!(ring.isClosed() && ring.isEmpty())) {
            lookForOutage();
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
        publication.close(); // the driver sends what is still there, and then tells the other side that this was all
    }

    /**
     * Notices when the far side goes and when it comes back. After more than the image timeout it has let go of the stream: what
     * it had not polled by then is gone, and when it comes back it begins at what is published then.
     */
    private void lookForOutage() {
        final boolean isConnected = publication.isConnected();
        if (wasConnected && !isConnected) {
            outages++;
            lostNanos = System.nanoTime();
        }
        wasConnected = isConnected;
        if (!isConnected && outages > 0 && System.nanoTime() - lostNanos > Machine.IMAGE_TIMEOUT_NANOS) {
            throw new IllegalStateException("the far side has been away since position " + publication.position()
                    + ", for longer than the image timeout: what it had not polled is lost");
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
