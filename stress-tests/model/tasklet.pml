// SPDX-License-Identifier: Apache-2.0
/*
 * One tasklet and its loop: two threads that wake it, kill it, or close the loop; the loop's own thread, whose body wakes
 * itself now and then. The inlines have the names of the methods they model; README.md says what is left out.
 *
 *   -DWEAK             store buffers, see memory.pml
 *   -DFIRST=n          calls of the first of the two threads
 *   -DSECOND=n         calls of the second one, which alone may close the loop
 *   -DWITHOUT_REASONS  no wakeup has a reason
 *   anything else      see tasklet-faults.pml
 */

/* TaskletState: reasons are bits 0 to 4, one for each wakeup that has one, so that none can stand for another; behind them
   the number of wakeups. */
#define REASONS 31
#define ONE_WAKEUP 32
#define IS_QUEUED(state) ((state) >= ONE_WAKEUP)

#define STATE 0
#define ASLEEP 1
#define LOOP_CLOSED 2
/* The inbox: its one tasklet is in it at most once, so whether it is there; tasklet-inbox.pml has its array and its overflow. */
#define INBOX 3
/* Plain data of each of the two threads, to be seen by the body: the number of its last wakeup. */
#define DATA 4
#define KILLED 6
#define WORDS 7
#define THREADS 3
#define LOOP 2

mtype = { WAKEUP, WAKEUP_FOR, KILL, CLOSE };

#define landed() skip
#include "memory.pml"
#include "tasklet-faults.pml"

/* What to compare with; none of it exists in the code. */

byte wokenBy[2];      /* by its data, each thread's last wakeup that returned before any kill or close */
byte queuedBy1;       /* the same of thread 1, which may close, but only of wakeups that queued the tasklet */
byte seen[2];         /* the data that the last run has seen */
byte reasonsAsked;    /* of all wakeups that took effect */
byte wakeupsAsked;
byte reasonsSeen;
byte wakeupsSeen;
byte queues;          /* in how many queues the tasklet is */
bit running;
bit mustRunAgain;     /* the body has woken its own tasklet */
bit killStarted;
bit killReturned;
bit closeStarted;
byte gone;

bit permit;

/* The end of Tasklet.addWakeup() */
inline wakeupAdded(t) {
    RARE_WAKEUP
    wakeupsAsked++;
    mustQueue = !IS_QUEUED(state) && !LOADED(t, KILLED);
    state = 0
}

/* Tasklet.addWakeup() by thread `t`, without a reason: answers in `mustQueue`. */
inline addWakeup(t) {
    mustQueue = false;
    if
    :: COALESCED(t)
    :: else ->
        ADD_TO_STATE(t)
        wakeupAdded(t)
    fi
}

/* The same for a reason */
inline addWakeupFor(t, reason) {
    mustQueue = false;
    do
    :: true ->
        state = LOADED(t, STATE);
        CAS_STATE(t, (state | (reason)) + ONE_WAKEUP)
        if
        :: found == state ->
            reasonsAsked = reasonsAsked | (reason);
            break
        :: else
        fi
    od;
    found = 0;
    wakeupAdded(t)
}

/* The end of TaskletLoop.enqueue() and of close(), after `found = asleep.get()` */
inline wakeThreadIfAsleep() {
    if
    :: found == 1 ->
        d_step { compareAndExchange(me, ASLEEP, 1, 0, found) }
        if
        :: found == 1 -> permit = 1 /* wakeThread(): unpark, or Selector.wakeup() */
        :: else
        fi
    :: else
    fi;
    found = 0
}

/* TaskletLoop.enqueue() from another thread; addWakeup() has counted the first wakeup */
inline enqueue() {
    if
    :: LOADED(me, LOOP_CLOSED)
    :: else ->
        LOAD_ASLEEP_BEFORE_PUT
        d_step {
            queues++;
            assert(queues == 1) /* never queued twice */
        }
        PUT /* enqueue() */
        LOAD_ASLEEP_AFTER_PUT
        wakeThreadIfAsleep()
    fi
}

/* Tasklet.kill() */
inline kill() {
    killStarted = true;
    KILL_STORE;
    killReturned = true
}

/* TaskletLoop.close(), but for its wait for the thread's end */
inline close() {
    closeStarted = true;
    d_step { storeVolatile(me, LOOP_CLOSED, 1) }
    WAKE_IN_CLOSE
    skip
}

