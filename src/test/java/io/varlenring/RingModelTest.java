// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.bytes;
import static io.varlenring.Rings.stride;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Seeded random operations of several producers and the consumer, interleaved on one thread, against a queue that knows
 * exactly what must be answered: which offers fit, which records come, where both positions stand, how much is counted.
 */
final class RingModelTest {
    /** What a reservation holds, seen from outside. */
    private static final class Slot {
        final long begin;
        final long start;
        final long end;
        /** Null while a claim is open and after it was aborted. */
        byte[] payload;

        boolean open;

        Slot(final long begin, final long start, final long end) {
            this.begin = begin;
            this.start = start;
            this.end = end;
        }
    }

    private static final class OpenClaim {
        RingClaim claim;
        Slot slot;
        int length;
    }

    private static final class HandlerFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final List<ControlledRecordHandler.Action> ACTIONS =
            List.of(ControlledRecordHandler.Action.values());

    private static final class Run {
        final SplittableRandom random;
        final int capacity;
        final int maxPayload;
        final ByteBuffer memory;
        final VarLenMpscRing ring;
        final RingProducer[] producers = new RingProducer[3];
        final OpenClaim[] claims = new OpenClaim[producers.length];
        final ArrayDeque<Slot> slots = new ArrayDeque<>();
        long producerPosition;
        long consumerPosition;
        long offered;
        long bytes;
        long refused;
        long aborted;
        long tooLarge;
        long padding;

        Run(final long seed, final int capacity, final long initialPosition) {
            random = new SplittableRandom(seed);
            this.capacity = capacity;
            memory = ByteBuffer.allocateDirect(capacity);
            ring = VarLenMpscRing.builder()
                    .memory(memory)
                    .initialPosition(initialPosition)
                    .build();
            maxPayload = ring.maxPayload();
            producerPosition = initialPosition;
            consumerPosition = initialPosition;
            for (int i = 0; i < producers.length; i++) {
                producers[i] = ring.newProducer();
                claims[i] = new OpenClaim();
            }
        }

        /** Reserves in the model; null when it must be refused. */
        Slot reserve(final int length) {
            final int stride = stride(length);
            final long untilWrap = capacity - (producerPosition & capacity - 1);
            final long start = stride > untilWrap ? producerPosition + untilWrap : producerPosition;
            if (start + stride - consumerPosition > capacity) {
                return null;
            }
            final Slot slot = new Slot(producerPosition, start, start + stride);
            producerPosition = slot.end;
            slots.add(slot);
            return slot;
        }

        int randomLength() {
            return switch (random.nextInt(8)) {
                case 0 -> 0;
                case 1 -> maxPayload - random.nextInt(Math.min(maxPayload, 9));
                case 2 -> random.nextInt(maxPayload + 1);
                default -> random.nextInt(Math.min(maxPayload, 40) + 1);
            };
        }

        byte[] randomPayload(final int length) {
            final byte[] payload = new byte[length];
            random.nextBytes(payload);
            for (int i = 0; i + 8 <= length; i += 8) {
                if (random.nextInt(4) == 0) { // words that look like headers
                    ByteBuffer.wrap(payload)
                            .order(ByteOrder.nativeOrder())
                            .putLong(i, random.nextBoolean() ? 8 + random.nextInt(40) : -8L * (1 + random.nextInt(5)));
                }
            }
            return payload;
        }

        ByteBuffer randomSource(final byte[] payload) {
            final int before = random.nextInt(5);
            final int after = random.nextInt(5);
            final int size = before + payload.length + after;
            final ByteBuffer buffer =
                    random.nextBoolean() ? ByteBuffer.allocate(size) : ByteBuffer.allocateDirect(size);
            buffer.position(before).put(payload).flip().position(before);
            return random.nextInt(3) == 0 ? buffer.asReadOnlyBuffer() : buffer;
        }

        void commit(final Slot slot, final byte[] payload) {
            slot.open = false;
            slot.payload = payload;
            padding += slot.end - slot.begin - stride(payload.length);
            offered++;
            bytes += payload.length;
        }

