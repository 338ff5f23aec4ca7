// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.varlenring.examples.harness.ThreadWatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SleepingMillisIdleStrategy;

/** What a machine needs to talk Aeron: a media driver of its own, and a client. */
final class Machine implements AutoCloseable {
    /** After this time without a word from the other side a machine lets go of a stream. */
    private static final long IMAGE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final String ANY_PORT = "aeron:udp?endpoint=127.0.0.1:0";
    private static final int STREAM = 1001;

    private final ThreadWatch watch;
    private final MediaDriver driver;
    private final Aeron aeron;

    Machine(final ThreadWatch watch) {
        this.watch = watch;
        this.driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                .threadingMode(ThreadingMode.SHARED) // one thread; by default it would be three that spin
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .imageLivenessTimeoutNs(IMAGE_TIMEOUT_NANOS)
                .publicationTermBufferLength(BridgeOptions.TERM_BYTES)
                .errorHandler(failure -> watch.threw("the media driver", failure)));
        try {
            this.aeron = Aeron.connect(new Aeron.Context()
                    .aeronDirectoryName(driver.aeronDirectoryName())
                    .idleStrategy(new SleepingMillisIdleStrategy(1))
                    .errorHandler(failure -> watch.threw("the Aeron client", failure)));
        } catch (final RuntimeException failure) {
            driver.close();
            throw failure;
        }
    }

    /** Opens a subscription on a port that the system chooses. */
    Subscription subscribe() throws InterruptedException {
        return subscribe(ANY_PORT);
    }

    /** Opens a subscription, and waits until it listens. */
    Subscription subscribe(final String channel) throws InterruptedException {
        final Subscription subscription = aeron.addSubscription(channel, STREAM);
        watch.await("opening the subscription", () -> subscription.tryResolveChannelEndpointPort() != null);
        return subscription;
    }

    Publication publish(final Subscription subscription) {
        return aeron.addExclusivePublication(subscription.tryResolveChannelEndpointPort(), STREAM);
    }

    @Override
    public void close() {
        aeron.close();
        driver.close();
    }
}
