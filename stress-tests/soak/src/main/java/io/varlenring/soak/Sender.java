// SPDX-License-Identifier: Apache-2.0
package io.varlenring.soak;

import io.varlenring.RingClaim;
import io.varlenring.RingClosedException;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** A producer: offers of all kinds, claims, short commits, aborts and batches at random, until its ring is closed. */
final class Sender implements Runnable {
    private static final int MAX_BATCH = 8;
    /** Longer records would make the copying the test. */
    private static final int MAX_LENGTH = 3000;

    private final VarLenMpscRing ring;
    private final RingProducer producer;
    private final SplittableRandom random;
    private final int id;
    private final boolean inLockstep;
    private final ByteBuffer[] sources = new ByteBuffer[MAX_BATCH];

    // Written by the sender's thread, and read after its end

    long numbered;
    long sent;
    long bytes;
    long aborted;

    Sender(final VarLenMpscRing ring, final SplittableRandom random, final int id, final boolean inLockstep) {
        this.ring = ring;
        this.producer = ring.newProducer();
        this.random = random;
        this.id = id;
        this.inLockstep = inLockstep;
        for (int i = 0; i < MAX_BATCH; i++) {
            sources[i] = i % 2 == 0 ? ByteBuffer.allocate(MAX_LENGTH) : ByteBuffer.allocateDirect(MAX_LENGTH);
        }
    }

    @Override
    public void run() {
        try {
            for (; ; ) {
                step();
                pause();
            }
        } catch (final RingClosedException end) {
            // what was stored is counted already
        }
    }

    private void step() {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> offer();
            case 3 -> offerGathered();
            case 4 -> offerAll();
            default -> claim();
        }
    }

    /** Now and then a moment for the consumer to fall asleep; in lockstep each time, until everything was consumed. */
    @SuppressWarnings("ThreadPriorityCheck")
    private void pause() {
        if (inLockstep) {
            final long position = ring.producerPosition();
            while (ring.consumerPosition() - position < 0 && !ring.isClosed()) {
                Thread.yield();
            }
        } else if (random.nextInt(4096) == 0) {
            LockSupport.parkNanos(random.nextLong(500_000));
        }
    }

    private int length() {
        final int most = Math.min(ring.maxPayload(), MAX_LENGTH);
        return switch (random.nextInt(8)) {
            case 0 -> random.nextInt(Record.NUMBERED_LENGTH);
            case 1 -> random.nextInt(most + 1);
            case 2 -> most - random.nextInt(Math.min(most, 17));
            default -> random.nextInt(Math.min(most, 200) + 1);
        };
    }

    private ByteBuffer source(final int i, final long number) {
        sources[i].clear().limit(length());
        Record.fill(sources[i], id, number);
        return sources[i];
    }

    private void count(final int length) {
        sent++;
        bytes += length;
        numbered += length >= Record.NUMBERED_LENGTH ? 1 : 0;
    }

    private void offer() {
        final ByteBuffer source = source(random.nextInt(MAX_BATCH), numbered);
        final int length = source.remaining();
        final boolean stored = source.hasArray() && random.nextBoolean()
                ? producer.offer(source.array(), 0, length)
                : producer.offer(source);
        if (stored) {
            count(length);
        }
    }

    private void offerGathered() {
        final ByteBuffer source = source(0, numbered);
        final int length = source.remaining();
        final int split = random.nextInt(length + 1);
        if (producer.offer(source.slice(0, split), source.slice(split, length - split))) {
            count(length);
        }
    }

    private void offerAll() {
        final int count = 1 + random.nextInt(MAX_BATCH);
        final int[] lengths = new int[count];
        long number = numbered;
        for (int i = 0; i < count; i++) {
            lengths[i] = source(i, number).remaining();
            number += lengths[i] >= Record.NUMBERED_LENGTH ? 1 : 0;
        }
        final int stored = producer.offerAll(sources, 0, count);
        for (int i = 0; i < stored; i++) {
            count(lengths[i]);
        }
    }

    private void claim() {
        final int length = length();
        try (RingClaim claim = producer.tryClaim(length)) {
            if (claim == null) {
                return;
            }
            if (random.nextInt(16) == 0) { // leaves time to the others while the claim is open
                LockSupport.parkNanos(random.nextLong(20_000));
            }
            final int used = random.nextBoolean() ? length : random.nextInt(length + 1);
            Record.fill(claim.buffer().slice(claim.buffer().position(), used), id, numbered);
            if (random.nextInt(8) == 0) {
                aborted++; // by the end of this block
            } else if (used == length) {
                claim.commit();
                count(used);
            } else {
                claim.commit(used);
                count(used);
            }
        }
    }
}
