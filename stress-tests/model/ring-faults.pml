// SPDX-License-Identifier: Apache-2.0
/*
 * What ring.pml does where a fault can be planted: first the faults, each by its -D option, then what is right. The names
 * are used once each in ring.pml. Some of them bring their own semicolon, so that they can be nothing.
 */

/* Reserving */

#ifdef CONSUMER_POSITION_FIRST
#define READ_LIMIT_BEFORE_POSITION readLimit();
#define READ_LIMIT_BEFORE_FULL skip
#endif
#ifdef NO_REREAD
#define READ_LIMIT_BEFORE_FULL skip
#endif
#ifdef UNSIGNED_FULL
/* used + needed > capacity, with used = p - c unsigned, and p read before c */
#define CHECK(next) \
    readLimit(); \
    fits = limit - CAPACITY <= position && next <= limit
#endif
#ifdef NO_EXCHANGE
#define EXCHANGE(expected, replacement) \
    found = LOADED(me, PRODUCER_POSITION); \
    if \
    :: found == expected -> d_step { storeVolatile(me, PRODUCER_POSITION, replacement); reservationSucceeded() } \
    :: else \
    fi
#endif
#ifdef GAP_BEFORE_EXCHANGE
#define BEFORE_EXCHANGE \
    start = RECORD_START(position, stride); \
    if \
    :: start != position -> storeHeader(position, PADDING_HEADER(start - position)) \
    :: else \
    fi;
#define GAP_IN_PUBLISH false
#endif
#ifdef GAP_APART
#define AFTER_EXCHANGE \
    if \
    :: start != position -> storeHeader(position, PADDING_HEADER(start - position)) \
    :: else \
    fi;
#define GAP_IN_PUBLISH false
#define ABORT_FROM start
#endif
#ifdef GAP_BEFORE_RECORD
#define BEFORE_GAP(header)
#define AFTER_SIGNAL(header) \
    ; \
    if \
    :: start != position -> setHeaderPlain(start, header) \
    :: else \
    fi
#endif
#ifdef NO_GAP_HEADER
#define GAP_IN_PUBLISH false
#endif
#ifdef CLOSED_APART
#define BEFORE_EXCHANGE \
    if \
    :: word[CLOSED_FLAG] -> \
        refusedByClose = true; \
        d_step { endCall() } \
        break \
    :: else \
    fi;
#define CLOSED_AND_EMPTY (word[CLOSED_FLAG] && LOADED(CONSUMER, PRODUCER_POSITION) == 2 * position)
#define CLOSE_EXCHANGE d_step { found = 2 * position; storeVolatile(me, CLOSED_FLAG, 1) }
#endif

/* Publishing */

#ifdef HEADER_PLAIN
#define storePublishing(address, header) storePlain(me, address, header)
#endif
#ifdef HEADER_RELEASE_WITH_HOOK
#define storePublishing(address, header) storeRelease(me, address, header)
#endif
#ifdef HEADER_BEFORE_PAYLOAD
#define BEFORE_PAYLOAD(length) publish(length);
#define AFTER_PAYLOAD(length)
#endif
#ifdef HEADER_BEFORE_PADDING
#define BEFORE_PADDING(length) publish(length);
#define AFTER_PAYLOAD(length)
#endif
#ifdef BATCH_FROM_THE_FIRST
#define BEFORE_SECOND publish(1);
#define AFTER_SECOND \
    if \
    :: records == 1 -> publish(1) \
    :: else \
    fi
#endif

/* Giving back, by a producer */

#ifdef GIVEN_BACK_NOT_ZEROED
#define ZERO_BEFORE(used)
#endif
#ifdef GIVEN_BACK_BEFORE_ZEROES
#define ZERO_BEFORE(used)
#define ZERO_BEHIND(used) zeroRest(used);
#endif
#ifdef GIVE_BACK_IN_TWO_STEPS
#define GIVE_BACK(expected, replacement) \
    found = LOADED(me, PRODUCER_POSITION); \
    if \
    :: found == expected -> d_step { storeVolatile(me, PRODUCER_POSITION, replacement) } \
    :: else \
    fi
#endif
#ifdef GIVE_BACK_FROM_ANYWHERE
#define GIVE_BACK(expected, replacement) \
    d_step { \
        FLUSHED(me); \
        found = expected; \
        storeVolatile(me, PRODUCER_POSITION, replacement) \
    }
#endif

