// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.ALIGNMENT;
import static io.varlenring.RingLayout.ATTEMPTED;
import static io.varlenring.RingLayout.CLOSED;
import static io.varlenring.RingLayout.NOT_READY;

import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * The places in a ring's file, as one ring in one process takes them and gives them back: a slot for each producer, and
 * the one place of the consumer. Who holds a place holds its lock, and stands in it.
 */
final class RingPlaces {
    final RingFile file;
    final Recovery recovery;
    /** How often a slot is tried again whose lock somebody has and in which nobody stands; and how long between. */
    private static final int MOST_LOOKS = 20;

    private static final long LOOK_NANOS = 100_000;

    private final RingMemory memory;
    private final RingSlot consumerSlot;
    /** The slots of this ring, each noted before its lock is taken, until it is given back; guarded by itself. */
    private final List<RingSlot> held = new ArrayList<>();

    /** Whether one of them may be nobody's. */
    volatile boolean isOneDropped;

    /** Leaves the ring when that has been collected. */
    Cleaner.Cleanable leaving;
    /** Whether there is nothing to be left any more. */
    private boolean hasLeft;

    private volatile boolean hasConsumer;
    private volatile boolean isDetached;

    RingPlaces(final RingFile file, final RingMemory memory) {
        this.file = file;
        this.memory = memory;
        this.consumerSlot = file.consumerSlot();
        this.recovery = new Recovery(file, memory);
    }

    void checkAttached() {
        if (isDetached) {
            throw new IllegalStateException("this process has been detached from " + file.path);
        }
    }

    boolean isDetached() {
        return isDetached;
    }

    // Producers

