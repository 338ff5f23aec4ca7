// SPDX-License-Identifier: Apache-2.0
/*
 * The inbox of a loop: two threads that put tasklets of their own into an array of two slots, or onto the stack of its
 * overflow, and the loop, which takes all of them and sleeps when there are none. The inlines have the names of the methods.
 *
 *   -DWEAK       store buffers, see memory.pml
 *   -DPUTS=n     how often each thread wakes; it has two tasklets and wakes them in turn, the same one again only when it
 *                has run: until then nobody else has it
 *   anything else  a fault, or a state that must be reached; see below
 */

/* Tasklets 1 and 2 are thread 0's, 3 and 4 thread 1's. */
#define PLACEHOLDER 5
#define CAPACITY 2
#define TAIL 0
#define LIMIT 1
#define HEAD 2
#define SLOT 3
#define OVERFLOW 5
#define LINK 5 /* LINK + tasklet */
#define ASLEEP 10
#define WORDS 11
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
#define IN_TWO_STEPS(a, expected, replacement) \
    found = LOADED(me, a); \
    if \
    :: found == expected -> d_step { storeVolatile(me, a, replacement) } \
    :: else \
    fi;
#ifdef OVERFLOW_IN_TWO_STEPS
#define PUT IN_TWO_STEPS(OVERFLOW, top, tasklet)
#else
#define PUT \
    d_step { \
        compareAndExchange(me, OVERFLOW, top, tasklet, found); \
        RARE_PUT; \
        hasOverflown = hasOverflown || found == top \
    }
#endif
#ifdef TAIL_IN_TWO_STEPS
#define TAKE_POSITION IN_TWO_STEPS(TAIL, position, position + 1)
#else
#define TAKE_POSITION \
    d_step { \
        compareAndExchange(me, TAIL, position, position + 1, found); \
        RARE_POSITION \
    }
#endif
#ifdef PAST_THE_OVERFLOW
#define MAY_USE_THE_ARRAY(t) true
#else
#define MAY_USE_THE_ARRAY(t) (LOADED(t, OVERFLOW) == 0)
#endif
#ifdef LIMIT_ONE_TOO_MANY
#define ROOM_BEHIND_HEAD (CAPACITY + 1)
#else
#define ROOM_BEHIND_HEAD CAPACITY
#endif
#ifdef OPENED_EARLY
#define TAKEN_OVERFLOW 0
#else
#define TAKEN_OVERFLOW PLACEHOLDER
#endif
#ifdef SWAP_IN_TWO_STEPS
#define SWAP \
    newest = LOADED(LOOP, OVERFLOW); \
    d_step { storeVolatile(LOOP, OVERFLOW, TAKEN_OVERFLOW) }
#else
#define SWAP d_step { FLUSHED(LOOP); newest = word[OVERFLOW]; word[OVERFLOW] = TAKEN_OVERFLOW }
#endif
#ifdef NOT_REVERSED
#define AT(i) (i)
#else
#define AT(i) (stacked - 1 - (i))
#endif
#ifdef HEAD_PLAIN
#define STORE_HEAD(p) d_step { storePlain(LOOP, HEAD, p) }
#else
#define STORE_HEAD(p) d_step { storeRelease(LOOP, HEAD, p) }
#endif
#ifdef HEAD_BEFORE_EMPTYING
#define HEAD_FIRST STORE_HEAD(position + 1);
#else
#define HEAD_FIRST
#endif
#ifdef EMPTY_BY_FIRST_SLOT
#define NOTHING_IN_THE_ARRAY (LOADED(LOOP, SLOT + head % CAPACITY) == 0)
#else
#define NOTHING_IN_THE_ARRAY (LOADED(LOOP, TAIL) == head)
#endif
#ifdef EMPTY_WITHOUT_OVERFLOW
#define NOTHING_IN_THE_OVERFLOW true
#else
#define NOTHING_IN_THE_OVERFLOW (LOADED(LOOP, OVERFLOW) == 0)
#endif

