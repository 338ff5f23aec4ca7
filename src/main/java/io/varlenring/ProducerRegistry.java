// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.ref.Cleaner;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;

/**
 * Knows the producers of a ring without keeping their handles alive, so that handles may be made and dropped at any
 * rate: what a collected handle left open is finished, and what it counted is added to one sum.
 */
final class ProducerRegistry {
    /** How many collected handles one call deals with, so that no call takes long. */
    private static final int MAX_FINISHED = 64;

    /** Phantom: a weak one would be cleared before finalizers run, and one of them may still use the handle. */
    final class Entry extends PhantomReference<RingProducer> {
        private final ProducerSide side;
        private Entry previous;
        private Entry next;
        /** Whether the queue has said so. */
        private boolean isCollected;

        private boolean isFinished;
        /** Null where nobody waits for the handle to be collected. */
        private Cleaner.Cleanable cleaning;

        Entry(final RingProducer handle, final ProducerSide side, final ReferenceQueue<RingProducer> collected) {
            super(handle, collected);
            this.side = side;
        }

        private void finish() {
            finishOne(this);
        }
    }

    private final ReferenceQueue<RingProducer> collected = new ReferenceQueue<>();
    private final RingCounters countsOfCollected = new RingCounters();
    /** Whether an Error may have kept one that was taken from the queue from being finished. */
    private volatile boolean isOneLeft;

    private Entry first;
    private int size;

    void add(final RingProducer handle, final ProducerSide side) {
        finishCollected();
        final Entry entry = new Entry(handle, side, collected);
        synchronized (this) {
            entry.next = first;
            if (first != null) {
                first.previous = entry;
            }
            first = entry;
            size++;
            side.entry = entry;
            // Nobody may ask what has been collected: a slot is to be given back, or the consumer sleeps until its hook
            if (side.slot != null || side.hook != null) {
                entry.cleaning = finishWhenCollected(handle, new WeakReference<>(entry));
            }
        }
    }

    /**
     * Static, and the entry is known weakly: the ring's hook may refer to the handle, and would keep it alive. When the
     * ring goes with it, {@link RingPlaces#leaveAll} gives the slot back.
     */
    private static Cleaner.Cleanable finishWhenCollected(final RingProducer handle, final WeakReference<Entry> known) {
        return RingFile.whenCollected(handle, () -> {
            final Entry entry = known.get();
            if (entry != null) {
                entry.finish();
            }
        });
    }

    private synchronized void finishOne(final Entry entry) {
        if (!entry.isFinished) {
            entry.side.full = null; // no event: nobody has waited for the room that there is by now
            entry.side.finishAbandoned();
            entry.side.leave();
            remove(entry);
        }
    }

    /** Undoes {@link #add}, or as much of it as there was before it failed. */
    synchronized void discard(final ProducerSide side) {
        side.leave();
        remove(side);
    }

    /** Knows a handle no longer, which has been closed. */
    synchronized void remove(final ProducerSide side) {
        if (side.entry != null) {
            remove(side.entry);
        }
    }

    /** Closes all handles, which nobody MUST use meanwhile; one whose close throws keeps no other one open. */
    synchronized void closeAll() {
        Throwable failure = null;
        for (Entry entry = first; entry != null; entry = entry.next) {
            try {
                entry.side.close();
            } catch (final RuntimeException | Error another) {
                if (failure == null) {
                    failure = another;
                } else if (failure != another) {
                    failure.addSuppressed(another);
                }
            }
            if (entry.side.isLeft) {
                remove(entry);
            }
        }
        if (failure instanceof Error) {
            throw (Error) failure;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    /**
     * Finishes what collected handles left open. Whatever they did happens-before the collector's word that they are
     * gone, so the thread that gets it, under the lock, has their state to itself. Cheap when there is none.
     */
    void finishCollected() {
        if (isOneLeft) {
            finishLeft();
        }
        final Entry entry = (Entry) collected.poll();
        if (entry != null) {
            entry.isCollected = true; // a store, which cannot fail: if anything does from here on, another call goes on
            try {
                finish(entry);
            } catch (final Throwable failure) {
                isOneLeft = true;
                throw failure;
            }
        }
    }

    private synchronized void finish(final Entry polled) {
        Entry entry = polled;
        for (int i = 1; entry != null; i++) {
            finishOne(entry);
            entry = i < MAX_FINISHED ? (Entry) collected.poll() : null;
            if (entry != null) {
                entry.isCollected = true;
            }
        }
    }

    private synchronized void finishLeft() {
        isOneLeft = false; // first: another thread may set it meanwhile
        try {
            for (Entry entry = first; entry != null; entry = entry.next) {
                if (entry.isCollected) {
                    finishOne(entry);
                }
            }
        } catch (final Throwable failure) {
            isOneLeft = true;
            throw failure;
        }
    }

    private void remove(final Entry entry) {
        if (entry.isFinished) {
            return; // by a hook, which was called when it was about to be
        }
        entry.isFinished = true;
        entry.side.entry = null; // else a closed handle that is kept would keep the entries of all later ones
        entry.side.addTo(countsOfCollected);
        if (entry.previous == null) {
            first = entry.next;
        } else {
            entry.previous.next = entry.next;
        }
        if (entry.next != null) {
            entry.next.previous = entry.previous;
        }
        entry.previous = null; // as above; but an iteration that a hook has interrupted goes on by the next one
        size--;
        if (entry.cleaning != null) {
            entry.cleaning.clean();
        }
    }

    synchronized void addTo(final RingCounters sum) {
        countsOfCollected.addTo(sum);
        for (Entry entry = first; entry != null; entry = entry.next) {
            entry.side.addTo(sum);
        }
    }

    /** Describes who has the reservation at this position open; a guess while that thread goes on. */
    synchronized String ownerOf(final long position) {
        for (Entry entry = first; entry != null; entry = entry.next) {
            final String owner = entry.side.describeOpen(position);
            if (owner != null) {
                return owner + (entry.refersTo(null) ? ", whose handle has been collected" : "");
            }
        }
        return "of an unknown producer";
    }

    synchronized int size() {
        return size;
    }
}
