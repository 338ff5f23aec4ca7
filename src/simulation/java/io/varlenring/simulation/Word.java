// SPDX-License-Identifier: Apache-2.0
package io.varlenring.simulation;

/**
 * A word of simulated memory: the history of its values, in the one order on which all threads agree.
 *
 * <p>See docs/simulation.md for the model. In short: a load returns the newest value or any older one, down to the
 * oldest that its thread may still read. A store need not come last in the history, only after what its thread must
 * have read. An acquire load of a release store's value takes over what the storing thread had to have read. Also, a
 * volatile load returns nothing older than the newest volatile store.
 */
public final class Word {
    /** Access modes, from weak to strong. */
    public enum Mode {
        PLAIN,
        OPAQUE,
        /** Acquire for a load, release for a store, both for an exchange. */
        ORDERED,
        VOLATILE
    }

    private static final class Message {
        final long value;
        final long order;
        /** What an acquire load of this takes over; null when it was no release store. */
        final long[] view;
        /** An exchange immediately follows what it has read; nothing comes in between. */
        final boolean followsAtOnce;

        Message previous;

        Message(
                final long value,
                final long order,
                final long[] view,
                final boolean followsAtOnce,
                final Message previous) {
            this.value = value;
            this.order = order;
            this.view = view;
            this.followsAtOnce = followsAtOnce;
            this.previous = previous;
        }
    }

    private static final long STEP = 1L << 32;
    private static final long ALL = -1L;

    private final Simulation simulation;
    private final int index;
    final String name;

    private Message newest;
    private long newestVolatileOrder;

    Word(final Simulation simulation, final String name, final int index, final long value) {
        this.simulation = simulation;
        this.name = name;
        this.index = index;
        this.newest = new Message(value, 0, null, false, null);
    }

    public long load(final Mode mode) {
        simulation.step();
        if (!simulation.isConcurrent()) {
            return newest.value;
        }
        final SimulatedThread thread = simulation.current();
        final long oldest =
                mode == Mode.VOLATILE ? Math.max(thread.view[index], newestVolatileOrder) : thread.view[index];
        final Message message = choose(oldest);
        if (mode != Mode.PLAIN) { // two plain loads may even come in the wrong order
            thread.view[index] = message.order;
        }
        if (mode.compareTo(Mode.ORDERED) >= 0 && message.view != null) {
            thread.join(message.view);
        }
        simulation.trace("load", mode, this, message.value, message == newest ? "" : "stale");
        return message.value;
    }

    /** Returns the oldest value that the current thread may still read, without reading. */
    public long oldestReadable() {
        Message message = newest;
        while (message.order > simulation.current().view[index]) {
            message = message.previous;
        }
        return message.value;
    }

    /** Returns the newest value, even if the current thread need not see it yet. */
    public long newest() {
        return newest.value;
    }

    private Message choose(final long oldest) {
        Message message = newest;
        while (message.order > oldest && simulation.isStale()) {
            message = message.previous;
        }
        return message;
    }

    public void store(final Mode mode, final long value) {
        store(mode, value, ALL);
    }

    /** Stores the bits of the value that the mask has; the others are those of the value before it in the history. */
    public void store(final Mode mode, final long value, final long mask) {
        simulation.step();
        if (!simulation.isConcurrent()) {
            newest = new Message(merge(newest.value, value, mask), 0, null, false, null);
            return;
        }
        final SimulatedThread thread = simulation.current();
        if (mode.compareTo(Mode.ORDERED) >= 0) {
            thread.endDelayedLoads();
        } else {
            thread.endDelayedLoads(this);
        }
        final long oldest =
                mode == Mode.VOLATILE ? Math.max(thread.view[index], newestVolatileOrder) : thread.view[index];
        Message next = null;
        Message previous = newest;
        while (previous.order > oldest
                && !previous.followsAtOnce
                && previous.order - previous.previous.order > 1
                && simulation.isEarly()) {
            next = previous;
            previous = previous.previous;
        }
        final long order = next == null ? previous.order + STEP : previous.order + (next.order - previous.order) / 2;
        final Message message = append(thread, mode, merge(previous.value, value, mask), order, false, previous);
        if (next == null) {
            newest = message;
        } else {
            next.previous = message;
        }
        simulation.trace("store", mode, this, message.value, next == null ? "" : "before newer");
    }

    private Message append(
            final SimulatedThread thread,
            final Mode mode,
            final long value,
            final long order,
            final boolean followsAtOnce,
            final Message previous) {
        thread.view[index] = order;
        if (mode == Mode.VOLATILE) {
            newestVolatileOrder = order;
        }
        final long[] released = mode.compareTo(Mode.ORDERED) >= 0 ? thread.view.clone() : null;
        return new Message(value, order, released, followsAtOnce, previous);
    }

    private static long merge(final long old, final long value, final long mask) {
        return (old & ~mask) | (value & mask);
    }

    /** Returns the value found; when it is the one expected, the replacement has taken its place. */
    public long compareAndExchange(final Mode mode, final long expected, final long replacement) {
        simulation.step();
        final long found = newest.value;
        if (!simulation.isConcurrent()) {
            if (found == expected) {
                newest = new Message(replacement, 0, null, false, null);
            }
            return found;
        }
        final SimulatedThread thread = simulation.current();
        thread.view[index] = newest.order;
        if (mode.compareTo(Mode.ORDERED) >= 0) {
            thread.endDelayedLoads();
            if (newest.view != null) {
                thread.join(newest.view);
            }
        }
        if (found == expected) {
            newest = append(thread, mode, replacement, newest.order + STEP, true, newest);
        }
        simulation.trace(
                "exchange", mode, this, found == expected ? replacement : found, found == expected ? "" : "failed");
        return found;
    }

    /** The same, not atomic: what an exchange must not be. */
    public long compareThenStore(final long expected, final long replacement) {
        final long found = load(Mode.VOLATILE);
        if (found == expected) {
            store(Mode.VOLATILE, replacement);
        }
        return found;
    }

    /**
     * Loads plainly, now or, at random, only just before this thread's next release store; passes the value to a check.
     */
    public void loadPerhapsLater(final LoadCheck check) {
        simulation.step();
        final SimulatedThread thread = simulation.current();
        if (simulation.isConcurrent() && simulation.isStale()) {
            final long oldest = thread.view[index];
            final Runnable load = () -> {
                final Message message = choose(oldest);
                simulation.trace("load", Mode.PLAIN, this, message.value, "delayed");
                check.loaded(message.value);
            };
            thread.delayedLoads.add(new SimulatedThread.DelayedLoad(this, load));
        } else {
            check.loaded(load(Mode.PLAIN));
        }
    }

    /** Checks what a load has found. */
    @FunctionalInterface
    public interface LoadCheck {
        void loaded(long value);
    }
}
