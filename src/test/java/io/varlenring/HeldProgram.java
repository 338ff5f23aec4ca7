// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A producer or consumer of a ring in a file that stops between two steps, to be killed there. It performs the steps
 * itself, since the shipped code does not stop.
 */
final class HeldProgram {
    /** Where it stops. */
    enum Window {
        SLOT_TAKEN,
        ANNOUNCED,
        RESERVED,
        END_TOLD,
        PAYLOAD_BEGUN,
        PAYLOAD_WRITTEN,
        GAP_AND_RECORD_WRITTEN,
        PUBLISHED,
        DISARMED,
        LOST,
        IN_A_HANDLER,
        IN_A_HANDLER_BEHIND_ZEROES,
        REDO_STORED,
        HALF_ZEROED,
        ALL_ZEROED,
        CLAIM_BESIDE_OFFERS,
        CLAIM_BESIDE_A_REFUSAL,
        IDLE
    }

    static final int LENGTH = 24;
    static final int STRIDE = 32;

    private final VarLenMpscRing ring;
    private final RingMemory memory;
    private final int mask;

    private HeldProgram(final VarLenMpscRing ring) {
        this.ring = ring;
        this.memory = ring.memory;
        this.mask = ring.capacity() - 1;
    }

    public static void main(final String[] arguments) throws Exception {
        final Window window = Window.valueOf(arguments[1]);
        final HeldProgram program = new HeldProgram(VarLenMpscRing.attach(Path.of(arguments[0])));
        switch (window) {
            case IN_A_HANDLER -> program.ring.consumer().drain(record -> stop(window));
            case IN_A_HANDLER_BEHIND_ZEROES ->
                program.ring.consumer().drain(record -> {
                    final long consumed = program.ring.consumerPosition();
                    if (program.memory.getRedoPositionAcquire() != consumed) {
                        stop(window);
                    }
                });
            case REDO_STORED, HALF_ZEROED, ALL_ZEROED -> program.giveBack(window);
            case CLAIM_BESIDE_OFFERS -> program.claimBesideOffers(3);
            case CLAIM_BESIDE_A_REFUSAL -> program.claimBesideOffers(Integer.MAX_VALUE);
            case IDLE -> program.ring.newProducer();
            default -> program.produce(window);
        }
        stop(window);
    }

    private static void stop(final Window window) {
        try {
            ChildProcess.sayAndStop(window.name());
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void stopIn(final Window wanted, final Window here) {
        if (wanted == here) {
            stop(here);
        }
    }

    private void produce(final Window window) {
        final RingSlot slot = ring.places.takeSlot();
        stopIn(window, Window.SLOT_TAKEN);
        final long position = memory.getProducerPositionVolatile();
        final boolean hasGap = window == Window.GAP_AND_RECORD_WRITTEN;
        final long start = hasGap ? (position | mask) + 1 : position;
        final long end = start + STRIDE;
        if (window == Window.LOST) { // another one has been faster
            slot.setAttemptRelease(ring.consumerPosition() | RingLayout.ATTEMPTED);
            stop(window);
        }
        slot.setAttemptRelease(position | RingLayout.ATTEMPTED);
        stopIn(window, Window.ANNOUNCED);
        if (memory.compareAndExchangeProducerPosition(position, end) != position) {
            throw new IllegalStateException("another producer was faster");
        }
        stopIn(window, Window.RESERVED);
        slot.setEndPlain(end);
        memory.storeStoreFence();
        stopIn(window, Window.END_TOLD);
        final ByteBuffer garbage = ByteBuffer.allocate(LENGTH).order(java.nio.ByteOrder.nativeOrder());
        garbage.putLong(0, -16).putLong(8, 9).putLong(16, 1L << 40); // all of them look like headers
        memory.putPayload((int) start & mask, garbage, 0, LENGTH / 2);
        stopIn(window, Window.PAYLOAD_BEGUN);
        memory.putPayload((int) start & mask, garbage, 0, LENGTH);
        stopIn(window, Window.PAYLOAD_WRITTEN);
        if (hasGap) {
            memory.setHeaderPlain((int) start & mask, RingLayout.recordHeader(LENGTH));
            stop(window);
        }
        memory.setHeaderRelease((int) position & mask, RingLayout.recordHeader(LENGTH));
        stopIn(window, Window.PUBLISHED);
        if (memory.isArmedVolatile() && !memory.compareAndSetDisarmed()) {
            throw new IllegalStateException("another producer was faster");
        }
        stopIn(window, Window.DISARMED);
        throw new IllegalStateException("nothing to stop at: " + window);
    }

    /** Consumes all there is, and stops while it is being given back. */
    private void giveBack(final Window window) {
        ring.consumer();
        final long begin = ring.consumerPosition();
        final long end = ring.producerPosition();
        memory.setRedoPositionPlain(end);
        memory.storeStoreFence();
        stopIn(window, Window.REDO_STORED);
        for (long position = begin; position < end; position += 8) {
            memory.zero(position, position + 8);
            if (position - begin == (end - begin) / 16 * 8) {
                stopIn(window, Window.HALF_ZEROED);
            }
        }
        stop(Window.ALL_ZEROED);
    }

    /** Leaves a claim with bytes in it, after which the same handle has offered this often, or until refused. */
    private void claimBesideOffers(final int most) {
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(LENGTH);
        claim.buffer().putLong(-1).putLong(16);
        int offers = 0;
        while (offers < most && producer.offer(new byte[LENGTH], 0, LENGTH)) {
            offers++;
        }
    }
}
