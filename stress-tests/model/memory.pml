// SPDX-License-Identifier: Apache-2.0
/*
 * The shared memory of both models: WORDS words, THREADS threads that store to it.
 *
 * Sequentially consistent: a store is in memory at once.
 *
 * With -DWEAK: a store goes into its thread's buffer, and process `memory` moves it into memory at any later time.
 *   - Stores to different words leave in any order, those to one word in the order in which they were made.
 *   - A release store leaves only when all older stores of its thread have left.
 *   - A volatile store and an exchange wait until the buffer is empty, and act on memory at once.
 *   - A thread's load sees its own stores.
 * Loads take place in program order: a missing acquire does not show.
 *
 * The stores are lists of statements for use in a d_step, whose first one blocks when the buffer has no room (or, for a
 * volatile store, is not empty). LOADED is an expression. `landed()` must be defined: it runs after each arrival in memory.
 */

short word[WORDS];

#ifdef WEAK

/* Stores that a thread may have under way; beyond that it waits, which only takes freedom from it, never adds an error. */
#define DEPTH 4

typedef Buffer {
    byte length;
    byte address[DEPTH];
    short value[DEPTH];
    bit ordered[DEPTH]
};
Buffer buffer[THREADS];

#define ENTRY(t, i, a) (i < buffer[t].length && buffer[t].address[i] == (a))
#define LOADED(t, a) \
    (ENTRY(t, 3, a) -> buffer[t].value[3] : \
    (ENTRY(t, 2, a) -> buffer[t].value[2] : \
    (ENTRY(t, 1, a) -> buffer[t].value[1] : \
    (ENTRY(t, 0, a) -> buffer[t].value[0] : word[a]))))

#define FLUSHED(t) (buffer[t].length == 0)
#define ROOM(t) (buffer[t].length < DEPTH)

inline append(t, a, v, r) {
    ROOM(t);
    buffer[t].address[buffer[t].length] = a;
    buffer[t].value[buffer[t].length] = v;
    buffer[t].ordered[buffer[t].length] = r;
    buffer[t].length = buffer[t].length + 1
}
inline storePlain(t, a, v) { append(t, a, v, 0) }
inline storeRelease(t, a, v) { append(t, a, v, 1) }

#define SAME(t, i, j) (i > j && buffer[t].address[i] == buffer[t].address[j])
#define MAY_LEAVE(t, i) \
    (i < buffer[t].length && !SAME(t, i, 0) && !SAME(t, i, 1) && !SAME(t, i, 2) && (i == 0 || !buffer[t].ordered[i]))

inline leave(t, i) {
    d_step {
        MAY_LEAVE(t, i);
        word[buffer[t].address[i]] = buffer[t].value[i];
        j = i;
        do
        :: j < DEPTH - 1 ->
            buffer[t].address[j] = buffer[t].address[j + 1];
            buffer[t].value[j] = buffer[t].value[j + 1];
            buffer[t].ordered[j] = buffer[t].ordered[j + 1];
            j++
        :: else -> break
        od;
        buffer[t].address[DEPTH - 1] = 0;
        buffer[t].value[DEPTH - 1] = 0;
        buffer[t].ordered[DEPTH - 1] = 0;
        buffer[t].length = buffer[t].length - 1;
        j = 0;
        landed()
    }
}

active proctype memory() {
    byte j;
end:
    do
    :: leave(0, 0)
    :: leave(0, 1)
    :: leave(0, 2)
    :: leave(0, 3)
    :: leave(1, 0)
    :: leave(1, 1)
    :: leave(1, 2)
    :: leave(1, 3)
    :: leave(2, 0)
    :: leave(2, 1)
    :: leave(2, 2)
    :: leave(2, 3)
    od
}

#else

#define LOADED(t, a) word[a]
#define FLUSHED(t) true
#define ROOM(t) true
inline storePlain(t, a, v) {
    word[a] = v;
    landed()
}
inline storeRelease(t, a, v) { storePlain(t, a, v) }

#endif

inline storeVolatile(t, a, v) {
    FLUSHED(t);
    word[a] = v;
    landed()
}
/* Leaves what was found in `found`, as VarHandle.compareAndExchange() does. */
inline compareAndExchange(t, a, expected, replacement, found) {
    FLUSHED(t);
    found = word[a];
    if
    :: found == expected ->
        word[a] = replacement;
        landed()
    :: else
    fi
}
