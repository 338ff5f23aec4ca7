// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.ref.Cleaner;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;

/**
 * Tracks the producers of a ring without keeping their handles alive, so handles may be created and dropped at any
 * rate: what a collected handle left open is finished, and its counts are added to one sum.
 */
final class ProducerRegistry {
    /** How many collected handles one call finishes at most, to keep it short. */
    private static final int MAX_FINISHED = 64;

    /** Phantom: a weak reference would be cleared before finalizers run, and one of them may still use the handle. */
    final class Entry extends PhantomReference<RingProducer> {
        private final ProducerSide side;
        private Entry previous;
        private Entry next;
        /** Whether the queue has returned it. */
        private boolean isCollected;

        private boolean isFinished;
        /** Null when nothing must happen as soon as the handle is collected. */
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
    /** Whether an entry taken from the queue may be unfinished because of an Error. */
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
            // Perhaps nobody polls the queue in time: a slot must be given back, or the consumer sleeps until its hook
            // is called
            if (side.slot != null || side.hook != null) {
                entry.cleaning = finishWhenCollected(handle, new WeakReference<>(entry));
            }
        }
    }

    /**
     * Static, and with a weak reference to the entry: the ring's hook may refer to the handle, and would keep it alive.
     * If the ring is collected with it, {@link RingPlaces#leaveAll} gives the slot back.
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
            entry.side.closeCollected();
            remove(entry);
        }
    }

    /** Undoes {@link #add}, or as much of it as was done before it failed. */
    synchronized void discard(final ProducerSide side) {
        side.retire();
        remove(side);
    }

    /** Removes a closed handle. */
    synchronized void remove(final ProducerSide side) {
        if (side.entry != null) {
            remove(side.entry);
        }
    }

    /** Closes all handles, none of which may be in use; one whose close throws does not keep the others open. */
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
            if (entry.side.isRetired) {
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
     * Finishes what collected handles left open. All they did happens-before the queue returns their entries, so the
     * thread that polls one has, under the lock, its state to itself. Cheap when there is none.
     */
    void finishCollected() {
        if (isOneLeft) {
            finishLeft();
        }
        final Entry entry = (Entry) collected.poll();
        if (entry != null) {
            entry.isCollected = true; // a store cannot fail; if anything does from here on, another call finishes it
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
        isOneLeft = false; // first, as another thread may set it meanwhile
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
            return; // by a hook that was called on the way here
        }
        entry.isFinished = true;
        entry.side.entry = null; // else a closed handle still referenced would retain the entries of all later ones
        entry.side.addTo(countsOfCollected);
        if (entry.previous == null) {
            first = entry.next;
        } else {
            entry.previous.next = entry.next;
        }
        if (entry.next != null) {
            entry.next.previous = entry.previous;
        }
        entry.previous = null; // as above; next stays, for an iteration during which a hook got here
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

    /** Describes who holds the reservation at this position; only a guess while that thread is running. */
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