        void step() {
            final int who = random.nextInt(producers.length);
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> offer(producers[who]);
                case 3 -> offerAll(producers[who]);
                case 4, 5 -> tryClaim(who);
                case 6, 7 -> finishClaim(who);
                case 8, 9, 10, 11 -> drain();
                case 12 -> drainControlled();
                case 13 -> drainWithFailure();
                case 14 -> tooLarge(who);
                default -> armAndLook();
            }
            assertEquals(producerPosition, ring.producerPosition());
            assertEquals(consumerPosition, ring.consumerPosition());
            assertEquals(producerPosition - consumerPosition, ring.size());
            assertEquals(producerPosition == consumerPosition, ring.isEmpty());
        }

        void offer(final RingProducer producer) {
            final int length = randomLength();
            final byte[] payload = randomPayload(length);
            final boolean stored;
            final Slot slot = reserve(length);
            switch (random.nextInt(3)) {
                case 0 -> stored = producer.offer(payload, 0, length);
                case 1 -> {
                    final ByteBuffer src = randomSource(payload);
                    stored = producer.offer(src);
                    assertEquals(stored ? 0 : length, src.remaining());
                }
                default -> {
                    final int split = random.nextInt(length + 1);
                    final byte[] head = Arrays.copyOf(payload, split);
                    final byte[] tail = Arrays.copyOfRange(payload, split, length);
                    stored = producer.offer(randomSource(head), randomSource(tail));
                }
            }
            assertEquals(slot != null, stored);
            if (slot == null) {
                refused++;
            } else {
                commit(slot, payload);
            }
        }

        void offerAll(final RingProducer producer) {
            final int count = random.nextInt(6);
            final List<byte[]> payloads = new ArrayList<>();
            final ByteBuffer[] srcs = new ByteBuffer[count + 2];
            boolean fits = true;
            int expected = 0;
            for (int i = 0; i < count; i++) {
                payloads.add(randomPayload(randomLength()));
                srcs[i + 1] = randomSource(payloads.get(i));
                final Slot slot = fits ? reserve(payloads.get(i).length) : null;
                fits = slot != null;
                if (fits) {
                    commit(slot, payloads.get(i));
                    expected++;
                }
            }
            assertEquals(expected, producer.offerAll(srcs, 1, count));
            refused += expected < count ? 1 : 0;
            for (int i = 0; i < count; i++) {
                assertEquals(i < expected ? 0 : payloads.get(i).length, srcs[i + 1].remaining());
            }
        }

        void tryClaim(final int who) {
            if (claims[who].slot != null) {
                assertThrows(IllegalStateException.class, () -> producers[who].tryClaim(0));
                return;
            }
            final int length = randomLength();
            final Slot slot = reserve(length);
            final RingClaim claim = producers[who].tryClaim(length);
            if (slot == null) {
                assertNull(claim);
                refused++;
                return;
            }
            assertNotNull(claim);
            assertEquals(length, claim.buffer().remaining());
            slot.open = true;
            claims[who].claim = claim;
            claims[who].slot = slot;
            claims[who].length = length;
        }

        void finishClaim(final int who) {
            final OpenClaim open = claims[who];
            if (open.slot == null) {
                return;
            }
            final RingClaim claim = open.claim;
            final byte[] payload = randomPayload(open.length);
            claim.buffer().put(payload);
            switch (random.nextInt(4)) {
                case 0 -> {
                    if (random.nextBoolean()) {
                        claim.abort();
                    } else {
                        claim.close();
                    }
                    open.slot.open = false;
                    aborted++;
                    padding += open.slot.end - open.slot.begin;
                }
                case 1 -> {
                    claim.commit();
                    commit(open.slot, payload);
                }
                default -> {
                    final int length = random.nextInt(open.length + 1);
                    assertThrows(IllegalArgumentException.class, () -> claim.commit(open.length + 1));
                    claim.commit(length);
                    commit(open.slot, Arrays.copyOf(payload, length));
                }
            }
            assertThrows(IllegalStateException.class, claim::commit);
            claim.close();
            open.slot = null;
        }

        /** Takes the next record out of the model, if one is readable. */
        Slot nextRecord() {
            while (!slots.isEmpty() && !slots.peek().open) {
                final Slot slot = slots.poll();
                if (slot.payload != null) {
                    return slot;
                }
            }
            return null;
        }

        /** The consumer found nothing more to read: it stands at the end, or before an open claim with its gap. */
        void caughtUp() {
            assertNull(nextRecord());
            consumerPosition = slots.isEmpty() ? producerPosition : slots.peek().begin;
        }

