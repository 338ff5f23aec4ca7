// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.host;

/**
 * Tells whether somebody else uses this thread's core: six streams of additions and exclusive ors keep its arithmetic
 * units busy, and take up to twice as long when a neighbour shares them, while a chain of multiplications, each of which
 * waits for the one before, depends on the clock only. The quotient of the two is what is read.
 */
public final class CoreCalibrator {
    private static final int LOOPS = 4_000;
    private static final int CHAINS = 3;
    private static final int WARM_UP = 5_000;

    /** Not constants, of which a compiler would make one link of several. */
    private static volatile long factor = 0x5851F42D4C957F2DL;

    private static volatile long summand = 0x14057B7EF767814FL;

    /** Keeps what was computed, so that none of it can be left out. */
    private static volatile long sink;

    private CoreCalibrator() {}

    /** Lets the loops be compiled. */
    public static void warmUp() {
        for (int i = 0; i < WARM_UP; i++) {
            read();
        }
    }

    /**
     * Reads once, which takes some 20 microseconds.
     *
     * @return the time of the streams, in links of the chain
     */
    public static double read() {
        final long start = System.nanoTime();
        long result = streams(factor, LOOPS);
        long end = System.nanoTime();
        final long streams = end - start;
        long chain = Long.MAX_VALUE;
        for (int i = 0; i < CHAINS; i++) { // the best of some: a longer time is an interruption
            final long begin = end;
            result = chain(result, factor, summand, LOOPS / CHAINS);
            end = System.nanoTime();
            chain = Math.min(chain, end - begin);
        }
        sink = result;
        return (double) streams / (CHAINS * Math.max(1, chain));
    }

    private static long streams(final long start, final int loops) {
        long a = start;
        long b = 2;
        long c = 3;
        long d = 4;
        long e = 5;
        long f = 6;
        for (int i = 0; i < loops; i++) {
            a = (a ^ start) + i;
            b = (b + start) ^ i;
            c = (c ^ start) + i;
            d = (d + start) ^ i;
            e = (e ^ start) + i;
            f = (f + start) ^ i;
            a = (a + start) ^ i;
            b = (b ^ start) + i;
            c = (c + start) ^ i;
            d = (d ^ start) + i;
            e = (e + start) ^ i;
            f = (f ^ start) + i;
        }
        return a + b + c + d + e + f;
    }

    private static long chain(final long start, final long times, final long plus, final int links) {
        long x = start;
        for (int i = 0; i < links; i++) {
            x = x * times + plus;
        }
        return x;
    }
}
