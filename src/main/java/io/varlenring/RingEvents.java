// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * Where the ring raises its events of the JDK's Flight Recorder. A program may be without the module {@code jdk.jfr}:
 * the classes of the events, which alone refer to it, are loaded here, and used only if that succeeds. An event that
 * has begun is an {@code Object} for everybody else, since even the type of a field can be looked up.
 */
final class RingEvents {
    private static final boolean PRESENT = load();

    private RingEvents() {}

    /** Loads all that a check needs: an Error in the middle of a call would else leave a class unusable, for good. */
    private static boolean load() {
        try {
            StalledEvent.isOn();
            FullEvent.isOn();
            return true;
        } catch (final LinkageError missing) { // no such module, or a class loader that hides it
            return false;
        }
    }

    /** Is called where nothing is under way yet, so that this class is loaded there. */
    static void prepare() {}

    // An event that cannot be made or raised must not end a call of the ring: none of these throws

    /** The consumer stands behind an unfinished reservation; returns null while nobody records such events. */
    static Object beginStalled(final String ring, final long position) {
        try {
            return PRESENT && StalledEvent.isOn() ? StalledEvent.start(ring, position) : null;
        } catch (final Throwable failure) { // no memory, say
            return null;
        }
    }

    static void setOwner(final Object begun, final String owner, final long process) {
        ((StalledEvent) begun).setOwner(owner, process);
    }

    /** Raises the event, from its begin to now; it may go on. */
    static void raiseStalled(final Object begun, final boolean finished) {
        try {
            ((StalledEvent) begun).raise(finished);
        } catch (final Throwable failure) {
            // as above
        }
    }

    /** Begins an event of a full ring, or counts the refusal in it; returns null while nobody records such events. */
    static Object refused(final Object begunOrNull, final VarLenMpscRing ring) {
        if (begunOrNull != null) {
            ((FullEvent) begunOrNull).count();
            return begunOrNull;
        }
        try {
            return PRESENT && FullEvent.isOn() ? FullEvent.start(ring.name(), ring.capacity()) : null;
        } catch (final Throwable failure) {
            return null; // as above
        }
    }

    static void raiseFull(final Object begun) {
        try {
            ((FullEvent) begun).commit();
        } catch (final Throwable failure) {
            // as above
        }
    }
}
