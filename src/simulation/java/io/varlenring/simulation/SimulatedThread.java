// SPDX-License-Identifier: Apache-2.0
package io.varlenring.simulation;

import java.util.ArrayList;
import java.util.List;

/** A thread of a simulation: what it may still read, and whether it can run. */
final class SimulatedThread {
    enum State {
        NEW,
        RUNNABLE,
        PARKED,
        JOINING,
        ENDED
    }

    private final Simulation simulation;
    private final Simulation.Body body;

    final String name;
    final Carrier carrier;
    State state = State.NEW;
    /** For each word the oldest message that this thread may still read. */
    long[] view;
    /** Loads that come later in memory than in the program. */
    final List<Runnable> delayedLoads = new ArrayList<>();

    boolean permit;
    boolean isParkTimed;
    long parkedUntil;
    SimulatedThread joined;
    /** Has said that it can do nothing before another thread has run. */
    boolean yielding;

    SimulatedThread(final Simulation simulation, final String name, final Carrier carrier, final Simulation.Body body) {
        this.simulation = simulation;
        this.name = name;
        this.carrier = carrier;
        this.body = body;
        carrier.load(this);
    }

    Simulation simulation() {
        return simulation;
    }

    void join(final long[] other) {
        for (int i = 0; i < view.length; i++) {
            view[i] = Math.max(view[i], other[i]);
        }
    }

    void endDelayedLoads() {
        for (int i = 0; i < delayedLoads.size(); i++) {
            delayedLoads.get(i).run();
        }
        delayedLoads.clear();
    }

    void run() {
        try {
            body.run();
            simulation.step(); // others may still come before what is delayed
            endDelayedLoads();
        } catch (final Throwable failure) {
            simulation.bodyFailed(failure);
        }
        simulation.threadEnded(this);
    }
}
