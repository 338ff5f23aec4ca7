// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.ALIGNMENT;
import static io.varlenring.RingLayout.BOOT_ID_OFFSET;
import static io.varlenring.RingLayout.BYTE_ORDER;
import static io.varlenring.RingLayout.BYTE_ORDER_OFFSET;
import static io.varlenring.RingLayout.CAPACITY_OFFSET;
import static io.varlenring.RingLayout.CLOSED;
import static io.varlenring.RingLayout.CONSUMER_POSITION_OFFSET;
import static io.varlenring.RingLayout.DATA_OFFSET_OFFSET;
import static io.varlenring.RingLayout.FEATURES_OFFSET;
import static io.varlenring.RingLayout.FILE_LENGTH_OFFSET;
import static io.varlenring.RingLayout.KNOWN_FEATURES;
import static io.varlenring.RingLayout.MAGIC;
import static io.varlenring.RingLayout.MAGIC_OFFSET;
import static io.varlenring.RingLayout.MAX_CAPACITY;
import static io.varlenring.RingLayout.MAX_SLOTS;
import static io.varlenring.RingLayout.MIN_CAPACITY;
import static io.varlenring.RingLayout.PAGE;
import static io.varlenring.RingLayout.PRODUCER_POSITION_OFFSET;
import static io.varlenring.RingLayout.REDO_POSITION_OFFSET;
import static io.varlenring.RingLayout.RING_ID_OFFSET;
import static io.varlenring.RingLayout.SLOTS_OFFSET;
import static io.varlenring.RingLayout.SLOT_LENGTH;
import static io.varlenring.RingLayout.SLOT_LENGTH_OFFSET;
import static io.varlenring.RingLayout.VERSION;
import static io.varlenring.RingLayout.VERSION_OFFSET;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The header of a ring's file, written once and checked on every attach.
 *
 * @param capacity bytes of the data
 * @param dataOffset where the data begins
 * @param slots how many producers there can be at once
 * @param id the ring's, random
 */
record FileHeader(int capacity, int dataOffset, int slots, UUID id) {
    private static final UUID NONE = new UUID(0, 0);
    private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";
    private static final int UUID_CHARACTERS = 36;

    /** Writes the first page of a new file. */
    static void write(final ByteBuffer page, final int capacity, final int slots, final long initialPosition) {
        final int dataOffset = RingLayout.dataOffset(slots);
        page.order(ByteOrder.BIG_ENDIAN).putLong(MAGIC_OFFSET, MAGIC);
        putId(page, RING_ID_OFFSET, UUID.randomUUID());
        putId(page, BOOT_ID_OFFSET, bootId());
        page.order(ByteOrder.nativeOrder())
                .putLong(BYTE_ORDER_OFFSET, BYTE_ORDER)
                .putInt(VERSION_OFFSET, VERSION)
                .putLong(CAPACITY_OFFSET, capacity)
                .putLong(DATA_OFFSET_OFFSET, dataOffset)
                .putInt(SLOTS_OFFSET, slots)
                .putInt(SLOT_LENGTH_OFFSET, SLOT_LENGTH)
                .putLong(FILE_LENGTH_OFFSET, (long) dataOffset + capacity)
                .putLong(PRODUCER_POSITION_OFFSET, initialPosition)
                .putLong(CONSUMER_POSITION_OFFSET, initialPosition)
                .putLong(REDO_POSITION_OFFSET, initialPosition);
    }

    /** Checks that a file can be a ring's, before its bytes can be read. */
    static void checkLength(final long length) {
        final long least = RingLayout.dataOffset(1) + (long) MIN_CAPACITY;
        final long most = RingLayout.dataOffset(MAX_SLOTS) + (long) MAX_CAPACITY;
        check(length >= least && length <= most, "length in bytes", length, least + " to " + most);
    }

