// SPDX-License-Identifier: Apache-2.0
/*
 * What processes.pml does where a fault can be planted, or where options differ: first the faults, each by its -D option, then
 * what is right. Some of the names bring their own semicolon, so that they can be nothing.
 */

/* Taking a slot */

#ifdef UNCLEAN_SLOT_TAKEN
#define MAY_BE_TAKEN(attempt, c, p) true
#endif
#ifdef SLOT_NOT_IDLE
inline enter() {
    d_step { storePlain(me, END(me), limit) }
}
#endif
#ifdef SLOT_END_IS_PRODUCER_POSITION
#define FIRST_END LOADED(me, PRODUCER_POSITION)
#endif

#ifndef MAY_BE_TAKEN
#define MAY_BE_TAKEN(attempt, c, p) IS_CLEAN(attempt, c, p)
#endif
#ifndef FIRST_END
#define FIRST_END LOADED(me, CONSUMER_POSITION)
#endif
#ifndef SLOT_NOT_IDLE
inline enter() {
    found = FIRST_END;
    d_step { storePlain(me, END(me), found) }
    d_step { storeRelease(me, ATTEMPT(me), IDLE) }
}
#endif

/* Reserving */

#ifdef ONE_SLOT
#define ANNOUNCED_IN(s) ((s) == 2 -> 0 : (s))
#else
#define ANNOUNCED_IN(s) (s)
#endif

inline storeAttempt() {
    d_step { storeRelease(me, ATTEMPT(ANNOUNCED_IN(slot)), ATTEMPTED(position)) }
}
inline storeAttemptPlain() {
    d_step { storePlain(me, ATTEMPT(ANNOUNCED_IN(slot)), ATTEMPTED(position)) }
}
inline announceNothing() {
    d_step { storeRelease(me, ATTEMPT(ANNOUNCED_IN(slot)), IDLE) }
}
/* tellEnd() */
inline tellEnd() {
    d_step { storePlain(me, END(ANNOUNCED_IN(slot)), end) }
}

#ifdef ATTEMPT_AFTER_EXCHANGE
#define STORE_BEFORE_EXCHANGE
#define STORE_AFTER_EXCHANGE storeAttempt(); tellEnd();
#endif
#ifdef ATTEMPT_PLAIN
#define STORE_BEFORE_EXCHANGE storeAttemptPlain();
#endif
#ifdef END_BEFORE_EXCHANGE
#define STORE_BEFORE_EXCHANGE storeAttempt(); tellEnd();
#define STORE_AFTER_EXCHANGE
#endif
#ifdef NO_END
#define STORE_AFTER_EXCHANGE
#endif
#ifdef END_AFTER_PAYLOAD
#define STORE_AFTER_EXCHANGE
#define STORE_AFTER_PAYLOAD tellEnd();
#endif
#ifdef ATTEMPT_KEPT
#define ANNOUNCE_NOTHING
#endif

#ifndef STORE_BEFORE_EXCHANGE
#define STORE_BEFORE_EXCHANGE storeAttempt();
#endif
#ifndef STORE_AFTER_EXCHANGE
#define STORE_AFTER_EXCHANGE tellEnd();
#endif
#ifndef STORE_AFTER_PAYLOAD
#define STORE_AFTER_PAYLOAD
#endif
#ifndef ANNOUNCE_NOTHING
#define ANNOUNCE_NOTHING announceNothing();
#endif

/* Giving back */

#define REDO_POSITION_BEFORE_ZEROES setRedoPosition();
#define REDO_POSITION_AFTER_ZEROES
#ifdef NO_REDO_POSITION
#undef REDO_POSITION_BEFORE_ZEROES
#define REDO_POSITION_BEFORE_ZEROES
#endif
#define REDO_POSITION_BEFORE_EARLY_ZEROES REDO_POSITION_BEFORE_ZEROES
#ifdef REDO_POSITION_WHEN_GIVING_BACK
#undef REDO_POSITION_BEFORE_EARLY_ZEROES
#define REDO_POSITION_BEFORE_EARLY_ZEROES
#endif
#ifdef REDO_POSITION_LATE
#undef REDO_POSITION_BEFORE_ZEROES
#undef REDO_POSITION_AFTER_ZEROES
#define REDO_POSITION_BEFORE_ZEROES
#define REDO_POSITION_AFTER_ZEROES setRedoPosition();
#endif
#ifdef NOT_REDONE
#define REDO to = from;
#endif
#ifdef NOT_ZEROED_AGAIN
#define REDO \
    if \
    :: to > from -> setConsumerPosition() \
    :: else \
    fi;
