// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * What a ring has counted since it was built, summed over all its producer handles, also those no longer in use.
 *
 * <p>A snapshot: while producers run, the counters belong to slightly different moments. All counts are exact once the
 * threads that wrote them have finished; but when a handle is dropped with its last call, the wakeup made by that call, or
 * the failure of its hook, may be missing.
 *
 * @param offered records committed, by any kind of offer or by a claim
 * @param bytes payload bytes of those records, headers and alignment not counted
 * @param refusedFull offers and claims answered with "full"; a batch of which only a part fitted counts once
 * @param tooLarge offers and claims refused as longer than {@link VarLenMpscRing#maxPayload()}
 * @param paddingBytes bytes turned into padding: before the wrap, by aborts, and by commits shorter than their claim
 * @param aborted claims and offers that gave their space back without a record
 * @param casRetries lost races for the producer position; a high rate per record means contention. The first try of an
 *     offer or claim, at the producer position that its handle last knew, is a guess and does not count, even when the
 *     handle has just read that position again, as it does on a full ring
 * @param wakeups times that a hook was called, also one that failed, or a waiting consumer unparked
 * @param hookFailures exceptions thrown by the wakeup hook
 * @param highWaterMark the most bytes found in use, padding included, seen whenever the consumer gave back space and when
 *     this snapshot was taken; claims that were open behind the last record consumed may be missing, so an
 *     earlier snapshot may show more
 */
public record RingStats(
        long offered,
        long bytes,
        long refusedFull,
        long tooLarge,
        long paddingBytes,
        long aborted,
        long casRetries,
        long wakeups,
        long hookFailures,
        long highWaterMark) {}