    /** Reads each word once, and checks it. */
    static FileHeader read(final ByteBuffer bytes, final long length) {
        final ByteBuffer file = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
        final long magic = file.getLong(MAGIC_OFFSET);
        check(magic == MAGIC, "magic", MAGIC_OFFSET, hex(magic), hex(MAGIC) + ", VLRING01");
        final UUID id = getId(file, RING_ID_OFFSET);
        final UUID boot = getId(file, BOOT_ID_OFFSET);
        file.order(ByteOrder.nativeOrder());
        final long order = file.getLong(BYTE_ORDER_OFFSET);
        check(order == BYTE_ORDER, "byte order", BYTE_ORDER_OFFSET, hex(order), hex(BYTE_ORDER));
        final int version = file.getInt(VERSION_OFFSET);
        check(version == VERSION, "version", VERSION_OFFSET, version, VERSION);
        final int features = file.getInt(FEATURES_OFFSET);
        check((features & ~KNOWN_FEATURES) == 0, "features", FEATURES_OFFSET, hex(features & 0xffff_ffffL), "0");
        final long capacity = file.getLong(CAPACITY_OFFSET);
        check(
                RingLayout.isCapacity(capacity),
                "capacity",
                CAPACITY_OFFSET,
                capacity,
                "a power of two in " + MIN_CAPACITY + " to " + MAX_CAPACITY);
        final int slots = file.getInt(SLOTS_OFFSET);
        check(slots >= 1 && slots <= MAX_SLOTS, "slots", SLOTS_OFFSET, slots, "1 to " + MAX_SLOTS);
        final int slotLength = file.getInt(SLOT_LENGTH_OFFSET);
        check(slotLength == SLOT_LENGTH, "slot length", SLOT_LENGTH_OFFSET, slotLength, SLOT_LENGTH);
        final long dataOffset = file.getLong(DATA_OFFSET_OFFSET);
        final int least = RingLayout.dataOffset(slots);
        check(
                dataOffset >= least && dataOffset <= length && dataOffset % PAGE == 0,
                "data offset",
                DATA_OFFSET_OFFSET,
                dataOffset,
                "a multiple of " + PAGE + " in " + least + " to " + length);
        final long said = file.getLong(FILE_LENGTH_OFFSET);
        check(said == dataOffset + capacity, "file length", FILE_LENGTH_OFFSET, said, dataOffset + capacity);
        check(said == length, "length in bytes", length, said);
        checkBoot(boot);
        return new FileHeader((int) capacity, (int) dataOffset, slots, id);
    }

    private static void checkBoot(final UUID boot) {
        final UUID current = bootId();
        check(
                boot.equals(NONE) || current.equals(NONE) || boot.equals(current),
                "boot",
                BOOT_ID_OFFSET,
                boot,
                current + ": the machine has been started anew since, so its pages are of different moments");
    }

    /** Checks the positions, loaded in an order that makes concurrent progress of peers harmless. */
    static void checkPositions(final RingMemory memory) {
        final long consumer = memory.getConsumerPositionAcquire(); // pairs with giveBack() [M3] [M10]
        final long redo = memory.getRedoPositionAcquire(); // pairs with prepareToZero() [M14]
        final long producer = memory.getProducerPositionVolatile() & ~CLOSED; // pairs with reserve() [M4] [M10]
        final long newest = memory.getConsumerPositionAcquire(); // as above [M3] [M10]
        check(consumer % ALIGNMENT == 0, "consumer position", CONSUMER_POSITION_OFFSET, consumer, "a multiple of 8");
        checkRedo(redo % ALIGNMENT == 0, redo, "a multiple of 8");
        checkProducer(producer % ALIGNMENT == 0, producer, "a multiple of 8");
        checkRedo(redo - consumer >= 0, redo, "at least the consumer position, " + consumer);
        final long lap = newest + memory.capacity();
        checkRedo(lap - redo >= 0, redo, "at most " + lap + ", a lap ahead of the consumer position");
        checkProducer(producer - redo >= 0, producer, "at least the redo position, " + redo);
        checkProducer(lap - producer >= 0, producer, "at most " + lap + ", a lap ahead");
    }

    private static void checkRedo(final boolean isGood, final long redo, final String limit) {
        check(isGood, "redo position", REDO_POSITION_OFFSET, redo, limit);
    }

    private static void checkProducer(final boolean isGood, final long producer, final String limit) {
        check(isGood, "producer position", PRODUCER_POSITION_OFFSET, producer, limit);
    }

    private static void check(
            final boolean isGood, final String what, final int offset, final Object found, final Object limit) {
        check(isGood, what + " (at " + offset + ")", found, limit);
    }

    private static void check(final boolean isGood, final String what, final Object found, final Object limit) {
        if (!isGood) {
            throw new RingCorruptException("not a ring: " + what + " is " + found + ", and must be " + limit);
        }
    }

    private static String hex(final long word) {
        return "0x" + Long.toHexString(word);
    }

    private static void putId(final ByteBuffer page, final int offset, final UUID id) {
        page.putLong(offset, id.getMostSignificantBits()).putLong(offset + Long.BYTES, id.getLeastSignificantBits());
    }

    private static UUID getId(final ByteBuffer page, final int offset) {
        return new UUID(page.getLong(offset), page.getLong(offset + Long.BYTES));
    }

    /** Returns an id that changes with each boot of the machine, or 0 where the system has none. */
    private static UUID bootId() {
        try (FileInputStream in = new FileInputStream(BOOT_ID)) {
            final String text = new String(in.readNBytes(UUID_CHARACTERS), StandardCharsets.ISO_8859_1);
            return UUID.fromString(text);
        } catch (final IOException e) {
            if (Files.isReadable(Path.of(BOOT_ID))) { // it exists: there was no descriptor
                throw new UncheckedIOException(e);
            }
            return NONE;
        } catch (final IllegalArgumentException e) {
            return NONE;
        }
    }
}
