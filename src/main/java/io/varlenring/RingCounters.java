// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one handle has counted, on cache lines of its own: one thread writes, and any thread may read. Each count is opaque:
 * a reader may find it late, and never torn [M10].
 */
final class RingCounters extends Counts {
    @SuppressWarnings("unused") // room behind the fields above: see Padding
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7;
    @SuppressWarnings("unused")
    private long behind8, behind9, behind10, behind11, behind12, behind13, behind14, behind15;

    private static final VarHandle OFFERED = count("offered");
    private static final VarHandle BYTES = count("bytes");
    private static final VarHandle REFUSED_FULL = count("refusedFull");
    private static final VarHandle TOO_LARGE = count("tooLarge");
    private static final VarHandle PADDING_BYTES = count("paddingBytes");
    private static final VarHandle ABORTED = count("aborted");
    private static final VarHandle LEAKED_CLAIMS = count("leakedClaims");
    private static final VarHandle CAS_RETRIES = count("casRetries");
    private static final VarHandle WAKEUPS = count("wakeups");
    private static final VarHandle HOOK_FAILURES = count("hookFailures");
    private static final VarHandle HANDED_OVER = count("handedOver");
    private static final VarHandle HIGH_WATER_MARK = count("highWaterMark");

    private static VarHandle count(final String name) {
        try {
            return MethodHandles.lookup()
                    .findVarHandle(RingCounters.class, name, long.class)
                    .withInvokeExactBehavior();
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private void add(final VarHandle count, final long delta) {
        count.setOpaque(this, (long) count.get(this) + delta);
    }

    private long get(final VarHandle count) {
        return (long) count.getOpaque(this);
    }

    // By a producer

    void committed(final long records, final long payloadBytes) {
        add(OFFERED, records);
        add(BYTES, payloadBytes);
    }

    void padded(final long length) {
        add(PADDING_BYTES, length);
    }

    void aborted(final long length) {
        add(ABORTED, 1);
        add(PADDING_BYTES, length);
    }

    void leaked() {
        add(LEAKED_CLAIMS, 1);
    }

    void refused() {
        add(REFUSED_FULL, 1);
    }

    void tooLarge() {
        add(TOO_LARGE, 1);
    }

    void lostRace() {
        add(CAS_RETRIES, 1);
    }

    void woke() {
        add(WAKEUPS, 1);
    }

    void hookFailed() {
        add(HOOK_FAILURES, 1);
    }

    // By the consumer

    void handedOver(final long records) {
        add(HANDED_OVER, records);
    }

    void inUse(final long length) {
        if (length > (long) HIGH_WATER_MARK.get(this)) {
            HIGH_WATER_MARK.setOpaque(this, length);
        }
    }

    // By anyone

    /** Adds these counts to a sum that belongs to the caller. */
    void addTo(final RingCounters sum) {
        sum.offered += get(OFFERED);
        sum.bytes += get(BYTES);
        sum.refusedFull += get(REFUSED_FULL);
        sum.tooLarge += get(TOO_LARGE);
        sum.paddingBytes += get(PADDING_BYTES);
        sum.aborted += get(ABORTED);
        sum.leakedClaims += get(LEAKED_CLAIMS);
        sum.casRetries += get(CAS_RETRIES);
        sum.wakeups += get(WAKEUPS);
        sum.hookFailures += get(HOOK_FAILURES);
        sum.handedOver += get(HANDED_OVER);
        sum.highWaterMark = Math.max(sum.highWaterMark, get(HIGH_WATER_MARK));
    }
}

/** The counts; {@link RingStats} says what each of them means. */
abstract class Counts extends Padding {
    long offered;
    long bytes;
    long refusedFull;
    long tooLarge;
    long paddingBytes;
    long aborted;
    long leakedClaims;
    long casRetries;
    long wakeups;
    long hookFailures;
    long handedOver;
    long highWaterMark;
}
