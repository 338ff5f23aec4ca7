// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * When a consumer that has caught up lets its producers get ahead.
 *
 * <p>Each look at the next header takes its cache line from the producer that is about to write it. So a consumer that
 * keeps up with a stream of short records holds up each of them, and is given one or two with each drain; one that
 * comes a moment later finds many, whose lines it takes one after the other. Therefore a drain that finds nothing, the
 * first one behind a drain that did, waits for a moment and looks again.
 *
 * <p>It does so only where that pays. It begins when a drain has found several records, goes on as long as a wait is
 * followed by many, and after one that is not, tries again after twice as many drains of several records as before. So
 * whoever sends one record and waits for the answer never makes it wait.
 */
abstract class ProducersLead extends ConsumerState {
    /** How long a drain waits: for six to thirty round trips of a cache line between two processors. */
    static final long LEAD_NANOS = 1_500;
    /** So many records behind a wait, or as many as the drain may take, and it was worth it. */
    static final int MANY_RECORDS = 12;
    /** How many drains of several records are between two waits in vain, at the most. */
    static final int MAX_BACKOFF = 16;

    /** How many drains must find several records before the next wait. */
    private int drainsToGo = 1;
    /** What {@link #drainsToGo} becomes with the next wait in vain, halved. */
    private int backoff = 1;
    /** Whether the drain under way has waited. */
    private boolean hasWaited;

    /** Tells a drain that has found nothing whether to wait and look again, which it MUST do then. */
    final boolean isLeadDue() {
        if (drainsToGo > 0 || fruitlessDrains > 0 || hasWaited) {
            return false;
        }
        hasWaited = true;
        return true;
    }

    /** Learns from the number of records that a drain has handed over, at its end. */
    final void learn(final int records) {
        if (records > 1 || hasWaited) {
            if (!hasWaited) {
                drainsToGo = Math.max(drainsToGo - 1, 0);
            } else if (records >= MANY_RECORDS || !caughtUp) {
                backoff = 1;
            } else {
                backoff = Math.min(2 * backoff, MAX_BACKOFF);
                drainsToGo = backoff;
            }
            hasWaited = false;
        }
    }
}
