// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * What a ring has counted since it was built, summed over all its producer handles, including those no longer in use.
 *
 * <p>A snapshot: while threads run, the counts belong to slightly different moments. All are exact once the threads
 * that made them have finished; but a call that was ended by an {@link Error} or a corrupt file may have counted
 * something it did not do, or failed to count something it did.
 *
 * @since 0.1.0
 */
public final class RingStats {
    private final RingCounters counts;

    /** Of counts that nobody changes any more. */
    RingStats(final RingCounters counts) {
        this.counts = counts;
    }

    /**
     * Returns how many records were committed, by any kind of offer, by a claim or in a batch.
     *
     * @return a number of records
     */
    public long offered() {
        return counts.offered;
    }

    /**
     * Returns the payload bytes of the records {@linkplain #offered() offered}, headers and alignment not counted.
     *
     * @return a number of bytes
     */
    public long bytes() {
        return counts.bytes;
    }

    /**
     * Returns how many records were handed over to a handler and consumed, those whose handler threw included. {@code
     * offered() - handedOver()} is how many are in a private ring, unless an {@code Error} or a corrupt file has
     * come between an action and its count; in a file each ring object has its own counts.
     *
     * @return a number of records
     */
    public long handedOver() {
        return counts.handedOver;
    }

    /**
     * Returns how many offers and claims were answered with "full"; a batch of which only a part fitted counts once,
     * and an offer that waits counts each of its tries.
     *
     * @return a number of refusals
     */
    public long refusedFull() {
        return counts.refusedFull;
    }

    /**
     * Returns how many offers, claims and payloads of a batch were refused as longer than {@link
     * VarLenMpscRing#maxPayload()}.
     *
     * @return a number of refusals
     */
    public long tooLarge() {
        return counts.tooLarge;
    }

    /**
     * Returns the bytes turned into padding: before the wrap, by aborts, by commits shorter than their claim, and by
     * {@link RingConsumer#recover}.
     *
     * @return a number of bytes
     */
    public long paddingBytes() {
        return counts.paddingBytes;
    }

    /**
     * Returns how many claims, batches and offers gave up their space without a record, {@linkplain #leakedClaims()
     * leaked} claims included.
     *
     * @return a number of claims, batches and offers
     */
    public long aborted() {
        return counts.aborted;
    }

    /**
     * Returns how many claims were still open when the garbage collector took their handle, and were aborted for it.
     * Each one is a fault of the program: it stops delivery until the collector has run, which may never happen in a
     * program that makes no garbage; and, except on a ring with a hook or in a file, until a drain, an arming, a
     * refused offer, {@link VarLenMpscRing#newProducer()} or {@link VarLenMpscRing#stats()} has checked for it.
     *
     * @return a number of claims
     */
    public long leakedClaims() {
        return counts.leakedClaims;
    }

    /**
     * Returns how often a producer lost a race for the producer position and tried again; a high rate per record means
     * contention. The first try of a call, from where its handle last knew the position to be, does not count.
     *
     * @return a number of tries
     */
    public long casRetries() {
        return counts.casRetries;
    }

    /**
     * Returns how often a hook was called, even if it failed, a waiting consumer unparked, or the doorbell of a ring in
     * a file rung.
     *
     * @return a number of wakeups
     */
    public long wakeups() {
        return counts.wakeups;
    }

    /**
     * Returns how many exceptions the wakeup hook has thrown.
     *
     * @return a number of failures
     */
    public long hookFailures() {
        return counts.hookFailures;
    }

    /**
     * Returns the most bytes found in use, padding included, sampled whenever the consumer gave back space and when
     * this snapshot was taken. It misses what came and went in between, and open claims behind the last record of a
     * drain that handed over everything, and what only an earlier snapshot found.
     *
     * @return a number of bytes
     */
    public long highWaterMark() {
        return counts.highWaterMark;
    }

    /**
     * Returns what was counted since an earlier snapshot of the same ring. The high-water mark is not a count: it is
     * that of this snapshot.
     *
     * @param earlier a snapshot of the same ring, taken before this one
     * @return the differences
     */
    public RingStats minus(final RingStats earlier) {
        final RingCounters difference = new RingCounters();
        difference.offered = counts.offered - earlier.counts.offered;
        difference.bytes = counts.bytes - earlier.counts.bytes;
        difference.refusedFull = counts.refusedFull - earlier.counts.refusedFull;
        difference.tooLarge = counts.tooLarge - earlier.counts.tooLarge;
        difference.paddingBytes = counts.paddingBytes - earlier.counts.paddingBytes;
        difference.aborted = counts.aborted - earlier.counts.aborted;
        difference.leakedClaims = counts.leakedClaims - earlier.counts.leakedClaims;
        difference.casRetries = counts.casRetries - earlier.counts.casRetries;
        difference.wakeups = counts.wakeups - earlier.counts.wakeups;
        difference.hookFailures = counts.hookFailures - earlier.counts.hookFailures;
        difference.handedOver = counts.handedOver - earlier.counts.handedOver;
        difference.highWaterMark = counts.highWaterMark;
        return new RingStats(difference);
    }

    /** Returns all counts with their names, for logs. */
    @Override
    public String toString() {
        return "RingStats[offered=" + offered() + ", bytes=" + bytes() + ", handedOver=" + handedOver()
                + ", refusedFull=" + refusedFull() + ", tooLarge=" + tooLarge() + ", paddingBytes=" + paddingBytes()
                + ", aborted=" + aborted() + ", leakedClaims=" + leakedClaims() + ", casRetries=" + casRetries()
                + ", wakeups=" + wakeups() + ", hookFailures=" + hookFailures() + ", highWaterMark=" + highWaterMark()
                + "]";
    }
}
