// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints how fast echoes and notices come, and tasklets run, each time since the last time. */
final class EchoProgress {
    private static final double NANOS_PER_SECOND = 1e9;

    private final List<EchoClient> clients;
    private final ProxyLoop proxy;
    private final PrintStream out;

    private long lastNanos;
    private long lastEchoed;
    private long lastNotices;
    private long lastRuns;

    EchoProgress(final List<EchoClient> clients, final ProxyLoop proxy, final PrintStream out, final long startNanos) {
        this.clients = clients;
        this.proxy = proxy;
        this.out = out;
        this.lastNanos = startNanos;
    }

    void print(final int second) {
        final long nanos = System.nanoTime();
        final long echoed = clients.stream().mapToLong(EchoClient::echoed).sum();
        final long notices = clients.stream().mapToLong(EchoClient::notices).sum();
        final long runs = proxy.stats().runs();
        final double seconds = (nanos - lastNanos) / NANOS_PER_SECOND;
        out.printf(
                Locale.ROOT,
                "%4d s  echoed %,9.0f/s  notices %,9.0f/s  tasklet runs %,9.0f/s  ring %,d of %,d bytes%n",
                second,
                (echoed - lastEchoed) / seconds,
                (notices - lastNotices) / seconds,
                (runs - lastRuns) / seconds,
                proxy.ring().size(),
                proxy.ring().capacity());
        lastNanos = nanos;
        lastEchoed = echoed;
        lastNotices = notices;
        lastRuns = runs;
    }
}
