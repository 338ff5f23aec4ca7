// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.varlenring.examples.harness.ThreadWatch;
import org.agrona.concurrent.SleepingMillisIdleStrategy;

/** What a machine needs to talk Aeron: a media driver of its own, and a client. */
final class Machine implements AutoCloseable {
    private final MediaDriver driver;
    private final Aeron aeron;

    Machine(final ThreadWatch watch) {
        this.driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                .threadingMode(ThreadingMode.SHARED) // one thread; by default it would be three that spin
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
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

    Aeron aeron() {
        return aeron;
    }

    @Override
    public void close() {
        aeron.close();
        driver.close();
    }
}