/* Waking */

#ifdef ABORT_WITHOUT_SIGNAL
#define SIGNAL_IN_ABORT
#endif
#ifdef CLOSE_WITHOUT_SIGNAL
#define SIGNAL_IN_CLOSE
#endif
#ifdef SIGNAL_ONLY_FROM_EMPTY
#define MAY_SIGNAL (wasEmpty || op == CLOSE)
#define NOTE_WHETHER_EMPTY wasEmpty = word[CONSUMER_POSITION] == position;
#endif
#ifdef NO_FENCE_IN_ARM
#define storeArmed() storeRelease(CONSUMER, ARMED, 1)
#endif
#ifdef LOOK_BEFORE_ARM
#define LOOK_BEFORE_ARMED checkAgain();
#define LOOK_AFTER_ARMED
#endif
#ifdef WAITER_AFTER_ARMED
#define SET_WAITER_BEFORE_ARM
#define SET_WAITER_AFTER_ARM d_step { storeVolatile(CONSUMER, WAITER, 1) }
#endif
#ifdef NO_POLL
#define COMMIT_WAKES true
#endif

/* Draining */

#ifdef EARLY_RELEASE
#define BEFORE_RECORD d_step { storeRelease(CONSUMER, CONSUMER_POSITION, position + LENGTH(header)) }
#endif
#ifdef CONSUMER_POSITION_PLAIN
#define storeConsumerPosition() storePlain(CONSUMER, CONSUMER_POSITION, position)
#endif
#ifdef LATE_RELEASE
#define MAY_HOLD_BACK true
#endif
#ifdef NO_ZEROING
#define RELEASE d_step { storeConsumerPosition(); givenBack = position }
#endif
#ifdef ZERO_AFTER_RELEASE
#define RELEASE \
    d_step { storeConsumerPosition() }; \
    zero(); \
    givenBack = position
#endif
#ifdef ZERO_NOT_PAYLOADS
#define ZERO_REST !IS_RECORD(header)
#endif
#ifdef ZERO_NOT_PADDINGS
#define ZERO_REST IS_RECORD(header)
#endif
#ifdef ZERO_REST
/* From header to header; `zeroed` is what is left of the record or padding. */
#define RELEASE \
    d_step { \
        do \
        :: givenBack != position -> \
            if \
            :: zeroed == 0 -> \
                header = LOADED(CONSUMER, OFFSET(givenBack)); \
                zeroed = LENGTH(header); \
                storePlain(CONSUMER, OFFSET(givenBack), 0) \
            :: else -> \
                if \
                :: ZERO_REST -> storePlain(CONSUMER, OFFSET(givenBack), 0) \
                :: else \
                fi \
            fi; \
            zeroed--; \
            givenBack++ \
        :: else -> break \
        od; \
        header = 0; \
        storeConsumerPosition() \
    }
#endif

/* What is right */

#ifndef READ_LIMIT_BEFORE_POSITION
#define READ_LIMIT_BEFORE_POSITION
#endif
#ifndef READ_LIMIT_BEFORE_FULL
#define READ_LIMIT_BEFORE_FULL readLimit()
#endif
#ifndef CHECK
#define CHECK(next) checkLimit(next)
#endif
#ifndef BEFORE_EXCHANGE
#define BEFORE_EXCHANGE
#endif
#ifndef EXCHANGE
#define EXCHANGE(expected, replacement) \
    d_step { \
        compareAndExchange(me, PRODUCER_POSITION, expected, replacement, found); \
        if \
        :: found == expected -> reservationSucceeded() \
        :: else \
        fi \
    }
#endif
#ifndef AFTER_EXCHANGE
#define AFTER_EXCHANGE
#endif
#ifndef GAP_IN_PUBLISH
#define GAP_IN_PUBLISH (start != position)
#endif
#ifndef BEFORE_GAP
#define BEFORE_GAP(header) setHeaderPlain(start, header);
#define AFTER_SIGNAL(header)
#endif
#ifndef ABORT_FROM
#define ABORT_FROM position
#endif
#ifndef CLOSED_AND_EMPTY
/* isClosed() && isEmpty(): the second load of the producer position finds what the first one found if that had the closed
   bit, and does not matter if it had not, so the model has one. */
