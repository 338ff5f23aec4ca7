// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import io.varlenring.simulation.Weakening;
import io.varlenring.simulation.Word;
import io.varlenring.simulation.Word.Mode;

/** The twin of the shipped class of this name, on the words of a simulated file. */
final class RingSlot {
    final int place;
    boolean isLocked;
    boolean isEntered;
    boolean isDropped;
    private final SimulatedFile file;
    private final Word attempt;
    private final Word end;
    private final Word process;

    private RingSlot(
            final int place, final SimulatedFile file, final Word attempt, final Word end, final Word process) {
        this.place = place;
        this.file = file;
        this.attempt = attempt;
        this.end = end;
        this.process = process;
    }

    static RingSlot ofProducer(final SimulatedFile file, final int slot) {
        final Word[] words = file.slotWords[slot];
        return new RingSlot(RingFile.placeOfSlot(slot), file, words[0], words[1], words[2]);
    }

    static RingSlot ofConsumer(final SimulatedFile file) {
        return new RingSlot(RingFile.CONSUMER_PLACE, file, null, null, file.consumerProcess);
    }

    long getAttemptAcquire() {
        file.mayDie();
        return attempt.load(Mode.ORDERED);
    }

    void setAttemptRelease(final long value) {
        file.mayDie();
        if (value == 0 || !file.simulation.has(Weakening.ATTEMPT_OMITTED)) {
            attempt.store(file.simulation.mode(Mode.ORDERED, Weakening.ATTEMPT_STORED_PLAIN, Mode.PLAIN), value);
        }
    }

    long getEndAcquire() {
        file.mayDie();
        return end.load(Mode.ORDERED);
    }

    void setEndPlain(final long value) {
        file.mayDie();
        if (!file.simulation.has(Weakening.END_OMITTED)) {
            end.store(Mode.PLAIN, value);
        }
    }

    ProcessIdentity getProcessAcquire() {
        file.mayDie();
        return new ProcessIdentity(process.load(Mode.ORDERED), 0, 0);
    }

    void setProcessRelease(final ProcessIdentity identity) {
        file.mayDie();
        process.store(Mode.ORDERED, identity.pid());
    }
}
