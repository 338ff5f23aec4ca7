// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * When a consumer that has caught up lets its producers get ahead.
 *
 * <p>Each look at the next header takes its cache line from the producer that is about to write it. So a consumer that
 * keeps up with a stream of short records holds up each of them, and is given one or two with each drain; one that
 * comes a moment later finds many, whose lines it takes one after the other. Therefore a drain that finds nothing,
 * right behind one that found records, waits for a moment and looks again.
 *
 * <p>It does so only where that pays. It begins when a drain has found several records, and goes on as long as a wait
 * brings many until the consumer has caught up again. After one that does not, it tries again behind twice as many
 * drains of several records as before. So whoever sends one record, or some, and waits for the answer hardly ever makes
 * it wait.
 */
abstract class ProducersLead extends ConsumerState {
    /** How long a drain waits: for three to sixteen round trips of a cache line between two processors. */
    static final long LEAD_NANOS = 1_500;
    /** So many records behind a wait, and it was worth it. */
    static final int MANY_RECORDS = 12;
    /** How many drains of several records are between two waits in vain, at the most. */
    static final int MAX_BACKOFF = 16;

    /** How many drains must find several records before the next wait. */
    private int drainsToGo = 1;
    /** How many it will take behind the next wait in vain. */
    private int nextBackoff = 2;
    /** Whether a drain has waited, and none has caught up since. */
    private boolean hasWaited;
    /** How many records have been handed over since then. */
    private int sinceWait;

    /** Begins a wait of a drain that has found nothing, if one is due; then the drain MUST wait and look again. */
    final boolean beginsLead() {
        if (drainsToGo > 0
                || hasWaited
                || fruitlessDrains > 0 // not the first one
                || cursor != givenBack // it has found padding, for whose room somebody may wait
                || pauseBytes == 0) { // it has to tell when what is in the way is finished
            return false;
        }
        hasWaited = true;
        sinceWait = 0;
        return true;
    }

    /** Learns from what a drain has handed over, at its end. */
    final void learn(final int records) {
        if (!hasWaited) {
            if (records > 1 && drainsToGo > 0) {
                drainsToGo--;
            }
            return;
        }
        sinceWait = Math.min(sinceWait + records, MANY_RECORDS);
        if (caughtUp) { // else there may be more, behind what has ended the drain
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
