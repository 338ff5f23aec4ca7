// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * Raises the ring's events in the JDK Flight Recorder. A program may lack the module {@code jdk.jfr}: the event
 * classes, which alone refer to it, are loaded here, and used only if that succeeds. Elsewhere an event is an {@code
 * Object}, since even the type of a field may be resolved.
 */
final class RingEvents {
    private static final boolean PRESENT = load();

    private RingEvents() {}

    /** Loads all that a check needs; else an Error in the middle of a call would leave a class unusable for good. */
    private static boolean load() {
        try {
            StalledEvent.isOn();
            FullEvent.isOn();
            return true;
        } catch (final LinkageError missing) { // no such module, or a class loader that hides it
            return false;
        }
    }

    /** Called where nothing is in progress yet, to load this class there. */
    static void prepare() {}

    // An event that cannot be made or raised must not end a call of the ring: none of these throws

    /** Begins the event of a blocked consumer; returns null while such events are not recorded. */
    static Object beginStalled(final String ring, final long position) {
        try {
            return PRESENT && StalledEvent.isOn() ? StalledEvent.start(ring, position) : null;
        } catch (final Throwable failure) { // e.g. no memory
            return null;
        }
    }

    static void setOwner(final Object begun, final String owner, final long process) {
        ((StalledEvent) begun).setOwner(owner, process);
    }

    /** Raises the event, from its begin to now; it may continue. */
    static void raiseStalled(final Object begun, final boolean finished) {
        try {
            ((StalledEvent) begun).raise(finished);
        } catch (final Throwable failure) {
            // as above
        }
    }

    /** Begins the event of a full ring, or counts a refusal in it; returns null while such events are not recorded. */
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
