// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import io.varlenring.simulation.Weakening;
import io.varlenring.simulation.Word.Mode;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.UUID;

/** The twin of the shipped class of this name: the simulated file as one of the processes has it open. */
final class RingFile {
    static final int CONSUMER_PLACE = 0;

    final Path path;
    final FileHeader header;
    private final SimulatedFile file;
    private final long process;

    private RingFile(final Path path, final SimulatedFile file) {
        this.path = path;
        this.file = file;
        this.header = new FileHeader(file.data.length * Long.BYTES, RingLayout.PAGE, file.slots, new UUID(0, 0));
        this.process = file.newProcess();
    }

    static int placeOfSlot(final int slot) {
        return slot + 1;
    }

    static RingFile open(
            final Path path,
            final int capacity,
            final int slots,
            final Set<PosixFilePermission> permissions,
            final long initialPosition) {
        return new RingFile(path, SimulatedFile.open(capacity, slots));
    }

    SimulatedFile file() {
        return file;
    }

    /** Ends this process; called by its only thread when that has been killed. */
    void end() {
        file.end(process, file.simulation.mode(Mode.VOLATILE, Weakening.UNLOCK_RELAXED, Mode.OPAQUE));
    }

    boolean isCurrent() {
        return true;
    }

    RingMemory memory() {
        return new RingMemory(file);
    }

    RingSlot slot(final int slot) {
        return RingSlot.ofProducer(file, slot);
    }

    RingSlot consumerSlot() {
        return RingSlot.ofConsumer(file);
    }

    boolean tryLock(final RingSlot slot) {
        file.mayDie();
        slot.isLocked = file.locks[slot.place].compareAndExchange(Mode.VOLATILE, 0, process) == 0;
        return slot.isLocked;
    }

    void unlock(final RingSlot slot) {
        if (slot.isLocked) {
            file.mayDie();
            file.locks[slot.place].store(Mode.VOLATILE, 0);
            slot.isLocked = false;
        }
    }

    void leave() {}

    /** Does nothing: there is no simulated collector. */
    static Cleaner.Cleanable whenCollected(final Object object, final Runnable action) {
        return () -> {};
    }

    ProcessIdentity ownProcess() {
        return new ProcessIdentity(process, 0, 0);
    }

    boolean isSeenAlive(final ProcessIdentity other) {
        return other.pid() != 0 && !file.dead.contains(other.pid());
    }
}
