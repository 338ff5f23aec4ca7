// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.host;

/**
 * Tells whether somebody else uses this thread's core: six streams of shifts and exclusive ors keep its arithmetic units
 * busy, and take up to twice as long when a neighbour shares them, while a chain of multiplications, each of which waits for
 * the one before, depends on the clock only. The quotient of the two is what is read.
 */
public final class CoreCalibrator {
    private static final int LOOPS = 4_000;
    private static final int WARM_UP = 5_000;

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
        final long streams = streams(LOOPS);
        final long middle = System.nanoTime();
        final long chain = chain(streams, LOOPS);
        final long end = System.nanoTime();
        sink = chain;
        return (double) (middle - start) / Math.max(1, end - middle);
    }

    private static long streams(final int loops) {
        long a = 1;
        long b = 2;
        long c = 3;
        long d = 4;
        long e = 5;
        long f = 6;
        for (int i = 0; i < loops; i++) {
            a ^= a << 13;
            b ^= b << 13;
            c ^= c << 13;
            d ^= d << 13;
            e ^= e << 13;
            f ^= f << 13;
            a ^= a >>> 7;
            b ^= b >>> 7;
            c ^= c >>> 7;
            d ^= d >>> 7;
            e ^= e >>> 7;
            f ^= f >>> 7;
            a ^= a << 17;
            b ^= b << 17;
            c ^= c << 17;
            d ^= d << 17;
            e ^= e << 17;
            f ^= f << 17;
        }
        return a + b + c + d + e + f;
    }

    private static long chain(final long start, final int links) {
        long x = start;
        for (int i = 0; i < links; i++) {
            x = x * 0x5851F42D4C957F2DL + 0x14057B7EF767814FL;
        }
        return x;
    }
}
