// SPDX-License-Identifier: Apache-2.0
/*
 * VarLenMpscRing: two producers, one consumer, a ring of four words. The inlines have the names of the methods they model;
 * README.md says what is left out. Positions count words, not bytes.
 *
 *   -DWEAK          store buffers, see memory.pml
 *   -DHOOK          a ring with a hook, whose consumer arms and parks; without it a ring without one, whose consumer
 *                   waits in waitThenHandOver()
 *   -DFIRST=n       records (or batches, or closes) of producer 0
 *   -DSECOND=n      the same of producer 1
 *   -DOFFERS        producers call offer() and close() only
 *   -DSTART=n       the position at which the ring begins, in the second lap; left out: each of the four
 *   -DZERO_EARLY    the consumer may zero what it gives back later
 *   -DREACH_..., and anything else: see ring-faults.pml
 */

#define CAPACITY 4
#define OFFSET(position) ((position) % CAPACITY)

/* RingLayout: 0 is not ready, up to 7 is a record's stride, above 8 is padding of that many words less 8. */
#include "ring-faults.pml"
#define NOT_READY 0
#define PADDING_HEADER(length) (8 + (length))
#define IS_RECORD(header) ((header) < 8)
#define LENGTH(header) ((header) % 8)

#define CONSUMER_POSITION CAPACITY
#define ARMED (CAPACITY + 1)
#define WAITER (CAPACITY + 2)
/* Twice the position, and the closed bit. */
#define PRODUCER_POSITION (CAPACITY + 3)
#define CLOSED_FLAG (CAPACITY + 4)
#define WORDS (CAPACITY + 5)
#define THREADS 3
#define CONSUMER 2
#define CLOSED(p) ((p) % 2)
#define POSITION(p) ((p) / 2)

#ifdef OFFERS
#define MORE_CALLS false
#else
#define MORE_CALLS true
#endif

/* Calls of a producer; a record is of one word (no payload) or of two (one word of payload). */
mtype = { OFFER_1, OFFER_2, COMMIT_SHORT, ABORT, OFFER_ALL, CLOSE };

/* What to compare with; none of it exists in the code, and the algorithm never reads it. */

/* For each offset, from its store to its being read: the header, and for a record whose it is. */
short published[CAPACITY];
byte recordAt[CAPACITY];
/* The second record of a batch whose first one is published. */
bit together[CAPACITY];
byte committed[2];
byte delivered[2];
/* The stride of the first record of the call that a producer is in, whether another follows; whether there was a moment at
   which the first, or the second, did not fit. */
byte wanted[2];
bit wantedTwo[2];
bit firstRefusable[2];
bit secondRefusable[2];
bit closeReturned;
bit consumerGone;
byte gone;

bit permit;

#define RECORD_START(position, stride) \
    ((stride) <= CAPACITY - OFFSET(position) -> (position) : (position) + CAPACITY - OFFSET(position))
#define END(position, stride) (RECORD_START(position, stride) + (stride))
#define REAL_LIMIT (word[CONSUMER_POSITION] + CAPACITY)
#define REAL_END(stride) END(POSITION(word[PRODUCER_POSITION]), stride)

inline observeProducer(i) {
    if
    :: wanted[i] != 0 ->
        firstRefusable[i] = firstRefusable[i] || REAL_END(wanted[i]) > REAL_LIMIT;
        secondRefusable[i] =
            secondRefusable[i] || (wantedTwo[i] && END(REAL_END(wanted[i]), 2) > REAL_LIMIT)
    :: else
    fi
}

inline landed() {
    observeProducer(0);
    observeProducer(1)
}

#include "memory.pml"

/* Producers */

inline beginCall(stride, two) {
    wanted[me] = stride;
    wantedTwo[me] = two;
    observeProducer(me)
}

inline endCall() {
    wanted[me] = 0;
    wantedTwo[me] = 0;
    firstRefusable[me] = 0;
    secondRefusable[me] = 0
}

/* readLimit() */
inline readLimit() {
    limit = LOADED(me, CONSUMER_POSITION) + CAPACITY
}

