// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.ref.WeakReference;

/** What a producer writes with every record. */
abstract class ProducerState extends RingCounters {
    /** No reservation may end beyond it before C is loaded again: a C that was loaded, and the capacity. */
    long limit;
    /** The producer position as this producer knows it; another producer may have moved it on. */
    long expected;
    /** Up to here a reservation at the expected position needs no gap, and is within the limit. */
    long contiguousLimit;
    /** The same on the heap; in a file not beyond the expected position, so that {@link Reservations#reserve} knows. */
    long contiguousLimitOnHeap;

    /** The reservation of the call under way: from its gap, if there is one, to the end of its padding. */
    long begin;

    /** Where its record begins, or the first one: at its begin, or behind the gap. Not set by an offer's usual way. */
    long start;

    long end;
    int phase;
    /** The event of the ring's being full for this producer, or null; while there is one, each reservation looks. */
    Object full;
    /** Whether the last call of the hook has thrown. */
    boolean hookThrew;

    /** The records of the offer under way that fit. */
    int fitting;

    // What the user has open between two calls

    /** Nothing, a claim or a batch: one of the constants of Claims. */
    int open;
    /** Its reservation, and the first record in it. */
    long openBegin;

    long openStart;
    long openEnd;
    int claimLength;
    /** Whether its abort has begun. */
    boolean isGivenUp;
    /** Who opened the last one, for reports; not kept. */
    WeakReference<Thread> claimant = new WeakReference<>(null);

    // The open batch

    /** Where its next record begins. */
    long batchNext;
    /** The space that the user has for the next record; or NO_SPACE. */
    int batchSpace;

    int batchRecords;
    long batchBytes;
    /** The header of the record at the start of the reservation, which is stored last. */
    long batchFirstHeader;
}