        void drain() {
            final int maxRecords = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(4);
            final int[] count = new int[1];
            final int drained = ring.consumer()
                    .drain(
                            record -> {
                                final Slot slot = nextRecord();
                                assertNotNull(slot, "a record that the model does not have");
                                assertArrayEquals(slot.payload, bytes(record));
                                count[0]++;
                                consumerPosition = slot.start + stride(slot.payload.length);
                            },
                            maxRecords);
            assertEquals(count[0], drained);
            if (drained < maxRecords) {
                caughtUp();
            }
        }

        void drainControlled() {
            final int maxRecords = random.nextInt(5);
            final int[] count = new int[1];
            final boolean[] stopped = new boolean[1];
            final int drained = ring.consumer()
                    .drainControlled(
                            record -> {
                                while (!slots.peek().open && slots.peek().payload == null) {
                                    slots.poll();
                                }
                                final Slot slot = slots.peek();
                                assertArrayEquals(slot.payload, bytes(record));
                                final ControlledRecordHandler.Action action =
                                        ACTIONS.get(random.nextInt(ACTIONS.size()));
                                if (action == ControlledRecordHandler.Action.ABORT) {
                                    consumerPosition = slot.start;
                                    stopped[0] = true;
                                    return action;
                                }
                                slots.poll();
                                count[0]++;
                                consumerPosition = slot.start + stride(slot.payload.length);
                                stopped[0] = action == ControlledRecordHandler.Action.BREAK;
                                return action;
                            },
                            maxRecords);
            assertEquals(count[0], drained);
            if (drained < maxRecords && !stopped[0]) {
                caughtUp();
            }
        }

        void drainWithFailure() {
            final HandlerFailure failure = new HandlerFailure();
            final boolean[] called = new boolean[1];
            try {
                ring.consumer().drain(record -> {
                    called[0] = true;
                    final Slot slot = nextRecord();
                    assertArrayEquals(slot.payload, bytes(record));
                    consumerPosition = slot.start + stride(slot.payload.length);
                    throw failure;
                });
                assertFalse(called[0]);
                caughtUp();
            } catch (final HandlerFailure thrown) {
                assertSame(failure, thrown);
            }
        }

        void tooLarge(final int who) {
            final RingProducer producer = producers[who];
            final int length = maxPayload + 1 + random.nextInt(20);
            assertThrows(IllegalArgumentException.class, () -> producer.offer(new byte[length], 0, length));
            tooLarge++;
            if (claims[who].slot == null) {
                assertThrows(IllegalArgumentException.class, () -> producer.tryClaim(length));
                tooLarge++;
            }
        }

        void armAndLook() {
            final boolean nothingToSkipOrRead = slots.isEmpty()
                    ? consumerPosition == producerPosition
                    : consumerPosition == slots.peek().begin && slots.peek().open;
            assertEquals(nothingToSkipOrRead, ring.consumer().arm());
        }

        /** All memory that is not reserved is zero. */
        void checkFreeMemoryIsZero() {
            memory.order(ByteOrder.nativeOrder());
            for (long position = producerPosition; position < consumerPosition + capacity; position += 8) {
                assertEquals(0, memory.getLong((int) (position & capacity - 1)), "stale bytes in free memory");
            }
        }

        void checkStats() {
            final RingStats stats = ring.stats();
            assertEquals(offered, stats.offered());
            assertEquals(bytes, stats.bytes());
            assertEquals(refused, stats.refusedFull());
            assertEquals(aborted, stats.aborted());
            assertEquals(tooLarge, stats.tooLarge());
            assertEquals(padding, stats.paddingBytes());
            assertEquals(0, stats.casRetries());
        }
    }

    static void run(final long seed, final int capacity, final long initialPosition, final int steps) {
        final Run run = new Run(seed, capacity, initialPosition);
        int step = 0;
        try {
            final int checkEvery = capacity / 64;
            for (; step < steps; step++) {
                run.step();
                if (step % checkEvery == 0) {
                    run.checkFreeMemoryIsZero();
                }
            }
            run.checkStats();
        } catch (final RuntimeException | AssertionError failure) {
            fail("seed " + seed + ", capacity " + capacity + ", step " + step + ": " + run.ring, failure);
        }
    }

    @Test
    void randomOperations_ofManySeeds_behaveLikeAQueue() {
        for (int seed = 0; seed < 3000; seed++) {
            run(seed, 64 << seed % 4, 8L * seed, 50);
        }
    }
}
