// SPDX-License-Identifier: Apache-2.0
package io.varlenring.soak;

import io.varlenring.ControlledRecordHandler.Action;
import io.varlenring.RingConsumer;
import io.varlenring.VarLenMpscRing;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A consumer: checks each record, and drains in one of several ways until its ring is closed and empty. */
final class Receiver {
    /** How a consumer learns of work. None of the ways ends a sleep by itself in the time of a test, so a lost wakeup hangs. */
    enum Kind {
        POLLING,
        PARKED_BY_HOOK,
        TIMED_WITH_HOOK,
        TIMED_WITHOUT_HOOK,
        TASKLET
    }

    static final class HandlerFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        HandlerFailure() {
            super(null, null, false, false);
        }
    }

    private static final int MAX_DRAIN = 100;

    private final SplittableRandom random;
    private final long[] nextNumbers;

    // Written by the consumer's thread, and read after its end

    long bytes;
    String fault;

    /** Read by the watchdog at any time. */
    volatile long received;

    Receiver(final SplittableRandom random, final int producers) {
        this.random = random;
        this.nextNumbers = new long[producers];
    }

    long nextNumber(final int producer) {
        return nextNumbers[producer];
    }

    /** Checks a record; seldom it then fails, as handlers may. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer
    void take(final ByteBuffer record) {
        final int producer = Record.producer(record);
        if (!Record.isWhole(record) || producer >= nextNumbers.length) {
            fail("a torn record of " + record.remaining() + " bytes");
        } else if (producer >= 0) {
            final long number = Record.number(record);
            if (number != nextNumbers[producer]) {
                fail("record " + number + " of producer " + producer + " came instead of " + nextNumbers[producer]);
            }
            nextNumbers[producer] = number + 1;
        }
        bytes += record.remaining();
        received = received + 1;
        if (random.nextInt(10_000) == 0) {
            throw new HandlerFailure();
        }
    }

    private void fail(final String what) {
        if (fault == null) {
            fault = what;
        }
    }

    private Action takeOrNot(final ByteBuffer record) {
        final int choice = random.nextInt(32);
        if (choice == 0) {
            return Action.ABORT;
        }
        take(record);
        return choice == 1 ? Action.BREAK : choice < 6 ? Action.COMMIT : Action.CONTINUE;
    }

    /** Drains until the ring is closed and empty. */
    void run(final VarLenMpscRing ring, final Kind kind) throws InterruptedException {
        while (!(ring.isClosed() && ring.isEmpty())) {
            try {
                drain(ring.consumer(), kind);
            } catch (final HandlerFailure failure) {
                // its record was taken
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck")
    private void drain(final RingConsumer consumer, final Kind kind) throws InterruptedException {
        final int drained = switch (kind) {
            case TIMED_WITH_HOOK, TIMED_WITHOUT_HOOK ->
                consumer.drain(this::take, 1 + random.nextInt(MAX_DRAIN), 1, TimeUnit.DAYS);
            default ->
                random.nextBoolean()
                        ? consumer.drain(this::take, 1 + random.nextInt(MAX_DRAIN))
                        : consumer.drainControlled(this::takeOrNot, 1 + random.nextInt(MAX_DRAIN));
        };
        if (drained > 0) {
            return;
        }
        if (kind == Kind.POLLING) {
            Thread.yield();
        } else if (kind == Kind.PARKED_BY_HOOK && consumer.arm()) {
            LockSupport.park(this);
        }
    }
}
