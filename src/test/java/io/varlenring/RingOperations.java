// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.function.Executable;

/**
 * Operations on a ring by several producers and the consumer, chosen in sequence and run on one thread. Every result is
 * compared with {@link RingModel}. Payloads may hold words that look like headers, which later laps would find if they
 * were not zeroed.
 */
final class RingOperations {
    private static final int PRODUCERS = 3;
    private static final int MAX_BATCH = 5;

    private static final class HandlerFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final Choices choices;
    private final int capacity;
    private final boolean mayClose;
    private final boolean isInFile;
    private final ByteBuffer memory;
    private final VarLenMpscRing ring;
    private final RingModel model;
    private final RingProducer[] producers = new RingProducer[PRODUCERS];
    private final RingClaim[] claims = new RingClaim[PRODUCERS];
    private final RingModel.Slot[] claimed = new RingModel.Slot[PRODUCERS];
    private final int[] claimedLengths = new int[PRODUCERS];
    private final RingBatch[] batches = new RingBatch[PRODUCERS];
    private final List<List<byte[]>> batched = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    private long hookCalls;
    private long looked;
    private int steps;

    /** @param oldByte what the memory is full of before it becomes the ring's */
    RingOperations(
            final Choices choices,
            final int capacity,
            final long initialPosition,
            final boolean hasHook,
            final boolean mayClose,
            final byte oldByte) {
        this.choices = choices;
        this.capacity = capacity;
        this.mayClose = mayClose;
        final ByteBuffer surroundings = ByteBuffer.allocateDirect(capacity + 16);
        for (int i = 0; i < surroundings.capacity(); i++) {
            surroundings.put(i, oldByte);
        }
        final int position = 8 + (8 - surroundings.alignmentOffset(0, 8)) % 8;
        surroundings.position(position).limit(position + capacity);
        final VarLenMpscRing.Builder builder =
                VarLenMpscRing.builder().memory(surroundings).initialPosition(initialPosition);
        memory = surroundings.slice().order(ByteOrder.nativeOrder());
        ring = hasHook ? builder.hook(this::hook).build() : builder.build();
        isInFile = false;
        model = new RingModel(capacity, initialPosition, hasHook, !isInFile);
        looked = initialPosition;
        for (int i = 0; i < PRODUCERS; i++) {
            newProducer(i);
        }
    }

    /** On a ring in a file, which is the only one of its capacity. */
    RingOperations(
            final Choices choices,
            final int capacity,
            final long initialPosition,
            final boolean hasHook,
            final boolean mayClose) {
        this.choices = choices;
        this.capacity = capacity;
        this.mayClose = mayClose;
        isInFile = true;
        ring = FileRings.newRing(capacity, initialPosition, hasHook ? this::hook : null);
        ring.consumer(); // in whose process hooks are called
        memory = FileRings.data(capacity);
        model = new RingModel(capacity, initialPosition, hasHook, !isInFile);
        looked = initialPosition;
        for (int i = 0; i < PRODUCERS; i++) {
            newProducer(i);
        }
    }

    private void hook() {
        hookCalls++;
        if (model.hookFails()) {
            throw new HandlerFailure();
        }
    }

    private void newProducer(final int who) {
        if (claimed[who] == null) {
            if (isInFile && producers[who] != null) {
                producers[who].close(); // it has a slot
            }
            producers[who] = ring.newProducer();
            claims[who] = null;
        }
    }

    /** Makes so many operations, or as many as there are choices for, and empties the ring. */
    void run(final int count) throws InterruptedException {
        for (; steps < count && !choices.areUsedUp(); steps++) {
            step();
            check();
            if (steps % (capacity / 64) == 0) {
                checkIsZero(model.producerPosition(), model.consumerPosition() + capacity);
            }
        }
        for (int who = 0; who < PRODUCERS; who++) {
            finishOpen(who);
        }
        drain(Integer.MAX_VALUE);
        check();
        assertTrue(ring.isEmpty());
        checkIsZero(model.producerPosition(), model.producerPosition() + capacity);
        if (isInFile) {
            model.checkInFile(ring.stats());
        } else {
            model.check(ring.stats());
        }
    }

    @Override
    public String toString() {
        return "step " + steps + " of " + ring;
    }

    private int next() {
        return choices.below(256);
    }