proctype caller(byte me) {
    short state;
    short found;
    mtype op;
    byte calls;
    bit mustQueue;

    do
    :: calls < (me == 0 -> FIRST : SECOND) ->
        if
        :: op = WAKEUP
        :: WITH_REASONS -> op = WAKEUP_FOR
        :: op = KILL
        :: me == 1 -> op = CLOSE
        fi;
        calls++;
        if
        :: op == WAKEUP || op == WAKEUP_FOR ->
            d_step { storePlain(me, DATA + me, calls) }
            if
            :: op == WAKEUP -> addWakeup(me)
            :: else -> addWakeupFor(me, 1 << (me * 2 + calls - 1))
            fi;
            if
            :: mustQueue -> enqueue()
            :: else
            fi;
            d_step {
                if
                :: !killStarted && !closeStarted ->
                    wokenBy[me] = calls;
                    if
                    :: me == 1 && MUST_HAVE_QUEUED -> queuedBy1 = calls
                    :: else
                    fi
                :: else
                fi
            }
            mustQueue = false
        :: op == KILL -> kill()
        :: op == CLOSE -> close()
        fi;
        op = WAKEUP
    :: else -> break
    od;
    gone++
}

/* Tasklet.takeWakeups(): leaves the state in `state`; and the load of killed behind it, which leaves whether to run in `runs` */
inline takeWakeups() {
    TAKE_STATE
    d_step {
        runs = !KILLED_IN_RUN;
        late = killReturned
    }
}

/* The tasklet's body: looks at the data, and wakes its own tasklet once. */
inline body() {
    d_step {
        assert(!late); /* no run begins after kill has returned */
        assert(!running); /* never two runs at once */
        running = true;
        mustRunAgain = false;
        reasonsSeen = reasonsSeen | (state & REASONS);
        wakeupsSeen = wakeupsSeen + state / ONE_WAKEUP
    }
    state = 0;
    seen[0] = LOADED(LOOP, DATA);
    RARE_BODY
    seen[1] = LOADED(LOOP, DATA + 1);
    if
    :: !selfWoken ->
        selfWoken = true;
        mustRunAgain = true;
        if /* wakeup() on the loop's own thread, for a reason or none: loads first */
        :: queuedAlready = IS_QUEUED(LOADED(LOOP, STATE));
            if
            :: !queuedAlready -> addWakeup(LOOP)
            :: else -> RARE_LOCAL
                queuedAlready = false
            fi
        :: WITH_REASONS -> addWakeupFor(LOOP, 16) /* nobody else has this reason, so that it is never there already */
        fi;
        if
        :: mustQueue && !LOADED(LOOP, LOOP_CLOSED) -> /* enqueue() by the loop's thread: bulk.addLast() */
            d_step {
                queued++;
                queues++;
                assert(queues == 1)
            }
        :: else
        fi;
        mustQueue = false
    :: true
    fi;
    running = false;
    late = 0
}

/* TaskletLoop.runUnlessKilled() */
inline runUnlessKilled() {
    queued--;
    queues--;
    takeWakeups();
    if
    :: !runs ->
        RARE_KILLED
        late = 0;
        state = 0
    :: else ->
        body();
        AFTER_BODY
        skip
    fi;
    runs = 0
}

/* take() */
inline take() {
    d_step {
        FLUSHED(LOOP);
        if
        :: word[INBOX] ->
            word[INBOX] = 0;
            queued++
        :: else
        fi
    }
}

/* sleep(). It may stay for ever when the two threads have gone and nothing is queued. */
inline sleep() {
    ASLEEP_BEFORE_LOADS
    if
    :: !LOADED(LOOP, INBOX) && !CLOSED_IN_SLEEP ->
        ASLEEP_AFTER_LOADS
        if /* park, or select */
        :: permit -> permit = 0
        :: gone == 2 && queues == 0 && !word[LOOP_CLOSED] -> finished = true
        fi
    :: else
    fi;
    d_step { storeVolatile(LOOP, ASLEEP, 0) }
}

/* runUntilClosed() */
proctype loop() {
    short state;
    short found;
    byte queued; /* the run queues */
    bit selfWoken;
    bit mustQueue;
    bit queuedAlready;
    bit late;
    bit runs;
    bit finished;

    do
    :: finished || LOADED(LOOP, LOOP_CLOSED) -> break
    :: else -> /* round() */
        take();
        if
        :: queued == 0 ->
            sleep();
            take()
        :: else
        fi;
        if
        :: queued > 0 -> runUnlessKilled()
        :: else
        fi
    od;
    take(); /* runToEnd() */
    do
    :: queued > 0 ->
        runUnlessKilled();
        take()
    :: else -> break
    od;

    /* Each wakeup that returned before any kill or close was followed by a run that saw its data; if the loop was closed,
       those of the closing thread were which had queued the tasklet. README.md: a finding. */
    assert(killStarted || closeStarted || (seen[0] >= wokenBy[0] && seen[1] >= wokenBy[1]));
    assert(killStarted || seen[1] >= queuedBy1);
    assert(killStarted || closeStarted || !mustRunAgain);
    /* No reason and no wakeup was lost. */
    assert(killStarted || closeStarted || (reasonsSeen == reasonsAsked && wakeupsSeen == wakeupsAsked))
}

init {
    atomic {
        run caller(0);
        run caller(1);
        run loop()
    }
}
