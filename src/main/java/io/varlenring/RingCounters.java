// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counts of one handle: one thread writes, any thread may read. Each count is opaque: a reader may see it late, but
 * never torn [M10]. Each VarHandle is used as a constant in place: passed to a helper method it would not be one, and
 * slow. The state of either side begins with its counts, so reaching them takes no extra load.
 */
class RingCounters extends Counts {
    @SuppressWarnings("unused") // trailing padding: see Padding
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

    // By a producer

    void countRecords(final long records, final long payloadBytes) {
        OFFERED.setOpaque(this, offered + records);
        BYTES.setOpaque(this, bytes + payloadBytes);
    }

    void countPadding(final long length) {
        PADDING_BYTES.setOpaque(this, paddingBytes + length);
    }

    void countAbort() {
        ABORTED.setOpaque(this, aborted + 1);
    }

    void countLeak() {
        LEAKED_CLAIMS.setOpaque(this, leakedClaims + 1);
    }

    void countRefusal() {
        REFUSED_FULL.setOpaque(this, refusedFull + 1);
    }

    void countTooLarge() {
        TOO_LARGE.setOpaque(this, tooLarge + 1);
    }

    void countLostRace() {
        CAS_RETRIES.setOpaque(this, casRetries + 1);
    }

    void countWakeup() {
        WAKEUPS.setOpaque(this, wakeups + 1);
    }

    void countHookFailure() {
        HOOK_FAILURES.setOpaque(this, hookFailures + 1);
    }

    // By the consumer

    void countHandedOver(final long records) {
        HANDED_OVER.setOpaque(this, handedOver + records);
    }

    void noteUse(final long length) {
        if (length > highWaterMark) {
            HIGH_WATER_MARK.setOpaque(this, length);
        }
    }

    // By anyone

    /** Adds these counts to a sum that belongs to the caller. */
    void addTo(final RingCounters sum) {
        sum.offered += (long) OFFERED.getOpaque(this);
        sum.bytes += (long) BYTES.getOpaque(this);
        sum.refusedFull += (long) REFUSED_FULL.getOpaque(this);
        sum.tooLarge += (long) TOO_LARGE.getOpaque(this);
        sum.paddingBytes += (long) PADDING_BYTES.getOpaque(this);
        sum.aborted += (long) ABORTED.getOpaque(this);
        sum.leakedClaims += (long) LEAKED_CLAIMS.getOpaque(this);
        sum.casRetries += (long) CAS_RETRIES.getOpaque(this);
        sum.wakeups += (long) WAKEUPS.getOpaque(this);
        sum.hookFailures += (long) HOOK_FAILURES.getOpaque(this);
        sum.handedOver += (long) HANDED_OVER.getOpaque(this);
        sum.highWaterMark = Math.max(sum.highWaterMark, (long) HIGH_WATER_MARK.getOpaque(this));
    }
}

/** The counts; {@link RingStats} says what each means. */
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
