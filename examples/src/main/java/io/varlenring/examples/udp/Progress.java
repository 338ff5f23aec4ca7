// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.VarLenMpscRing;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints how fast datagrams come, are handed over and are refused, each time since the last time. */
final class Progress {
    private static final double NANOS_PER_SECOND = 1e9;

    private final List<Listener> listeners;
    private final HandoverHandler handler;
    private final VarLenMpscRing ring;
    private final PrintStream out;

    private long lastNanos;
    private long lastReceived;
    private long lastHandedOver;
    private long lastRefused;

    Progress(
            final List<Listener> listeners,
            final HandoverHandler handler,
            final VarLenMpscRing ring,
            final PrintStream out,
            final long startNanos) {
        this.listeners = listeners;
        this.handler = handler;
        this.ring = ring;
        this.out = out;
        this.lastNanos = startNanos;
    }

    void print(final int second) {
        final long nanos = System.nanoTime();
        final long received = listeners.stream().mapToLong(Listener::received).sum();
        final long handedOver = handler.records();
        final long refused = listeners.stream().mapToLong(Listener::refused).sum();
        final double seconds = (nanos - lastNanos) / NANOS_PER_SECOND;
        out.printf(
                Locale.ROOT,
                "%4d s  received %,9.0f/s  handed over %,9.0f/s  refused %,9.0f/s  ring %,d of %,d bytes%n",
                second,
                (received - lastReceived) / seconds,
                (handedOver - lastHandedOver) / seconds,
                (refused - lastRefused) / seconds,
                ring.size(),
                ring.capacity());
        lastNanos = nanos;
        lastReceived = received;
        lastHandedOver = handedOver;
        lastRefused = refused;
    }
}
