// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * Raises the Flight Recorder events of a loop with profiling. A program may lack the module {@code jdk.jfr}: the event
 * classes, which alone refer to it, are loaded here, and used only if that succeeds. Elsewhere an event is an {@code
 * Object}, since even the type of a field may be resolved.
 */
final class LoopEvents {
    private static final boolean PRESENT = load();

    private LoopEvents() {}

    /** Loads all that a check needs; else an Error in the middle of a round would leave a class unusable for good. */
    private static boolean load() {
        try {
            WakeupEvent.isOn();
            RunEvent.isOn();
            return true;
        } catch (final LinkageError missing) { // no such module, or a class loader that hides it
            return false;
        }
    }

    /** Called where nothing is in progress yet, to load this class there. */
    static void prepare() {}

    // An event that cannot be made or raised must not cost a wakeup or a run: none of these throws

    /** This thread is queueing a tasklet; returns null while such events are not recorded. */
    static Object beginWakeup() {
        try {
            return PRESENT && WakeupEvent.isOn()
                    ? WakeupEvent.start(Thread.currentThread().getName())
                    : null;
        } catch (final Throwable failure) { // e.g. no memory
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

    /** A run begins; returns null while such events are not recorded. */
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
