// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.ALIGNMENT;
import static io.varlenring.RingLayout.ATTEMPTED;
import static io.varlenring.RingLayout.CLOSED;
import static io.varlenring.RingLayout.NOT_READY;

import io.varlenring.StalledClaim.Owner;

/**
 * Finds the owner of the unfinished reservation that blocks the consumer of a ring in a file, and turns a dead owner's
 * into padding. Only the consumer may use it.
 */
final class Recovery {
    /*
     * A producer announces a position before it tries to reserve there, and the end of its reservation before it writes
     * into it. So the owner of an unpublished reservation is among those whose attempt is its position: the candidates.
     *
     *   - A dead candidate with an end beyond the position is the owner, and its reservation ends there.
     *   - Else, while a candidate lives, it may be the owner and not have said so yet: then nothing can be done.
     *   - Else the owner died before it wrote anything. Its space is zero, and ends where the next reservation begins:
     *     at P; or where a reservation is announced; or, if that announcement has been replaced since, which happens
     *     after the publication, at the first nonzero word.
     *
     * For the last case, P is loaded before the attempts: an announcement that replaces that of the next reservation
     * comes after its publication. And the header is loaded again after all this: the owner may have published and
     * died.
     *
     * That the owner is dead is final: a producer that announces the position later has not made the reservation, since
     * P was seen beyond it before. And only one word is stored, so a consumer that dies here leaves nothing half done.
     */

    private final RingFile file;
    private final RingMemory memory;
    private final int capacity;
    private final int mask;
    private final RingSlot[] slots;

    // The findings of one look
    private boolean hasLocked;
    private long nearest;
    private RingSlot owner;
    private long end;
    private RingSlot living;
    private long livingEnd;
    private RingSlot unknown;
    private RingSlot dead;

    Recovery(final RingFile file, final RingMemory memory) {
        this.file = file;
        this.memory = memory;
        this.capacity = memory.capacity();
        this.mask = capacity - 1;
        this.slots = new RingSlot[file.header.slots()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = file.slot(i);
        }
    }

    /** Turns the reservation into padding if its owner is dead; returns what was found, or null when it is finished. */
    StalledClaim recover(final StalledClaim claim) {
        final boolean isKnown = claim.finder == this && claim.owner() == Owner.DEAD;
        final StalledClaim found = isKnown ? claim : find(claim.position());
        if (found == null || isPublished(found.position())) {
            return null;
        }
        if (found.owner() == Owner.DEAD) {
            // pairs with next() in a later drain, of this thread or another [M1]
            memory.setHeaderRelease(
                    (int) found.position() & mask, RingLayout.paddingHeader(found.end() - found.position()));
        }
        return found;
    }

    /** Returns the unfinished reservation at this position, the consumer's, or null when there is none. */
    StalledClaim find(final long position) {
        unlockAll(); // an Error may have interrupted the last one
        final long newest = memory.getProducerPositionVolatile() & ~CLOSED; // before the attempts [M4] [M12]
        if (newest == position || isPublished(position)) {
            return null;
        }
        if (newest % ALIGNMENT != 0 || newest - position < 0 || newest - position > capacity) {
            throw corrupt("the producer position", newest, position, position + capacity);
        }
        try {
            examine(position, newest);
            if (isPublished(position)) { // by an owner that continued, or died right after it
                return null;
            }
            return judge(position);
        } finally {
            unlockAll();
        }
    }

    /** Releases what a look has locked. */
    void unlockAll() {
        if (hasLocked) {
            for (final RingSlot slot : slots) {
                file.unlock(slot);
            }
            hasLocked = false; // last: else an Error would leave the locks for good
        }
    }

    private boolean isPublished(final long position) {
        return memory.getHeaderAcquire((int) position & mask) != NOT_READY; // pairs with publish() [M1]
    }

    private void examine(final long position, final long newest) {
        nearest = newest;
        owner = null;
        living = null;
        livingEnd = -1;
        unknown = null;
        dead = null;
        for (final RingSlot slot : slots) {
            final long attempt = slot.getAttemptAcquire(); // pairs with exchangeProducerPosition() [M12]
            final long announced = attempt & ~ATTEMPTED;
            if (attempt == 0) {
                continue;
            }
            if (!RingLayout.isAttempt(attempt)) {
                throw new RingCorruptException("the attempt of slot " + (slot.place - 1) + " is " + attempt
                        + ", and must be 0, or a multiple of 8 with the lowest bit set: " + file.path);
            }
            if (announced == position) {
                examineCandidate(slot, position, newest);
            } else if (announced - position > 0 && announced - nearest < 0) {
                nearest = announced;
            }
        }
    }

    private void examineCandidate(final RingSlot slot, final long position, final long newest) {
        hasLocked = true; // first: else an Error would leave the lock for good
        if (!file.tryLock(slot)) {
            final long said = slot.getEndAcquire(); // pairs with tellEnd() [M13]
            if (living == null || said - position > 0) {
                living = slot;
                livingEnd = said - position > 0 ? said : -1;
            }
            return;
        }
        if (file.isSeenAlive(slot.getProcessAcquire())) { // pairs with enter() [M10]
            unknown = slot;
            return;
        }
        if (slot.getAttemptAcquire() != (position | ATTEMPTED)) { // it moved on, or gave up, before it died [M12]
            return;
        }
        final long said = slot.getEndAcquire(); // pairs with tellEnd() [M13]
        dead = slot;
        if (said - position > 0) {
            if (said % ALIGNMENT != 0 || said - newest > 0) {
                throw corrupt("the end in slot " + (slot.place - 1), said, position, newest);
            }
            owner = slot;
            end = said;
        }
    }

    private StalledClaim judge(final long position) {
        if (owner != null) {
            return claim(position, end, owner, Owner.DEAD);
        }
        if (living != null) {
            return claim(position, livingEnd, living, Owner.LIVES);
        }
        if (unknown != null) {
            return claim(position, -1, unknown, Owner.UNKNOWN);
        }
        long next = position + ALIGNMENT;
        while (next - nearest < 0 && !isPublished(next)) {
            next += ALIGNMENT;
        }
        return claim(position, next, dead, Owner.DEAD);
    }

    private StalledClaim claim(final long position, final long end, final RingSlot slot, final Owner owner) {
        return new StalledClaim(
                this,
                position,
                end,
                slot == null ? ProcessIdentity.NOBODY : slot.getProcessAcquire(), // as above [M10]
                owner);
    }

    private RingCorruptException corrupt(final String what, final long value, final long position, final long limit) {
        return new RingCorruptException(what + " is " + value + ", and must be a multiple of 8 in " + position + " to "
                + limit + ", seen from the consumer position, " + position + ": " + file.path);
    }
}