#define CLOSED_AND_EMPTY (LOADED(CONSUMER, PRODUCER_POSITION) == 2 * position + 1)
#endif
#ifndef CLOSE_EXCHANGE
#define CLOSE_EXCHANGE d_step { compareAndExchange(me, PRODUCER_POSITION, 2 * position, 2 * position + 1, found) }
#endif
#ifndef storePublishing
#ifdef HOOK
#define storePublishing(address, header) storeVolatile(me, address, header)
#else
#define storePublishing(address, header) storeRelease(me, address, header)
#endif
#endif
#ifndef BEFORE_PAYLOAD
#define BEFORE_PAYLOAD(length)
#endif
#ifndef BEFORE_PADDING
#define BEFORE_PADDING(length)
#endif
#ifndef AFTER_PAYLOAD
#define AFTER_PAYLOAD(length) ; publish(length)
#endif
#ifndef BEFORE_SECOND
#define BEFORE_SECOND
#define AFTER_SECOND publish(1)
#endif
#ifndef ZERO_BEFORE
#define ZERO_BEFORE(used) zeroRest(used);
#endif
#ifndef ZERO_BEHIND
#define ZERO_BEHIND(used)
#endif
#ifndef GIVE_BACK
#define GIVE_BACK(expected, replacement) \
    d_step { compareAndExchange(me, PRODUCER_POSITION, expected, replacement, found) }
#endif
#ifndef SIGNAL_IN_ABORT
#define SIGNAL_IN_ABORT ; signal()
#endif
#ifndef SIGNAL_IN_CLOSE
#define SIGNAL_IN_CLOSE signal();
#endif
#ifndef MAY_SIGNAL
#define MAY_SIGNAL true
#define NOTE_WHETHER_EMPTY
#endif
#ifndef storeArmed
#define storeArmed() storeVolatile(CONSUMER, ARMED, 1)
#endif
#ifndef LOOK_AFTER_ARMED
#define LOOK_BEFORE_ARMED
#define LOOK_AFTER_ARMED ; checkAgain()
#endif
#ifndef SET_WAITER_AFTER_ARM
#define SET_WAITER_BEFORE_ARM d_step { storeVolatile(CONSUMER, WAITER, 1) }
#define SET_WAITER_AFTER_ARM
#endif
#ifndef COMMIT_WAKES
#define COMMIT_WAKES (POSITION(LOADED(CONSUMER, PRODUCER_POSITION)) == position)
#endif
#ifndef BEFORE_RECORD
#define BEFORE_RECORD
#endif
#ifndef storeConsumerPosition
#define storeConsumerPosition() storeRelease(CONSUMER, CONSUMER_POSITION, position)
#endif
#ifndef MAY_HOLD_BACK
#define MAY_HOLD_BACK (position - givenBack < CAPACITY)
#endif
#ifdef ZERO_EARLY
#define EARLY :: MAY_HOLD_BACK -> zeroConsumed(); skip /* as in zero() */
#else
#define EARLY
#endif
#ifndef RELEASE
#define RELEASE \
    AT_ONCE { \
        zero(); \
        d_step { storeConsumerPosition(); givenBack = position } \
    }
#endif

/* Left out where a fault is to show in what the consumer gets. */
#ifdef FREE_UNASSERTED
#define ASSERT_FREE_IS_ZERO
#else
#define ASSERT_FREE_IS_ZERO assert(ZERO_IF_FREE(0) && ZERO_IF_FREE(1) && ZERO_IF_FREE(2) && ZERO_IF_FREE(3));
#endif

/* Assertions that must fail, since what they deny does happen in the right model. */

#define RARE_RELEASE
#ifdef REACH_WHOLE_LAP
#undef RARE_RELEASE
#define RARE_RELEASE assert(position - givenBack < CAPACITY);
#endif
#ifdef REACH_ZEROES_OVER_THE_WRAP
#undef RARE_RELEASE
#define RARE_RELEASE assert((position - 1) / CAPACITY == givenBack / CAPACITY);
#endif
#ifdef REACH_FULL
#define RARE_FULL assert(false);
#else
#define RARE_FULL
#endif
#ifdef REACH_GIVEN_BACK_TO_A_SLEEPER
#define RARE_GIVEN_BACK ; assert(!(word[ARMED] && word[CONSUMER_POSITION] == end));
#else
#define RARE_GIVEN_BACK
#endif
#ifdef REACH_NOT_GIVEN_BACK
#define RARE_NOT_GIVEN_BACK -> assert(false)
#else
#define RARE_NOT_GIVEN_BACK
#endif
