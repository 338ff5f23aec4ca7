// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.drain;
import static io.varlenring.Rings.fill;
import static io.varlenring.Rings.moveTo;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors in the middle of a call, and hooks that fail: the ring continues, and reports what it can. */
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

    private final VarLenMpscRing ring = VarLenMpscRing.allocate(256);
    private final RingProducer producer = ring.newProducer();
    /** How often the hook of a test has been called. */
    private final AtomicInteger woken = new AtomicInteger();

    private static VarLenMpscRing ringWithHook(final WakeupHook hook) {
        return VarLenMpscRing.builder().capacity(256).hook(hook).build();
    }

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
        final VarLenMpscRing hooked = ringWithHook(() -> {
            if (fails[0]) {
                throw new OutOfMemoryError("of the hook");
            }
        });
        final RingProducer handle = hooked.newProducer();
        final RingClaim claim = handle.tryClaim(10);
        handle.side().phase = Reservations.ELECTED;
        assertThrows(OutOfMemoryError.class, claim::abort);
        fails[0] = false;
        assertTrue(offer(handle, payload(1, 4)));
        assertEquals(1, drain(hooked).size(), hooked.dump());
    }

    /** The same wakeup; its hook finds the claim given up and not aborted yet. */
    @Test
    void hookThatClaims_whereAClaimIsGivenUp_hasTheHandleFree() {
        final RingProducer[] handle = new RingProducer[1];
        final RingClaim[] claimed = new RingClaim[1];
        final VarLenMpscRing hooked = ringWithHook(() -> claimed[0] = handle[0].tryClaim(4));
        handle[0] = hooked.newProducer();
        final RingClaim claim = handle[0].tryClaim(10);
        handle[0].side().phase = Reservations.ELECTED;
        claim.abort();
        assertNotNull(claimed[0]);
        claimed[0].commit();
        assertEquals(1, drain(hooked).size(), hooked.dump());
    }

    /** A new call on a handle first finishes the last one, which here ended between reservation and copy. */
    @ParameterizedTest
    @EnumSource(Way.class)
    void whatACallLeft_isFinishedByTheNextOne(final Way way) {
        producer.side().reserve(24);
        assertEquals(0, drain(ring).size());
        assertTrue(way.write(producer));
        assertTrue(drain(ring).size() > 0);
        assertTrue(ring.isEmpty());
        assertEquals(1, ring.stats().aborted());
    }

    @Test
    void whatACallLeft_isFinishedByACommitOrAbortOfAnOpenClaim() {
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
        producer.side().reserve(24);
        producer.close();
        assertTrue(ring.isEmpty());
        assertEquals(1, ring.stats().aborted());
    }

    /** The abort makes the wakeup that an earlier call owed, which an Error of the hook ends; the claim is given up. */
    @Test
    void claimWhoseAbortTheHookEnded_isFinishedByTheNextClaim() {
        final VarLenMpscRing hooked = ringWithHook(() -> {
            if (woken.incrementAndGet() == 1) {
                throw new AssertionError("from the hook");
            }
        });
        final RingProducer handle = hooked.newProducer();
        final RingClaim claim = handle.tryClaim(8);
        handle.side().phase = Reservations.ELECTED;
        assertThrows(AssertionError.class, claim::abort);
        final RingClaim next = handle.tryClaim(16);
        assertEquals(1, hooked.stats().aborted());
        next.commit();
        assertEquals(1, drain(hooked).size());
        assertTrue(hooked.isEmpty());
    }

    @Test
    void whatACallLeft_isFinishedOnAClosedRing() {
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
        final VarLenMpscRing hooked = ringWithHook(woken::incrementAndGet);
        final RingProducer handle = hooked.newProducer();
        assertTrue(hooked.consumer().arm());
        assertTrue(hooked.memory.compareAndSetDisarmed());
        handle.side().phase = Reservations.ELECTED;
        assertThrows(IllegalArgumentException.class, () -> handle.offer(ByteBuffer.allocate(1 << 12)));
        assertEquals(1, woken.get());
        assertTrue(handle.offer(ByteBuffer.allocate(1)));
        assertEquals(1, woken.get());
    }

    /** The last call published its record and ended before it looked whether the consumer was armed. */
    @Test
    void wakeupThatACallDidNotComeTo_isMadeByTheNextOneIfItIsNeeded() {
        final VarLenMpscRing hooked = ringWithHook(woken::incrementAndGet);
        final RingProducer handle = hooked.newProducer();
        for (int i = 0; i < 2; i++) {
            handle.side().phase = Reservations.PUBLISHED;
            assertThrows(IllegalArgumentException.class, () -> handle.offer(ByteBuffer.allocate(1 << 12)));
            assertEquals(i, woken.get());
            assertTrue(hooked.consumer().arm());
        }
        assertTrue(handle.offer(ByteBuffer.allocate(1)));
        assertEquals(2, woken.get());
    }

    @Test
    void wakeupThatACloseOwed_isMadeByTheNextOne() throws ReflectiveOperationException {
        final VarLenMpscRing hooked = ringWithHook(woken::incrementAndGet);
        hooked.close();
        final Field closer = VarLenMpscRing.class.getDeclaredField("closer");
        closer.setAccessible(true);
        ((ProducerSide) closer.get(hooked)).phase = Reservations.ELECTED;
        hooked.close();
        assertEquals(1, woken.get());
        hooked.close();
        assertEquals(1, woken.get());
    }

    /** As if an Error had ended a timed drain in its last lines: the hook must be called, not that thread woken. */
    @Test
    void waiterThatATimedDrainLeft_isNoneForTheNextArming() {
        final VarLenMpscRing hooked = ringWithHook(woken::incrementAndGet);
        hooked.memory.setWaiterVolatile(Thread.currentThread());
        assertTrue(hooked.consumer().arm());
        assertTrue(offer(hooked.newProducer(), payload(1, 1)));
        assertEquals(1, woken.get());
    }

    /** A hook that throws leaves the consumer armed; if the ring is full, no commit can come to call it again. */
    @ParameterizedTest
    @ValueSource(ints = {0, 40}) // full to the last byte, or not quite
    void hookThatFailedUntilTheRingWasFull_isCalledByARefusal(final int length) {
        final boolean[] broken = {true};
        final VarLenMpscRing hooked = ringWithHook(() -> {
            if (broken[0]) {
                throw new IllegalStateException("refused");
            }
            woken.incrementAndGet();
        });
        final RingProducer handle = hooked.newProducer();
        assertTrue(hooked.consumer().arm());
        while (hooked.size() + RingLayout.stride(length) <= 256) {
            assertTrue(offer(handle, new byte[length]));
        }
        assertFalse(offer(handle, new byte[length]));
        broken[0] = false;
        assertFalse(offer(handle, new byte[length]));
        assertEquals(1, woken.get());
        assertFalse(offer(handle, new byte[length]));
        assertEquals(1, woken.get());
    }

    @Test
    void hookThatOffersThroughTheSameHandle_isCalledOnceForAnArming() {
        final RingProducer[] handle = new RingProducer[1];
        final VarLenMpscRing hooked = ringWithHook(() -> {
            woken.incrementAndGet();
            assertTrue(offer(handle[0], payload(2, 8)));
        });
        handle[0] = hooked.newProducer();
        assertTrue(hooked.consumer().arm());
        assertTrue(offer(handle[0], payload(1, 8)));
        assertEquals(1, woken.get());
        assertEquals(2, drain(hooked).size());
    }

    /** Nothing can be read, so a refusal has nobody to wake. */
    @Test
    void refusal_behindAnOpenClaim_doesNotWake() {
        final VarLenMpscRing hooked = ringWithHook(woken::incrementAndGet);
        final RingClaim claim = hooked.newProducer().tryClaim(8);
        final RingProducer handle = hooked.newProducer();
        fill(handle);
        assertTrue(hooked.consumer().arm());
        assertFalse(offer(handle, new byte[0]));
        assertEquals(0, woken.get());
        claim.commit();
        assertEquals(1, woken.get());
    }

    /** The commit or abort took place, although the hook ended it with an Error. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void claimWhoseHookThrowsAnError_hidesItsBuffer(final boolean commits) {
        final VarLenMpscRing hooked = ringWithHook(() -> {
            throw new AssertionError("from the hook");
        });
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
        final VarLenMpscRing hooked = ringWithHook(() -> {
            throw ofTheHook;
        });
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
        final VarLenMpscRing hooked = ringWithHook(() -> {
            if (fails[0]) {
                throw failure;
            }
        });
        final RingProducer handle = hooked.newProducer();
        final ProducerSide side = handle.side();
        assertNotNull(handle.tryClaim(8));
        side.phase = Reservations.ELECTED; // as when an Error has kept its last call from waking
        assertSame(failure, assertThrows(AssertionError.class, side::close));
        assertFalse(side.isRetired);
        fails[0] = false;
        side.close();
        assertTrue(side.isRetired);
        assertTrue(offer(hooked.newProducer(), payload(1, 8)));
        assertEquals(1, drain(hooked).size());
    }
}