    private void step() throws InterruptedException {
        final int operation = next();
        final int who = operation / 16 % PRODUCERS;
        switch (operation % 16) {
            case 0, 1 -> offerArray(who);
            case 2 -> offerBuffer(who);
            case 3 -> offerGathered(who);
            case 4 -> offerAll(who);
            case 5 -> tryClaim(who);
            case 6 -> tryClaimBatch(who);
            case 7 -> addToBatch(who);
            case 8 -> finishOpen(who);
            case 9 -> drain(Integer.MAX_VALUE);
            case 10 -> drain(choices.below(4));
            case 11 -> drainControlled();
            case 12 -> drainTimed();
            case 13 -> arm();
            case 14 -> tooLarge(who);
            default -> {
                switch (choices.below(8)) {
                    case 0 -> close();
                    case 1, 2 -> model.toggleHookFails();
                    case 3 -> drainWithFailure();
                    default -> newProducer(who);
                }
            }
        }
    }

    private void check() {
        assertEquals(model.producerPosition(), ring.producerPosition());
        assertEquals(model.consumerPosition(), ring.consumerPosition());
        assertEquals(model.size(), ring.size());
        assertEquals(model.size() == 0, ring.isEmpty());
        assertEquals(model.isClosed(), ring.isClosed());
        assertEquals(model.wakeups(), hookCalls);
        checkIsZero(looked, model.consumerPosition());
        looked = model.consumerPosition();
    }

    /** The memory of these positions is what a free one must be. */
    private void checkIsZero(final long from, final long to) {
        for (long position = from; to - position > 0; position += 8) {
            assertEquals(0, memory.getLong((int) position & capacity - 1), "stale bytes in free memory");
        }
    }

    // Producers

    private int length() {
        final int choice = next();
        final int most = ring.maxPayload();
        return choice < 192 ? Math.min(choice % 48, most) : most - Math.min(choices.below(most + 1), most);
    }

