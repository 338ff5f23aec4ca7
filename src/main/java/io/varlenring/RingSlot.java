// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileLock;

/**
 * The words in a ring's file that belong to one process: a producer's slot, written only by its holder, or just the
 * identity of the consumer's process.
 *
 * <p>An attempt of 0 means that nothing is reserved here, whatever the end is. Any other that is not below C means that
 * this producer tries to reserve at that position, or, if the end is beyond it, that it has reserved up to there.
 */
final class RingSlot {
    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();

    /** The index of the lock that shows its holder to be alive. */
    final int place;

    /** The lock, or as much of it as was taken before an Error; managed by {@link RingFile}. */
    FileLock lock;
    /** Whether its words are this holder's. */
    boolean isEntered;
    /** Whether an Error kept it from getting a handle. */
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
