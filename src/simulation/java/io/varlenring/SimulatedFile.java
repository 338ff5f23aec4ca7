// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import io.varlenring.simulation.Simulation;
import io.varlenring.simulation.Word;
import io.varlenring.simulation.Word.Mode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The one file of a simulation: its words, its locks, and which of its processes, a thread each, have been killed. */
final class SimulatedFile {
    /** Ends a process, at any of its accesses; it makes none after it. */
    @SuppressWarnings("serial")
    static final class Killed extends Error {
        Killed() {
            super("killed", null, false, false);
        }
    }

    private static final int UNLIKELY = 20;
    /** Simulations come one after the other. */
    private static SimulatedFile last;

    final Simulation simulation = Simulation.running();
    final int slots;
    final Word[] data;
    final Word producerPosition;
    final Word consumerPosition;
    final Word redoPosition;
    final Word armed;
    final Word doorbell;
    /** Attempt, end, process for each slot. */
    final Word[][] slotWords;

    final Word consumerProcess;
    /** The process that has it, or 0, for each place. */
    final Word[] locks;

    /** All values that the producer position has had. */
    final List<Long> producerPositions = new ArrayList<>(List.of(0L));

    final Set<Long> dead = new HashSet<>();
    private final Set<Thread> mortal = new HashSet<>();
    private final Set<Thread> killed = new HashSet<>();
    private long processes;

    private SimulatedFile(final int capacity, final int slots) {
        this.slots = slots;
        data = new Word[capacity / Long.BYTES];
        for (int i = 0; i < data.length; i++) {
            data[i] = simulation.newWord("data+" + i * Long.BYTES, 0);
        }
        producerPosition = simulation.newWord("producerPosition", 0);
        consumerPosition = simulation.newWord("consumerPosition", 0);
        redoPosition = simulation.newWord("redoPosition", 0);
        armed = simulation.newWord("armed", 0);
        doorbell = simulation.newWord("doorbell", 0);
        consumerProcess = simulation.newWord("consumerProcess", 0);
        slotWords = new Word[slots][];
        locks = new Word[slots + 1];
        locks[0] = simulation.newWord("lock0", 0);
        for (int i = 0; i < slots; i++) {
            slotWords[i] = new Word[] {
                simulation.newWord("attempt" + i, 0),
                simulation.newWord("end" + i, 0),
                simulation.newWord("process" + i, 0)
            };
            locks[i + 1] = simulation.newWord("lock" + (i + 1), 0);
        }
    }

    static synchronized SimulatedFile open(final int capacity, final int slots) {
        if (last == null || last.simulation != Simulation.running()) {
            last = new SimulatedFile(capacity, slots);
        }
        return last;
    }

    long newProcess() {
        processes++;
        return processes;
    }

    // Death

    /** From now on the current thread's process may be killed. */
    void setMortal() {
        mortal.add(Thread.currentThread());
    }

    void setImmortal() {
        mortal.remove(Thread.currentThread());
    }

    void mayDie() {
        final Thread thread = Thread.currentThread();
        if (killed.contains(thread) || (mortal.contains(thread) && simulation.choose(UNLIKELY) == 0)) {
            killed.add(thread);
            throw new Killed();
        }
    }

    /** What the system does when the current thread, a process, was killed: releases its locks once it has ended. */
    void end(final long process, final Mode unlock) {
        killed.remove(Thread.currentThread());
        mortal.remove(Thread.currentThread());
        dead.add(process);
        for (final Word lock : locks) {
            if (lock.newest() == process) {
                lock.store(unlock, 0);
            }
        }
    }
}
