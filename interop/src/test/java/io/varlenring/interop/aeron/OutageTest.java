// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.Publication;
import io.aeron.Subscription;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.ThreadWatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What each side says when the other one was not there all the time. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OutageTest {
    private static final int STREAM = 7;
    private static final String ANY_PORT = "aeron:udp?endpoint=127.0.0.1:0";

    private final ThreadWatch watch = new ThreadWatch(System.err, 60_000);
    private final VarLenMpscRing nearRing = VarLenMpscRing.allocate(1 << 16);
    private final VarLenMpscRing farRing = VarLenMpscRing.allocate(1 << 16);

    private String resolve(final Subscription subscription) throws InterruptedException {
        assertTrue(watch.await("the port", () -> subscription.tryResolveChannelEndpointPort() != null));
        return subscription.tryResolveChannelEndpointPort();
    }

    @Test
    void nearSide_farSideAwayForTooLong_failsAndSaysSo() throws Exception {
        try (Machine near = new Machine(watch)) {
            final NearSide nearSide;
            final Thread thread;
            try (Machine far = new Machine(watch)) {
                final Subscription subscription = far.aeron().addSubscription(ANY_PORT, STREAM);
                final Publication publication = near.aeron().addExclusivePublication(resolve(subscription), STREAM);
                nearSide = new NearSide(nearRing, publication);
                thread = watch.start("near-side", nearSide::run);
                assertTrue(watch.await("connecting", publication::isConnected));
                final RingProducer producer = nearRing.newProducer();
                assertTrue(producer.offer(new byte[100], 0, 100));
                assertTrue(watch.await("publishing", nearRing::isEmpty));
                Thread.sleep(500); // the near side has seen that it is connected
            }
            thread.join();

            assertEquals(1, nearSide.outages());
            assertTrue(
                    watch.failures().get(0).contains("the far side has been away since position "),
                    watch.failures()::toString);
        }
    }

    @Test
    void farSide_joinsInTheMiddle_failsAndSaysSo() throws Exception {
        try (Machine near = new Machine(watch)) {
            final NearSide nearSide;
            final Thread thread;
            final String channel;
            try (Machine first = new Machine(watch)) {
                final Subscription subscription = first.aeron().addSubscription(ANY_PORT, STREAM);
                channel = resolve(subscription);
                final Publication publication = near.aeron().addExclusivePublication(channel, STREAM);
                nearSide = new NearSide(nearRing, publication);
                thread = watch.start("near-side", nearSide::run);
                assertTrue(watch.await("connecting", publication::isConnected));
                final RingProducer producer = nearRing.newProducer();
                assertTrue(producer.offer(new byte[100], 0, 100));
                assertTrue(watch.await(
                        "receiving", () -> subscription.poll((buffer, offset, length, header) -> {}, 1) == 1));
            }
            try (Machine second = new Machine(watch)) { // the same far side, restarted
                final Subscription subscription = second.aeron().addSubscription(channel, STREAM);
                final FarSide farSide = new FarSide(subscription, farRing);
                final Thread farThread = watch.start("far-side", farSide::run);
                assertTrue(watch.await("joining", subscription::isConnected));
                nearRing.close();
                thread.join();
                farThread.join();
            }
            assertTrue(
                    watch.failures().stream().anyMatch(failure -> failure.contains("joined late: the first 160 bytes")),
                    watch.failures()::toString);
        }
    }
}
