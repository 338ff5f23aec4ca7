// SPDX-License-Identifier: Apache-2.0
/*
 * A ring in a file: producers that are processes of one thread, a consumer that is another, each of which may be killed before
 * any step; and what the next one does about it. The ring has four words; the inlines have the names of the methods they model.
 *
 *   -DWEAK             store buffers, see memory.pml
 *   -DSLOTS=n          slots in the file, 2 or 3; each has one process at a time
 *   -DKILLS=n          how many producers are killed, at the most
 *   -DCONSUMER_KILLS=n the same of consumers
 *   -DCALLS0=n ...     calls of the process in slot 0, 1, 2; 1 unless given
 *   -DLIVES0=n ...     processes that have slot 0, 1, one after the other; 1 unless given
 *   -DLATER0=n         calls of those behind the first in slot 0
 *   -DSTRIDE0=n ...    what the process in slot 0, 1, 2 reserves; left out: one word or two
 *   -DABORTS           a call may also be a claim of two words that is aborted
 *   -DBESIDE           the process in slot 0 offers beside its open claim, through slot 2, which it has as well
 *   -DGIVE_UP          a producer that is told "full" does not try again
 *   -DSTAY             the process in slot 0 does not end before all is consumed
 *   -DSPARE2           the process in slot 2 is not killed
 *   -DZERO_EARLY       the consumer may zero what it gives back later
 *   -DLATE_CONSUMER, -DZERO_AT_ONCE, -DATTACH_AT_ONCE   make a search smaller, see there
 *   -DSTART=n          the position at which the ring begins; left out: each of the first four
 *   anything else      see processes-faults.pml
 */

#define CAPACITY 4
#define OFFSET(position) ((position) % CAPACITY)
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef KILLS
#define KILLS 0
#endif
#ifndef CONSUMER_KILLS
#define CONSUMER_KILLS 0
#endif
#ifndef CALLS0
#define CALLS0 1
#endif
#ifndef CALLS1
#define CALLS1 1
#endif
#ifndef CALLS2
#define CALLS2 1
#endif
#ifndef LIVES0
#define LIVES0 1
#endif
#ifndef LIVES1
#define LIVES1 1
#endif
#ifndef LATER0
#define LATER0 CALLS0
#endif

/* RingLayout: 0 is not ready, up to 7 is a record's stride, above 8 is padding of that many words less 8. */
#define NOT_READY 0
#define PADDING_HEADER(length) (8 + (length))
#define IS_RECORD(header) ((header) < 8)
#define LENGTH(header) ((header) % 8)

#define CONSUMER_POSITION CAPACITY
#define REDO_POSITION (CAPACITY + 1)
#define PRODUCER_POSITION (CAPACITY + 2)
#define ATTEMPT(s) (CAPACITY + 3 + 2 * (s))
#define END(s) (CAPACITY + 4 + 2 * (s))
#define WORDS (CAPACITY + 3 + 2 * SLOTS)
#define IDLE 0
/* Another word than that of an idle slot for position 0 too. */
#define ATTEMPTED(position) (2 * (position) + 1)
#define ANNOUNCED(attempt) ((attempt) / 2)

#define THREADS (SLOTS + 1)
#define CONSUMER SLOTS
#ifdef BESIDE
#define PRODUCERS 2
#else
#define PRODUCERS SLOTS
#endif

inline landed() {
    skip
}

#include "memory.pml"
#include "processes-faults.pml"

/* The operating system: who has the lock of a slot, and who is to be killed. */
#define FREE 0
#define BY_PRODUCER 1
#define BY_CONSUMER 2
byte locked[SLOTS];
bit killed[SLOTS];
bit running[SLOTS];
byte kills;
bit consumerKilled;
bit consumerRunning;
byte consumerKills;
byte gone;

/* What to compare with; none of it exists in the code, and the algorithm never reads it. */

/* Whether the last process of a slot has been killed, and which it is. */
bit dead[SLOTS];
byte life[SLOTS];
/* For each offset, from its store to its being given back: the header, and for a record whose it is. */
short published[CAPACITY];
byte recordAt[CAPACITY];
/* For each offset at which a reservation begins: whose it is, and where it ends. */
byte ownerAt[CAPACITY];
byte lifeAt[CAPACITY];
short endAt[CAPACITY];
byte committed[SLOTS];
byte delivered[SLOTS];
/* What has been delivered of what the consumer has begun to give back. */
byte released[SLOTS];

