// SPDX-License-Identifier: Apache-2.0
/* What tasklet.pml does where a fault can be planted: first the faults, each by its -D option, then what is right. */

#ifdef QUEUED_CLEARED_AFTER_BODY
#define TAKE_STATE d_step { FLUSHED(LOOP); state = word[STATE]; word[STATE] = state & ~REASONS; landed() }
#define AFTER_BODY d_step { word[STATE] = word[STATE] & REASONS };
#endif
#ifdef LOAD_INSTEAD_OF_ADD
#define COALESCED(t) IS_QUEUED(LOADED(t, STATE))
#endif
#ifdef TAKEN_IN_TWO_STEPS
#define TAKE_STATE \
    state = LOADED(LOOP, STATE); \
    d_step { storeVolatile(LOOP, STATE, 0) }
#endif
#ifdef WAKEUP_IN_TWO_STEPS
#define ADD_TO_STATE(t) \
    state = LOADED(t, STATE); \
    d_step { storeVolatile(t, STATE, state + ONE_WAKEUP) }
#endif
#ifdef REASON_IN_TWO_STEPS
#define CAS_STATE(t, replacement) d_step { storeVolatile(t, STATE, replacement); found = state }
#endif
#ifdef KILL_PLAIN
#define KILL_STORE d_step { storePlain(me, KILLED, 1) }
#endif
#ifdef KILL_NOT_LOADED
#define KILLED_IN_RUN false
#endif
#ifdef ASLEEP_AFTER_LOAD
#define ASLEEP_BEFORE_LOADS
#define ASLEEP_AFTER_LOADS d_step { storeVolatile(LOOP, ASLEEP, 1) }
#endif
#ifdef ASLEEP_RELEASE
#define ASLEEP_BEFORE_LOADS d_step { storeRelease(LOOP, ASLEEP, 1) }
#define ASLEEP_AFTER_LOADS
#endif
#ifdef ASLEEP_LOADED_FIRST
#define LOAD_ASLEEP_BEFORE_PUT found = LOADED(me, ASLEEP);
#define LOAD_ASLEEP_AFTER_PUT
#endif
#ifdef PUT_RELEASE
#define PUT d_step { storeRelease(me, INBOX, 1) }
#endif
#ifdef CLOSE_WITHOUT_WAKING
#define WAKE_IN_CLOSE
#endif
#ifdef CLOSED_NOT_LOADED
#define CLOSED_IN_SLEEP false
#endif

/* What is right */

#ifndef AFTER_BODY
#define AFTER_BODY
#endif
#ifndef TAKE_STATE
#define TAKE_STATE d_step { FLUSHED(LOOP); state = word[STATE]; word[STATE] = 0; landed() }
#endif
#ifndef COALESCED
#define COALESCED(t) false
#endif
#ifdef WITHOUT_REASONS
#define WITH_REASONS false
#else
#define WITH_REASONS true
#endif
#ifndef ADD_TO_STATE
#define ADD_TO_STATE(t) d_step { FLUSHED(t); state = word[STATE]; word[STATE] = state + ONE_WAKEUP; landed() }
#endif
#ifndef CAS_STATE
#define CAS_STATE(t, replacement) d_step { compareAndExchange(t, STATE, state, replacement, found) }
#endif
#ifndef KILL_STORE
#define KILL_STORE d_step { storeVolatile(me, KILLED, 1) }
#endif
#ifndef KILLED_IN_RUN
#define KILLED_IN_RUN LOADED(LOOP, KILLED)
#endif
#ifndef ASLEEP_BEFORE_LOADS
#define ASLEEP_BEFORE_LOADS d_step { storeVolatile(LOOP, ASLEEP, 1) }
#define ASLEEP_AFTER_LOADS
#endif
#ifndef LOAD_ASLEEP_BEFORE_PUT
#define LOAD_ASLEEP_BEFORE_PUT
#define LOAD_ASLEEP_AFTER_PUT found = LOADED(me, ASLEEP);
#endif
#ifndef PUT
#define PUT d_step { FLUSHED(me); assert(!word[INBOX]); word[INBOX] = 1 }
#endif
#ifndef WAKE_IN_CLOSE
#define WAKE_IN_CLOSE found = LOADED(me, ASLEEP); wakeThreadIfAsleep();
#endif
#ifndef CLOSED_IN_SLEEP
#define CLOSED_IN_SLEEP LOADED(LOOP, LOOP_CLOSED)
#endif

/* Assertions that must fail, since what they deny does happen in the right model. */

#ifdef REACH_COALESCED
#define RARE_WAKEUP assert(!IS_QUEUED(state));
#else
#define RARE_WAKEUP
#endif
#ifdef REACH_WAKEUP_DURING_RUN
#define RARE_BODY assert(!IS_QUEUED(word[STATE]));
#else
#define RARE_BODY
#endif
#ifdef REACH_COALESCED_LOCALLY
#define RARE_LOCAL assert(false);
#else
#define RARE_LOCAL
#endif
#ifdef REACH_KILLED_IN_QUEUE
#define RARE_KILLED assert(false);
#else
#define RARE_KILLED
#endif
#ifdef REACH_COALESCED_BEFORE_CLOSE
#define MUST_HAVE_QUEUED true
#else
#define MUST_HAVE_QUEUED mustQueue
#endif
