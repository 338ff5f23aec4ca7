// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.ref.WeakReference;

/** The state that a producer writes with every record. */
abstract class ProducerState extends RingCounters {
    /** A loaded C plus the capacity: no reservation may end beyond it until C is loaded again. */
    long limit;
    /** P as this producer last knew it; other producers may have moved it. */
    long expected;
    /** Up to here a reservation at the expected position needs no gap and is within the limit. */
    long contiguousLimit;
    /**
     * The same for a private ring, but at most half the capacity beyond the position that was expected when this was
     * set: no record up to it is too long. For a ring in a file never beyond the expected position: no fast path there.
     */
    long fastPathLimit;

    /** The current call's reservation: from its gap, if any, to the end of its padding. */
    long begin;

    /** Where its (first) record begins: at begin, or after the gap. Not set on the fast path of an offer. */
    long recordStart;

    long end;
    int phase;
    /** The event that the ring is full for this producer, or null; while set, each reservation takes the slow path. */
    Object fullEvent;
    /** Whether the hook threw when last called. */
    boolean hookThrew;

    /** How many records of the current batch offer fit. */
    int fitting;

    // What the user has open between two calls

    /** Nothing, a claim or a batch: one of the constants of Claims. */
    int open;
    /** Its reservation and first record, as begin, recordStart and end above. */
    long openBegin;

    long openRecordStart;
    long openEnd;
    int claimLength;
    /** Whether the user cannot finish it any more: its abort has begun, or it was never handed out. */
    boolean isGivenUp;
    /** The thread that opened the last one, for reports; weakly held. */
    WeakReference<Thread> claimant = new WeakReference<>(null);

    // The open batch

    /** Where its next record begins. */
    long batchNext;
    /** The length of the space that the user has for the next record, or NO_SPACE. */
    int batchSpace;

    int batchRecords;
    long batchBytes;
    /** The header of the reservation's first record, which is stored last. */
    long batchFirstHeader;
}