#define RECORD_ID(s, n) ((s) * 8 + (n))
#define RECORD_START(position, stride) \
    ((stride) <= CAPACITY - OFFSET(position) -> (position) : (position) + CAPACITY - OFFSET(position))
#define RESERVATION_END(position, stride) (RECORD_START(position, stride) + (stride))
#define REAL_LIMIT (word[CONSUMER_POSITION] + CAPACITY)
#define ZERO_IF_FREE(i) (position + (i) >= REAL_LIMIT || LOADED(me, OFFSET(position + (i))) == NOT_READY)

/* ---- Producers ---- */

/* isClean() */
#define IS_CLEAN(attempt, c, p) ((attempt) == IDLE || ANNOUNCED(attempt) < (c) || ANNOUNCED(attempt) >= (p))

#ifdef ATTACH_AT_ONCE /* where no slot is taken twice */
inline takeSlot() {
    d_step {
        locked[me] = BY_PRODUCER;
        life[me]++;
        TAKE_ANOTHER_SLOT
        expected = word[PRODUCER_POSITION];
        limit = word[CONSUMER_POSITION] + CAPACITY
    }
}
#else
inline takeSlot() {
    do
    :: d_step { locked[me] == FREE -> locked[me] = BY_PRODUCER; dead[me] = 0; life[me]++ }
        found = LOADED(me, ATTEMPT(me));
        limit = LOADED(me, CONSUMER_POSITION);
        position = LOADED(me, PRODUCER_POSITION);
        if
        :: MAY_BE_TAKEN(found, limit, position) -> break
        :: else ->
            locked[me] = FREE;
            IS_CLEAN(word[ATTEMPT(me)], word[CONSUMER_POSITION], word[PRODUCER_POSITION]) /* the code tries the next slot */
        fi
    od;
    skip; /* spin: no break may lead to a d_step */
    enter();
    expected = LOADED(me, PRODUCER_POSITION);
    limit = LOADED(me, CONSUMER_POSITION) + CAPACITY;
    found = 0;
    position = 0
}
#endif

/* exchangeProducerPosition() */
inline exchangeProducerPosition() {
    STORE_BEFORE_EXCHANGE
    d_step {
        compareAndExchange(me, PRODUCER_POSITION, position, end, found);
        if
        :: found == position ->
            ownerAt[OFFSET(position)] = slot + 1;
            lifeAt[OFFSET(position)] = life[slot];
            endAt[OFFSET(position)] = end;
            assert(ZERO_IF_FREE(0) && ZERO_IF_FREE(1) && ZERO_IF_FREE(2) && ZERO_IF_FREE(3))
        :: else
        fi
    }
}

/* reserve() and reserveAnew(): end is 0 when it was refused */
inline reserve() {
    found = expected;
    if
    :: RESERVATION_END(found, stride) > limit -> found = LOADED(me, PRODUCER_POSITION)
    :: else
    fi;
    do
    :: true ->
        position = found;
        end = RESERVATION_END(position, stride);
        if
        :: end > limit -> limit = LOADED(me, CONSUMER_POSITION) + CAPACITY
        :: else
        fi;
        if
        :: end > limit ->
            expected = position;
            end = 0;
            ANNOUNCE_NOTHING
            break
        :: else
        fi;
        exchangeProducerPosition();
        if
        :: found == position ->
            start = RECORD_START(position, stride);
            STORE_AFTER_EXCHANGE
            expected = end;
            break
        :: else
        fi
    od;
    found = 0
}

/* The word behind the header; where a later lap reads headers it looks like one. */
inline putPayload() {
    d_step { storePlain(me, OFFSET(start + 1), RECORD_ID(slot, committed[slot] + 1)) }
}

inline setHeaderPlain(at, header) {
    d_step {
        storePlain(me, OFFSET(at), header);
        published[OFFSET(at)] = header
    }
}

inline publish(header) {
    d_step {
        storeRelease(me, OFFSET(position), header);
        published[OFFSET(position)] = header;
        committed[slot]++;
        recordAt[OFFSET(start)] = RECORD_ID(slot, committed[slot])
    }
}

inline commit() {
    STORE_AFTER_PAYLOAD
    if
    :: start != position ->
        setHeaderPlain(start, stride);
        publish(PADDING_HEADER(start - position))
    :: else -> publish(stride)
    fi
}

inline abort() {
    d_step {
        storeRelease(me, OFFSET(position), PADDING_HEADER(end - position));
        published[OFFSET(position)] = PADDING_HEADER(end - position)
    }
}