/* The check before the compare-and-set, common to reserveAnew() and batchEnd(): answers in `fits`. */
inline checkLimit(next) {
    if
    :: next > limit -> READ_LIMIT_BEFORE_FULL
    :: else
    fi;
    fits = next <= limit
}

/* The word `i` behind the producer position that was replaced, in what was free then. */
#define ZERO_IF_FREE(i) (position + (i) >= REAL_LIMIT || LOADED(me, OFFSET(position + (i))) == NOT_READY)

inline reservationSucceeded() {
    assert(!closeReturned && !consumerGone); /* nothing is reserved after close */
    ASSERT_FREE_IS_ZERO
    NOTE_WHETHER_EMPTY
    endCall()
}

/* reserve() and reserveAnew(), and the reservation of offerAll(): one record of `stride`, or two, the second of stride 2. */
inline reserve() {
    READ_LIMIT_BEFORE_POSITION
    d_step {
        beginCall(stride, op == OFFER_ALL);
        if
        :: op == OFFER_ALL -> fits = known + 3 <= limit && OFFSET(known) + 3 <= CAPACITY /* the first check of batchEnd() */
        :: else -> fits = END(known, stride) <= limit
        fi;
        if
        :: fits -> found = 2 * known
        :: else -> found = LOADED(me, PRODUCER_POSITION)
        fi
    }
    do
    :: CLOSED(found) -> /* checkNotClosed() */
        refusedByClose = true;
        d_step { endCall() }
        break
    :: else ->
        position = POSITION(found);
        records = 1;
        end = END(position, stride);
        CHECK(end);
        if
        :: !fits ->
            d_step { /* "full": there was a moment within the call at which it did not fit */
                RARE_FULL
                assert(firstRefusable[me]);
                endCall();
                known = position;
                end = 0
            }
            break
        :: else
        fi;
        if
        :: op == OFFER_ALL ->
            next = END(end, 2);
            CHECK(next);
            if
            :: fits ->
                records = 2;
                end = next
            :: else -> assert(secondRefusable[me]) /* likewise */
            fi
        :: else
        fi;
        next = 0; /* spin: no break may lead to a d_step */
        BEFORE_EXCHANGE
        EXCHANGE(2 * position, 2 * end);
        if
        :: found == 2 * position ->
            start = RECORD_START(position, stride);
            known = end;
            AFTER_EXCHANGE
            break
        :: else
        fi
    od;
    found = 0;
    fits = 0
}

/* setHeaderPlain() */
inline setHeaderPlain(at, header) {
    d_step {
        storePlain(me, OFFSET(at), header);
        published[OFFSET(at)] = header
    }
}

/* RingMemory.putPayload(): every payload is the name of its record, and as a header would be a record or padding. */
inline putPayload(at, id) {
    d_step { storePlain(me, OFFSET(at), id) }
}

#define RECORD_ID(n) (me * 8 + (n))
#define RECORD_OF(id) ((id) % 8)
#define PRODUCER_OF(id) ((id) / 8)

/* What the consumer may see from now on: called with the store that publishes. */
inline recordsCommitted() {
    if
    :: op != ABORT ->
        committed[me]++;
        recordAt[OFFSET(start)] = RECORD_ID(committed[me]);
        if
        :: records == 2 ->
            committed[me]++;
            recordAt[OFFSET(second)] = RECORD_ID(committed[me]);
            together[OFFSET(second)] = 1
        :: else
        fi
    :: else
    fi
}

/* A header that the consumer may see at once. */
inline storeHeader(at, header) {
    d_step {
        storePublishing(OFFSET(at), header);
        published[OFFSET(at)] = header
    }
}

/* The one that publishes a reservation. */
inline storeFirstHeader(at, header) {
    d_step {
        storePublishing(OFFSET(at), header);
        published[OFFSET(at)] = header;
        recordsCommitted()
    }
}

/* endGap() and publish(): the gap's header if there is a gap, else the given one. */
inline publish(header) {
    if
    :: GAP_IN_PUBLISH ->
        BEFORE_GAP(header)
        storeFirstHeader(position, PADDING_HEADER(start - position))
    :: else -> storeFirstHeader(start, header)
    fi;
    signal()
    AFTER_SIGNAL(header)
}

