// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/** What the consumer tells of reservations in its way, while somebody records such events. Only it may use this. */
final class StallWatch {
    /** How long a stall goes on between two events of it. */
    private static final long REPEAT_NANOS = 1_000_000_000;

    private final VarLenMpscRing ring;
    /** Null on the heap. */
    private final Recovery recovery;
    /** The event of the stall that goes on, or null. */
    private Object event;

    private long raisedNanos;

    StallWatch(final VarLenMpscRing ring, final Recovery recovery) {
        this.ring = ring;
        this.recovery = recovery;
    }

    /** The consumer stands here; returns whether {@link #ended()} has to be told when it does no longer. */
    boolean stands(final long position) {
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

    /** What it is, and in a file whose: the owner may be finishing it just now, and then nobody is found. */
    private void findOwner(final Object begun, final long position) {
        try {
            final String here = ring.ownerOf(position);
            if (recovery == null) {
                RingEvents.setOwner(begun, here, ProcessIdentity.own().pid());
                return;
            }
            final StalledClaim found = recovery.find(position);
            if (found != null) {
                final boolean isOwn = found.process().equals(ProcessIdentity.own());
                RingEvents.setOwner(begun, isOwn ? here : found.toString(), found.pid());
            }
        } catch (final RingCorruptException e) { // an event changes nothing: who recovers will be told
            RingEvents.setOwner(begun, e.getMessage(), 0);
        } catch (final Throwable failure) {
            // no memory, say: nobody is named
        }
    }
}
