// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileLock;

/**
 * The words in a ring's file that belong to one process: those of a producer's slot, written by its holder only, or
 * only the identity of the consumer's process.
 *
 * <p>An attempt of 0 says: nothing is reserved here, whatever the end is. Else, where the attempt is not behind C: one
 * that the end is not beyond says that this producer tries to reserve at that position; an end beyond it, that it has,
 * and up to there.
 */
final class RingSlot {
    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();

    /** Which lock says that its holder lives. */
    final int place;

    /** The lock, or what may have been made of it when an Error came; {@link RingFile}'s. */
    FileLock lock;
    /** Whether its words are those of a holder. */
    boolean isEntered;
    /** Whether an Error has kept it from becoming a handle's. */
    volatile boolean isDropped;

    private final ByteBuffer words;
    private final int processOffset;

    private RingSlot(final int place, final ByteBuffer words, final int processOffset) {
        this.place = place;
        this.words = words;
        this.processOffset = processOffset;
    }

    static RingSlot ofProducer(final ByteBuffer file, final int slot) {
        return new RingSlot(
                RingFile.placeOfSlot(slot),
                file.slice(RingLayout.slotOffset(slot), RingLayout.SLOT_LENGTH),
                RingLayout.SLOT_PROCESS_OFFSET);
    }

    static RingSlot ofConsumer(final ByteBuffer file) {
        return new RingSlot(
                RingFile.CONSUMER_PLACE, file.slice(RingLayout.CONSUMER_PROCESS_OFFSET, RingLayout.SLOT_LENGTH), 0);
    }

    long getAttemptAcquire() {
        return (long) WORDS.getAcquire(words, RingLayout.ATTEMPT_OFFSET);
    }

    void setAttemptRelease(final long attempt) {
        WORDS.setRelease(words, RingLayout.ATTEMPT_OFFSET, attempt);
    }

    long getEndAcquire() {
        return (long) WORDS.getAcquire(words, RingLayout.END_OFFSET);
    }

    void setEndPlain(final long end) {
        WORDS.set(words, RingLayout.END_OFFSET, end);
    }

    ProcessIdentity getProcessAcquire() {
        return new ProcessIdentity(
                (long) WORDS.getAcquire(words, processOffset),
                (long) WORDS.getAcquire(words, processOffset + Long.BYTES),
                (long) WORDS.getAcquire(words, processOffset + 2 * Long.BYTES));
    }

    void setProcessRelease(final ProcessIdentity process) {
        WORDS.setRelease(words, processOffset + Long.BYTES, process.start());
        WORDS.setRelease(words, processOffset + 2 * Long.BYTES, process.namespace());
        WORDS.setRelease(words, processOffset, process.pid());
    }
}
