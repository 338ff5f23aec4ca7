// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * The unfinished reservation at which the consumer of a ring stands, and what is known about its owner: a snapshot by
 * {@link RingConsumer#stalledBy()}.
 *
 * @since 0.1.0
 */
public final class StalledClaim {
    /** Whether the owner of a reservation may still finish it. */
    public enum Owner {
        /** Its process is alive; either it finishes the reservation, or it ends. */
        LIVES,
        /** Its process has ended: the reservation can be {@linkplain RingConsumer#recover recovered}. */
        DEAD,
        /**
         * Its process has lost its lock on the file but is seen alive: it, or a library in it, has opened and closed
         * the file. The reservation cannot be recovered before the process has ended.
         */
        UNKNOWN
    }

    /** What has found it; null for a private ring. */
    final Recovery finder;

    private final long position;
    private final long end;
    private final ProcessIdentity process;
    private final Owner owner;

    StalledClaim(
            final Recovery finder,
            final long position,
            final long end,
            final ProcessIdentity process,
            final Owner owner) {
        this.finder = finder;
        this.position = position;
        this.end = end;
        this.process = process;
        this.owner = owner;
    }

    /**
     * Returns where the reservation begins.
     *
     * @return a position in bytes: the consumer's
     */
    public long position() {
        return position;
    }

    /**
     * Returns where the reservation ends, if known.
     *
     * @return a position in bytes, or -1 when unknown: its owner has not stored it yet, or is unknown, or the ring is
     *     private
     */
    public long end() {
        return end;
    }

    /**
     * Returns the owner's process.
     *
     * @return its number in its own pid namespace, or 0 when it is not known
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Returns when the owner's process started.
     *
     * @return ticks since the machine was started on Linux, elsewhere milliseconds since 1970; 0 when not known
     */
    public long processStart() {
        return process.start();
    }

    /**
     * Tells whether the owner may still finish the reservation.
     *
     * @return what is known of its process
     */
    public Owner owner() {
        return owner;
    }

    ProcessIdentity process() {
        return process;
    }

    /** Returns all of it, for logs. */
    @Override
    public String toString() {
        return "StalledClaim[position=" + position + ", end=" + (end == -1 ? "unknown" : end) + ", " + owner + ", "
                + process + "]";
    }
}
