// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.Publication;
import io.aeron.Subscription;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.ThreadWatch;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
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
    private final Machine near = new Machine(watch);

    private Subscription acknowledgements;
    private String farChannel;
    private Publication publication;
    private NearSide nearSide;
    private VarLenMpscRing farRing;

    @AfterEach
    void close() {
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
        nearSide = new NearSide(1 << 16, publication, acknowledgements, watch);
        nearSide.thread.start();
        assertTrue(watch.await("connecting", publication::isConnected));
        return far;
    }

    private Thread startFarSide(final Machine machine, final Subscription subscription, final int capacity) {
        farRing = VarLenMpscRing.allocate(capacity);
        final FarSide side = new FarSide(subscription, farRing, machine.publish(acknowledgements));
        return watch.start("far-side", side::run);
    }

    private void send(final int messages) throws InterruptedException {
        final RingProducer producer = nearSide.ring.newProducer();
        for (int i = 0; i < messages; i++) {
            assertTrue(producer.offer(new byte[LENGTH], 0, LENGTH));
        }
        assertTrue(watch.await("publishing", nearSide.ring::isEmpty));
        assertTrue(watch.await("acknowledging", () -> nearSide.takenUpTo == 2 * FRAME_LENGTH));
    }

    private void assertFailed(final String words) {
        assertTrue(watch.failures().stream().anyMatch(failure -> failure.contains(words)), watch.failures()::toString);
    }

    private void assertLost(final int published, final int taken) {
        assertFailed("the far side has gone, or was restarted: it had taken what is before position " + taken
                + ", so up to " + (published - taken) + " bytes are lost");
    }

    @Test
    void nearSide_farSideAwayForTooLong_failsAndSaysWhatIsLost() throws Exception {
        final Machine far = start();
        send(3);
        far.close();
        nearSide.thread.join();

        assertLost(3 * FRAME_LENGTH, 2 * FRAME_LENGTH);
    }

    /** On the same port, and sooner than the publication can tell. */
    @Test
    void nearSide_farSideRestartedAtOnce_failsAndSaysWhatIsLost() throws Exception {
        final Machine first = start();
        send(5);
        first.close();
        try (Machine second = new Machine(watch)) {
            startFarSide(second, second.subscribe(farChannel), 1 << 16);
            nearSide.thread.join();
        }

        assertLost(5 * FRAME_LENGTH, 2 * FRAME_LENGTH);
    }

    @Test
    void farSide_joinsInTheMiddle_failsAndSaysSo() throws Exception {
        acknowledgements = near.subscribe();
        final Machine first = new Machine(watch);
        final Subscription before = first.subscribe();
        farChannel = before.tryResolveChannelEndpointPort();
        publication = near.publish(before);
        assertTrue(watch.await("publishing", () -> publication.offer(new UnsafeBuffer(new byte[LENGTH])) > 0));
        assertTrue(watch.await("receiving", () -> before.poll((buffer, offset, length, header) -> {}, 1) == 1));
        first.close();
        try (Machine second = new Machine(watch)) {
            final Subscription after = second.subscribe(farChannel);
            final Thread farThread = startFarSide(second, after, 1 << 16);
            assertTrue(watch.await("joining", after::isConnected));
            publication.close();
            farThread.join();
        }

        assertFailed("joined late: the first " + FRAME_LENGTH + " bytes of the stream are lost");
    }

    @Test
    void nearSide_farSideSlow_endsWhenAllIsTaken() throws Exception {
        final Machine far = start();
        send(3);
        nearSide.ring.close();
        nearSide.thread.join(1_000);
        assertTrue(nearSide.thread.isAlive(), "a message has not been taken");
        farRing.consumer().drain(record -> {});
        nearSide.thread.join();
        assertEquals(List.of(), watch.failures());
        far.close();
    }
}
