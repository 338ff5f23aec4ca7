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
    /** A load performed later than in program order. */
    record DelayedLoad(Word word, Runnable load) {}

    final List<DelayedLoad> delayedLoads = new ArrayList<>();

    boolean permit;
    boolean isParkTimed;
    long parkedUntil;
    SimulatedThread joined;
    /** Has declared that it can do nothing before another thread has run. */
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
            delayedLoads.get(i).load.run();
        }
        delayedLoads.clear();
    }

    /** Ends those of one word, before this thread stores to it: a load never sees a later store of its own thread. */
    void endDelayedLoads(final Word word) {
        for (int i = 0; i < delayedLoads.size(); i++) {
            if (delayedLoads.get(i).word == word) {
                delayedLoads.remove(i--).load.run();
            }
        }
    }

    void run() {
        try {
            body.run();
            simulation.step(); // other threads may still run before the delayed loads
            endDelayedLoads();
        } catch (final Throwable failure) {
            simulation.bodyFailed(failure);
        }
        simulation.threadEnded(this);
    }
}