/* RingMemory.zero() of what giveBackFrom() gives back: all but the first word of a reservation, which is zero */
inline zeroRest(used) {
    next = used;
    if
    :: used == position -> next++
    :: else
    fi;
    do
    :: next < end -> d_step { storePlain(me, OFFSET(next), 0); next++ }
    :: else -> break
    od;
    next = 0
}

/* giveBackFrom(): then `end` is `used` */
inline giveBackFrom(used) {
    if
    :: LOADED(me, PRODUCER_POSITION) == 2 * end ->
        ZERO_BEFORE(used)
        GIVE_BACK(2 * end, 2 * (used)); /* an argument is put in as it is written */
        if
        :: found == 2 * end ->
            ZERO_BEHIND(used)
            end = used;
            known = used
            RARE_GIVEN_BACK
        :: else RARE_NOT_GIVEN_BACK
        fi;
        found = 0
    :: else
    fi
}

/* What endAt() does first when a claim, which has been written to, is committed short. */
inline endShort() {
    if
    :: op == COMMIT_SHORT ->
        putPayload(start + 1, RECORD_ID(7));
        giveBackFrom(start + 1)
    :: else
    fi
}

/* putPayload(), and what endAt() stores behind the first `length` words of a record */
inline commit(length) {
    BEFORE_PAYLOAD(length)
    if
    :: length == 2 -> putPayload(start + 1, RECORD_ID(committed[me] + 1))
    :: else
    fi;
    BEFORE_PADDING(length)
    if
    :: start + length != end -> setHeaderPlain(start + length, PADDING_HEADER(end - start - length))
    :: else
    fi
    AFTER_PAYLOAD(length)
}

/* abort(), of a claim into which something was written already */
inline abort() {
    putPayload(start + 1, RECORD_ID(7));
    if
    :: ABORT_FROM == position -> giveBackFrom(position)
    :: else
    fi;
    if
    :: end != position ->
        storeFirstHeader(ABORT_FROM, PADDING_HEADER(end - ABORT_FROM))
        SIGNAL_IN_ABORT
    :: else
    fi
}

/* fillBatch() of a record of one word, and perhaps one of two */
inline fillBatch() {
    next = start + 1;
    if
    :: records == 2 ->
        second = RECORD_START(next, 2);
        BEFORE_SECOND
        putPayload(second + 1, RECORD_ID(committed[me] + 2));
        if
        :: second != next -> setHeaderPlain(next, PADDING_HEADER(second - next))
        :: else
        fi;
        setHeaderPlain(second, 2);
        next = second + 2
    :: else
    fi;
    if
    :: next != end -> setHeaderPlain(next, PADDING_HEADER(end - next))
    :: else
    fi;
    AFTER_SECOND;
    d_step {
        next = 0;
        second = 0
    }
}

/* signal() and wake(), which calls the hook or unparks the waiter */
#ifdef HOOK
#define HOOK_OR_WAITER true
#else
#define HOOK_OR_WAITER LOADED(me, WAITER)
#endif
inline signal() {
    if
    :: MAY_SIGNAL && LOADED(me, ARMED) ->
        d_step { compareAndExchange(me, ARMED, 1, 0, found) }
        if
        :: found == 1 && HOOK_OR_WAITER -> permit = 1
        :: else
        fi;
        found = 0
    :: else
    fi
}

/* close() */
inline close() {
    found = LOADED(me, PRODUCER_POSITION);
    do
    :: CLOSED(found) -> break
    :: else ->
        position = POSITION(found);
        CLOSE_EXCHANGE
        if
        :: found == 2 * position ->
            SIGNAL_IN_CLOSE
            closeReturned = 1;
            break
        :: else
        fi
    od;
    found = 0
}

