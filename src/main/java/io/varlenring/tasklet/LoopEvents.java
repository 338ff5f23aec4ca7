// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * Where a loop with profiling raises its events of the Flight Recorder. A program may be without the module {@code
 * jdk.jfr}: the classes of the events, which alone refer to it, are loaded here, and used only if that succeeds. An
 * event that has begun is an {@code Object} for everybody else, since even the type of a field can be looked up.
 */
final class LoopEvents {
    private static final boolean PRESENT = load();

    private LoopEvents() {}

    /** Loads all that a check needs: an Error in the middle of a round would else leave a class unusable, for good. */
    private static boolean load() {
        try {
            WakeupEvent.isOn();
            RunEvent.isOn();
            return true;
        } catch (final LinkageError missing) { // no such module, or a class loader that hides it
            return false;
        }
    }

    /** Is called where nothing is under way yet, so that this class is loaded there. */
    static void prepare() {}

    // An event that cannot be made or raised must not cost a wakeup or a run: none of these throws

    /** A tasklet is being queued by this thread; returns null while nobody records such events. */
    static Object beginWakeup() {
        try {
            return PRESENT && WakeupEvent.isOn()
                    ? WakeupEvent.start(Thread.currentThread().getName())
                    : null;
        } catch (final Throwable failure) { // no memory, say
            return null;
        }
    }

    static void raiseWakeup(final Object begun, final TaskletLoop loop, final Tasklet tasklet) {
        try {
            ((WakeupEvent) begun).raise(loop.name(), tasklet.body.getClass(), ringOf(tasklet.body));
        } catch (final Throwable failure) {
            // as above
        }
    }

    /** A run begins; returns null while nobody records such events. */
    static Object beginRun() {
        try {
            return PRESENT && RunEvent.isOn() ? RunEvent.start() : null;
        } catch (final Throwable failure) {
            return null; // as above
        }
    }

    static void raiseRun(final Object begun, final TaskletLoop loop, final Tasklet tasklet) {
        try {
            ((RunEvent) begun).raise(loop.name(), tasklet.body.getClass(), ringOf(tasklet.body));
        } catch (final Throwable failure) {
            // as above
        }
    }

    private static String ringOf(final TaskletBody body) {
        return body instanceof RingTasklet.Body ofRing ? ofRing.ringName() : null;
    }
}