/* Assertions that must fail: states that the right model must reach. */
/* What a waker found on top of the overflow is taken, and put again, before its compare-and-set. */
#ifdef REACH_PUT_AGAIN
#define RARE_PUT assert(found != top || top == 0 || top == PLACEHOLDER || before == rounds[top])
#else
#define RARE_PUT skip
#endif
/* The array is used again behind an overflow. */
#ifdef REACH_ARRAY_AGAIN
#define RARE_POSITION assert(found != position || !hasOverflown)
#else
#define RARE_POSITION skip
#endif
/* A tasklet is taken behind a position that is still empty, and that is then filled. */
#ifdef REACH_OUT_OF_TURN
#define RARE_TURN assert(tasklet != PLACEHOLDER);
#else
#define RARE_TURN
#endif

/* What to compare with; none of it exists in the code. */

bit isQueued[5];   /* as the tasklet's state says; tasklet.pml has that */
byte order[5];     /* which of its thread's puts queued a tasklet */
byte taken[2];     /* puts of each thread that were taken */
byte rounds[6];    /* how often a tasklet was taken */
byte ended;        /* wakers that are done */
bit hasOverflown;

bit permit;

#define ALL_ENDED (ended == 2 && FLUSHED(0) && FLUSHED(1))

proctype waker(byte me) {
    byte tasklet;
    byte top;
    short found;
    byte count;
    byte before;
    short position;
    bit isPut;

    do
    :: count < PUTS ->
        tasklet = 1 + me * 2 + count % 2;
        !isQueued[tasklet];
        d_step {
            isQueued[tasklet] = true;
            order[tasklet] = count
        }
        /* put() */
        if
        :: MAY_USE_THE_ARRAY(me) ->
            position = LOADED(me, TAIL);
            do
            :: !isPut ->
                if
                :: position < LOADED(me, LIMIT)
                :: else -> /* renewLimit() */
                    found = LOADED(me, HEAD) + ROOM_BEHIND_HEAD;
                    d_step { storeRelease(me, LIMIT, found) };
                    if
                    :: position < found
                    :: else -> break
                    fi
                fi;
                TAKE_POSITION
                if
                :: found == position ->
                    d_step {
                        storeRelease(me, SLOT + position % CAPACITY, tasklet);
                        isPut = true
                    }
                :: else -> position = LOADED(me, TAIL)
                fi
            :: else -> break
            od
        :: else
        fi;
        do
        :: !isPut ->
            d_step {
                top = LOADED(me, OVERFLOW);
                before = rounds[top]
            }
            LINK_BEFORE_PUT
            PUT
            if
            :: found == top ->
                isPut = true;
                LINK_BEHIND_PUT
            :: else
            fi
        :: else -> break
        od;
        isPut = false;
        d_step {
            found = 0;
            position = 0;
            before = 0;
            top = 0;
            tasklet = 0;
            count++
        }
        if /* wakeIfAsleep() */
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
    od;
    ended++
}

inline add(added) {
    d_step {
        assert(length < 4);
        list[length] = added;
        length++
    }
}

inline takeInTurn() {
    position = head;
    do
    :: true ->
        tasklet = LOADED(LOOP, SLOT + position % CAPACITY);
        if
        :: tasklet == 0 -> break
        :: else ->
            HEAD_FIRST
            d_step { storePlain(LOOP, SLOT + position % CAPACITY, 0) };
            RARE_TURN
            if
            :: tasklet != PLACEHOLDER -> add(tasklet)
            :: else
            fi;
            position++
        fi
    od;
    if
    :: position != head ->
        STORE_HEAD(position);
        head = position
    :: else
    fi;
    position = 0
}

