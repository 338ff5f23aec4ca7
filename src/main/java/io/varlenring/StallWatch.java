// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/** Raises events for reservations that block the consumer, while they are recorded. Only the consumer may use it. */
final class StallWatch {
    /** Interval between two events of the same stall. */
    private static final long REPEAT_NANOS = 1_000_000_000;

    private final VarLenMpscRing ring;
    /** Null for a private ring. */
    private final Recovery recovery;
    /** The event of the current stall, or null. */
    private Object event;

    private long raisedNanos;

    StallWatch(final VarLenMpscRing ring, final Recovery recovery) {
        this.ring = ring;
        this.recovery = recovery;
    }

    /** The consumer is blocked here; returns whether {@link #ended()} must be called when it no longer is. */
    boolean blocked(final long position) {
        if (event == null) {
            final Object begun = RingEvents.beginStalled(ring.name(), position);
            if (begun == null) {
                return false;
            }
            raisedNanos = ring.memory.nanoTime();
            findOwner(begun, position);
            event = begun;
        } else if (ring.memory.nanoTime() - raisedNanos >= REPEAT_NANOS) {
            raisedNanos = ring.memory.nanoTime();
            findOwner(event, position);
            RingEvents.raiseStalled(event, false);
        }
        return true;
    }

    void ended() {
        final Object ended = event;
        if (ended != null) {
            event = null;
            RingEvents.raiseStalled(ended, true);
        }
    }

    /** Sets what it is, and in a file whose; if the owner is just finishing it, none is found. */
    private void findOwner(final Object begun, final long position) {
        try {
            final String here = ring.ownerOf(position);
            if (recovery == null) {
                RingEvents.setOwner(
                        begun, here, ProcessIdentity.ownUnlessHidden().pid());
                return;
            }
            final StalledClaim found = recovery.find(position);
            if (found != null) {
                final boolean isOwn = found.process().equals(ProcessIdentity.own());
                RingEvents.setOwner(begun, isOwn ? here : found.toString(), found.pid());
            }
        } catch (final RingCorruptException e) { // an event changes nothing: recover() will report it
            RingEvents.setOwner(begun, e.getMessage(), 0);
        } catch (final Throwable failure) {
            // e.g. no memory: no owner is named
        }
    }
}