inline reserveOrWait() {
    do
    :: reserve();
        if
        :: end != 0 || GIVES_UP -> break
        :: else -> REAL_LIMIT > limit
        fi
    od
}

inline call() {
    if
    STRIDES
    fi;
    reserveOrWait();
    if
    :: end == 0 -> skip
    :: else ->
        if
        :: stride == 2 -> putPayload()
        :: else
        fi;
        OFFER_BESIDE
        if
        :: aborting -> abort()
        :: else -> commit()
        fi
    fi;
    aborting = 0
}

/* An offer between the claim and its commit. */
inline offerBeside() {
    d_step { claimBegin = position; claimStart = start; claimEnd = end; slot = 2; stride = 1 }
    reserve();
    if
    :: end != 0 -> commit()
    :: else
    fi;
    d_step { position = claimBegin; start = claimStart; end = claimEnd; slot = 0; stride = 2 }
}

proctype producer(byte me; byte lives; byte callsOfFirst; byte callsOfLater) {
    short position;
    short start;
    short end;
    short found;
    short expected;
    short limit;
    byte stride;
    byte calls;
    byte slot;
    bit aborting;
#ifdef BESIDE
    short claimBegin;
    short claimStart;
    short claimEnd;
#endif

    do
    :: lives > 0 ->
        d_step {
            lives--;
            calls = callsOfFirst;
            callsOfFirst = callsOfLater;
            slot = me;
            running[me] = 1
        }
        {
            takeSlot();
            do
            :: calls > 0 ->
                calls--;
                call()
            :: else -> break
            od;
            STAY_IDLE
            FLUSHED(me)
        } unless { killed[me] };
        d_step {
            running[me] = 0;
            dead[me] = killed[me];
            position = 0; start = 0; end = 0; found = 0; expected = 0; limit = 0; stride = 0; calls = 0; slot = 0; aborting = 0
        }
        /* The system lets go of its locks when what it has stored is in memory. */
        d_step {
            FLUSHED(me);
            if
            :: locked[me] == BY_PRODUCER -> locked[me] = FREE
            :: else
            fi;
            GIVE_ANOTHER_SLOT_BACK
            killed[me] = 0
        }
    :: else -> break
    od;
    gone++
}

#define MAY_BE_KILLED(s) (kills < KILLS && running[s] && !killed[s])
active proctype killer() {
end:
    do
    :: d_step { MAY_BE_KILLED(0) -> killed[0] = 1; kills++ }
    :: d_step { MAY_BE_KILLED(1) -> killed[1] = 1; kills++ }
#if SLOTS > 2 && !defined(SPARE2)
    :: d_step { MAY_BE_KILLED(2) -> killed[2] = 1; kills++ }
#endif
    :: d_step { consumerKills < CONSUMER_KILLS && consumerRunning && !consumerKilled -> consumerKilled = 1; consumerKills++ }
    od
}

/* ---- Consumer ---- */

#define BEHIND(w, from) OFFSET((w) + CAPACITY - OFFSET(from))
#define TO_ZERO(w) (BEHIND(w, from) < to - from && !((zeroed >> (w)) & 1))
/* In any order; in WEAK mode they enter the buffer in one order and leave it in any. */
#ifdef WEAK
#define NEXT_TO_ZERO(w) (TO_ZERO(w) && (OFFSET(from) == (w) || (zeroed >> OFFSET((w) + CAPACITY - 1)) & 1))
#else
#define NEXT_TO_ZERO(w) TO_ZERO(w)
#endif

inline zeroWord(w) {
    d_step {
        NEXT_TO_ZERO(w) && ROOM(CONSUMER);
        storePlain(CONSUMER, w, NOT_READY);
        zeroed = zeroed | (1 << (w))
    }
}
inline zeroWordNow(w) {
    if
    :: TO_ZERO(w) -> word[w] = NOT_READY
    :: else
    fi
}

#ifdef ZERO_AT_ONCE /* SC only; the other rows have the orders */
inline zeroConsumed() {
    d_step { zeroWordNow(0); zeroWordNow(1); zeroWordNow(2); zeroWordNow(3) }
}
#else
inline zeroConsumed() {
    do
    :: zeroWord(0)
    :: zeroWord(1)
    :: zeroWord(2)
    :: zeroWord(3)
    :: !TO_ZERO(0) && !TO_ZERO(1) && !TO_ZERO(2) && !TO_ZERO(3) -> break
    od
}
#endif
inline zero() {
    zeroConsumed();
    zeroed = 0
}

