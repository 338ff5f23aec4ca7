// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * The tasklets that other threads have woken, on their way to the loop; a tasklet is in it once at the most.
 *
 * <p>It is an array that goes round. A waker takes a position at the tail by compare-and-set, and then stores its
 * tasklet there; the loop takes what it finds from the head on. So the loop knows many tasklets before it has the cache
 * line of the first. Who is stopped between the two steps holds up nobody for long: the loop looks behind him as well.
 *
 * <p>Nothing is allocated, and nobody waits for room: what comes while the array is full goes to the overflow, a stack
 * that is linked through the tasklets, and so does all that comes until the loop has emptied that.
 */
final class Inbox {
    private final LoopMemory memory;
    /**
     * Stands for no tasklet: at the bottom of an overflow that is being emptied, and where the loop has taken a tasklet
     * behind a position that is still empty.
     */
    private final Tasklet placeholder = new Tasklet(null, null, false);

    Inbox(final LoopMemory memory) {
        this.memory = memory;
        placeholder.link();
    }

    // Wakers

    /** Puts a tasklet that is nowhere else, and comes before the load of asleep. */
    void put(final Tasklet tasklet) {
        if (memory.getOverflowVolatile() == null) { // pairs with takeOverflow(): nothing goes past it [T8]
            long position = memory.getTailVolatile(); // a guess, as the loads below: the next line decides [T6]
            while (position < memory.getLimitAcquire() || isRoomFor(position)) { // pairs with isRoomFor() [T6]
                final int index = LoopMemory.indexOf(position);
                if (memory.compareAndSetTail(position, position + 1)) { // pairs with isEmpty() [T2]
                    try {
                        memory.setSlotRelease(index, tasklet); // pairs with the loads of it: the stamp [T6]
                    } catch (final Throwable failure) { // an Error, which would leave the position empty for ever
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
            tasklet.setNextPlain(top); // plain: whoever counted the first wakeup has it alone until it is in the inbox
        } while (!memory.compareAndSetOverflow(top, tasklet)); // pairs with takeOverflow() [T8] and isEmpty() [T2]
    }

    private boolean isRoomFor(final long position) {
        // pairs with takeInTurn(): the slots before it are empty, for us and for who loads the limit [T6]
        final long limit = memory.getHeadAcquire() + LoopMemory.capacity();
        memory.setLimitRelease(limit); // an older one may come last, which is smaller, and so does no harm [T6]
        return position < limit;
    }

    // The loop

    /** Tells whether nobody has put anything, or is about to; comes after the store of asleep. */
    boolean isEmpty() {
        // pair with put(), which loads asleep after these [T2]
        return memory.getTailVolatile() == memory.getHeadPlain() && memory.getOverflowVolatile() == null;
    }

    /** Waits a moment for a put; returns whether there was one. Nothing rests on the answer. */
    boolean spinUntilPut() {
        for (int i = 0; i < LoopMemory.spins(); i++) {
            // loads for no more than the answer [T6]
            if (memory.getSlotAcquire(LoopMemory.indexOf(memory.getHeadPlain())) != null
                    || memory.getOverflowVolatile() != null) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /**
     * Takes in what has been put, up to a position that is still empty; and what is behind that as well now and then,
     * or when all is asked for: then no more is left, of what has been put by now, than puts that are under way.
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
                memory.setHeadRelease(position); // pairs with isRoomFor(): the slots are empty [T6]
            }
            return position != head;
        } catch (final Throwable failure) { // an Error: an empty slot at the head would be waited for, for ever
            memory.words[LoopMemory.HEAD] = position; // no call, which could fail as well [T7]
            throw failure;
        }
    }

    /** Takes what is behind a position that is still empty: nobody who puts there has returned. */
    private void takeOutOfTurn(final RunQueues queues) {
        final long tail = memory.getTailVolatile(); // whoever has returned from a put has moved it [T6]
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
     * Takes the overflow, behind all that its wakers had put into the array before. Until it is empty they go on to put
     * here, since it is never null before, so nothing of theirs is in the array that should come behind. What they put
     * meanwhile is left to the next take: wakers must not be able to keep the loop here.
     */
    private void takeOverflow(final RunQueues queues) {
        final Tasklet newest = memory.getAndSetOverflow(placeholder); // pairs with put(): links and stamps [T8]
        takeInTurn(queues);
        takeOutOfTurn(queues);
        queues.addNewestFirst(newest, placeholder);
        memory.compareAndSetOverflow(placeholder, null); // if nobody has put: pairs with the first load of put() [T8]
    }
}
