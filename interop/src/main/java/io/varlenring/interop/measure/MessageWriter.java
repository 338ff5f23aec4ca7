// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import io.varlenring.examples.harness.Options;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes messages of random lengths, at a rate or as fast as it can, and tries again while there is no room.
 *
 * <p>A message's time is the one at which it was due, or of the first try where there is no rate: having to wait for room is
 * part of its latency.
 */
public final class MessageWriter {
    private static final long RETRY_NANOS = 50_000;

    /** Where messages go. */
    @FunctionalInterface
    public interface Target {
        /** Writes a message of {@code length} bytes; {@code false} when there is no room right now. */
        boolean tryWrite(int length, long sequence, long sendNanos);
    }

    private final Target target;
    private final Options.Range size;
    private final long intervalNanos;
    private final SplittableRandom lengths;
    private final LongAdder sent = new LongAdder();
    private final LongAdder refused = new LongAdder();

    private volatile boolean stopped;

    /** Makes a writer; a rate of 0 is as fast as it can. */
    public MessageWriter(final int id, final int rate, final Options.Range size, final Target target) {
        this.target = target;
        this.size = size;
        this.intervalNanos = rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / rate;
        this.lengths = new SplittableRandom(id);
    }

    /** Writes until {@link #stop} is called. */
    public void run() {
        long due = System.nanoTime();
        for (long sequence = 0; !stopped; sequence++) {
            due = intervalNanos == 0 ? System.nanoTime() : due + intervalNanos;
            for (long early = due - System.nanoTime(); early > 0 && !stopped; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            final int length = lengths.nextInt(size.min(), size.max() + 1);
            while (!target.tryWrite(length, sequence, due)) {
                refused.increment();
                if (stopped) {
                    return;
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
            sent.increment();
        }
    }

    public void stop() {
        stopped = true;
    }

    public long sent() {
        return sent.sum();
    }

    /** Returns how often there was no room. */
    public long refused() {
        return refused.sum();
    }
}
