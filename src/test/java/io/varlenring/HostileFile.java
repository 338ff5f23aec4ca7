// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * A file whose words may be anything, and everything that can be done with a ring in it. Each call must end, with a
 * result or an exception which says that the bytes make no sense or that there is no place.
 */
final class HostileFile {
    static final int CAPACITY = 256;
    private static final int MOST_WORDS = 24;
    private static final int CALLS = 24;
    private static final int MOST_RECORDS = 200;

    private final Choices choices;
    private final ByteBuffer bytes;
    private final int dataOffset;
    private VarLenMpscRing ring;
    private RingProducer producer;
    private RingClaim claim;
    private long sum;

    HostileFile(final Choices choices) {
        this.choices = choices;
        this.bytes = FileRings.bytes(CAPACITY);
        this.dataOffset = bytes.capacity() - CAPACITY;
    }

    /** Makes a ring, stores words, attaches, and goes on storing words between calls. */
    void run() throws InterruptedException {
        ring = FileRings.newRing(CAPACITY, position(), null);
        if (choices.below(2) == 0) {
            ring.detach();
            storeWords();
        }
        try {
            if (ring.places.isDetached()) {
                ring = VarLenMpscRing.builder().file(ring.file()).build();
            }
            producer = ring.newProducer();
            for (int i = 0; i < CALLS && !choices.areUsedUp(); i++) {
                call();
            }
        } catch (final RingCorruptException refused) {
            sum += refused.getMessage().length();
        } finally {
            leave();
        }
    }

    private void leave() {
        try {
            ring.detach();
        } catch (final RingCorruptException refused) { // the abort of a claim, or what it signals
            sum += refused.getMessage().length();
        }
    }

    private long position() {
        return switch (choices.below(4)) {
            case 0 -> 0;
            case 1 -> 8L * choices.below(64);
            case 2 -> (1L << 40) + 8L * choices.below(64);
            default -> Long.MAX_VALUE - 7 - 8L * choices.below(64);
        };
    }

    private void storeWords() {
        for (int i = choices.below(MOST_WORDS); i > 0; i--) {
            bytes.putLong(offset(), word());
        }
    }

    /** Mostly where it may do harm. */
    private int offset() {
        return switch (choices.below(8)) {
            case 0 -> 8 * choices.below(16);
            case 1 -> RingLayout.PRODUCER_POSITION_OFFSET;
            case 2 -> RingLayout.CONSUMER_POSITION_OFFSET + 8 * choices.below(2);
            case 3 -> RingLayout.ARMED_OFFSET + 8 * choices.below(2);
            case 4 -> RingLayout.slotOffset(choices.below(4)) + 8 * choices.below(16);
            default -> dataOffset + 8 * choices.below(CAPACITY / 8);
        };
    }

    private long word() {
        final long near = bytes.getLong(RingLayout.CONSUMER_POSITION_OFFSET);
        return switch (choices.below(8)) {
            case 0 -> choices.below(256) - 128L;
            case 1 -> 8L * (choices.below(256) - 128);
            case 2 -> near + 8L * (choices.below(128) - 64);
            case 3 -> near + choices.below(256);
            case 4 -> (long) choices.below(256) << 32 | choices.below(256);
            case 5 -> Long.MIN_VALUE + choices.below(256);
            case 6 -> Long.MAX_VALUE - choices.below(256);
            default -> (long) choices.below(65536) << 48 | (long) choices.below(65536) << 16 | choices.below(65536);
        };
    }

    private void call() throws InterruptedException {
        try {
            step();
        } catch (final RingCorruptException refused) {
            sum += refused.getMessage().length();
        } catch (final RingClosedException closed) {
            storeWords();
        }
    }

    private void step() throws InterruptedException {
        switch (choices.below(12)) {
            case 0, 1 -> storeWords();
            case 2 -> producer.offer(new byte[64], 0, choices.below(64));
            case 3 -> producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(9), ByteBuffer.allocate(17)}, 0, 2);
            case 4 -> claimOrFinish();
            case 5, 6 -> ring.consumer().drain(this::read, MOST_RECORDS);
            case 7 -> ring.consumer().drain(this::read, MOST_RECORDS, choices.below(2), TimeUnit.NANOSECONDS);
            case 8 -> ring.consumer().drainControlled(this::readControlled, MOST_RECORDS);
            case 9 -> recover();
            case 10 ->
                sum += ring.dump().length() + ring.size() + (ring.consumer().arm() ? 1 : 0);
            default -> {
                if (choices.below(8) == 0) {
                    ring.close();
                }
            }
        }
    }

    private void claimOrFinish() {
        if (claim != null) {
            claim.close();
            claim = null;
        } else {
            claim = producer.tryClaim(choices.below(60));
        }
    }

    private void recover() {
        final StalledClaim stalled = ring.consumer().stalledBy();
        if (stalled != null && stalled.owner() == StalledClaim.Owner.DEAD) {
            ring.consumer().recover(stalled);
        }
    }

    private void read(final ByteBuffer record) {
        while (record.hasRemaining()) {
            sum += record.get();
        }
    }

    private ControlledRecordHandler.Action readControlled(final ByteBuffer record) {
        sum += record.remaining();
        final ControlledRecordHandler.Action[] all = ControlledRecordHandler.Action.values();
        return all[choices.below(all.length)];
    }

    @Override
    public String toString() {
        return ring + ", sum " + sum;
    }
}