proctype producer(byte me; byte calls; short limit; short known) {
    /* known: where the last reservation of this handle ended, what it gave back to, or P when it was last refused */
    short position;
    short start;
    short second;
    short end;
    short next;
    short found;
    mtype op;
    byte stride;
    byte records;
    bit fits;
    bit secondRefused;
    bit refusedByClose;
#ifdef SIGNAL_ONLY_FROM_EMPTY
    bit wasEmpty;
#endif

    do
    :: calls > 0 && !refusedByClose ->
        if
        :: op = OFFER_1; stride = 1
        :: op = OFFER_2; stride = 2
        :: MORE_CALLS -> op = COMMIT_SHORT; stride = 2
        :: MORE_CALLS -> op = ABORT; stride = 2
        :: MORE_CALLS -> op = OFFER_ALL; stride = 1
        :: me == 1 -> op = CLOSE
        fi;
        calls--;
        if
        :: op == CLOSE -> close()
        :: else ->
            do
            :: reserve();
                if
                :: refusedByClose || end != 0 -> break
                :: else -> /* full: once there may be room, again */
                    word[CONSUMER_POSITION] + CAPACITY > limit || word[PRODUCER_POSITION] != 2 * known
                fi
            od;
            if
            :: refusedByClose
            :: else ->
                if
                :: op == OFFER_1 || op == COMMIT_SHORT ->
                    endShort();
                    commit(1)
                :: op == OFFER_2 -> commit(2)
                :: op == ABORT -> abort()
                :: op == OFFER_ALL -> fillBatch()
                fi
            fi
        fi;
        d_step {
            op = OFFER_1;
            stride = 0;
            records = 0;
            position = 0;
            start = 0;
            end = 0
        }
    :: else -> break
    od;
    gone++
}

/* Consumer */

/* Whether the word is consumed, not givenBack, and not yet zeroed. */
#define BEHIND_RELEASED(word) OFFSET((word) + CAPACITY - OFFSET(givenBack))
#define TO_ZERO(word) (BEHIND_RELEASED(word) < position - givenBack && !((zeroed >> (word)) & 1))
/* In any order. With WEAK that is the order in which the stores arrive, so they enter the buffer in one order, and in one step
   as far as there is room. */
#ifdef WEAK
#define NEXT_TO_ZERO(word) (TO_ZERO(word) && (OFFSET(givenBack) == (word) || (zeroed >> OFFSET((word) + CAPACITY - 1)) & 1))
#define AT_ONCE atomic
#else
#define NEXT_TO_ZERO(word) TO_ZERO(word)
#define AT_ONCE
#endif

/* RingMemory.zero() of one word */
inline zeroWord(offset) {
    d_step {
        NEXT_TO_ZERO(offset) && ROOM(CONSUMER);
        storePlain(CONSUMER, offset, 0);
        zeroed = zeroed | (1 << offset)
    }
}

/* RingMemory.zero() of all that is consumed, as far as that has not been done */
inline zeroConsumed() {
    do
    :: zeroWord(0)
    :: zeroWord(1)
    :: zeroWord(2)
    :: zeroWord(3)
    :: !TO_ZERO(0) && !TO_ZERO(1) && !TO_ZERO(2) && !TO_ZERO(3) -> break
    od
}
inline zero() {
    zeroConsumed();
    zeroed = 0 /* spin: no break may lead to a d_step */
}

/* giveBack() */
inline giveBack() {
    RARE_RELEASE
    RELEASE
}

/* The header at `position`: answers in `header`, 0 when it is not ready. */
inline getHeader() {
    d_step {
        header = LOADED(CONSUMER, OFFSET(position));
        if
        :: header != NOT_READY ->
            assert(header == published[OFFSET(position)]); /* read after its commit, and once */
            published[OFFSET(position)] = 0;
            if
            :: IS_RECORD(header) ->
                id = recordAt[OFFSET(position)];
                assert(id != 0 && RECORD_OF(id) == delivered[PRODUCER_OF(id)] + 1); /* nothing lost, in order */
                delivered[PRODUCER_OF(id)]++;
                recordAt[OFFSET(position)] = 0;
                together[OFFSET(position)] = 0
            :: else
            fi
        :: else ->
            assert(!together[OFFSET(position)]) /* a batch is visible as a whole */
        fi
    }
}

/* A handler reads the payload, and writes to it what would be the header of a record. */
inline onRecord() {
    if
    :: header == 2 ->
        assert(LOADED(CONSUMER, OFFSET(position + 1)) == id); /* not torn */
        d_step { storePlain(CONSUMER, OFFSET(position + 1), 1) }
    :: else
    fi
}

