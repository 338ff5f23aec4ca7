// SPDX-License-Identifier: Apache-2.0
/*
 * The inbox of a loop: two threads that put tasklets of their own on top of a stack by compare-and-set, and the loop, which
 * takes all of them by one swap, reverses them, and sleeps when there are none. The inlines have the names of the methods.
 *
 *   -DWEAK       store buffers, see memory.pml
 *   -DPUTS=n     how often each thread wakes; it has two tasklets and wakes them in turn, the same one again only when it
 *                has run: until then nobody else has it
 *   anything else  a fault, or a state that must be reached; see below
 */

/* Tasklets 1 and 2 are thread 0's, 3 and 4 thread 1's. */
#define INBOX 0
#define LINK 0 /* LINK + tasklet */
#define ASLEEP 5
#define WORDS 6
#define THREADS 3
#define LOOP 2

#define landed() skip
#include "memory.pml"

/* Where a fault can be planted */

#ifdef LINK_AFTER_PUT
#define LINK_BEFORE_PUT
#define LINK_BEHIND_PUT d_step { storePlain(me, LINK + tasklet, top) }
#else
#define LINK_BEFORE_PUT d_step { storePlain(me, LINK + tasklet, top) }
#define LINK_BEHIND_PUT
#endif
#ifdef PUT_IN_TWO_STEPS
#define PUT \
    found = LOADED(me, INBOX); \
    if \
    :: found == top -> d_step { storeVolatile(me, INBOX, tasklet) } \
    :: else \
    fi;
#else
#define PUT d_step { compareAndExchange(me, INBOX, top, tasklet, found) }
#endif
#ifdef SWAP_IN_TWO_STEPS
#define SWAP \
    newest = LOADED(LOOP, INBOX); \
    d_step { storeVolatile(LOOP, INBOX, 0) }
#else
#define SWAP d_step { FLUSHED(LOOP); newest = word[INBOX]; word[INBOX] = 0 }
#endif
#ifdef NOT_REVERSED
#define NEXT newest = list[0]; list[0] = list[1]; list[1] = list[2]; list[2] = list[3]; list[3] = 0; length--;
#else
#define NEXT length--; newest = list[length]; list[length] = 0;
#endif

/* An assertion that must fail: a tasklet that a waker found on top may be taken, and put again, before its compare-and-set */
#ifdef REACH_PUT_AGAIN
#define RARE_PUT assert(top == 0 || before == rounds[top]);
#else
#define RARE_PUT
#endif

/* What to compare with; none of it exists in the code. */

bit isQueued[5];   /* as the tasklet's state says; tasklet.pml has that */
byte order[5];     /* which of its thread's puts queued a tasklet */
byte taken[2];     /* puts of each thread that were taken */
byte rounds[5];    /* how often a tasklet was taken */

bit permit;

proctype waker(byte me) {
    byte tasklet;
    byte top;
    byte found;
    byte count;
    byte before;

    do
    :: count < PUTS ->
        tasklet = 1 + me * 2 + count % 2;
        !isQueued[tasklet];
        d_step {
            isQueued[tasklet] = true;
            order[tasklet] = count
        }
        /* enqueue() */
        do
        :: true ->
            d_step {
                top = LOADED(me, INBOX);
                before = rounds[top]
            }
            LINK_BEFORE_PUT
            PUT
            if
            :: found == top -> break
            :: else
            fi
        od;
        found = 0;
        RARE_PUT
        LINK_BEHIND_PUT
        d_step {
            before = 0;
            top = 0;
            tasklet = 0;
            count++
        }
        if /* enqueue(), behind the put */
        :: LOADED(me, ASLEEP) ->
            d_step { compareAndExchange(me, ASLEEP, 1, 0, found) }
            if
            :: found == 1 -> permit = 1
            :: else
            fi;
            found = 0
        :: else
        fi
    :: else -> break
    od
}

/* takeInbox() */
inline takeInbox() {
    if
    :: LOADED(LOOP, INBOX) ->
        SWAP
        do
        :: newest != 0 ->
            d_step {
                assert(length < 4);
                list[length] = newest;
                length++;
                newest = LOADED(LOOP, LINK + newest)
            }
        :: else -> break
        od;
        do
        :: length > 0 -> /* addFromOutside(), oldest first */
            d_step {
                NEXT
                assert(isQueued[newest]); /* once for each put */
                owner = (newest - 1) / 2;
                assert(order[newest] == taken[owner]); /* in the order of its waker */
                taken[owner] = taken[owner] + 1;
                rounds[newest] = rounds[newest] + 1
            }
            d_step { /* the run takes the wakeups, and the tasklet may be queued again */
                isQueued[newest] = false;
                newest = 0;
                owner = 0
            }
        :: else -> break
        od
    :: else
    fi
}

proctype loop() {
    byte newest;
    byte list[4];
    byte length;
    byte owner;

    do
    :: taken[0] + taken[1] == 2 * PUTS -> break
    :: else ->
        takeInbox();
        length = 0; /* which it is */
        /* sleep() */
        d_step { storeVolatile(LOOP, ASLEEP, 1) }
        if
        :: !LOADED(LOOP, INBOX) && taken[0] + taken[1] < 2 * PUTS ->
            permit == 1; /* park: for ever is an error */
            permit = 0
        :: else
        fi;
        d_step { storeVolatile(LOOP, ASLEEP, 0) }
    od
}

init {
    atomic {
        run waker(0);
        run waker(1);
        run loop()
    }
}
