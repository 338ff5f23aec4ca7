// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.embedded.EmbeddedChannel;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class PipelineFailuresTest {
    private final ThreadWatch watch = new ThreadWatch(new PrintStream(OutputStream.nullOutputStream()), 1);

    @Test
    void exceptionThatNobodyCaught_failsTheRun() {
        fire(new IllegalStateException("a bug"));
        fire(new AssertionError("another"));

        assertEquals(2, watch.failures().size(), () -> watch.failures().toString());
    }

    @Test
    void whatThePeerDid_doesNot() {
        fire(new IOException("reset"));

        assertEquals(0, watch.failures().size(), () -> watch.failures().toString());
    }

    private void fire(final Throwable failure) {
        final EmbeddedChannel channel = new EmbeddedChannel(new QuicNetty.PipelineFailures(watch));
        channel.pipeline().fireExceptionCaught(failure);
        channel.checkException(); // nothing has gone on to the end of the pipeline
        channel.close();
    }
}