    /** Takes a slot: one whose lock is free, and whose last holder has left nothing that the consumer must recover. */
    RingSlot takeSlot() {
        checkAttached();
        letGoDropped();
        boolean wasInterrupted = false;
        try {
            for (int looks = 1; ; looks++) {
                final Map<Other, Integer> others = new EnumMap<>(Other.class);
                for (int i = 0; i < file.header.slots(); i++) {
                    final RingSlot slot = file.slot(i);
                    final Other other = tryToTake(slot);
                    if (other == null) {
                        return slot;
                    }
                    others.merge(other, 1, Integer::sum);
                }
                if (!others.containsKey(Other.PASSING) || looks > MOST_LOOKS) {
                    throw allTaken(others);
                }
                wasInterrupted |= Thread.interrupted(); // which would end the pause
                memory.park(LOOK_NANOS);
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Who may have a slot that cannot be taken. */
    private enum Other {
        /** Nobody yet, or no more: a consumer that looks whether its holder lives, or who is about to take it. */
        PASSING,
        OWN,
        /** Another process, which lives. */
        LIVING,
        /** One that lives and has lost its lock. */
        UNKNOWN,
        DEAD
    }

    /** Takes a slot, and returns null; or returns why not. */
    private Other tryToTake(final RingSlot slot) {
        boolean isTaken = false;
        hold(slot);
        try {
            final boolean isLocked = file.tryLock(slot);
            final ProcessIdentity holder = slot.getProcessAcquire(); // pairs with enter() [M10]
            if (!isLocked) {
                return holder.pid() == 0 ? Other.PASSING : holder.equals(file.ownProcess()) ? Other.OWN : Other.LIVING;
            }
            if (file.isSeenAlive(holder)) {
                return Other.UNKNOWN;
            }
            if (!isClean(slot)) {
                return Other.DEAD;
            }
            enter(slot);
            isTaken = true;
            return null;
        } finally {
            if (!isTaken) {
                slot.isDropped = true; // stores, which cannot fail: should the next line, another call goes on
                isOneDropped = true;
                giveBack(slot);
            }
        }
    }

    private IllegalStateException allTaken(final Map<Other, Integer> others) {
        final int unknown = others.getOrDefault(Other.UNKNOWN, 0);
        return new IllegalStateException("all " + file.header.slots() + " slots of " + file.path + " are taken, "
                + others.getOrDefault(Other.OWN, 0) + " of them by handles of this process, and "
                + others.getOrDefault(Other.DEAD, 0)
                + " by processes that have died and left what the consumer has not passed: it has to drain, and perhaps"
                + " to recover"
                + (unknown == 0 ? "" : "; " + unknown + " by processes that live and have lost their locks"));
    }

    private void hold(final RingSlot slot) {
        synchronized (held) {
            held.add(slot);
        }
    }

    /** Gives back what an Error has kept from becoming a handle's; cheap when there is nothing. */
    void letGoDropped() {
        if (!isOneDropped) {
            return;
        }
        isOneDropped = false; // first: another thread may set it meanwhile
        try {
            synchronized (held) {
                for (int i = held.size() - 1; i >= 0; i--) {
                    if (held.get(i).isDropped) {
                        giveBack(held.get(i));
                    }
                }
            }
        } catch (final Throwable failure) {
            isOneDropped = true;
            throw failure;
        }
    }

    /**
     * Tells whether what is announced in a slot without a holder can be no reservation that is still to be finished.
     */
    private boolean isClean(final RingSlot slot) {
        final long attempt = slot.getAttemptAcquire(); // pairs with exchangeProducerPosition() [M12]
        final long position = attempt & ~ATTEMPTED;
        // A reservation that the consumer has passed, or one that was never made, and now never will be [M3] [M4]
        return attempt == 0
                || position - memory.getConsumerPositionAcquire() < 0
                || position - (memory.getProducerPositionVolatile() & ~CLOSED) >= 0;
    }

    private void enter(final RingSlot slot) {
        slot.isEntered = true;
        // Of no reservation, and never to be taken for one: an attempt that matters is not below C, now or later. That
        // of P could be beyond a position which this slot still announces, or is about to by a guess. Plain: it comes
        // before the stores below [M13]
        slot.setEndPlain(memory.getConsumerPositionAcquire()); // pairs with giveBack() [M3]
        slot.setAttemptRelease(0); // nothing is announced [M12]
        slot.setProcessRelease(file.ownProcess()); // for people, and for who finds the lock free [M10]
    }

    /** Gives a slot back; nothing may be reserved through it. To be called again when an Error has ended it. */
    void giveBack(final RingSlot slot) {
        synchronized (held) {
            if (slot.isEntered) {
                slot.setAttemptRelease(0); // all is published: the slot is clean at once [M12]
                slot.setProcessRelease(ProcessIdentity.NOBODY); // as in enter() [M10]
                slot.isEntered = false; // before the lock goes: from then on the words are another's
            }
            file.unlock(slot);
            final int index = held.lastIndexOf(slot); // from the end: there may be thousands, and the last is tried
            if (index >= 0) {
                held.remove(index);
            }
        }
        if (isDetached) {
            file.leave(); // leave() may have found this lock, and then has not closed the file
        }
    }

    // The consumer

    boolean hasConsumer() {
        return hasConsumer;
    }

    /** Takes the consumer's place, finishes what the last one has begun, and tells the consumer where to go on. */
    void takeConsumersPlace(final LongConsumer consumer) {
        checkAttached();
        if (!file.tryLock(consumerSlot)) {
            final ProcessIdentity taker = consumerSlot.getProcessAcquire(); // as in enter() [M10]
            throw new IllegalStateException("the consumer's place of " + file.path + " is taken by " + taker
                    + (taker.equals(file.ownProcess()) ? ", which is this one" : ""));
        }
        try {
            final ProcessIdentity last = consumerSlot.getProcessAcquire(); // as in enter() [M10]
            if (file.isSeenAlive(last)) {
                throw new IllegalStateException("the consumer's place of " + file.path + " may be taken by " + last
                        + ", which lives and has lost its lock: it has opened and closed the file, or this is a copy of"
                        + " its file");
            }
            FileHeader.checkPositions(memory);
            consumer.accept(redo());
            memory.setDoorbellVolatile(0); // the last one's: nobody rings there for us [M7]
            memory.setArmedVolatile(false); // the last one's [M5]
            consumerSlot.setProcessRelease(file.ownProcess()); // as in enter() [M10]
            hasConsumer = true; // last: whoever finds it uses the consumer
        } finally {
            if (!hasConsumer) {
                file.unlock(consumerSlot);
            }
        }
    }

    /** Gives back what a consumer has zeroed, or begun to, before it died. Nobody else is the consumer now. */
    private long redo() {
        final long position = memory.getConsumerPositionAcquire(); // pairs with giveBack() [M3]
        final long redo = memory.getRedoPositionAcquire(); // pairs with giveBack() [M14]
        if (((redo | position) & (ALIGNMENT - 1)) != 0 || redo - position < 0 || redo - position > memory.capacity()) {
            throw new RingCorruptException("the redo position is " + redo + ", and must be at most a lap ahead of the"
                    + " consumer position, " + position + ", and both multiples of 8");
        }
        if (redo != position) {
            memory.zero(position, redo); // plain, before the store of the consumer position [M2]
            memory.setConsumerPositionRelease(redo); // as in giveBack() [M2] [M3]
        }
        return redo;
    }

    /** Each step may be made again, and is forgotten behind it: should an Error come, the next call goes on. */
    synchronized void leaveConsumersPlace() {
        if (hasConsumer) {
            memory.closeDoorbell();
            memory.setArmedVolatile(false); // nobody sleeps here any more [M5]
            consumerSlot.setProcessRelease(ProcessIdentity.NOBODY); // as in enter() [M10]
            hasConsumer = false; // before the lock goes: from then on the words are another's
        }
        file.unlock(consumerSlot);
    }

    /** Gives back what is left: what Errors have kept, the consumer's place, and what rings the doorbells of others. */
    void leave() {
        letGoDropped();
        recovery.unlockAll();
        leaveConsumersPlace();
        memory.closeSender();
        file.leave();
    }

    /** Leaves a ring that has been collected, and its handles with it: nothing is stored through them any more. */
    void leaveAll() {
        if (hasLeft) {
            return;
        }
        synchronized (held) {
            for (int i = held.size() - 1; i >= 0; i--) {
                leave(held.get(i));
            }
        }
        leave();
    }

    /** Has the collector do nothing for a ring that has been left. */
    void forget() {
        hasLeft = true;
        leaving.clean();
    }

    /** Aborts what has been reserved through a slot, as the handle would; or leaves it as a process that ends does. */
    private void leave(final RingSlot slot) {
        final long attempt = slot.getAttemptAcquire(); // stored by this process [M12]
        if (slot.isEntered && attempt != 0) { // else nothing is announced, whatever the end says
            final long position = attempt & ~ATTEMPTED;
            final long length = slot.getEndAcquire() - position; // likewise [M13]
            if (length <= 0 && !isClean(slot)) { // perhaps an Error came before the end was told
                slot.setProcessRelease(ProcessIdentity.NOBODY); // for the consumer, as if it had died [M10]
                slot.isEntered = false;
            } else if (length > 0) {
                final int offset = (int) position & (memory.capacity() - 1);
                // Zero and not behind R: what had been published is zeroed behind the store of R only [M1] [M14]
                if (memory.getHeaderAcquire(offset) == NOT_READY && position - memory.getRedoPositionAcquire() >= 0) {
                    memory.setHeaderRelease(offset, RingLayout.paddingHeader(length)); // as publish() does [M1]
                }
            }
        }
        giveBack(slot);
    }

    /** From here on no place is taken. */
    void detach() {
        isDetached = true;
    }
}
