// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.Publication;
import io.aeron.Subscription;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.ThreadWatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the near side says when the far side was not there all the time. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OutageTest {
    private static final int LENGTH = 100;
    /** What a message takes in the stream: a header of 32 bytes, and a multiple of 32 in all. */
    private static final int FRAME_LENGTH = 160;

    /** The ring of a far side whose handler has died: it takes two messages. */
    private static final int TWO_MESSAGES = 256;

    private final ThreadWatch watch = new ThreadWatch(System.err, 60_000);
    private final VarLenMpscRing nearRing = VarLenMpscRing.allocate(1 << 16);
    private final Machine near = new Machine(watch);

    private Subscription acknowledgements;
    private String farChannel;
    private Publication publication;
    private NearSide nearSide;
    private Thread nearThread;

    @AfterEach
    void close() {
        nearRing.close();
        near.close();
    }

    /** Starts the first far side, and the near side. */
    private Machine start() throws InterruptedException {
        acknowledgements = near.subscribe();
        final Machine far = new Machine(watch);
        final Subscription subscription = far.subscribe();
        farChannel = subscription.tryResolveChannelEndpointPort();
        startFarSide(far, subscription, TWO_MESSAGES);
        publication = near.publish(subscription);
        nearSide = new NearSide(nearRing, publication, acknowledgements);
        nearThread = watch.start("near-side", nearSide::run);
        assertTrue(watch.await("connecting", publication::isConnected));
        return far;
    }

    private Thread startFarSide(final Machine machine, final Subscription subscription, final int capacity) {
        final FarSide side =
                new FarSide(subscription, VarLenMpscRing.allocate(capacity), machine.publish(acknowledgements));
        return watch.start("far-side", side::run);
    }

    private void send(final int messages) throws InterruptedException {
        final RingProducer producer = nearRing.newProducer();
        for (int i = 0; i < messages; i++) {
            assertTrue(producer.offer(new byte[LENGTH], 0, LENGTH));
        }
        assertTrue(watch.await("publishing", nearRing::isEmpty));
        Thread.sleep(500); // all of it is acknowledged that will be
    }

    private void assertFailed(final String words) {
        assertTrue(watch.failures().stream().anyMatch(failure -> failure.contains(words)), watch.failures()::toString);
    }

    @Test
    void nearSide_farSideAwayForTooLong_failsAndSaysWhatIsLost() throws Exception {
        final Machine far = start();
        send(3);
        far.close();
        nearThread.join();

        assertEquals(1, nearSide.outages());
        assertFailed("the far side has been away for longer than the image timeout, at position " + 3 * FRAME_LENGTH
                + "; it had taken what is before position " + 2 * FRAME_LENGTH + ": up to " + FRAME_LENGTH
                + " bytes are lost");
    }

    /** On the same port, and sooner than the publication can tell. */
    @Test
    void bothSides_farSideRestartedAtOnce_failAndSayWhatIsLost() throws Exception {
        final Machine first = start();
        send(5);
        first.close();
        try (Machine second = new Machine(watch)) {
            final Thread farThread = startFarSide(second, second.subscribe(farChannel), 1 << 16);
            nearThread.join();
            publication.close();
            farThread.join();
        }

        assertFailed("the far side was restarted, and joined at position " + 5 * FRAME_LENGTH
                + "; the one before had taken what is before position " + 2 * FRAME_LENGTH + ": the "
                + 3 * FRAME_LENGTH + " bytes between are lost");
        assertFailed("joined late: the first " + 5 * FRAME_LENGTH + " bytes of the stream are lost");
    }

    @Test
    void nearSide_farSideSlow_endsWhenAllIsTaken() throws Exception {
        final Machine far = start();
        send(3);
        nearRing.close();
        nearThread.join(1_000);
        assertTrue(nearThread.isAlive(), "a message has not been taken");
    }
}
