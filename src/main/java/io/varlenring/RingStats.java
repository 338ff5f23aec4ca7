// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * What a ring has counted since it was built, summed over all its producer handles, also those no longer in use.
 *
 * <p>A snapshot: while threads run, the counts belong to slightly different moments. All are exact once the threads
 * that made them have finished; but a call that an {@link Error} has ended may have counted what it did not do.
 *
 * @since 0.1.0
 */
public final class RingStats {
    private final long offered;
    private final long bytes;
    private final long refusedFull;
    private final long tooLarge;
    private final long paddingBytes;
    private final long aborted;
    private final long leakedClaims;
    private final long casRetries;
    private final long wakeups;
    private final long hookFailures;
    private final long handedOver;
    private final long highWaterMark;

    RingStats(final RingCounters counts) {
        this.offered = counts.offered;
        this.bytes = counts.bytes;
        this.refusedFull = counts.refusedFull;
        this.tooLarge = counts.tooLarge;
        this.paddingBytes = counts.paddingBytes;
        this.aborted = counts.aborted;
        this.leakedClaims = counts.leakedClaims;
        this.casRetries = counts.casRetries;
        this.wakeups = counts.wakeups;
        this.hookFailures = counts.hookFailures;
        this.handedOver = counts.handedOver;
        this.highWaterMark = counts.highWaterMark;
    }

    /**
     * Returns how many records were committed, by any kind of offer, by a claim or in a batch.
     *
     * @return a number of records
     */
    public long offered() {
        return offered;
    }

    /**
     * Returns the payload bytes of the records {@linkplain #offered() offered}, headers and alignment not counted.
     *
     * @return a number of bytes
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Returns how many records were handed over to a handler and consumed, those whose handler threw included. {@code
     * offered() - handedOver()} is how many are in a ring on the heap; in a file each ring object has its own counts.
     *
     * @return a number of records
     */
    public long handedOver() {
        return handedOver;
    }

    /**
     * Returns how many offers and claims were answered with "full"; a batch of which only a part fitted counts once,
     * and an offer that waits counts each of its tries.
     *
     * @return a number of refusals
     */
    public long refusedFull() {
        return refusedFull;
    }

    /**
     * Returns how many offers and claims were refused as longer than {@link VarLenMpscRing#maxPayload()}.
     *
     * @return a number of refusals
     */
    public long tooLarge() {
        return tooLarge;
    }

    /**
     * Returns the bytes turned into padding: before the wrap, by aborts, and by commits shorter than their claim.
     *
     * @return a number of bytes
     */
    public long paddingBytes() {
        return paddingBytes;
    }

    /**
     * Returns how many claims and offers gave up their space without a record, {@linkplain #leakedClaims() leaked}
     * claims included.
     *
     * @return a number of claims and offers
     */
    public long aborted() {
        return aborted;
    }

    /**
     * Returns how many claims were still open when the garbage collector took their handle, and were aborted for it.
     * Every one is a fault of the program: it stops delivery until the collector has run, and a drain, a refused offer,
     * {@link VarLenMpscRing#newProducer()} or {@link VarLenMpscRing#stats()} has asked it.
     *
     * @return a number of claims
     */
    public long leakedClaims() {
        return leakedClaims;
    }

    /**
     * Returns how often a producer lost a race for the producer position and tried again; a high rate per record means
     * contention. The first try of a call, from where its handle last knew the position to be, does not count.
     *
     * @return a number of tries
     */
    public long casRetries() {
        return casRetries;
    }

    /**
     * Returns how often a hook was called, also one that failed, or a waiting consumer unparked, or the doorbell of a
     * ring in a file rung.
     *
     * @return a number of wakeups
     */
    public long wakeups() {
        return wakeups;
    }

    /**
     * Returns how many exceptions the wakeup hook has thrown.
     *
     * @return a number of failures
     */
    public long hookFailures() {
        return hookFailures;
    }

    /**
     * Returns the most bytes found in use, padding included, whenever the consumer gave back space and when this
     * snapshot was taken. It leaves out what came and went between, and open claims behind the last record of a drain
     * that handed over all there was.
     *
     * @return a number of bytes
     */
    public long highWaterMark() {
        return highWaterMark;
    }

    /**
     * Returns what was counted since an earlier snapshot of the same ring. The high-water mark is not a count: it is
     * the one of this snapshot.
     *
     * @param earlier a snapshot of the same ring, taken before this one
     * @return the differences
     */
    public RingStats minus(final RingStats earlier) {
        final RingCounters difference = new RingCounters();
        difference.offered = offered - earlier.offered;
        difference.bytes = bytes - earlier.bytes;
        difference.refusedFull = refusedFull - earlier.refusedFull;
        difference.tooLarge = tooLarge - earlier.tooLarge;
        difference.paddingBytes = paddingBytes - earlier.paddingBytes;
        difference.aborted = aborted - earlier.aborted;
        difference.leakedClaims = leakedClaims - earlier.leakedClaims;
        difference.casRetries = casRetries - earlier.casRetries;
        difference.wakeups = wakeups - earlier.wakeups;
        difference.hookFailures = hookFailures - earlier.hookFailures;
        difference.handedOver = handedOver - earlier.handedOver;
        difference.highWaterMark = highWaterMark;
        return new RingStats(difference);
    }

    /** Returns all counts with their names, for logs. */
    @Override
    public String toString() {
        return "RingStats[offered=" + offered + ", bytes=" + bytes + ", handedOver=" + handedOver + ", refusedFull="
                + refusedFull + ", tooLarge=" + tooLarge + ", paddingBytes=" + paddingBytes + ", aborted=" + aborted
                + ", leakedClaims=" + leakedClaims + ", casRetries=" + casRetries + ", wakeups=" + wakeups
                + ", hookFailures=" + hookFailures + ", highWaterMark=" + highWaterMark + "]";
    }
}
