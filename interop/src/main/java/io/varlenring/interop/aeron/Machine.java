// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.File;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SleepingMillisIdleStrategy;

/** What a machine needs to talk Aeron: a media driver of its own, and a client. */
final class Machine implements AutoCloseable {
    /** After this time without a word from the other side a machine lets go of a stream. */
    private static final long IMAGE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Aeron warns, which is a failure here, where less than 160 MiB are free. */
    private static final long ENOUGH_BYTES = 512 << 20;

    private static final String ANY_PORT = "aeron:udp?endpoint=127.0.0.1:0";
    private static final int STREAM = 1001;

    private final ThreadWatch watch;
    private final MediaDriver driver;
    private final Aeron aeron;

    Machine(final ThreadWatch watch) {
        this.watch = watch;
        this.driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                .aeronDirectoryName(newDirectory())
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

    /** In memory, unless there is as little of it as containers have by default. */
    private static String newDirectory() {
        final File memory = new File("/dev/shm");
        final boolean isEnough = memory.canWrite() && memory.getUsableSpace() >= ENOUGH_BYTES;
        return (isEnough ? memory : System.getProperty("java.io.tmpdir")) + "/aeron-" + UUID.randomUUID();
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