inline forget(w) {
    if
    :: BEHIND(w, from) < to - from -> published[w] = 0; recordAt[w] = 0; ownerAt[w] = 0; lifeAt[w] = 0; endAt[w] = 0
    :: else
    fi
}
inline setConsumerPosition() {
    d_step {
        storeRelease(CONSUMER, CONSUMER_POSITION, to);
        forget(0);
        forget(1);
        forget(2);
        forget(3)
    }
}
inline setRedoPosition() {
    d_step {
        storePlain(CONSUMER, REDO_POSITION, to);
        EACH_SLOT(released, delivered)
    }
}

inline giveBack() {
    from = givenBack;
    to = position;
    REDO_POSITION_BEFORE_ZEROES
    zero();
    REDO_POSITION_AFTER_ZEROES
    setConsumerPosition();
    givenBack = position;
    from = 0;
    to = 0
}

/* what it zeroes is given back later, and not zeroed again */
inline zeroEarly() {
    from = givenBack;
    to = position;
    REDO_POSITION_BEFORE_EARLY_ZEROES
    zeroConsumed();
    from = 0;
    to = 0
}

/* takeConsumersPlace(), with redo() */
inline takeConsumersPlace() {
    from = LOADED(CONSUMER, CONSUMER_POSITION);
    to = LOADED(CONSUMER, REDO_POSITION);
    REDO
    givenBack = to;
    position = to;
    from = 0;
    to = 0;
    d_step { EACH_SLOT(delivered, released) } /* the rest comes again */
}

inline next() {
    d_step {
        header = LOADED(CONSUMER, OFFSET(position));
        if
        :: header != NOT_READY ->
            assert(header == published[OFFSET(position)]); /* stored as a header, at this place */
            if
            :: IS_RECORD(header) ->
                id = recordAt[OFFSET(position)];
                assert(id != 0 && id % 8 == delivered[id / 8] + 1); /* nothing lost, doubled or out of order */
                delivered[id / 8]++;
            :: else
            fi
        :: else
        fi
    }
}

inline onRecord() {
    if
    :: header == 2 -> assert(LOADED(CONSUMER, OFFSET(position + 1)) == id) /* not torn */
    :: else
    fi
}

inline drain() {
    do
    :: true ->
        next();
        if
        :: header == NOT_READY -> break
        :: else ->
            if
            :: IS_RECORD(header) -> onRecord()
            :: else
            fi;
            position = position + LENGTH(header);
            d_step { header = 0; id = 0 }
            if
            :: giveBack()
            LATER
            fi
        fi
    od;
    if
    :: position != givenBack -> giveBack()
    :: else
    fi
}

/* ---- Recovery ---- */

inline unlock(s) {
    if
    :: locked[s] == BY_CONSUMER -> locked[s] = FREE
    :: else
    fi
}
inline unlockAll() {
    d_step {
        EACH_UNLOCK
        isLocked = 0
    }
}

/* examineCandidate(); spin: its last statement must not be a d_step */
inline examineCandidate() {
    d_step {
        if
        :: locked[s] == FREE -> locked[s] = BY_CONSUMER; isLocked = 1
        :: else -> lives = 1
        fi
    }
    if
    :: isLocked ->
        ATTEMPT_AGAIN
        if
        :: IS_CANDIDATE(found) ->
            isDead = 1;
            found = LOADED(CONSUMER, END(s));
            if
            :: found > position ->
                assert(found <= newest);
                to = found
            :: else
            fi
        :: else
        fi
    :: else
    fi;
    isLocked = 0
}

inline examine() {
    found = LOADED(CONSUMER, ATTEMPT(s));
    if
    :: IS_CANDIDATE(found) -> examineCandidate()
    :: else ->
        if
        :: found != IDLE && ANNOUNCED(found) > position && ANNOUNCED(found) < nearest -> NOTE_NEAREST
        :: else
        fi
    fi;
    s++
}

/* judge(), when nobody has said where it ends: nothing was written there, and it ends where the next one begins */
inline scan() {
    assert(isDead); /* what is unfinished has an owner */
    to = position + 1;
    do
    :: to < nearest && SKIPS_ZEROES(LOADED(CONSUMER, OFFSET(to))) -> to++
    :: else -> break
    od
}