inline takeOutOfTurn() {
    tail = LOADED(LOOP, TAIL);
    position = head;
    do
    :: position < tail ->
        tasklet = LOADED(LOOP, SLOT + position % CAPACITY);
        if
        :: tasklet != 0 && tasklet != PLACEHOLDER ->
            d_step { storePlain(LOOP, SLOT + position % CAPACITY, PLACEHOLDER) };
            add(tasklet)
        :: else
        fi;
        position++
    :: else -> break
    od;
    position = 0;
    d_step {
        tail = 0;
        tasklet = 0
    }
}

inline addNewestFirst() {
    d_step {
        stacked = 0;
        do
        :: newest != 0 && newest != PLACEHOLDER ->
            assert(stacked < 4);
            stack[stacked] = newest;
            stacked++;
            newest = LOADED(LOOP, LINK + newest)
        :: else -> break
        od;
        i = 0;
        do
        :: i < stacked ->
            assert(length < 4);
            list[length] = stack[AT(i)];
            length++;
            i++
        :: else -> break
        od;
        i = 0;
        do
        :: i < 4 ->
            stack[i] = 0;
            i++
        :: else -> break
        od;
        i = 0;
        stacked = 0;
        newest = 0
    }
}

inline takeOverflow() {
    SWAP
#ifdef OVERFLOW_FIRST
    addNewestFirst();
#endif
    takeInTurn();
    takeOutOfTurn();
#ifndef OVERFLOW_FIRST
    addNewestFirst();
#endif
    d_step { compareAndExchange(LOOP, OVERFLOW, TAKEN_OVERFLOW, 0, exchanged) }
    exchanged = 0
}

/* The run takes the wakeups, and the tasklet may be queued again. */
inline runAll() {
    do
    :: length > 0 ->
        d_step {
            tasklet = list[0];
            list[0] = list[1];
            list[1] = list[2];
            list[2] = list[3];
            list[3] = 0;
            length--;
            assert(isQueued[tasklet]); /* once for each put */
            i = (tasklet - 1) / 2;
            assert(order[tasklet] == taken[i]); /* in the order of its waker */
            taken[i] = taken[i] + 1;
            rounds[tasklet] = rounds[tasklet] + 1;
            isQueued[tasklet] = false;
            isLastChance = false;
            tasklet = 0;
            i = 0
        }
    :: else -> break
    od
}

proctype loop() {
    short head;
    short tail;
    short position;
    byte tasklet;
    byte newest;
    short exchanged;
    byte stack[4];
    byte stacked;
    byte list[4];
    byte length;
    byte i;
    bit isEmpty;
    bit isLastChance;

    do
    :: taken[0] + taken[1] == 2 * PUTS -> break
    :: else ->
        /* take() */
        takeInTurn();
        if
        :: length == 0 -> takeOutOfTurn() /* if it is time */
        :: true
        fi;
        if
        :: LOADED(LOOP, OVERFLOW) != 0 -> takeOverflow()
        :: else
        fi;
        if
        :: length == 0 ->
            /* sleep() */
            d_step { storeVolatile(LOOP, ASLEEP, 1) }
            isEmpty = NOTHING_IN_THE_ARRAY;
            if
            :: isEmpty && NOTHING_IN_THE_OVERFLOW
            :: else ->
                isEmpty = false;
                takeInTurn();
                takeOutOfTurn();
                if
                :: LOADED(LOOP, OVERFLOW) != 0 -> takeOverflow()
                :: else
                fi
            fi;
            if
            :: length == 0 && isEmpty ->
                permit == 1; /* park: for ever is an error */
                permit = 0
            :: length == 0 && !isEmpty -> /* for a moment only, and for a put that is under way */
                assert(!(isLastChance && ALL_ENDED));
                isLastChance = ALL_ENDED;
                permit = 0
            :: else
            fi;
            isEmpty = false;
            d_step { storeVolatile(LOOP, ASLEEP, 0) }
        :: else
        fi;
        runAll()
    od
}

init {
    atomic {
        run waker(0);
        run waker(1);
        run loop()
    }
}