    /** Bytes that follow from two choices, and words that look like headers of records or of padding. */
    private byte[] payload(final int length) {
        final byte[] payload = new byte[length];
        final int first = next();
        final int shape = next();
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (first + i * shape);
        }
        final ByteBuffer words = ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder());
        for (int i = 0; shape % 4 != 0 && i + 8 <= length; i += 8 * (shape % 4)) {
            words.putLong(i, shape < 128 ? 8 + first % 40 : -8 - first / 8 * 8);
        }
        return payload;
    }

    private ByteBuffer source(final byte[] payload) {
        final int shape = next();
        final int before = shape / 8 % 4;
        final int size = before + payload.length + shape / 32;
        final ByteBuffer buffer = (shape & 1) == 0 ? ByteBuffer.allocate(size) : ByteBuffer.allocateDirect(size);
        buffer.position(before).put(payload).flip().position(before);
        buffer.order((shape & 2) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return (shape & 4) == 0 ? buffer : buffer.asReadOnlyBuffer();
    }

    /** On a closed ring the operation must be refused, and nothing else is done. */
    private boolean isRefusedAsClosed(final Executable operation) {
        if (model.isClosed()) {
            assertThrows(RingClosedException.class, operation);
        }
        return model.isClosed();
    }

    private void offerArray(final int who) {
        final int length = length();
        if (isRefusedAsClosed(() -> producers[who].offer(new byte[length], 0, length))) {
            return;
        }
        final RingModel.Slot slot = model.reserve(length);
        final byte[] payload = payload(length);
        final int before = choices.below(4);
        final byte[] src = new byte[before + length + 3];
        System.arraycopy(payload, 0, src, before, length);
        assertStored(slot, payload, producers[who].offer(src, before, length));
    }

    private void offerBuffer(final int who) {
        final int length = length();
        if (isRefusedAsClosed(() -> producers[who].offer(ByteBuffer.allocate(length)))) {
            return;
        }
        final RingModel.Slot slot = model.reserve(length);
        final byte[] payload = payload(length);
        final ByteBuffer src = source(payload);
        assertStored(slot, payload, producers[who].offer(src));
        assertEquals(slot == null ? length : 0, src.remaining());
    }

    private void offerGathered(final int who) {
        final int length = length();
        if (isRefusedAsClosed(() -> producers[who].offer(ByteBuffer.allocate(length), ByteBuffer.allocate(0)))) {
            return;
        }
        final RingModel.Slot slot = model.reserve(length);
        final byte[] payload = payload(length);
        final int split = choices.below(length + 1);
        final ByteBuffer first = source(Arrays.copyOf(payload, split));
        final ByteBuffer second = source(Arrays.copyOfRange(payload, split, length));
        assertStored(slot, payload, producers[who].offer(first, second));
        assertEquals(slot == null ? length : 0, first.remaining() + second.remaining());
    }

    private void assertStored(final RingModel.Slot slot, final byte[] payload, final boolean stored) {
        assertEquals(slot != null, stored);
        if (stored) {
            model.commit(slot, payload);
        } else {
            model.refused();
        }
    }

    private void offerAll(final int who) {
        final int count = choices.below(MAX_BATCH + 1);
        if (isRefusedAsClosed(() -> producers[who].offerAll(new ByteBuffer[0], 0, 0))) {
            return;
        }
        final ByteBuffer[] srcs = new ByteBuffer[count + 1];
        final List<RingModel.Slot> slots = new ArrayList<>();
        final List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final int length = length();
            final RingModel.Slot slot = slots.size() == i ? model.reserve(length) : null;
            payloads.add(payload(length));
            srcs[i + 1] = source(payloads.get(i));
            if (slot != null) {
                slots.add(slot);
            }
        }
        assertEquals(slots.size(), producers[who].offerAll(srcs, 1, count));
        if (slots.size() < count && slots.isEmpty()) {
            model.refused();
        } else if (slots.size() < count) {
            model.refusedPart();
        }
        if (!slots.isEmpty()) {
            model.commitBatch(slots, payloads);
        }
        for (int i = 0; i < count; i++) {
            assertEquals(i < slots.size() ? 0 : payloads.get(i).length, srcs[i + 1].remaining());
        }
    }

    private void tryClaim(final int who) {
        final int length = length();
        if (claimed[who] != null) {
            assertThrows(IllegalStateException.class, () -> producers[who].tryClaim(length));
            return;
        }
        if (isRefusedAsClosed(() -> producers[who].tryClaim(length))) {
            return;
        }
        final RingModel.Slot slot = model.reserve(length);
        final RingClaim claim = producers[who].tryClaim(length);
        if (slot == null) {
            assertNull(claim);
            model.refused();
            return;
        }
        assertNotNull(claim);
        assertTrue(claims[who] == null || claims[who] == claim);
        assertEquals(length, claim.buffer().remaining());
        claims[who] = claim;
        claimed[who] = slot;
        claimedLengths[who] = length;
    }

    private void tryClaimBatch(final int who) {
        final int minLength = length();
        final int least = Rings.stride(minLength);
        final int maxBytes = least + Math.min(next() * 4, capacity / 2 - least);
        if (claimed[who] != null) {
            assertThrows(IllegalStateException.class, () -> producers[who].tryClaimBatch(minLength, maxBytes));
            return;
        }
        assertThrows(IllegalArgumentException.class, () -> producers[who].tryClaimBatch(minLength, least - 1));
        if (isRefusedAsClosed(() -> producers[who].tryClaimBatch(minLength, maxBytes))) {
            return;
        }
        final RingModel.Slot slot = model.reserveUpTo(minLength, maxBytes);
        final RingBatch batch = producers[who].tryClaimBatch(minLength, maxBytes);
        if (slot == null) {
            assertNull(batch);
            model.refused();
            return;
        }
        assertEquals((int) (model.endOf(slot) - slot.start) - 8, batch.remaining());
        assertTrue(batch.remaining() >= minLength);
        claimed[who] = slot;
        batches[who] = batch;
        batched.get(who).clear();
    }

    private void addToBatch(final int who) {
        if (claimed[who] == null || batches[who] == null) {
            return;
        }
        final RingBatch batch = batches[who];
        final List<byte[]> records = batched.get(who);
        final int length = length();
        final int room = batch.remaining();
        final ByteBuffer space = batch.next(length);
        if (length > room) {
            assertNull(space);
            return;
        }
        assertEquals(length, space.remaining());
        final byte[] payload = payload(length);
        space.put(payload);
        final int how = choices.below(4);
        if (how == 0) {
            return; // forgotten
        }
        final int used = how == 1 ? length : choices.below(length + 1);
        if (how == 2) {
            space.position(space.position() - length + used);
            batch.addWritten();
        } else {
            batch.add(used);
        }
        records.add(Arrays.copyOf(payload, used));
        assertEquals(records.size(), batch.count());
        assertEquals(Math.max(room - Rings.stride(used), -1), batch.remaining());
        assertThrows(IllegalStateException.class, () -> batch.add(0));
    }

    private void finishOpen(final int who) {
        if (claimed[who] == null) {
            return;
        }
        if (batches[who] == null) {
            finishClaim(who);
            return;
        }
        final RingBatch batch = batches[who];
        switch (choices.below(6)) {
            case 0 -> {
                batch.abort();
                model.abort(claimed[who]);
            }
            case 1 -> {
                batch.close();
                model.abort(claimed[who]);
            }
            default -> {
                batch.commit();
                model.commitRecords(claimed[who], batched.get(who));
            }
        }
        claimed[who] = null;
        batches[who] = null;
        assertThrows(IllegalStateException.class, batch::commit);
        assertThrows(IllegalStateException.class, () -> batch.next(0));
        batch.close();
    }

    private void finishClaim(final int who) {
        final RingModel.Slot slot = claimed[who];
        final RingClaim claim = claims[who];
        final int length = claimedLengths[who];
        final byte[] payload = payload(length);
        claim.buffer().put(payload);
        final int how = choices.below(8);
        if (how < 2) {
            if (how == 0) {
                claim.abort();
            } else {
                claim.close();
            }
            model.abort(slot);
        } else if (how < 4) {
            claim.commit();
            model.commit(slot, payload);
        } else {
            assertThrows(IllegalArgumentException.class, () -> claim.commit(length + 1));
            final int shorter = choices.below(length + 1);
            claim.commit(shorter);
            model.commit(slot, Arrays.copyOf(payload, shorter));
        }
        claimed[who] = null;
        assertThrows(IllegalStateException.class, claim::commit);
        assertThrows(IllegalStateException.class, claim::buffer);
        claim.close();
    }

    private void tooLarge(final int who) {
        final int length = ring.maxPayload() + 1 + next();
        assertThrows(IllegalArgumentException.class, () -> producers[who].offer(new byte[length], 0, length));
        model.tooLarge();
        if (claimed[who] == null) {
            assertThrows(IllegalArgumentException.class, () -> producers[who].tryClaim(length));
            model.tooLarge();
        }
    }

    private void close() {
        if (mayClose) {
            ring.close();
            model.close();
        }
    }

    // Consumer

    private void take(final ByteBuffer record) {
        final RingModel.Slot slot = model.peek();
        assertNotNull(slot, "a record that the model does not have");
        assertArrayEquals(slot.payload, bytes(record));
        assertEquals(ByteOrder.BIG_ENDIAN, record.order());
        model.consume();
    }

    /** After fewer records than asked for, all that the model has must have come. */
    private void assertDrained(final int drained, final int taken, final int maxRecords) {
        assertEquals(taken, drained);
        if (drained < maxRecords) {
            assertNull(model.peek(), "a record that did not come");
            model.caughtUp();
        }
    }

    private void drain(final int maxRecords) {
        final int[] taken = new int[1];
        final int drained = ring.consumer()
                .drain(
                        record -> {
                            take(record);
                            taken[0]++;
                        },
                        maxRecords);
        assertDrained(drained, taken[0], maxRecords);
    }

    private void drainTimed() throws InterruptedException {
        final int maxRecords = choices.below(4);
        final int nanos = choices.below(2);
        final int[] taken = new int[1];
        final int drained = ring.consumer()
                .drain(
                        record -> {
                            take(record);
                            taken[0]++;
                        },
                        maxRecords,
                        nanos,
                        TimeUnit.NANOSECONDS);
        assertDrained(drained, taken[0], maxRecords);
        if (drained == 0 && maxRecords > 0 && nanos > 0) {
            model.disarm();
        }
    }

    private void drainWithFailure() {
        final HandlerFailure failure = new HandlerFailure();
        final boolean[] called = new boolean[1];
        try {
            final int drained = ring.consumer().drain(record -> {
                called[0] = true;
                take(record);
                throw failure;
            });
            assertFalse(called[0]);
            assertDrained(drained, 0, Integer.MAX_VALUE);
        } catch (final HandlerFailure e) {
            assertSame(failure, e);
        }
    }

    /** The handler goes through all actions, and those that are none: null, and a failure. */
    private void drainControlled() {
        final int maxRecords = choices.below(6);
        final int[] taken = new int[1];
        final boolean[] stopped = new boolean[1];
        final HandlerFailure failure = new HandlerFailure();
        final int[] thrown = new int[1];
        final ControlledRecordHandler handler = record -> {
            final int choice = choices.below(8);
            if (choice == 0) {
                assertNotNull(model.peek());
                model.leave();
                stopped[0] = true;
                return ControlledRecordHandler.Action.ABORT;
            }
            take(record);
            taken[0]++;
            return switch (choice) {
                case 1 -> {
                    stopped[0] = true;
                    yield ControlledRecordHandler.Action.BREAK;
                }
                case 2, 3 -> ControlledRecordHandler.Action.COMMIT;
                case 4 -> {
                    thrown[0] = 1;
                    yield null;
                }
                case 5 -> {
                    thrown[0] = 2;
                    throw failure;
                }
                default -> ControlledRecordHandler.Action.CONTINUE;
            };
        };
        try {
            final int drained = ring.consumer().drainControlled(handler, maxRecords);
            assertEquals(0, thrown[0]);
            assertDrained(drained, taken[0], stopped[0] ? taken[0] : maxRecords);
        } catch (final NullPointerException e) {
            assertEquals(1, thrown[0], e::toString);
        } catch (final HandlerFailure e) {
            assertSame(failure, e);
        }
    }

    private void arm() {
        assertEquals(model.arm(), ring.consumer().arm());
    }
}
