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
 * Takes and gives back, for one ring in one process, the places in the ring's file: a slot for each producer, and the
 * consumer's one place. The holder of a place holds its lock, and is named in it.
 */
final class RingPlaces {
    /** How often, and at what interval, a slot is retried that is locked but names no holder. */
    private static final int MOST_LOOKS = 20;

    private static final long LOOK_NANOS = 100_000;

    final RingFile file;
    final Recovery recovery;
    private final RingMemory memory;
    private final RingSlot consumerSlot;
    /** The slots of this ring, each from before its lock is taken until it is given back; guarded by itself. */
    private final List<RingSlot> held = new ArrayList<>();

    /** Whether one of them may have no owner. */
    volatile boolean isOneDropped;

    /** Leaves the ring once that has been collected. */
    Cleaner.Cleanable leaving;
    /** Whether nothing remains to be left. */
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

    /** Takes a slot whose lock is free and whose last holder left nothing that the consumer must recover. */
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
                wasInterrupted |= Thread.interrupted(); // it would end the pause
                memory.park(LOOK_NANOS);
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Who may hold a slot that cannot be taken. */
    private enum Other {
        /**
         * Nobody now: locked by a consumer that checks whether its holder lives, or by a process about to enter or
         * leave.
         */
        PASSING,
        OWN,
        /** Another process, which is alive. */
        LIVING,
        /** One that is alive but has lost its lock. */
        UNKNOWN,
        DEAD
    }

    /** Takes a slot and returns null, or returns why it cannot. */
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
                slot.isDropped = true; // plain stores cannot fail; if the next line does, another call finishes it
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

    /** Gives back slots that an Error kept from getting a handle; cheap when there are none. */
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

    /** Tells whether the attempt in a slot without a holder cannot be a reservation still to be finished. */
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
        // C as the end never looks like a reservation: an attempt that matters is not below C, now or later. P could be
        // beyond a position that this slot still announces, or soon announces as a guess. Plain: it precedes the stores
        // below [M13]
        slot.setEndPlain(memory.getConsumerPositionAcquire()); // pairs with giveBack() [M3]
        slot.setAttemptRelease(0); // nothing is announced [M12]
        slot.setProcessRelease(file.ownProcess()); // for people, and for a process that finds the lock free [M10]
    }

    /** Gives a slot back, through which nothing may be reserved. To be called again after an Error. */
    void giveBack(final RingSlot slot) {
        synchronized (held) {
            if (slot.isEntered) {
                slot.setAttemptRelease(0); // all is published: the slot is clean at once [M12]
                slot.setProcessRelease(ProcessIdentity.NOBODY); // as in enter() [M10]
                slot.isEntered = false; // before the unlock: after it the words are another's
            }
            file.unlock(slot);
            final int index = held.lastIndexOf(slot); // from the end: of perhaps thousands, usually the last
            if (index >= 0) {
                held.remove(index);
            }
        }
        if (isDetached) {
            file.leave(); // giveBackRest() may have found this lock held, and so not have closed the file
        }
    }

    // The consumer

    boolean hasConsumer() {
        return hasConsumer;
    }

    /** Takes the consumer's place, finishes what the last consumer began, and tells the new one where to continue. */
    synchronized void takeConsumersPlace(final LongConsumer consumer) {
        if (hasConsumer) { // another thread was faster
            return;
        }
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
            memory.setDoorbellVolatile(0); // the last consumer's: no ring there reaches us [M7]
            memory.setArmedVolatile(false); // the last consumer's [M5]
            consumerSlot.setProcessRelease(file.ownProcess()); // as in enter() [M10]
            hasConsumer = true; // last: whoever sees it uses the consumer
        } catch (final RingCorruptException corrupt) {
            throw corrupt.in(file.path);
        } finally {
            if (!hasConsumer) {
                file.unlock(consumerSlot);
            }
        }
    }

    /** Gives back what a consumer had zeroed, or begun to zero, when it died. Nobody else is the consumer now. */
    private long redo() {
        final long position = memory.getConsumerPositionAcquire(); // pairs with giveBack() [M3]
        final long redo = memory.getRedoPositionAcquire(); // pairs with prepareToZero() [M14]
        if (((redo | position) & (ALIGNMENT - 1)) != 0 || redo - position < 0 || redo - position > memory.capacity()) {
            throw new RingCorruptException("the redo position is " + redo + ", and must be at most "
                    + (position + memory.capacity()) + ", a lap ahead of the consumer position, " + position
                    + ", and both multiples of 8");
        }
        if (redo != position) {
            memory.zero(position, redo); // plain, before the store of the consumer position [M2]
            memory.setConsumerPositionRelease(redo); // as in giveBack() [M2] [M3]
        }
        return redo;
    }

    /** Each step is idempotent and marked done after it: after an Error the next call continues. */
    private synchronized void leaveConsumersPlace() {
        if (hasConsumer) {
            memory.closeDoorbell();
            memory.setArmedVolatile(false); // nobody sleeps here any more [M5]
            consumerSlot.setProcessRelease(ProcessIdentity.NOBODY); // as in enter() [M10]
            hasConsumer = false; // before the unlock: after it the words are another's
        }
        file.unlock(consumerSlot);
    }

    /** Gives back the rest: what Errors left, the consumer's place, and the socket that rings others' doorbells. */
    void giveBackRest() {
        letGoDropped();
        recovery.unlockAll();
        leaveConsumersPlace();
        memory.closeSender();
        file.leave();
    }

    /** Leaves a ring that was collected along with its handles: nothing is stored through those any more. */
    void leaveAll() {
        if (hasLeft) {
            return;
        }
        synchronized (held) {
            for (int i = held.size() - 1; i >= 0; i--) {
                abortAndGiveBack(held.get(i));
            }
        }
        giveBackRest();
    }

    /** Leaves nothing for the cleaner to do for a ring that was left. */
    void forget() {
        synchronized (held) {
            if (!held.isEmpty()) { // by an Error, or a handle that a hook has used meanwhile
                return;
            }
            hasLeft = true;
        }
        leaving.clean();
    }

    /** Aborts what was reserved through a slot, as its handle would; or leaves it as a dying process does. */
    private void abortAndGiveBack(final RingSlot slot) {
        final long attempt = slot.getAttemptAcquire(); // stored by this process [M12]
        if (slot.isEntered && attempt != 0) { // else nothing is announced, whatever the end says
            final long position = attempt & ~ATTEMPTED;
            final long length = slot.getEndAcquire() - position; // likewise [M13]
            if (length <= 0 && !isClean(slot)) { // perhaps an Error came before the end was stored
                slot.setProcessRelease(ProcessIdentity.NOBODY); // for the consumer, as if it had died [M10]
                slot.isEntered = false;
            } else if (length > 0) {
                final int offset = (int) position & (memory.capacity() - 1);
                // Zero and not below the redo position: published bytes are zeroed only after its store [M1] [M14]
                if (memory.getHeaderAcquire(offset) == NOT_READY && position - memory.getRedoPositionAcquire() >= 0) {
                    memory.setHeaderRelease(offset, RingLayout.paddingHeader(length)); // as publish() does [M1]
                }
            }
        }
        giveBack(slot);
    }

    /** From here on no place can be taken. */
    void detach() {
        isDetached = true;
    }
}
