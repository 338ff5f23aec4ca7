// SPDX-License-Identifier: Apache-2.0
package io.varlenring.simulation;

/** Random numbers that are the same for a seed on every JDK: Steele, Lea and Flood's SplitMix64. */
final class SeededRandom {
    private static final long GAMMA = 0x9e3779b97f4a7c15L;
    private static final double ONE = 0x1.0p53;

    private long state;

    SeededRandom(final long seed) {
        this.state = seed * GAMMA;
    }

    long next() {
        state += GAMMA;
        long bits = state;
        bits = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ bits >>> 27) * 0x94d049bb133111ebL;
        return bits ^ bits >>> 31;
    }

    int below(final int bound) {
        return (int) Long.remainderUnsigned(next(), bound);
    }

    boolean chance(final double probability) {
        return (next() >>> 11) / ONE < probability;
    }

    double oneOf(final double... choices) {
        return choices[below(choices.length)];
    }
}
