// SPDX-License-Identifier: Apache-2.0
package io.varlenring.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A real thread that carries one simulated thread after another. At any moment one carrier, or the test's own thread,
 * has the turn; the others wait.
 */
final class Carrier extends Thread {
    private static final List<Carrier> POOL = new ArrayList<>();

    static {
        runOnOneProcessor();
    }

    private volatile boolean turn;
    private volatile SimulatedThread load;

    private Carrier(final int number) {
        super("simulated-" + number);
        setDaemon(true);
        setUncaughtExceptionHandler((thread, failure) -> load.simulation().bodyFailed(failure));
        start();
    }

    /**
     * Turns pass much faster on one processor; JVMs that run tests in parallel take one each. Where the system does not
     * offer that, they are just slower.
     */
    private static void runOnOneProcessor() {
        final String process = Long.toString(ProcessHandle.current().pid());
        final int fork = Integer.getInteger("fork", 1);
        final String processor =
                Integer.toString((fork - 1) % Runtime.getRuntime().availableProcessors());
        try {
            new ProcessBuilder("taskset", "--all-tasks", "--cpu-list", "--pid", processor, process)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (final IOException e) {
            return; // there is no such command
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the carrier of this number; called by the test's thread, or by the one that has the turn. */
    static Carrier ofNumber(final int number) {
        while (POOL.size() <= number) {
            POOL.add(new Carrier(POOL.size()));
        }
        return POOL.get(number);
    }

    void load(final SimulatedThread thread) {
        load = thread;
    }

    void giveTurn() {
        turn = true;
        LockSupport.unpark(this);
    }

    void awaitTurn() {
        while (!turn) {
            LockSupport.park(this);
        }
        turn = false;
    }

    @Override
    public void run() {
        for (; ; ) {
            awaitTurn();
            load.run();
        }
    }
}
