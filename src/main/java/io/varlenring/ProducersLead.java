// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * Decides when a consumer that has caught up lets its producers get ahead.
 *
 * <p>Each look at the next header takes its cache line from the producer that is about to write it. So a consumer that
 * keeps up with a stream of short records delays each of them, and gets one or two per drain; one that comes a moment
 * later finds many, whose lines it takes one after the other. Therefore a drain that finds nothing, right after one
 * that found records, waits for a moment and looks again.
 *
 * <p>It does so only where that pays. It starts once a drain has found several records, and continues as long as each
 * wait yields many records by the time the consumer has caught up again. After a wait that does not, it tries again
 * after twice as many drains of several records as before. So a peer that sends one record, or a few, and waits for the
 * answer hardly ever makes it wait.
 */
abstract class ProducersLead extends ConsumerState {
    /** How long a drain waits: for three to sixteen round trips of a cache line between two processors. */
    static final long LEAD_NANOS = 1_500;
    /** A wait followed by this many records was worth it. */
    static final int MANY_RECORDS = 12;
    /** The most drains of several records between two futile waits. */
    static final int MAX_BACKOFF = 16;

    /** How many drains must find several records before the next wait. */
    private int drainsToGo = 1;
    /** How many it will take after the next futile wait. */
    private int nextBackoff = 2;
    /** Whether a drain has waited and none has caught up since. */
    private boolean hasWaited;
    /** Records handed over since then, capped. */
    private int sinceWait;

    /** Returns whether a drain that has found nothing is due to wait; then it MUST wait and look again. */
    final boolean beginsLead() {
        if (drainsToGo > 0
                || hasWaited
                || fruitlessDrains != 0 // not the first one
                || cursor != givenBack // it has passed padding, and a producer may wait for that room
                || isStallWatched()) { // it must notice when what blocks it is finished
            return false;
        }
        hasWaited = true;
        sinceWait = 0;
        return true;
    }

    /** Learns, at the end of a drain, from what it has handed over. */
    final void learn(final int records) {
        if (!hasWaited) {
            if (records > 1 && drainsToGo > 0) {
                drainsToGo--;
            }
            return;
        }
        sinceWait = Math.min(sinceWait + records, MANY_RECORDS);
        if (caughtUp) { // else there may be more, after whatever ended the drain
            hasWaited = false;
            if (sinceWait == MANY_RECORDS) {
                nextBackoff = 2;
            } else {
                drainsToGo = nextBackoff;
                nextBackoff = Math.min(2 * nextBackoff, MAX_BACKOFF);
            }
        }
    }
}