/* handOver(): gives space back after any record or padding, as the code does by the number of bytes, or when told by a
   handler, or at the end; and must before it has gone round to what it has not zeroed yet */
inline handOver() {
    records = 0;
    do
    :: true ->
        getHeader();
        if
        :: header == NOT_READY -> break
        :: else ->
            if
            :: IS_RECORD(header) ->
                records = 1;
                BEFORE_RECORD
                onRecord()
            :: else
            fi;
            position = position + LENGTH(header);
            d_step {
                header = 0;
                id = 0
            }
            if
            :: giveBack()
            :: MAY_HOLD_BACK
            EARLY
            fi
        fi
    od;
    if
    :: position != givenBack -> giveBack()
    :: else
    fi
}

/* tryArm(): what it checks when armed is set */
inline checkAgain() {
    if
    :: LOADED(CONSUMER, OFFSET(position)) != NOT_READY
    :: else -> armed = !CLOSED_AND_EMPTY
    fi
}

/* tryArm(): answers in `armed` */
inline arm() {
    LOOK_BEFORE_ARMED
    d_step { storeArmed() }
    LOOK_AFTER_ARMED;
    if
    :: !armed ->
        d_step {
            compareAndExchange(CONSUMER, ARMED, 1, 0, header);
            armed = header != 1; /* a producer was faster, and wakes */
            header = 0
        }
    :: else
    fi
}

/* park() until unparked. It may stay for ever when everything was consumed and the producers have gone. */
inline park() {
    if
    :: permit -> permit = 0
    :: gone == 2 && word[PRODUCER_POSITION] == 2 * position -> finished = true
    fi
}

#ifdef HOOK

proctype consumer(short position) {
    short givenBack = position;
    short header;
    byte id;
    byte zeroed;
    bit records;
    bit armed;
    bit finished;

    do
    :: finished || CLOSED_AND_EMPTY -> break
    :: else ->
        handOver();
        if
        :: !records ->
            arm();
            if
            :: armed -> park()
            :: else
            fi;
            armed = 0
        :: else
        fi
    od;
    consumerGone = 1;
    assert(delivered[0] == committed[0] && delivered[1] == committed[1]) /* nothing lost */
}

#else

/* What nobody will ever publish: the producers have gone, and the header is not there. */
#define STRANDED \
    (gone == 2 && FLUSHED(0) && FLUSHED(1) && word[OFFSET(position)] == NOT_READY && \
    POSITION(word[PRODUCER_POSITION]) != position)

/* waitThenHandOver() again and again */
proctype consumer(short position) {
    short givenBack = position;
    short header;
    byte id;
    byte zeroed;
    bit records;
    bit armed;
    bit finished;

    do
    :: finished -> break
    :: else ->
        handOver();
        if
        :: records
        :: else ->
            SET_WAITER_BEFORE_ARM
            do
            :: true ->
                arm();
                SET_WAITER_AFTER_ARM
                if
                :: armed ->
                    if
                    :: COMMIT_WAKES -> park() /* isEmpty(): a commit wakes */
                    :: else -> /* the poll's time is up */
                        d_step {
                            permit = 0;
                            assert(!STRANDED)
                        }
                    fi
                :: else
                fi;
                armed = 0;
                if
                :: finished -> break
                :: else
                fi;
                handOver();
                if
                :: records -> break
                :: else
                fi;
                if
                :: CLOSED_AND_EMPTY -> finished = true; break
                :: else
                fi
            od;
            armed = 0;
            d_step { storeVolatile(CONSUMER, WAITER, 0) }
            d_step { storeVolatile(CONSUMER, ARMED, 0) }
        fi
    od;
    consumerGone = 1;
    assert(delivered[0] == committed[0] && delivered[1] == committed[1]) /* nothing lost */
}

#endif

init {
    short begin = CAPACITY;

    atomic {
#ifdef START
        begin = CAPACITY + START;
#else
        select (begin : CAPACITY .. CAPACITY + 3);
#endif
        word[CONSUMER_POSITION] = begin;
        word[PRODUCER_POSITION] = 2 * begin;
        run producer(0, FIRST, begin + CAPACITY, begin);
        run producer(1, SECOND, begin + CAPACITY, begin);
        run consumer(begin);
        begin = 0
    }
}