/* find(): in `to` where the unfinished reservation of a dead owner ends; 0 when there is none */
inline find() {
    newest = LOADED(CONSUMER, PRODUCER_POSITION);
    if
    :: newest != position ->
        nearest = newest;
        s = 0;
        do
        :: s < SLOTS -> examine()
        :: else -> break
        od;
        LOAD_PRODUCER_POSITION_AGAIN
        header = HEADER_AGAIN;
        if
        :: header != NOT_READY -> to = 0
        :: else ->
            if
            :: to != 0 -> skip
            :: else ->
                if
                :: lives && CARES -> skip
                :: else -> scan()
                fi
            fi
        fi;
        unlockAll()
    :: else
    fi
}

/* recover() of what find() has found, and that is final. */
inline recover() {
    find();
    if
    :: to != 0 ->
        header = HEADER_AGAIN;
        if
        :: header == NOT_READY ->
            skip;
            d_step {
                ROOM(CONSUMER);
                assert(ownerAt[OFFSET(position)] != 0);
                assert(life[ownerAt[OFFSET(position)] - 1] != lifeAt[OFFSET(position)]
                    || dead[ownerAt[OFFSET(position)] - 1]); /* not that of a living process */
                assert(to == endAt[OFFSET(position)]); /* up to its end, exactly */
                storeRelease(CONSUMER, OFFSET(position), PADDING_HEADER(to - position));
                published[OFFSET(position)] = PADDING_HEADER(to - position);
                DENY_RECOVERY
            }
        :: else
        fi
    :: else
    fi;
    d_step { found = 0; nearest = 0; newest = 0; lives = 0; isDead = 0; s = 0; to = 0; header = 0 }
}

/* What a poll would find: something readable, something to be recovered, or the end of all. */
#define ATTEMPTS(s) IS_CANDIDATE(word[ATTEMPT(s)])
#define OWNED_BY_DEAD(s) (ATTEMPTS(s) && word[END(s)] > position && locked[s] == FREE)
#define LIVES(s) (ATTEMPTS(s) && locked[s] == BY_PRODUCER)
#if SLOTS > 2
#define ANY(what) (what(0) || what(1) || what(2))
#else
#define ANY(what) (what(0) || what(1))
#endif
#define IS_READABLE (word[OFFSET(position)] != NOT_READY)
#define IS_RECOVERABLE \
    (word[PRODUCER_POSITION] != position && (ANY(OWNED_BY_DEAD) || ANY(ATTEMPTS) && !ANY(LIVES)))
#define IS_ALL_DONE (gone == PRODUCERS && word[PRODUCER_POSITION] == position)

proctype consumer() {
    short position;
    short givenBack;
    short from;
    short to;
    short header;
    short found;
    short nearest;
    short newest;
    byte id;
    byte zeroed;
    byte s;
    bit isLocked;
    bit lives;
    bit isDead;
    bit finished;

#ifdef LATE_CONSUMER /* two producers have ended, dead or alive, or nobody else can go on */
    if
    :: gone >= 2
    :: timeout
    fi;
#endif
    do
    :: finished -> break
    :: else ->
        consumerRunning = 1;
        {
            takeConsumersPlace();
            do
            :: true ->
                drain();
                if
                :: recover()
                :: IS_READABLE
                fi;
                if
                :: IS_READABLE || IS_RECOVERABLE
                :: IS_ALL_DONE -> finished = 1; break
                fi
            od;
            skip
        } unless { consumerKilled };
        skip;
        d_step {
            consumerRunning = 0;
            position = 0; givenBack = 0; from = 0; to = 0; header = 0; found = 0; nearest = 0; newest = 0;
            id = 0; zeroed = 0; s = 0; lives = 0; isDead = 0
        }
        FLUSHED(CONSUMER);
        unlockAll();
        consumerKilled = 0
    od;
    assert(ALL_DELIVERED);
    assert(word[CONSUMER_POSITION] == word[PRODUCER_POSITION])
}

init {
    short begin;
    atomic {
#ifdef START
        begin = START;
#else
        select (begin : 0 .. CAPACITY - 1);
#endif
        word[CONSUMER_POSITION] = begin;
        word[REDO_POSITION] = begin;
        word[PRODUCER_POSITION] = begin;
        run producer(0, LIVES0, CALLS0, LATER0);
        run producer(1, LIVES1, CALLS1, CALLS1);
#if SLOTS > 2 && !defined(BESIDE)
        run producer(2, 1, CALLS2, CALLS2);
#endif
        run consumer();
        begin = 0
    }
}
