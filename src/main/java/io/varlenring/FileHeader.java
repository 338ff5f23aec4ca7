// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.ALIGNMENT;
import static io.varlenring.RingLayout.CLOSED;

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
 * What a ring's file says of itself, written once and checked by whoever attaches.
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
        page.order(ByteOrder.BIG_ENDIAN).putLong(RingLayout.MAGIC_OFFSET, RingLayout.MAGIC);
        putId(page, RingLayout.RING_ID_OFFSET, UUID.randomUUID());
        putId(page, RingLayout.BOOT_ID_OFFSET, bootId());
        page.order(ByteOrder.nativeOrder())
                .putLong(RingLayout.BYTE_ORDER_OFFSET, RingLayout.BYTE_ORDER)
                .putInt(RingLayout.VERSION_OFFSET, RingLayout.VERSION)
                .putLong(RingLayout.CAPACITY_OFFSET, capacity)
                .putLong(RingLayout.DATA_OFFSET_OFFSET, dataOffset)
                .putInt(RingLayout.SLOTS_OFFSET, slots)
                .putInt(RingLayout.SLOT_LENGTH_OFFSET, RingLayout.SLOT_LENGTH)
                .putLong(RingLayout.FILE_LENGTH_OFFSET, (long) dataOffset + capacity)
                .putLong(RingLayout.PRODUCER_POSITION_OFFSET, initialPosition)
                .putLong(RingLayout.CONSUMER_POSITION_OFFSET, initialPosition)
                .putLong(RingLayout.REDO_POSITION_OFFSET, initialPosition);
    }

    /** Checks that a file can be one of a ring, before its bytes can be looked at. */
    static void checkLength(final long length) {
        final long least = RingLayout.dataOffset(1) + (long) RingLayout.MIN_CAPACITY;
        final long most = RingLayout.dataOffset(RingLayout.MAX_SLOTS) + (long) RingLayout.MAX_CAPACITY;
        check(length >= least && length <= most, "length", "bytes of the file", length, least + " to " + most);
    }

    /** Reads each word once, and checks it. */
    static FileHeader read(final ByteBuffer bytes, final long length) {
        final ByteBuffer file = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
        final long magic = file.getLong(RingLayout.MAGIC_OFFSET);
        check(magic == RingLayout.MAGIC, "magic", "0", hex(magic), hex(RingLayout.MAGIC) + ", VLRING01");
        final UUID id = getId(file, RingLayout.RING_ID_OFFSET);
        final UUID boot = getId(file, RingLayout.BOOT_ID_OFFSET);
        file.order(ByteOrder.nativeOrder());
        final long order = file.getLong(RingLayout.BYTE_ORDER_OFFSET);
        check(order == RingLayout.BYTE_ORDER, "byte order", "8", hex(order), hex(RingLayout.BYTE_ORDER));
        final int version = file.getInt(RingLayout.VERSION_OFFSET);
        check(version == RingLayout.VERSION, "version", "16", version, "" + RingLayout.VERSION);
        final int features = file.getInt(RingLayout.FEATURES_OFFSET);
        check((features & ~RingLayout.KNOWN_FEATURES) == 0, "features", "20", hex(features), "0");
        final long capacity = file.getLong(RingLayout.CAPACITY_OFFSET);
        check(RingLayout.isCapacity(capacity), "capacity", "24", capacity, "a power of two in 64 to 1073741824");
        final int slots = file.getInt(RingLayout.SLOTS_OFFSET);
        check(slots >= 1 && slots <= RingLayout.MAX_SLOTS, "slots", "40", slots, "1 to " + RingLayout.MAX_SLOTS);
        final int slotLength = file.getInt(RingLayout.SLOT_LENGTH_OFFSET);
        check(slotLength == RingLayout.SLOT_LENGTH, "slot length", "44", slotLength, "" + RingLayout.SLOT_LENGTH);
        final long dataOffset = file.getLong(RingLayout.DATA_OFFSET_OFFSET);
        final int least = RingLayout.dataOffset(slots);
        check(
                dataOffset >= least && dataOffset <= length && dataOffset % RingLayout.PAGE == 0,
                "data offset",
                "32",
                dataOffset,
                "a multiple of " + RingLayout.PAGE + " in " + least + " to " + length);
        final long said = file.getLong(RingLayout.FILE_LENGTH_OFFSET);
        check(said == dataOffset + capacity, "file length", "48", said, "" + (dataOffset + capacity));
        check(said == length, "length", "bytes of the file", length, "" + said);
        final UUID current = bootId();
        check(
                boot.equals(NONE) || current.equals(NONE) || boot.equals(current),
                "boot",
                "72",
                boot,
                current + ": the machine has been started anew since, so its pages are of different moments");
        return new FileHeader((int) capacity, (int) dataOffset, slots, id);
    }

    /** Checks what moves: in this order loaded, so that a peer that goes on meanwhile can do no harm. */
    static void checkPositions(final RingMemory memory) {
        final long consumer = memory.getConsumerPositionAcquire(); // pairs with giveBack() [M3] [M10]
        final long redo = memory.getRedoPositionAcquire(); // pairs with giveBack() [M14]
        final long producer = memory.getProducerPositionVolatile() & ~CLOSED; // pairs with reserve() [M4] [M10]
        final long newest = memory.getConsumerPositionAcquire(); // as above [M3] [M10]
        check(consumer % ALIGNMENT == 0, "consumer position", "256", consumer, "a multiple of 8");
        check(redo % ALIGNMENT == 0, "redo position", "264", redo, "a multiple of 8");
        check(producer % ALIGNMENT == 0, "producer position", "128", producer, "a multiple of 8");
        check(redo - consumer >= 0, "redo position", "264", redo, "at least the consumer position, " + consumer);
        final long lap = newest + memory.capacity();
        check(lap - redo >= 0, "redo position", "264", redo, "at most a lap ahead of the consumer position, " + lap);
        check(producer - redo >= 0, "producer position", "128", producer, "at least the redo position, " + redo);
        check(lap - producer >= 0, "producer position", "128", producer, "at most a lap ahead, " + lap);
    }

    private static void check(
            final boolean isGood, final String what, final String where, final Object found, final String limit) {
        if (!isGood) {
            throw new RingCorruptException(
                    "not a ring: " + what + " (at " + where + ") is " + found + ", and must be " + limit);
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

    /** Returns what changes when the machine is started, or 0 where the system does not tell. */
    private static UUID bootId() {
        try (FileInputStream in = new FileInputStream(BOOT_ID)) {
            final String text = new String(in.readNBytes(UUID_CHARACTERS), StandardCharsets.ISO_8859_1);
            return UUID.fromString(text);
        } catch (final IOException e) {
            if (Files.isReadable(Path.of(BOOT_ID))) { // it does, but for want of descriptors
                throw new UncheckedIOException(e);
            }
            return NONE;
        } catch (final IllegalArgumentException e) {
            return NONE;
        }
    }
}
