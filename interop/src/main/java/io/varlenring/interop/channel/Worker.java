// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes messages of random lengths, at its rate, and tries again while there is no room.
 *
 * <p>A message's time is the one at which it was due, so that having to wait for room is part of its latency. Without a rate
 * it is the time of the first try.
 */
final class Worker {
    private static final long RETRY_NANOS = 50_000;

    private final Route.Writer writer;
    private final ChannelWritersOptions options;
    private final SplittableRandom lengths;
    private final LongAdder sent = new LongAdder();
    private final LongAdder refused = new LongAdder();

    private volatile boolean stopped;

    Worker(final int id, final Route.Writer writer, final ChannelWritersOptions options) {
        this.writer = writer;
        this.options = options;
        this.lengths = new SplittableRandom(id);
    }

    void run() {
        final long interval = options.rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / options.rate;
        long due = System.nanoTime();
        for (long sequence = 0; !stopped; sequence++) {
            if (interval == 0) {
                due = System.nanoTime();
            } else {
                due += interval;
                sleepUntil(due);
            }
            final int length = lengths.nextInt(options.size.min(), options.size.max() + 1);
            while (!writer.tryWrite(length, sequence, due)) {
                refused.increment();
                if (stopped) {
                    return;
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
            sent.increment();
        }
    }

    private void sleepUntil(final long due) {
        long early;
        while ((early = due - System.nanoTime()) > 0 && !stopped) {
            LockSupport.parkNanos(early);
        }
    }

    void stop() {
        stopped = true;
    }

    long sent() {
        return sent.sum();
    }

    /** Returns how often there was no room. */
    long refused() {
        return refused.sum();
    }
}
