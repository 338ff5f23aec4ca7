// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.fill;
import static io.varlenring.Rings.leavePadding;
import static io.varlenring.Rings.moveTo;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Errors in the middle of a call, bad habits with buffers, and failing hooks: the ring continues, and reports what it
 * can.
 */
final class AccidentsTest {
    /** One way to write a record of 40 bytes. */
    enum Way {
        BUFFER {
            @Override
            boolean write(final RingProducer producer) {
                return producer.offer(ByteBuffer.allocate(40));
            }
        },
        ARRAY {
            @Override
            boolean write(final RingProducer producer) {
                return producer.offer(new byte[40], 0, 40);
            }
        },
        GATHER {
            @Override
            boolean write(final RingProducer producer) {
                return producer.offer(ByteBuffer.allocate(10), ByteBuffer.allocate(30));
            }
        },
        BATCH {
            @Override
            boolean write(final RingProducer producer) {
                return producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(16), ByteBuffer.allocate(24)}, 0, 2) > 0;
            }
        },
        CLAIM {
            @Override
            boolean write(final RingProducer producer) {
                isHandedOut = false;
                try (RingClaim claim = producer.tryClaim(64)) {
                    isHandedOut = true;
                    if (claim == null) {
                        return false;
                    }
                    claim.buffer().position(claim.buffer().position() + 40);
                    claim.commitWritten();
                    return true;
                }
            }
        };

        /** Whether the last claim has reached its caller. */
        static boolean isHandedOut;

        abstract boolean write(RingProducer producer);
    }

    // Errors

    /** Made here, and not where the stack may end: making it the first time then fails with another Error. */
    private static final RecordHandler IGNORE = record -> {};

    @SuppressWarnings("InfiniteRecursion") // it ends where the stack does
    private void recurse(final Way way, final RingProducer producer, final VarLenMpscRing ring) {
        if (!way.write(producer)) {
            ring.consumer().drain(IGNORE);
        }
        recurse(way, producer, ring);
    }

    /** The stack ends anywhere in the library or the platform, at another place in each round. */
    @ParameterizedTest
    @EnumSource(Way.class)
    void stackOverflow_inACall_doesNotStopTheRing(final Way way) throws InterruptedException {
        final AtomicInteger woken = new AtomicInteger();
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(1 << 14)
                .hook(woken::incrementAndGet)
                .build();
        RingProducer producer = ring.newProducer();
        for (int round = 0; round < 60; round++) {
            final int size = 128 * 1024 + round * 8;
            final List<Throwable> thrown = new ArrayList<>();
            final RingProducer deep = producer;
            final Thread thread = new Thread(
                    null,
                    () -> {
                        try {
                            recurse(way, deep, ring);
                        } catch (final StackOverflowError expected) {
                            thrown.add(expected);
                        }
                    },
                    "deep",
                    size);
            thread.start();
            thread.join();
            assertEquals(1, thrown.size());
            final boolean isHandedOut = Way.isHandedOut;
            final boolean isGivenUp = producer.side().isGivenUp;
            drain(ring); // what there is, up to what the Error left open
            boolean isWritten;
            try {
                isWritten = way.write(producer);
            } catch (final IllegalStateException stillOpen) { // no stack for the call of the claim's close() itself
                assertEquals(Way.CLAIM, way, stillOpen.toString());
                assertTrue(isHandedOut, "there was nothing to close in round " + round);
                assertFalse(isGivenUp, "close() had begun in round " + round);
                producer.close(); // aborts it
                producer = ring.newProducer();
                isWritten = way.write(producer);
            }
            assertTrue(isWritten, "refused after round " + round);
            assertTrue(drain(ring).size() > 0, "nothing readable after round " + round);
            assertTrue(ring.isEmpty(), ring.dump());
            assertTrue(ring.consumer().arm());
            woken.set(0);
            assertTrue(way.write(producer));
            assertEquals(1, woken.get(), "round " + round);
            drain(ring);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void errorOnTheWayToTheUser_leavesNothingOpen(final boolean isBatch) {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 12);
        final RingProducer producer = ring.newProducer();
        final ProducerSide side = producer.side();
        if (isBatch) {
            assertTrue(side.claimBatch(8, 64)); // and the stack ends in what called it
        } else {
            assertNotNull(side.claim(8, new RecordView(ring.memory, false)));
        }
        assertTrue(offer(producer, payload(1, 8)));
        assertEquals(1, drain(ring).size());
        assertTrue(ring.isEmpty(), ring.dump());
        assertEquals(1, ring.stats().aborted());
    }

    @Test
    void stackOverflow_inAHandler_consumesItsRecordOnly() throws InterruptedException {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 12);
        final RingProducer producer = ring.newProducer();
        final List<Integer> seen = new ArrayList<>();
        int sent = 0;
        for (int round = 0; round < 100; round++) {
            while (offer(producer, payload(sent, 8))) {
                sent++;
            }
            final Thread thread = new Thread(
                    null,
                    () -> {
                        try {
                            drainDeeper(ring.consumer(), seen);
                        } catch (final StackOverflowError expected) {
                            return;
                        }
                    },
                    "deep",
                    128 * 1024 + round * 8);
            thread.start();
            thread.join();
        }
        while (!ring.isEmpty()) {
            ring.consumer().drain(record -> seen.add(record.get(record.position()) & 0xff));
        }
        assertTrue(seen.size() <= sent, seen.size() + " of " + sent);
        final long missing = sent - ring.stats().handedOver();
        assertTrue(missing >= 0 && missing <= 100, missing + " not counted; each Error may cost one");
        assertTrue(seen.size() >= sent - 100, seen.size() + " of " + sent);
    }

    @SuppressWarnings("InfiniteRecursion")
    private static void drainDeeper(final RingConsumer consumer, final List<Integer> seen) {
        consumer.drain(record -> seen.add(record.get(record.position()) & 0xff), 1);
        drainDeeper(consumer, seen);
    }

    /** Ends what an Error has left, by as many calls as it takes, each a little further from the end of the stack. */
    @SuppressWarnings("InfiniteRecursion")
    private static int finishDeeper(final ProducerSide side, final int frames, final int[] left) {
        try {
            return finishDeeper(side, frames + 1, left) + 1;
        } catch (final StackOverflowError expected) {
            if (left[0]-- == 0) {
                side.finishLastCall();
            }
            throw expected;
        }
    }

    /** The same with other frames. */
    @SuppressWarnings("InfiniteRecursion")
    private static long finishDeeper(final ProducerSide side, final long frames, final long other, final int[] left) {
        try {
            return finishDeeper(side, frames + 1, other, left) + 1;
        } catch (final StackOverflowError expected) {
            if (left[0]-- == 0) {
                side.finishLastCall();
            }
            throw expected;
        }
    }

    @Test
    void stackOverflow_whereAGivenUpClaimIsFinished_leavesItToTheNextCall() throws Exception {
        for (int round = 0; round < 120; round++) {
            final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 12);
            final RingProducer producer = ring.newProducer();
            assertNotNull(producer.tryClaim(10));
            final ProducerSide side = producer.side();
            side.isGivenUp = true; // as its abort does before it calls anything
            side.phase = Reservations.GIVEN_UP;
            final int[] left = {round / 2};
            final boolean isOdd = round % 2 == 1;
            final FutureTask<?> overflow = new FutureTask<>(() -> assertThrows(StackOverflowError.class, () -> {
                if (isOdd) {
                    finishDeeper(side, 0, 0, left);
                } else {
                    finishDeeper(side, 0, left);
                }
            }));
            new Thread(null, overflow, "deep", 200_000).start();
            overflow.get();
            assertTrue(offer(producer, payload(1, 4)));
            assertEquals(1, drain(ring).size(), "round " + round + ": " + ring.dump());
        }
    }

    /** The wakeup is of an offer made beside the claim, which an Error ended before. */
    @Test
    void hookThatThrowsAnError_whereAClaimIsGivenUp_leavesItToTheNextCall() {
        final boolean[] fails = {true};
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(1 << 12)
                .hook(() -> {
                    if (fails[0]) {
                        throw new OutOfMemoryError("of the hook");
                    }
                })
                .build();
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(10);
        producer.side().phase = Reservations.ELECTED;
        assertThrows(OutOfMemoryError.class, claim::abort);
        fails[0] = false;
        assertTrue(offer(producer, payload(1, 4)));
        assertEquals(1, drain(ring).size(), ring.dump());
    }

    /** The same wakeup; its hook finds the claim given up and not aborted yet. */
    @Test
    void hookThatClaims_whereAClaimIsGivenUp_hasTheHandleFree() {
        final RingProducer[] producer = new RingProducer[1];
        final RingClaim[] claimed = new RingClaim[1];
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(1 << 12)
                .hook(() -> claimed[0] = producer[0].tryClaim(4))
                .build();
        producer[0] = ring.newProducer();
        final RingClaim claim = producer[0].tryClaim(10);
        producer[0].side().phase = Reservations.ELECTED;
        claim.abort();
        assertNotNull(claimed[0]);
        claimed[0].commit();
        assertEquals(1, drain(ring).size(), ring.dump());
    }

    /** A new call on a handle first finishes the last one, which here ended between reservation and copy. */
    @ParameterizedTest
    @EnumSource(Way.class)
    void whatACallLeft_isFinishedByTheNextOne(final Way way) {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 12);
        final RingProducer producer = ring.newProducer();
        producer.side().reserve(24);
        assertEquals(0, drain(ring).size());
        assertTrue(way.write(producer));
        assertTrue(drain(ring).size() > 0);
        assertTrue(ring.isEmpty());
        assertEquals(1, ring.stats().aborted());
    }

    @Test
    void whatACallLeft_isFinishedByACommitOrAbortOfAnOpenClaim() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 12);
        final RingProducer producer = ring.newProducer();
        for (int i = 0; i < 2; i++) {
            final RingClaim claim = producer.tryClaim(8);
            producer.side().reserve(24);
            if (i == 0) {
                claim.commit();
            } else {
                claim.abort();
            }
            assertEquals(1 - i, drain(ring).size());
            assertTrue(ring.isEmpty());
        }
        assertEquals(3, ring.stats().aborted());
    }

    @Test
    void whatACallLeft_isFinishedByACommitOrAbortOfAnOpenBatch() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 12);
        final RingProducer producer = ring.newProducer();
        for (int i = 0; i < 2; i++) {
            final RingBatch batch = producer.tryClaimBatch(8, 32);
            batch.next(8);
            batch.add(8);
            producer.side().reserve(24);
            if (i == 0) {
                batch.commit();
            } else {
                batch.abort();
            }
            assertEquals(1 - i, drain(ring).size());
            assertTrue(ring.isEmpty());
        }
        assertEquals(3, ring.stats().aborted());
    }

    @Test
    void whatACallLeft_isFinishedByTheEndOfItsHandle() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 12);
        final RingProducer producer = ring.newProducer();
        producer.side().reserve(24);
        producer.close();
        assertTrue(ring.isEmpty());
        assertEquals(1, ring.stats().aborted());
    }

    /** The abort makes the wakeup that an earlier call owed, which an Error of the hook ends; the claim is given up. */
    @Test
    void claimWhoseAbortTheHookEnded_isFinishedByTheNextClaim() {
        final AtomicInteger woken = new AtomicInteger();
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(1 << 12)
                .hook(() -> {
                    if (woken.incrementAndGet() == 1) {
                        throw new AssertionError("from the hook");
                    }
                })
                .build();
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(8);
        producer.side().phase = Reservations.ELECTED;
        assertThrows(AssertionError.class, claim::abort);
        final RingClaim next = producer.tryClaim(16);
        assertEquals(1, ring.stats().aborted());
        next.commit();
        assertEquals(1, drain(ring).size());
        assertTrue(ring.isEmpty());
    }

    @Test
    void whatACallLeft_isFinishedOnAClosedRing() {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 12);
        final RingProducer producer = ring.newProducer();
        producer.side().reserve(24);
        ring.close();
        assertThrows(RingClosedException.class, () -> producer.offer(ByteBuffer.allocate(1)));
        assertEquals(0, drain(ring).size());
        assertTrue(ring.isEmpty());
    }

    /** As if an Error had come with the first call of an abort, when the user's scope was left already. */
    @ParameterizedTest
    @EnumSource(Way.class)
    void claimWhoseAbortWasCutShort_isFinishedByTheNextCall(final Way way) {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 12);
        final RingProducer producer = ring.newProducer();
        for (int i = 0; i < 2; i++) {
            producer.tryClaim(8);
            if (i > 0) { // and an offer before it as well
                producer.side().reserve(24);
            }
            producer.side().isGivenUp = true;
            producer.side().phase = i == 0 ? Reservations.GIVEN_UP : Reservations.RESERVED;
            assertTrue(way.write(producer));
            assertTrue(drain(ring).size() > 0);
            assertTrue(ring.isEmpty());
            assertEquals(1 + 2 * i, ring.stats().aborted());
        }
    }

    /** As if an Error had come in an abort: whatever is called next finds the claim aborted. */
    @ParameterizedTest
    @ValueSource(ints = {Reservations.GIVEN_UP, Reservations.DONE, Reservations.RESERVED})
    void claimWhoseAbortWasCutShort_cannotBeCommitted(final int phase) {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 12);
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(40);
        if (phase == Reservations.RESERVED) { // and an offer before it as well
            producer.side().reserve(24);
        }
        producer.side().isGivenUp = true;
        producer.side().phase = phase;
        assertThrows(IllegalStateException.class, () -> claim.commit(8));
        assertEquals(0, ring.size());
        assertTrue(offer(ring.newProducer(), payload(1, 8)));
        assertArrayEquals(payload(1, 8), drain(ring).get(0));
        assertEquals(1, ring.stats().offered());
    }

    @Test
    void whatACallLeftWhenPartWasGivenBack_isFinishedByTheNextOne() {
        assertTrue(producer.side().reserve(40));
        assertTrue(producer.side().giveBackFrom(producer.side().begin + 16));
        assertEquals(16, ring.size());
        assertTrue(offer(producer, payload(1, 8)));
        assertArrayEquals(payload(1, 8), drain(ring).get(0));
        assertTrue(ring.isEmpty());
    }

    /** The last call published its record and ended before it could wake the consumer it had disarmed. */
    @Test
    void wakeupThatACallOwed_isMadeByTheNextOne() {
        final AtomicInteger woken = new AtomicInteger();
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(1 << 12)
                .hook(woken::incrementAndGet)
                .build();
        final RingProducer producer = ring.newProducer();
        assertTrue(ring.consumer().arm());
        assertTrue(ring.memory.compareAndSetDisarmed());
        producer.side().phase = Reservations.ELECTED;
        assertThrows(IllegalArgumentException.class, () -> producer.offer(ByteBuffer.allocate(1 << 12)));
        assertEquals(1, woken.get());
        assertTrue(producer.offer(ByteBuffer.allocate(1)));
        assertEquals(1, woken.get());
    }

    /** The last call published its record and ended before it looked whether the consumer was armed. */
    @Test
    void wakeupThatACallDidNotComeTo_isMadeByTheNextOneIfItIsNeeded() {
        final AtomicInteger woken = new AtomicInteger();
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(1 << 12)
                .hook(woken::incrementAndGet)
                .build();
        final RingProducer producer = ring.newProducer();
        for (int i = 0; i < 2; i++) {
            producer.side().phase = Reservations.PUBLISHED;
            assertThrows(IllegalArgumentException.class, () -> producer.offer(ByteBuffer.allocate(1 << 12)));
            assertEquals(i, woken.get());
            assertTrue(ring.consumer().arm());
        }
        assertTrue(producer.offer(ByteBuffer.allocate(1)));
        assertEquals(2, woken.get());
    }

    @Test
    void wakeupThatACloseOwed_isMadeByTheNextOne() throws ReflectiveOperationException {
        final AtomicInteger woken = new AtomicInteger();
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(1 << 12)
                .hook(woken::incrementAndGet)
                .build();
        ring.close();
        final Field closer = VarLenMpscRing.class.getDeclaredField("closer");
        closer.setAccessible(true);
        ((ProducerSide) closer.get(ring)).phase = Reservations.ELECTED;
        ring.close();
        assertEquals(1, woken.get());
        ring.close();
        assertEquals(1, woken.get());
    }

    /** As if an Error had ended a timed drain in its last lines: the hook must be called, not that thread woken. */
    @Test
    void waiterThatATimedDrainLeft_isNoneForTheNextArming() {
        final AtomicInteger woken = new AtomicInteger();
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(1 << 12)
                .hook(woken::incrementAndGet)
                .build();
        ring.memory.setWaiterVolatile(Thread.currentThread());
        assertTrue(ring.consumer().arm());
        assertTrue(offer(ring.newProducer(), payload(1, 1)));
        assertEquals(1, woken.get());
    }

    // Hooks that fail

    /** A hook that throws leaves the consumer armed; if the ring is full, no commit can come to call it again. */
    @ParameterizedTest
    @ValueSource(ints = {0, 40}) // full to the last byte, or not quite
    void hookThatFailedUntilTheRingWasFull_isCalledByARefusal(final int length) {
        final boolean[] broken = {true};
        final AtomicInteger woken = new AtomicInteger();
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(256)
                .hook(() -> {
                    if (broken[0]) {
                        throw new IllegalStateException("refused");
                    }
                    woken.incrementAndGet();
                })
                .build();
        final RingProducer producer = ring.newProducer();
        assertTrue(ring.consumer().arm());
        while (ring.size() + RingLayout.stride(length) <= 256) {
            assertTrue(offer(producer, new byte[length]));
        }
        assertFalse(offer(producer, new byte[length]));
        broken[0] = false;
        assertFalse(offer(producer, new byte[length]));
        assertEquals(1, woken.get());
        assertFalse(offer(producer, new byte[length]));
        assertEquals(1, woken.get());
    }

    @Test
    void hookThatOffersThroughTheSameHandle_isCalledOnceForAnArming() {
        final RingProducer[] producer = new RingProducer[1];
        final AtomicInteger woken = new AtomicInteger();
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(256)
                .hook(() -> {
                    woken.incrementAndGet();
                    assertTrue(offer(producer[0], payload(2, 8)));
                })
                .build();
        producer[0] = ring.newProducer();
        assertTrue(ring.consumer().arm());
        assertTrue(offer(producer[0], payload(1, 8)));
        assertEquals(1, woken.get());
        assertEquals(2, drain(ring).size());
    }

    /** Nothing can be read, so a refusal has nobody to wake. */
    @Test
    void refusal_behindAnOpenClaim_doesNotWake() {
        final AtomicInteger woken = new AtomicInteger();
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(256)
                .hook(woken::incrementAndGet)
                .build();
        final RingClaim claim = ring.newProducer().tryClaim(8);
        final RingProducer producer = ring.newProducer();
        fill(producer);
        assertTrue(ring.consumer().arm());
        assertFalse(offer(producer, new byte[0]));
        assertEquals(0, woken.get());
        claim.commit();
        assertEquals(1, woken.get());
    }

    /** The commit or abort took place, although the hook ended it with an Error. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void claimWhoseHookThrowsAnError_hidesItsBuffer(final boolean commits) {
        final VarLenMpscRing hooked = VarLenMpscRing.builder()
                .capacity(256)
                .hook(() -> {
                    throw new AssertionError("from the hook");
                })
                .build();
        final RingClaim claim = hooked.newProducer().tryClaim(8);
        final ByteBuffer kept = claim.buffer();
        assertTrue(hooked.consumer().arm());
        final RingClaim behind = hooked.newProducer().tryClaim(8); // so that an abort is published
        assertThrows(AssertionError.class, commits ? claim::commit : claim::abort);
        assertEquals(0, kept.remaining());
        behind.abort();
    }

    /** What ended the call is told, and with it what ended the abort that followed. */
    @Test
    void failureOfACall_isNotHiddenByThatOfItsAbort() {
        final AssertionError ofTheHook = new AssertionError("from the hook");
        final VarLenMpscRing hooked = VarLenMpscRing.builder()
                .capacity(256)
                .hook(() -> {
                    throw ofTheHook;
                })
                .build();
        final RingProducer failing = hooked.newProducer();
        assertTrue(hooked.consumer().arm());
        assertTrue(failing.side().reserve(24));
        final RingClaim behind = hooked.newProducer().tryClaim(8); // so that the abort is published
        final IllegalStateException failure = new IllegalStateException("from the source");
        failing.side().abortAfter(failure);
        assertArrayEquals(new Throwable[] {ofTheHook}, failure.getSuppressed());
        behind.abort();
        assertEquals(0, drain(hooked).size());
        assertTrue(hooked.isEmpty());
    }

    /** As if there were no memory for its buffer. */
    @Test
    void claimWhoseBufferCannotBeMade_isGivenBackAtOnce() {
        moveTo(ring, 128);
        final RecordView tooSmall = new RecordView(VarLenMpscRing.allocate(64).memory, true);
        assertThrows(IndexOutOfBoundsException.class, () -> producer.side().claim(8, tooSmall));
        assertEquals(0, ring.size());
        assertEquals(1, ring.stats().aborted());
        assertTrue(producer.toString().contains("no claim open"), producer.toString());
        producer.tryClaim(8).commit();
        assertEquals(1, drain(ring).size());
    }

    // Buffer habits

    private final VarLenMpscRing ring = VarLenMpscRing.allocate(256);
    private final RingProducer producer = ring.newProducer();

    @ParameterizedTest
    @ValueSource(strings = {"clear", "flip", "rewind", "limit"})
    void handler_thatMovesTheViewOutOfItsRecord_isTold(final String habit) {
        assertTrue(offer(producer, payload(1, 13)));
        assertTrue(offer(producer, payload(2, 13)));
        final IllegalStateException told =
                assertThrows(IllegalStateException.class, () -> ring.consumer().drain(record -> misuse(habit, record)));
        assertTrue(told.getMessage().contains("outside its bytes, 8 to 21"), told.getMessage());
        assertTrue(told.getMessage().contains("flip"), told.getMessage());
        final List<byte[]> rest = drain(ring); // the record counts as consumed
        assertEquals(1, rest.size());
        assertArrayEquals(payload(2, 13), rest.get(0));
    }

    @Test
    void controlledHandler_thatMovesTheViewOutOfItsRecord_isTold() {
        assertTrue(offer(producer, payload(1, 13)));
        assertThrows(
                IllegalStateException.class,
                () -> ring.consumer()
                        .drainControlled(
                                record -> {
                                    record.clear();
                                    return ControlledRecordHandler.Action.ABORT;
                                },
                                9));
        assertTrue(ring.isEmpty());
    }

    @Test
    void timedDrainsHandler_thatMovesTheViewOutOfItsRecord_isTold() {
        assertTrue(offer(producer, payload(1, 13)));
        assertThrows(IllegalStateException.class, () -> ring.consumer().drain(ByteBuffer::clear, 9, 1, TimeUnit.DAYS));
        assertTrue(ring.isEmpty());
    }

    @Test
    void handler_thatReadsOrShrinksItsRecord_isFine() {
        assertTrue(offer(producer, payload(1, 13)));
        assertTrue(offer(producer, new byte[0]));
        assertEquals(2, ring.consumer().drain(record -> {
            record.position(record.limit());
            record.limit(record.position());
        }));
    }

    private static void misuse(final String habit, final ByteBuffer buffer) {
        switch (habit) {
            case "clear" -> buffer.clear();
            case "flip" -> buffer.flip();
            case "rewind" -> buffer.rewind();
            case "limit" -> buffer.limit(buffer.limit() + 1);
            default -> throw new AssertionError(habit);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clear", "flip", "rewind", "limit"})
    void claim_whoseViewIsMovedOutOfIt_isAbortedAndTold(final String habit) {
        final List<Runnable> commits = new ArrayList<>();
        final RingClaim[] claim = new RingClaim[1];
        commits.add(() -> claim[0].commit());
        commits.add(() -> claim[0].commit(5));
        commits.add(() -> claim[0].commitWritten());
        for (final Runnable commit : commits) {
            claim[0] = producer.tryClaim(20);
            misuse(habit, claim[0].buffer());
            final long start = ring.producerPosition() - 32 + 8;
            final String told =
                    assertThrows(IllegalStateException.class, commit::run).getMessage();
            assertTrue(
                    told.contains("the claim's buffer lie outside its bytes, " + start + " to " + (start + 20)), told);
            assertThrows(IllegalStateException.class, () -> claim[0].buffer());
            assertTrue(offer(producer, payload(7, 3)));
            assertEquals(1, drain(ring).size());
        }
        assertEquals(3, ring.stats().aborted());
    }

    @Test
    void claim_whoseViewIsMovedOutOfIt_isToldByAbortAndCloseToo() {
        final RingClaim aborted = producer.tryClaim(20);
        aborted.buffer().clear();
        assertThrows(IllegalStateException.class, aborted::abort);
        final RingClaim closed = producer.tryClaim(20);
        closed.buffer().clear();
        assertThrows(IllegalStateException.class, closed::close);
        closed.close();
        assertTrue(offer(producer, payload(7, 3)));
        assertEquals(1, drain(ring).size());
        assertEquals(2, ring.stats().aborted());
    }

    @Test
    void commitWritten_makesWhatWasPutARecord() {
        for (int i = 0; i < 40; i++) {
            try (RingClaim claim = producer.tryClaim(30)) {
                claim.buffer().put(payload(i, i % 31));
                claim.commitWritten();
            }
            assertArrayEquals(payload(i, i % 31), drain(ring).get(0));
        }
    }

    // Slices

    @Test
    void slices_areBuffersOfTheirOwn() {
        final VarLenMpscRing sliced =
                VarLenMpscRing.builder().capacity(256).slices().build();
        final RingProducer writer = sliced.newProducer();
        for (int i = 0; i < 100; i++) {
            final byte[] sent = payload(i, 1 + i % 59);
            try (RingClaim claim = writer.tryClaim(60)) {
                final ByteBuffer buffer = claim.buffer();
                assertEquals(0, buffer.position());
                assertEquals(60, buffer.capacity());
                assertEquals(ByteOrder.BIG_ENDIAN, buffer.order());
                buffer.clear();
                buffer.put(sent);
                if (i % 2 == 0) {
                    claim.commitWritten();
                } else {
                    buffer.flip();
                    claim.commit(buffer.limit());
                }
            }
            assertEquals(1, sliced.consumer().drain(record -> {
                assertEquals(0, record.position());
                assertEquals(sent.length, record.capacity());
                assertEquals(ByteOrder.BIG_ENDIAN, record.order());
                record.get();
                record.clear();
                final byte[] received = new byte[record.remaining()];
                record.get(received).flip();
                assertArrayEquals(sent, received);
            }));
        }
        assertTrue(sliced.isEmpty());
    }

    /** As if an Error had come at its end: all is consumed and zeroed, and not given back. */
    @Test
    void arm_behindADrainThatAnErrorEnded_givesBackFirst() {
        assertTrue(offer(producer, payload(1, 8)));
        assertEquals(1, drain(ring).size());
        assertTrue(offer(producer, payload(2, 8)));
        ring.memory.zero(16, 32);
        ring.consumerSide.cursor = 32;
        ring.consumerSide.zeroed = 32;
        assertTrue(ring.consumer().arm());
        assertEquals(32, ring.consumerPosition());
    }

    // Telling

    @Test
    void dump_namesWhatIsInTheWay() throws InterruptedException {
        assertTrue(ring.dump().contains("no unfinished reservation"), ring.dump());
        assertTrue(ring.dump().contains("consumer: not in a call, not armed"), ring.dump());
        assertTrue(ring.dump().startsWith(ring + "\n") && ring.dump().endsWith(ring.stats() + "\n"), ring.dump());
        assertTrue(offer(producer, payload(1, 8)));
        final Thread claimer = new Thread(() -> assertNotNull(producer.tryClaim(33)), "claimer");
        claimer.start();
        claimer.join();
        final RingProducer second = ring.newProducer();
        assertTrue(offer(second, payload(1, 8)));
        second.side().phase = Reservations.RESERVED; // as inside that offer
        assertTrue(ring.dump().contains("at position 16, a claim of 33 bytes, made by " + claimer), ring.dump());
        second.side().phase = Reservations.DONE;
        assertFalse(ring.dump().contains("in the consumer's way"), ring.dump());
        assertEquals(1, drain(ring).size());
        assertTrue(ring.consumer().arm());
        assertTrue(ring.dump().contains("in the consumer's way for "), ring.dump());
        assertTrue(ring.dump().contains(", armed"), ring.dump());
        assertTrue(ring.dump().contains("producers: 2"), ring.dump());
        for (int i = 0; i < 1000; i++) { // a consumer that never arms notices by itself
            assertEquals(0, drain(ring).size());
        }
        assertTrue(ring.dump().contains("in the consumer's way for "), ring.dump());
        ring.consumer().drain(record -> assertTrue(ring.dump().contains("in a call of " + Thread.currentThread())));
    }

    private long stalledMillis() {
        final String dump = ring.dump();
        final Matcher stalled =
                Pattern.compile("in the consumer's way for (\\d+) ms").matcher(dump);
        assertTrue(stalled.find(), dump);
        return Long.parseLong(stalled.group(1));
    }

    /** What it has consumed and zeroed, and not given back, looks like a reservation that is not finished. */
    @Test
    void dump_insideALongDrain_takesNothingZeroedForUnfinished() {
        while (ring.size() < ring.capacity() - 16) {
            assertTrue(offer(producer, payload(1, 8)));
        }
        final long claimed = ring.producerPosition();
        assertNotNull(producer.tryClaim(8));
        final int[] behindZeroes = new int[1];
        ring.consumer().drain(record -> {
            final boolean isZero = ring.memory.getHeaderAcquire(0) == RingLayout.NOT_READY;
            behindZeroes[0] += isZero && ring.consumerPosition() == 0 ? 1 : 0;
            assertTrue(ring.dump().contains("oldest unfinished reservation: at position " + claimed), ring.dump());
        });
        assertTrue(behindZeroes[0] > 0);
    }

    @Test
    void dump_saysSinceWhenTheConsumerHasWaited_howeverOftenItLooked() throws InterruptedException {
        final long begin = System.nanoTime();
        final RingClaim claim = producer.tryClaim(0); // not even a claim of nothing is passed over
        assertTrue(ring.consumer().arm());
        for (int i = 1; i <= 3; i++) {
            Thread.sleep(10);
            assertTrue(ring.consumer().arm());
            final long stalled = stalledMillis();
            assertTrue(stalled >= 9L * i && stalled <= (System.nanoTime() - begin) / 1_000_000, ring.dump());
        }
        claim.commit();
        assertEquals(1, drain(ring).size());
    }

    /** It looks for a reason from time to time, and is told when that is gone. */
    @Test
    void dump_ofAConsumerThatOnlyDrains_saysThatItWaits() {
        final RingClaim claim = producer.tryClaim(8);
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, drain(ring).size());
        }
        assertTrue(ring.dump().contains("in the consumer's way for "), ring.dump());
        claim.abort();
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, drain(ring).size());
        }
        final RingClaim next = producer.tryClaim(8);
        assertFalse(ring.dump().contains("in the consumer's way"), ring.dump());
        next.abort();
    }

    /** A look for a reason costs the producers, so a record puts it off. */
    @Test
    void dump_ofAConsumerThatFindsNothingNowAndThen_doesNotSayThatItWaits() {
        for (int i = 0; i < 63; i++) {
            assertEquals(0, drain(ring).size());
        }
        assertTrue(offer(producer, payload(1, 8)));
        assertEquals(1, drain(ring).size());
        final RingClaim claim = producer.tryClaim(8);
        for (int i = 0; i < 63; i++) {
            assertEquals(0, drain(ring).size());
            assertFalse(ring.dump().contains("in the consumer's way"), ring.dump());
        }
        assertEquals(0, drain(ring).size());
        assertTrue(ring.dump().contains("in the consumer's way for "), ring.dump());
        claim.abort();
    }

    /** The next claim is at the same position, and has not been in the way before. */
    @Test
    void dump_afterAClaimWasGivenBack_doesNotCountItsTimeForTheNext() throws InterruptedException {
        final RingClaim first = producer.tryClaim(8);
        assertTrue(ring.consumer().arm());
        Thread.sleep(30);
        assertTrue(stalledMillis() >= 29, ring.dump());
        first.abort();
        assertTrue(ring.consumer().arm());
        final RingClaim second = producer.tryClaim(8);
        assertFalse(ring.dump().contains("in the consumer's way"), ring.dump());
        final long before = System.nanoTime();
        assertTrue(ring.consumer().arm());
        final long stalled = stalledMillis();
        assertTrue(stalled <= (System.nanoTime() - before) / 1_000_000, ring.dump());
        second.abort();
    }

    @Test
    void dump_ofAHandleThatWasHandedOn_namesWhoHasItsClaimOpen() throws InterruptedException {
        final RingClaim[] claim = new RingClaim[1];
        for (int i = 0; i < 3; i++) {
            final Thread claimer = new Thread(() -> claim[0] = producer.tryClaim(8), "claimer " + i);
            claimer.start();
            claimer.join();
            assertTrue(ring.dump().contains("made by " + claimer), ring.dump());
            claim[0].abort();
        }
    }

    @Test
    void threadThatHasClaimed_isNotKept() throws InterruptedException {
        final WeakReference<Thread> claimer = claimElsewhere();
        while (claimer.get() != null) {
            System.gc();
            Thread.sleep(1);
        }
        assertTrue(ring.dump().contains("made by a thread that has ended"), ring.dump());
        assertEquals(0, drain(ring).size());
    }

    private WeakReference<Thread> claimElsewhere() throws InterruptedException {
        final Thread claimer = new Thread(() -> producer.tryClaim(8), "claimer");
        claimer.start();
        claimer.join();
        return new WeakReference<>(claimer);
    }

    /** Behind a lap, records, padding and a gap: a position, and not an offset. */
    @Test
    void dump_ofACallUnderWayBehindAGap_namesItsPosition() {
        moveTo(ring, 208);
        assertTrue(offer(producer, payload(1, 8)));
        leavePadding(ring, producer.tryClaim(8));
        ring.newProducer().tryClaim(9).commit(); // behind a gap of 16 bytes
        assertEquals(280, ring.producerPosition());
        assertTrue(producer.side().reserve(24));
        final String dump = ring.dump();
        assertTrue(dump.contains("at position 280, an offer or a commit under way"), dump);
    }

    /** A claim of the longest record, behind a gap, leaves padding of more than half the capacity. */
    @Test
    void dump_behindLongPadding_namesWhatIsUnfinished() {
        moveTo(ring, 192);
        leavePadding(ring, producer.tryClaim(ring.maxPayload()));
        assertEquals(192, ring.size()); // a gap of 64, and 128
        final long position = ring.producerPosition();
        final RingClaim open = producer.tryClaim(8);
        assertTrue(ring.dump().contains("at position " + position + ", a claim of 8 bytes"), ring.dump());
        open.abort();
    }

    @Test
    void dump_ofABatch_saysHowFarItIs() {
        final RingBatch batch = producer.tryClaimBatch(8, 64);
        assertNotNull(batch.next(8));
        batch.add(8);
        final String dump = ring.dump();
        assertTrue(dump.contains("at position 0, a batch of 1 records, made by " + Thread.currentThread()), dump);
        batch.abort();
    }

    @Test
    void toString_ofHandles_saysWhichRingAndState() {
        assertTrue(producer.toString().contains("no claim open, " + ring), producer.toString());
        final RingClaim claim = producer.tryClaim(33);
        assertTrue(producer.toString().contains("claim open, " + ring), producer.toString());
        assertEquals("RingClaim[open, 33 bytes, " + ring + "]", claim.toString());
        claim.abort();
        assertEquals("RingClaim[not open, " + ring + "]", claim.toString());
        assertEquals("RingConsumer[not in use, " + ring + "]", ring.consumer().toString());
        producer.close();
        assertEquals("RingProducer[closed, " + ring + "]", producer.toString());
        assertNull(producer.side().describeOpen(0));
    }

    @Test
    void dump_afterAHandleWasClosed_countsTheOthers() {
        final RingProducer second = ring.newProducer();
        final RingProducer third = ring.newProducer();
        assertTrue(ring.dump().contains("producers: 3\n"), ring.dump());
        second.close(); // between the others
        second.close();
        assertTrue(ring.dump().contains("producers: 2\n"), ring.dump());
        final RingClaim first = producer.tryClaim(8);
        assertTrue(ring.dump().contains("a claim of 8 bytes"), ring.dump());
        first.abort();
        third.close(); // the one that was made last
        final RingProducer fourth = ring.newProducer();
        assertTrue(offer(fourth, payload(1, 8)));
        producer.close(); // the one that was made first
        assertTrue(ring.dump().contains("producers: 1\n"), ring.dump());
        assertEquals(1, ring.stats().offered());
        fourth.close();
        assertTrue(ring.dump().contains("producers: 0\n"), ring.dump());
        assertEquals(1, ring.stats().offered());
        assertEquals(1, ring.stats().aborted());
    }

    @Test
    void stalledBy_tellsWhatIsInTheWay() {
        assertNull(ring.consumer().stalledBy());
        moveTo(ring, 240);
        assertNull(ring.consumer().stalledBy());
        final RingClaim claim = producer.tryClaim(33); // behind a gap
        final StalledClaim stalled = ring.consumer().stalledBy();
        assertEquals(240, stalled.position());
        assertTrue(ring.dump().contains("at position 240, a claim of 33 bytes"), ring.dump());
        assertEquals(-1, stalled.end(), "its owner has not said it");
        assertEquals(StalledClaim.Owner.LIVES, stalled.owner());
        final String text = stalled.toString();
        assertTrue(text.startsWith("StalledClaim[position=240, end=unknown, LIVES, "), text);
        final String told = assertThrows(
                        IllegalStateException.class, () -> ring.consumer().recover(stalled))
                .getMessage();
        assertTrue(told.contains(text), told);
        assertTrue(offer(ring.newProducer(), payload(1, 8)));
        claim.commit();
        assertNull(ring.consumer().stalledBy(), "a record is readable");
        assertFalse(ring.consumer().recover(stalled));
        assertEquals(2, drain(ring).size());
        final RingClaim later = producer.tryClaim(8);
        assertFalse(ring.consumer().recover(stalled), "another one is in the way");
        later.abort();
        assertEquals(0, drain(ring).size());
    }

    @Test
    void builder_withASecondHook_isRefused() {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().hook(() -> {});
        final IllegalStateException refused = assertThrows(IllegalStateException.class, () -> builder.hook(() -> {}));
        assertTrue(refused.getMessage().startsWith("the ring has a hook already"), refused.getMessage());
    }

    @Test
    void close_thatAnErrorOfTheHookEnds_leavesNoClaimBehind() {
        final AssertionError failure = new AssertionError("as planned");
        final boolean[] fails = {true};
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(64)
                .hook(() -> {
                    if (fails[0]) {
                        throw failure;
                    }
                })
                .build();
        final RingProducer producer = ring.newProducer();
        final ProducerSide side = producer.side();
        assertNotNull(producer.tryClaim(8));
        side.phase = Reservations.ELECTED; // as when an Error has kept its last call from waking
        assertSame(failure, assertThrows(AssertionError.class, side::close));
        assertFalse(side.isRetired);
        fails[0] = false;
        side.close();
        assertTrue(side.isRetired);
        assertTrue(offer(ring.newProducer(), payload(1, 8)));
        assertEquals(1, drain(ring).size());
    }
}
