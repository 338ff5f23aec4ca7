// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.host;

import java.util.concurrent.atomic.AtomicLongArray;

/** Two words on cache lines of their own, by which one thread asks and another answers: how far they are from each other. */
public final class PingPong {
    /** Where the words are: far from each other, and from whatever is before and behind the array. */
    private static final int PING = 32;

    private static final int PONG = 64;
    private static final int LENGTH = 96;
    /** After so many fruitless reads the other thread may be waiting for this one's processor. */
    private static final int PATIENCE = 20_000;

    private final AtomicLongArray words = new AtomicLongArray(LENGTH);
    /** The answering thread's: how often it has read in vain. */
    private int idle;

    /** The answering thread's: answers, once, if something new was asked. */
    public void answer() {
        final long asked = words.getAcquire(PING);
        if (asked != words.getPlain(PONG)) {
            words.setRelease(PONG, asked);
            idle = 0;
        } else if (++idle == PATIENCE) {
            idle = 0;
            Thread.yield();
        }
    }

    /**
     * The asking thread's: asks again and again, while the other thread answers.
     *
     * @param times how often
     * @return nanoseconds for there and back
     */
    public double ask(final int times) {
        final long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            final long asked = words.getPlain(PING) + 1;
            words.setRelease(PING, asked);
            int waiting = 0;
            while (words.getAcquire(PONG) != asked) { // no pause in between, which would be measured, too
                if (++waiting == PATIENCE) {
                    waiting = 0;
                    Thread.yield();
                }
            }
        }
        return (double) (System.nanoTime() - start) / times;
    }
}