#endif

#ifndef REDO
#define REDO \
    if \
    :: to > from -> zero(); setConsumerPosition() \
    :: else \
    fi;
#endif

/* Recovery */

#ifdef IDLE_ANNOUNCES_0
#define IS_CANDIDATE(attempt) (ANNOUNCED(attempt) == position)
#else
#define IS_CANDIDATE(attempt) ((attempt) != IDLE && ANNOUNCED(attempt) == position)
#endif
#ifdef ATTEMPT_NOT_READ_AGAIN
#define ATTEMPT_AGAIN
#else
#define ATTEMPT_AGAIN found = LOADED(CONSUMER, ATTEMPT(s));
#endif
#ifdef HEADER_NOT_READ_AGAIN
#define HEADER_AGAIN NOT_READY
#else
#define HEADER_AGAIN LOADED(CONSUMER, OFFSET(position))
#endif
#ifdef LIVING_IGNORED
#define CARES false
#else
#define CARES true
#endif
#ifdef NO_NEAREST
#define NOTE_NEAREST skip
#else
#define NOTE_NEAREST nearest = ANNOUNCED(found)
#endif
#ifdef NO_SCAN
#define SKIPS_ZEROES(header) true
#else
#define SKIPS_ZEROES(header) ((header) == NOT_READY)
#endif
#ifdef PRODUCER_POSITION_LAST
#define LOAD_PRODUCER_POSITION_AGAIN \
    if \
    :: nearest == newest -> nearest = LOADED(CONSUMER, PRODUCER_POSITION) \
    :: else \
    fi;
#else
#define LOAD_PRODUCER_POSITION_AGAIN
#endif

/* States that must be reached: denied */

#ifdef REACH_RECOVERY
#define DENY_RECOVERY assert(false)
#else
#define DENY_RECOVERY skip
#endif

/* Options */

#ifdef STRIDE0
#define STRIDES \
    :: me == 0 -> stride = STRIDE0 \
    :: me == 1 -> stride = STRIDE1 \
    :: me == 2 -> stride = STRIDE2
#ifndef STRIDE1
#define STRIDE1 2
#endif
#ifndef STRIDE2
#define STRIDE2 1
#endif
#elif defined(ABORTS)
#define STRIDES \
    :: stride = 1 \
    :: stride = 2 \
    :: stride = 2; aborting = 1
#else
#define STRIDES \
    :: stride = 1 \
    :: stride = 2
#endif
#ifdef GIVE_UP
#define GIVES_UP true
#else
#define GIVES_UP false
#endif
#ifdef BESIDE
#define TAKE_ANOTHER_SLOT \
    if \
    :: me == 0 -> locked[2] = BY_PRODUCER; life[2]++ \
    :: else \
    fi;
#define GIVE_ANOTHER_SLOT_BACK \
    if \
    :: me == 0 -> \
        dead[2] = killed[0]; \
        if \
        :: locked[2] == BY_PRODUCER -> locked[2] = FREE \
        :: else \
        fi \
    :: else \
    fi;
#define OFFER_BESIDE \
    if \
    :: me == 0 -> offerBeside() \
    :: else \
    fi;
#else
#define TAKE_ANOTHER_SLOT
#define GIVE_ANOTHER_SLOT_BACK
#define OFFER_BESIDE
#endif
#ifdef STAY
#define STAY_IDLE \
    if \
    :: me == 0 -> (gone + 1 == PRODUCERS && word[CONSUMER_POSITION] == word[PRODUCER_POSITION]) \
    :: else \
    fi;
#else
#define STAY_IDLE
#endif
#ifdef ZERO_AT_ONCE
#define LATER
#elif defined(ZERO_EARLY)
#define LATER \
    :: position - givenBack < CAPACITY \
    :: position - givenBack < CAPACITY -> zeroEarly()
#else
#define LATER :: position - givenBack < CAPACITY
#endif
#if SLOTS > 2
#define EACH_SLOT(a, b) a[0] = b[0]; a[1] = b[1]; a[2] = b[2]
#define EACH_UNLOCK unlock(0); unlock(1); unlock(2);
#define ALL_DELIVERED (delivered[0] == committed[0] && delivered[1] == committed[1] && delivered[2] == committed[2])
#else
#define EACH_SLOT(a, b) a[0] = b[0]; a[1] = b[1]
#define EACH_UNLOCK unlock(0); unlock(1);
#define ALL_DELIVERED (delivered[0] == committed[0] && delivered[1] == committed[1])
#endif
