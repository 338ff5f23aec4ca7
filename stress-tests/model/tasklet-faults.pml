// SPDX-License-Identifier: Apache-2.0
/* What tasklet.pml does where a fault can be planted: first the faults, each by its -D option, then what is right. */

#ifdef QUEUED_CLEARED_AFTER_BODY
#define EXCHANGE_IN_BEGIN_RUN compareAndExchange(LOOP, STATE, state, state & (KILLED | QUEUED), found)
#define AFTER_BODY d_step { word[STATE] = word[STATE] & ~QUEUED };
#endif
#ifdef LOOK_WITHOUT_EXCHANGE
#define COALESCED (state & QUEUED)
#define REASON(me, call) 1
#endif
#ifdef REASONS_CLEARED_APART
#define EXCHANGE_IN_BEGIN_RUN \
    found = state; \
    storeVolatile(LOOP, STATE, state & KILLED)
#endif
#ifdef WAKEUP_WITHOUT_EXCHANGE
#define EXCHANGE_STATE(t, replacement) d_step { storeVolatile(t, STATE, replacement); found = state }
#endif
#ifdef KILL_WITHOUT_EXCHANGE
#define KILL_EXCHANGE d_step { storeVolatile(me, STATE, state | KILLED); found = state }
#endif
#ifdef KILL_PLAIN
#define KILL_EXCHANGE d_step { storePlain(me, STATE, state | KILLED); found = state }
#endif
#ifdef KILL_NOT_LOOKED_AT
#define KILLED_IN_RUN false
#endif
#ifdef ASLEEP_AFTER_LOOK
#define ASLEEP_BEFORE_LOOK
#define ASLEEP_AFTER_LOOK_AT_INBOX d_step { storeVolatile(LOOP, ASLEEP, 1) }
#endif
#ifdef ASLEEP_RELEASE
#define ASLEEP_BEFORE_LOOK d_step { storeRelease(LOOP, ASLEEP, 1) }
#define ASLEEP_AFTER_LOOK_AT_INBOX
#endif
#ifdef ASLEEP_LOOKED_AT_FIRST
#define LOOK_AT_ASLEEP_BEFORE_OFFER found = LOADED(me, ASLEEP);
#define LOOK_AT_ASLEEP_AFTER_OFFER
#endif
#ifdef CLOSE_WITHOUT_WAKING
#define WAKE_IN_CLOSE
#endif
#ifdef CLOSED_NOT_LOOKED_AT
#define CLOSED_IN_SLEEP false
#endif

/* What is right */

#ifndef AFTER_BODY
#define AFTER_BODY
#endif
#ifndef EXCHANGE_IN_BEGIN_RUN
#define EXCHANGE_IN_BEGIN_RUN compareAndExchange(LOOP, STATE, state, state & KILLED, found)
#endif
#ifndef COALESCED
#define COALESCED false
#define REASON(me, call) (1 << (me * 2 + call - 1))
#endif
#ifndef EXCHANGE_STATE
#define EXCHANGE_STATE(t, replacement) d_step { compareAndExchange(t, STATE, state, replacement, found) }
#endif
#ifndef KILL_EXCHANGE
#define KILL_EXCHANGE EXCHANGE_STATE(me, state | KILLED)
#endif
#ifndef KILLED_IN_RUN
#define KILLED_IN_RUN (state & KILLED)
#endif
#ifndef ASLEEP_BEFORE_LOOK
#define ASLEEP_BEFORE_LOOK d_step { storeVolatile(LOOP, ASLEEP, 1) }
#define ASLEEP_AFTER_LOOK_AT_INBOX
#endif
#ifndef LOOK_AT_ASLEEP_BEFORE_OFFER
#define LOOK_AT_ASLEEP_BEFORE_OFFER
#define LOOK_AT_ASLEEP_AFTER_OFFER found = LOADED(me, ASLEEP);
#endif
#ifndef WAKE_IN_CLOSE
#define WAKE_IN_CLOSE found = LOADED(me, ASLEEP); wakeThreadIfAsleep();
#endif
#ifndef CLOSED_IN_SLEEP
#define CLOSED_IN_SLEEP LOADED(LOOP, LOOP_CLOSED)
#endif

/* Assertions that must fail, since what they deny does happen in the right model. */

#ifdef REACH_COALESCED
#define RARE_WAKEUP assert(!(state & QUEUED));
#else
#define RARE_WAKEUP
#endif
#ifdef REACH_WAKEUP_DURING_RUN
#define RARE_BODY assert(!(word[STATE] & QUEUED));
#else
#define RARE_BODY
#endif
#ifdef REACH_KILLED_IN_QUEUE
#define RARE_KILLED assert(false);
#else
#define RARE_KILLED
#endif
#ifdef REACH_INDEX_WITHOUT_ELEMENT
#define RARE_DRAIN assert(word[ELEMENT] || word[PRODUCER_INDEX] == consumerIndex);
#else
#define RARE_DRAIN
#endif
#ifdef REACH_COALESCED_BEFORE_CLOSE
#define MUST_HAVE_QUEUED true
#else
#define MUST_HAVE_QUEUED mustQueue
#endif
