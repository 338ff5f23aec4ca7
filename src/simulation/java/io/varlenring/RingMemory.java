// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import io.varlenring.simulation.Simulation;
import io.varlenring.simulation.Weakening;
import io.varlenring.simulation.Word;
import io.varlenring.simulation.Word.Mode;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The twin of the shipped class of this name, on simulated memory. It precedes the library on the class path.
 *
 * <p>The views it returns show where a payload is, but hold no bytes: simulated threads write and read payloads through
 * {@link #fill} and {@link #expect}.
 */
final class RingMemory {
    private static final long WHOLE = -1L;
    /** The buffer that the views show; as large as any ring here. */
    private static final ByteBuffer NO_BYTES = ByteBuffer.allocateDirect(1024);

    private final Simulation simulation = Simulation.running();
    /** How often a drain has waited for its producers to get ahead. */
    int spins;

    private final int capacity;
    private final Word[] data;
    private final Word producerPosition;
    private final Word consumerPosition;
    private final Word armed;
    /** Null for a private ring. */
    private final SimulatedFile file;

    private final Word waiter = simulation.newWord("waiter", 0);
    private final Set<Thread> accidentProne = new HashSet<>();
    /** How many attempts to reserve each thread has lost. */
    private final Map<Thread, Integer> lostRaces = new HashMap<>();
    /** All values of the producer position, in order; those of all processes if it is in a file. */
    private final List<Long> producerPositions;
    /** For a fault: what a thread still has to zero, as two positions. */
    private final Map<Thread, long[]> zeroesToCome = new HashMap<>();

    private RingMemory(final int capacity) {
        this.capacity = capacity;
        this.data = new Word[capacity / Long.BYTES];
        for (int i = 0; i < data.length; i++) {
            data[i] = simulation.newWord("data+" + i * Long.BYTES, 0);
        }
        this.producerPosition = simulation.newWord("producerPosition", 0);
        this.consumerPosition = simulation.newWord("consumerPosition", 0);
        this.armed = simulation.newWord("armed", 0);
        this.file = null;
        this.producerPositions = new ArrayList<>(List.of(0L));
    }

    /** As one process sees the ring in a file. */
    RingMemory(final SimulatedFile file) {
        this.capacity = file.data.length * Long.BYTES;
        this.data = file.data;
        this.producerPosition = file.producerPosition;
        this.consumerPosition = file.consumerPosition;
        this.armed = file.armed;
        this.file = file;
        this.producerPositions = file.producerPositions;
    }

    boolean isInFile() {
        return file != null;
    }

    static RingMemory allocate(final int capacity) {
        return new RingMemory(capacity);
    }

    @SuppressWarnings("DoNotCallSuggester") // the library has a call, which no scenario reaches
    static RingMemory wrap(final ByteBuffer data) {
        throw new UnsupportedOperationException("simulated memory is nobody's buffer: " + data);
    }

    // Accidents

    /** Stands for any Error: the ring cannot know at which access it comes. */
    @SuppressWarnings("serial")
    static final class Accident extends Error {
        Accident() {
            super("an accident", null, false, false);
        }
    }

    /** Sets whether some of the current thread's accesses fail from now on, before they do anything. */
    void setAccidentProne(final boolean isProne) {
        if (isProne) {
            accidentProne.add(Thread.currentThread());
        } else {
            accidentProne.remove(Thread.currentThread());
        }
    }

    private void mayFail() {
        mayDie();
        if (accidentProne.contains(Thread.currentThread()) && simulation.choose(8) == 0) {
            throw new Accident();
        }
    }

    private void mayDie() {
        if (file != null) {
            file.mayDie();
        }
    }

    int capacity() {
        return capacity;
    }

    // Headers

    private Word word(final int offset) {
        if (offset % Long.BYTES != 0) {
            throw new IllegalArgumentException("misaligned: " + offset);
        }
        return data[offset / Long.BYTES];
    }

    long getHeaderAcquire(final int offset) {
        mayFail();
        return word(offset).load(simulation.mode(Mode.ORDERED, Weakening.HEADER_ACQUIRE_LOADED_OPAQUE, Mode.OPAQUE));
    }

    void setHeaderPlain(final int offset, final long header) {
        mayFail();
        word(offset).store(Mode.PLAIN, header);
    }

    void setHeaderRelease(final int offset, final long header) {
        mayFail();
        word(offset).store(simulation.mode(Mode.ORDERED, Weakening.HEADER_RELEASE_STORED_PLAIN, Mode.PLAIN), header);
    }

    long getHeaderVolatile(final int offset) {
        mayDie();
        return word(offset)
                .load(simulation.mode(Mode.VOLATILE, Weakening.HEADER_VOLATILE_LOADED_ACQUIRE, Mode.ORDERED));
    }

    void setHeaderVolatile(final int offset, final long header) {
        mayFail();
        word(offset)
                .store(simulation.mode(Mode.VOLATILE, Weakening.HEADER_VOLATILE_STORED_RELEASE, Mode.ORDERED), header);
    }

    // Payloads

    /** The offset is the record's. */
    void putPayload(final int offset, final ByteBuffer src, final int srcPosition, final int length) {
        final byte[] bytes = new byte[length];
        src.get(srcPosition, bytes);
        putPayload(offset, bytes, 0, length);
    }

    /** Stores the bytes in their words, the first and last of which may be covered only in part. */
    void putPayload(final int offset, final byte[] src, final int srcOffset, final int length) {
        mayFail();
        int done = 0;
        while (done < length) {
            final int from = (offset + done) % Long.BYTES;
            final int bytes = Math.min(Long.BYTES - from, length - done);
            final int shift = from * Byte.SIZE;
            mayDie();
            word(offset + RingLayout.HEADER_LENGTH + done - from)
                    .store(Mode.PLAIN, value(src, srcOffset + done) << shift, mask(bytes) << shift);
            done += bytes;
        }
    }

    void zero(final long from, final long to) {
        if (simulation.has(Weakening.GIVEN_BACK_BEFORE_ZEROES)) {
            zeroesToCome.put(Thread.currentThread(), new long[] {from, to});
        } else if (!simulation.has(Weakening.ZEROES_OMITTED)) {
            storeZeroes(from, to);
        }
    }

    private void storeZeroes(final long from, final long to) {
        for (long at = from; at < to; at += Long.BYTES) {
            mayFail();
            word((int) at & (capacity() - 1)).store(Mode.PLAIN, 0);
        }
    }

    private void storeZeroesToCome() {
        final long[] range = zeroesToCome.remove(Thread.currentThread());
        if (range != null) {
            storeZeroes(range[0], range[1]);
        }
    }

    private static long value(final byte[] bytes, final int from) {
        long value = 0;
        for (int i = from; i < Math.min(from + Long.BYTES, bytes.length); i++) {
            value |= (bytes[i] & 0xffL) << ((i - from) * Byte.SIZE);
        }
        return value;
    }

    private static long mask(final int bytes) {
        return bytes >= Long.BYTES ? WHOLE : (1L << (bytes * Byte.SIZE)) - 1;
    }

    MappedByteBuffer newView() {
        return (MappedByteBuffer) NO_BYTES.duplicate().limit(0);
    }

    @SuppressWarnings("DoNotCallSuggester") // the library has a call, which no scenario reaches
    ByteBuffer slice(final int offset, final int length) {
        throw new UnsupportedOperationException("no slices of simulated memory: " + offset + ", " + length);
    }

    /** Writes a payload into the claim with this buffer. */
    void fill(final ByteBuffer view, final byte[] payload) {
        putPayload(view.position() - RingLayout.HEADER_LENGTH, payload, 0, payload.length);
    }

    /** Reads the first byte of the record with this view. */
    int firstByte(final ByteBuffer view) {
        return (int) word(view.position()).load(Mode.PLAIN) & 0xff;
    }

    /** Reads a record, some of its words perhaps as late as memory allows, and fails if it is not this payload. */
    void expect(final ByteBuffer view, final byte[] payload) {
        if (view.remaining() != payload.length) {
            simulation.fail("a record of " + view.remaining() + " bytes instead of " + payload.length);
        }
        for (int done = 0; done < payload.length; done += Long.BYTES) {
            final long mask = mask(payload.length - done);
            final long expected = value(payload, done);
            word(view.position() + done).loadPerhapsLater(found -> {
                if ((found & mask) != expected) {
                    simulation.fail(
                            "torn payload: " + Long.toHexString(found) + " instead of " + Long.toHexString(expected));
                }
            });
        }
    }

    // What a scenario can know without reading

    /** Returns the least consumer position that the current thread can still read. */
    long knownConsumerPosition() {
        return consumerPosition.oldestReadable();
    }

    /** Returns how many attempts to reserve the current thread has lost to others. */
    int lostRacesSoFar() {
        return lostRaces.getOrDefault(Thread.currentThread(), 0);
    }

    /** Returns how many values the producer position has had. */
    int producerPositionsSoFar() {
        return producerPositions.size();
    }

    /** Returns the highest of these values, from the last of the first so many on. */
    long highestProducerPositionSince(final int soFar) {
        return producerPositions.subList(soFar - 1, producerPositions.size()).stream()
                .mapToLong(position -> position & -Long.BYTES)
                .max()
                .getAsLong();
    }

    // Control block

    long getProducerPositionVolatile() {
        mayFail();
        final Mode mode = simulation.mode(Mode.VOLATILE, Weakening.PRODUCER_POSITION_LOADED_OPAQUE, Mode.OPAQUE);
        return producerPosition.load(simulation.mode(mode, Weakening.PRODUCER_POSITION_LOADED_ACQUIRE, Mode.ORDERED));
    }

    long compareAndExchangeProducerPosition(final long expected, final long replacement) {
        mayFail();
        final boolean isSplit = simulation.has(Weakening.PRODUCER_EXCHANGE_SPLIT)
                || (replacement < expected && simulation.has(Weakening.GIVE_BACK_SPLIT));
        final long found = isSplit
                ? producerPosition.compareThenStore(expected, replacement)
                : producerPosition.compareAndExchange(
                        simulation.mode(Mode.VOLATILE, Weakening.PRODUCER_EXCHANGE_NOT_VOLATILE, Mode.ORDERED),
                        expected,
                        replacement);
        if (found == expected) {
            producerPositions.add(replacement);
        } else if (replacement > expected) { // else it gives back
            lostRaces.merge(Thread.currentThread(), 1, Integer::sum);
        }
        storeZeroesToCome();
        return found;
    }

    long compareAndExchangeProducerPositionOnHeap(final long expected, final long replacement) {
        return compareAndExchangeProducerPosition(expected, replacement);
    }

    long getConsumerPositionAcquire() {
        mayFail();
        return consumerPosition.load(
                simulation.mode(Mode.ORDERED, Weakening.CONSUMER_POSITION_LOADED_OPAQUE, Mode.OPAQUE));
    }

    void setConsumerPositionRelease(final long position) {
        storeZeroesToCome();
        mayDie();
        consumerPosition.store(
                simulation.mode(Mode.ORDERED, Weakening.CONSUMER_POSITION_STORED_PLAIN, Mode.PLAIN), position);
    }

    boolean isArmedVolatile() {
        mayFail();
        return armed.load(simulation.mode(Mode.VOLATILE, Weakening.ARMED_LOADED_ACQUIRE, Mode.ORDERED)) != 0;
    }

    void setArmedVolatile(final boolean value) {
        mayFail();
        armed.store(simulation.mode(Mode.VOLATILE, Weakening.ARMED_STORED_RELEASE, Mode.ORDERED), value ? 1 : 0);
    }

    boolean compareAndSetDisarmed() {
        mayFail();
        if (simulation.has(Weakening.ARMED_EXCHANGE_SPLIT)) {
            return armed.compareThenStore(1, 0) == 1;
        }
        return armed.compareAndExchange(Mode.VOLATILE, 1, 0) == 1;
    }

    void setPositionsPlain(final long position) {
        producerPosition.store(Mode.PLAIN, position);
        consumerPosition.store(Mode.PLAIN, position);
    }

    // What only a file has

    long getRedoPositionAcquire() {
        mayDie();
        return file.redoPosition.load(Mode.ORDERED);
    }

    void setRedoPositionPlain(final long position) {
        mayDie();
        if (!simulation.has(Weakening.REDO_OMITTED)) {
            file.redoPosition.store(Mode.PLAIN, position);
        }
    }

    /** Does nothing: a thread that needs this order holds the lock of a dead process, and sees all that it stored. */
    void storeStoreFence() {}

    /** Does nothing: it is for fields that are not simulated. */
    void loadLoadFence() {}

    long getDoorbellVolatile() {
        mayDie();
        return file.doorbell.load(Mode.VOLATILE);
    }

    void setDoorbellVolatile(final long port) {
        mayDie();
        file.doorbell.store(Mode.VOLATILE, port);
    }

    /** The port is the number of the thread that sleeps. */
    SelectableChannel openDoorbell() {
        if (file != null) {
            setDoorbellVolatile(simulation.numberOf(Thread.currentThread()));
        }
        return null;
    }

    void prepareToSleep() {
        openDoorbell();
    }

    void emptyDoorbell() {}

    void closeDoorbell() {
        setDoorbellVolatile(0);
    }

    void closeSender() {}

    boolean ringDoorbell() {
        final Thread sleeper = file == null ? null : simulation.ofNumber(getDoorbellVolatile());
        if (sleeper != null) {
            simulation.unpark(sleeper);
        }
        return sleeper != null;
    }

    // Sleeping

    private Mode waiterMode() {
        return simulation.mode(Mode.VOLATILE, Weakening.WAITER_PLAIN, Mode.PLAIN);
    }

    Thread getWaiterVolatile() {
        mayFail();
        return simulation.ofNumber(waiter.load(waiterMode()));
    }

    void setWaiterVolatile(final Thread thread) {
        waiter.store(waiterMode(), simulation.numberOf(thread));
    }

    void park(final long nanos) {
        simulation.park(nanos);
    }

    void sleep(final long nanos) {
        park(nanos);
    }

    void unpark(final Thread thread) {
        mayFail();
        simulation.unpark(thread);
    }

    /** Others may run; how long it lasts does not matter. */
    void spin(final long nanos) {
        spins++;
        simulation.letOthersRun();
    }

    long nanoTime() {
        return simulation.nanoTime();
    }
}
