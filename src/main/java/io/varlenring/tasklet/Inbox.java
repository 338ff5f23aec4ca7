// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * The tasklets that other threads have woken, on their way to the loop; a tasklet is in it at most once.
 *
 * <p>It is a circular array. A waker takes a position at the tail by compare-and-set, then stores its tasklet there;
 * the loop takes what it finds from the head on. So the loop knows many tasklets before it has the cache line of the
 * first. A waker stopped between the two steps holds up nobody for long: the loop also looks past its slot.
 *
 * <p>Nothing is allocated, and nobody waits for room: what comes while the array is full goes to the overflow, a stack
 * linked through the tasklets, and so does everything until the loop has emptied that.
 */
final class Inbox {
    private final LoopMemory memory;
    /**
     * Stands for no tasklet: at the bottom of an overflow that is being emptied, and where the loop has taken a tasklet
     * past a position that is still empty.
     */
    private final Tasklet placeholder = new Tasklet(null, null, false);

    Inbox(final LoopMemory memory) {
        this.memory = memory;
        placeholder.link();
    }

    // Wakers

    /** Puts a tasklet that is not queued anywhere; called before the load of asleep. */
    void put(final Tasklet tasklet) {
        if (memory.getOverflowVolatile() == null) { // pairs with takeOverflow(): nothing overtakes it [T8]
            long position = memory.getTailVolatile(); // a guess, like the loads below: the CAS decides [T6]
            while (position < memory.getLimitAcquire() || renewLimit(position)) { // pairs with renewLimit() [T6]
                final int index = LoopMemory.indexOf(position);
                if (memory.compareAndSetTail(position, position + 1)) { // pairs with isEmpty() [T2]
                    try {
                        memory.setSlotRelease(index, tasklet); // pairs with the loads of it: the stamp [T6]
                    } catch (final Throwable failure) { // an Error, which would leave the position empty forever
                        memory.slots[index] = tasklet; // no call, which could fail as well; it is put, so no throw [T7]
                    }
                    return;
                }
                position = memory.getTailVolatile(); // another guess [T6]
            }
        }
        putIntoOverflow(tasklet);
    }

    private void putIntoOverflow(final Tasklet tasklet) {
        Tasklet top;
        do {
            top = memory.getOverflowVolatile(); // pairs with the compare-and-set below [T8]
            tasklet.setNextPlain(top); // plain: until it is in the inbox, only its first waker has it
        } while (!memory.compareAndSetOverflow(top, tasklet)); // pairs with takeOverflow() [T8] and isEmpty() [T2]
    }

    private boolean renewLimit(final long position) {
        // pairs with takeInTurn(): the slots before it are empty, for us and for any thread that loads the limit [T6]
        final long limit = memory.getHeadAcquire() + LoopMemory.capacity();
        memory.setLimitRelease(limit); // an older one may come last: it is smaller, so harmless [T6]
        return position < limit;
    }

    // The loop

    /** Tells whether nothing has been put, or is being put; called after the store of asleep. */
    boolean isEmpty() {
        // pair with put(), which loads asleep after these [T2]
        return memory.getTailVolatile() == memory.getHeadPlain() && memory.getOverflowVolatile() == null;
    }

    /** Waits a moment for a put; returns whether there was one. Nothing relies on the answer. */
    boolean spinUntilPut() {
        for (int i = 0; i < LoopMemory.spins(); i++) {
            // these loads serve only the answer [T6]
            if (memory.getSlotAcquire(LoopMemory.indexOf(memory.getHeadPlain())) != null
                    || memory.getOverflowVolatile() != null) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /**
     * Takes what has been put, up to a position that is still empty; now and then, or with {@code all}, also what is
     * past that: then of all put by now, only puts in progress are left.
     */
    void take(final RunQueues queues, final boolean all) {
        final boolean isAnyTaken = takeInTurn(queues);
        if (all || (!isAnyTaken && memory.countTakeOfNothing())) {
            takeOutOfTurn(queues);
        }
        if (memory.getOverflowVolatile() != null) { // pairs with put() [T8]
            takeOverflow(queues);
        }
    }

    private boolean takeInTurn(final RunQueues queues) {
        final long head = memory.getHeadPlain();
        long position = head;
        try {
            int index = LoopMemory.indexOf(position);
            Tasklet tasklet = memory.getSlotAcquire(index); // pairs with put() [T6]
            while (tasklet != null) {
                memory.setSlotPlain(index, null); // before the head below
                position++;
                if (tasklet != placeholder) {
                    queues.addFromOutside(tasklet);
                }
                index = LoopMemory.indexOf(position);
                tasklet = memory.getSlotAcquire(index); // as above [T6]
            }
            if (position != head) {
                memory.setHeadRelease(position); // pairs with renewLimit(): the slots are empty [T6]
            }
            return position != head;
        } catch (final Throwable failure) { // an Error: an empty slot at the head would be waited for forever
            memory.words[LoopMemory.HEAD] = position; // no call, which could fail as well [T7]
            throw failure;
        }
    }

    /** Takes what is past a position that is still empty: no put at that position has returned. */
    private void takeOutOfTurn(final RunQueues queues) {
        final long tail = memory.getTailVolatile(); // every put that has returned has moved it [T6]
        for (long position = memory.getHeadPlain(); position < tail; position++) {
            final int index = LoopMemory.indexOf(position);
            final Tasklet tasklet = memory.getSlotAcquire(index); // pairs with put() [T6]
            if (tasklet != null && tasklet != placeholder) {
                memory.setSlotPlain(index, placeholder);
                queues.addFromOutside(tasklet);
            }
        }
    }

    /**
     * Takes the overflow, after all that its wakers had put into the array before. Until it is empty, and so null,
     * wakers keep putting here, so nothing of theirs is in the array that should come after it. What they put meanwhile
     * is left to the next take: wakers must not be able to keep the loop here.
     */
    private void takeOverflow(final RunQueues queues) {
        final Tasklet newest = memory.getAndSetOverflow(placeholder); // pairs with put(): links and stamps [T8]
        takeInTurn(queues);
        takeOutOfTurn(queues);
        queues.addNewestFirst(newest, placeholder);
        memory.compareAndSetOverflow(placeholder, null); // unless there was a put: pairs with put()'s first load [T8]
    }
}
