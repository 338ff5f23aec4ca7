// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are not a ring's, or no longer. */
final class HostileFileTest {
    private static final int CAPACITY = 64;
    private static final int SLOTS = 2;
    private static final int DATA_OFFSET = 8192;

    private static ByteBuffer goodFile() {
        final ByteBuffer file = ByteBuffer.allocate(DATA_OFFSET + CAPACITY);
        FileHeader.write(file, CAPACITY, SLOTS, 0);
        return file.order(ByteOrder.nativeOrder());
    }

    private static byte[] bytes(final ByteBuffer file) {
        final byte[] bytes = new byte[file.capacity()];
        file.get(0, bytes);
        return bytes;
    }

    private static String failure(final byte[] content) throws IOException {
        final Path file = FileRings.newFile();
        try {
            Files.write(file, content);
            return assertThrows(RingCorruptException.class, () -> VarLenMpscRing.attach(file))
                    .getMessage();
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void attach_toAGoodFile_succeeds() throws IOException {
        final Path file = FileRings.newFile();
        Files.write(file, bytes(goodFile()));
        assertEquals(CAPACITY, VarLenMpscRing.attach(file).capacity());
        Files.delete(file);
    }

    /** In the order of the checks: nothing after a failure is looked at. */
    @ParameterizedTest
    @CsvSource({
        "0, 8, 0x564c52494e473032, magic",
        "8, 8, 0x0807060504030201, byte order",
        "16, 4, 2, version",
        "16, 4, 0, version",
        "20, 4, 1, features",
        "24, 8, 32, capacity",
        "24, 8, 96, capacity",
        "24, 8, 0x80000000, capacity",
        "24, 8, 0x100000040, capacity",
        "40, 4, 0, slots",
        "40, 4, 4097, slots",
        "40, 4, -1, slots",
        "44, 4, 64, slot length",
        "32, 8, 4096, data offset",
        "32, 8, 8200, data offset",
        "32, 8, 12288, data offset",
        "32, 8, -4096, data offset",
        "48, 8, 8192, file length",
        "24, 8, 128, file length",
        "72, 8, 1, boot",
        "256, 8, 4, consumer position",
        "264, 8, 4, redo position",
        "128, 8, 4, producer position",
        "264, 8, -8, redo position",
        "264, 8, 8, producer position",
        "264, 8, 0x6000000000000000, redo position",
        "128, 8, -8, producer position",
        "128, 8, 72, producer position",
        "128, 8, 0x7ffffffffffffff8, producer position"
    })
    void attach_toABadFile_namesCheckValueAndLimit(
            final int offset, final int length, final String value, final String check) throws IOException {
        final ByteBuffer file = goodFile();
        final long word = Long.decode(value);
        if (length == Integer.BYTES) {
            file.putInt(offset, (int) word);
        } else {
            file.order(offset == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.nativeOrder())
                    .putLong(offset, word);
        }
        final String message = failure(bytes(file));
        assertTrue(message.startsWith("not a ring: " + check + " (at "), message);
        assertTrue(message.contains(" is ") && message.contains(", and must be "), message);
    }

    /** Where it was made the system does not tell when it was started, so nothing is known against it. */
    @Test
    void attach_toAFileWithoutABootId_joins() throws IOException {
        final ByteBuffer good = goodFile();
        good.putLong(RingLayout.BOOT_ID_OFFSET, 0).putLong(RingLayout.BOOT_ID_OFFSET + Long.BYTES, 0);
        final Path file = FileRings.newFile();
        Files.write(file, bytes(good));
        final VarLenMpscRing ring = VarLenMpscRing.attach(file);
        assertTrue(Rings.offer(ring.newProducer(), Rings.payload(1, 8)));
        assertEquals(1, Rings.drain(ring).size());
        ring.detach();
        Files.delete(file);
    }

    /** They would be refused when they are given back: none is zeroed before, nor told of. */
    @Test
    void drain_ofRecordsThatNobodyReserved_leavesTheRedoPositionWhereAttachFindsIt() throws IOException {
        final ByteBuffer hostile = goodFile();
        for (int offset = 0; offset < CAPACITY; offset += 8) {
            hostile.putLong(DATA_OFFSET + offset, RingLayout.recordHeader(0));
        }
        final Path file = FileRings.newFile();
        Files.write(file, bytes(hostile));
        final VarLenMpscRing ring = VarLenMpscRing.attach(file);
        for (int i = 0; i < 2; i++) {
            final RingCorruptException failure = assertThrows(RingCorruptException.class, () -> Rings.drain(ring));
            assertTrue(
                    failure.getMessage().contains("producer position is 0, and must be at least "), failure::toString);
        }
        assertEquals(0, ring.memory.getRedoPositionAcquire());
        assertEquals(RingLayout.recordHeader(0), ring.memory.getHeaderAcquire(0));
        ring.detach();
        Files.delete(file);
    }

    @Test
    void attach_toAFileOfAnotherLength_saysSo() throws IOException {
        final byte[] good = bytes(goodFile());
        for (final int length : new int[] {0, 8, 4096, DATA_OFFSET, good.length - 8, good.length + 8}) {
            final String message = failure(java.util.Arrays.copyOf(good, length));
            assertTrue(message.startsWith("not a ring: length in bytes is " + length), message);
        }
    }

    /** When all is wrong, each check hides the later ones. */
    @Test
    void attach_checksInOrder() throws IOException {
        final ByteBuffer good = goodFile();
        final ByteBuffer file = goodFile();
        for (int offset = 0; offset < 512; offset++) {
            file.put(offset, (byte) 0xff);
        }
        final List<String> found = new ArrayList<>();
        final int[][] mended = {
            {0, 8}, {8, 8}, {16, 4}, {20, 4}, {24, 8}, {40, 4}, {44, 4}, {32, 8}, {48, 8}, {72, 16}, {256, 8}, {264, 8},
            {128, 8}
        };
        for (final int[] range : mended) {
            final String message = failure(bytes(file));
            found.add(message.substring("not a ring: ".length(), message.indexOf(" (at ")));
            file.put(range[0], good, range[0], range[1]);
        }
        assertEquals(
                List.of(
                        "magic",
                        "byte order",
                        "version",
                        "features",
                        "capacity",
                        "slots",
                        "slot length",
                        "data offset",
                        "file length",
                        "boot",
                        "consumer position",
                        "redo position",
                        "producer position"),
                found);
    }

    /** The word is checked before anything is reserved by it. */
    @Test
    void newProducer_whereTheProducerPositionMakesNoSense_takesNoSlot() throws IOException {
        final Path file = FileRings.newFile();
        Files.write(file, bytes(goodFile()));
        final VarLenMpscRing ring = VarLenMpscRing.attach(file);
        ring.memory.compareAndExchangeProducerPosition(0, 12);
        for (int i = 0; i <= SLOTS; i++) {
            final RingCorruptException failure = assertThrows(RingCorruptException.class, ring::newProducer);
            assertTrue(failure.getMessage().contains("the producer position is 12, "), failure.getMessage());
        }
        ring.memory.compareAndExchangeProducerPosition(12, 0);
        for (int i = 0; i < SLOTS; i++) {
            assertTrue(Rings.offer(ring.newProducer(), new byte[1]));
        }
        ring.detach();
        Files.delete(file);
    }

    /** What was attached to can be truncated: the next one to attach is told. */
    @Test
    void attach_afterTheFileWasCut_saysSo() throws IOException {
        final Path file = FileRings.newFile();
        Files.write(file, bytes(goodFile()));
        final VarLenMpscRing ring = VarLenMpscRing.attach(file);
        try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
            cut.setLength(DATA_OFFSET + CAPACITY - 8);
        }
        final RingCorruptException failure =
                assertThrows(RingCorruptException.class, () -> VarLenMpscRing.attach(file));
        assertTrue(failure.getMessage().contains("length"), failure.getMessage());
        assertEquals(CAPACITY, ring.capacity());
        Files.delete(file);
    }

    /** The end of a mapping closes nothing of rings that have mapped the file again. */
    @Test
    void mappingOfBefore_thatIsCollected_closesNothing() throws Exception {
        final Path file = FileRings.newFile();
        Files.write(file, bytes(goodFile()));
        VarLenMpscRing.attach(file).detach();
        final ByteBuffer longer = ByteBuffer.allocate(DATA_OFFSET + 2 * CAPACITY);
        FileHeader.write(longer, 2 * CAPACITY, SLOTS, 0);
        Files.write(file, bytes(longer));
        final VarLenMpscRing ring = VarLenMpscRing.attach(file);
        for (int i = 0; i < 20; i++) { // how soon it goes is the collector's affair
            System.gc();
            Thread.sleep(5);
        }
        assertTrue(Rings.offer(ring.newProducer(), Rings.payload(1, 40)));
        ring.detach();
        Files.delete(file);
    }

    /** The mapping of before is too short for it. */
    @Test
    void attach_afterTheFileWasWrittenAnew_mapsAllOfIt() throws IOException {
        final Path file = FileRings.newFile();
        Files.write(file, bytes(goodFile()));
        final VarLenMpscRing before = VarLenMpscRing.attach(file);
        before.detach();
        final ByteBuffer longer = ByteBuffer.allocate(DATA_OFFSET + 2 * CAPACITY);
        FileHeader.write(longer, 2 * CAPACITY, SLOTS, 0);
        Files.write(file, bytes(longer));
        final VarLenMpscRing ring = VarLenMpscRing.attach(file);
        assertEquals(2 * CAPACITY, ring.capacity());
        assertTrue(Rings.offer(ring.newProducer(), Rings.payload(1, 40)));
        assertEquals(1, Rings.drain(ring).size());
        assertEquals(CAPACITY, before.capacity());
        Files.write(file, bytes(longer.put(7, (byte) '2')));
        assertThrows(RingCorruptException.class, () -> VarLenMpscRing.attach(file));
        ring.newProducer().close(); // the channel of those who have joined is open still, and so are their locks
        ring.detach();
        Files.delete(file);
    }

    @Test
    void length_ofAFile_isThatOfTheLeastRingToThatOfTheLargest() {
        FileHeader.checkLength(8256);
        FileHeader.checkLength((1L << 30) + 528_384);
        for (final long length : new long[] {-1, 8255, (1L << 30) + 528_385, Long.MAX_VALUE}) {
            assertEquals(
                    "not a ring: length in bytes is " + length + ", and must be 8256 to 1074270208",
                    assertThrows(RingCorruptException.class, () -> FileHeader.checkLength(length))
                            .getMessage());
        }
    }

    /** What another writer may choose: a larger data offset, any position, a ring that is full, or closed. */
    @Test
    void attach_toAFileThatAnotherHasMade_takesItAsItIs() throws IOException {
        final int dataOffset = DATA_OFFSET + 4096;
        final ByteBuffer content = ByteBuffer.allocate(dataOffset + CAPACITY);
        FileHeader.write(content, CAPACITY, SLOTS, 0);
        content.order(ByteOrder.nativeOrder())
                .putLong(RingLayout.DATA_OFFSET_OFFSET, dataOffset)
                .putLong(RingLayout.FILE_LENGTH_OFFSET, dataOffset + CAPACITY)
                .putLong(RingLayout.PRODUCER_POSITION_OFFSET, CAPACITY | RingLayout.CLOSED);
        for (int i = 0; i < CAPACITY; i += 16) {
            content.putLong(dataOffset + i, 16).putLong(dataOffset + i + 8, i);
        }
        final Path file = FileRings.newFile();
        Files.write(file, bytes(content));
        final VarLenMpscRing ring = VarLenMpscRing.attach(file);
        assertTrue(ring.isClosed());
        assertEquals(CAPACITY, ring.size());
        final List<Long> values = new ArrayList<>();
        ring.consumer()
                .drain(record ->
                        values.add(record.order(ByteOrder.nativeOrder()).getLong()));
        assertEquals(List.of(0L, 16L, 32L, 48L), values);
        assertTrue(ring.isEmpty());
        ring.detach();
        Files.delete(file);
    }

    @Test
    void header_namesTheBootByTheDigitsThatTheSystemHasForIt() throws IOException {
        final Path bootId = Path.of("/proc/sys/kernel/random/boot_id");
        if (!Files.isReadable(bootId)) {
            System.out.println("HostileFileTest: SKIPPED the id of the boot: no " + bootId);
            return;
        }
        final byte[] bytes = bytes(goodFile());
        final StringBuilder digits = new StringBuilder();
        for (int i = 72; i < 88; i++) {
            digits.append(String.format("%02x", bytes[i]));
        }
        assertEquals(Files.readString(bootId).strip().replace("-", ""), digits.toString());
        for (int i = 88; i < 4096; i++) {
            assertEquals(0, bytes[i], "reserved");
        }
    }

    /** Each header that no reservation has is refused, where it stands, and nothing moves. */
    @ParameterizedTest
    @CsvSource({"1", "7", "-7", "-12", "-264", "129", "4294967312", "9223372036854775807", "-9223372036854775808"})
    void drain_ofAHeaderThatNoRecordHas_isRefused(final long header) {
        final VarLenMpscRing ring = FileRings.newRing(256, 0, null);
        final ByteBuffer data = FileRings.data(256);
        assertTrue(Rings.offer(ring.newProducer(), new byte[8]));
        FileRings.bytes(256).putLong(RingLayout.PRODUCER_POSITION_OFFSET, 128);
        data.putLong(16, header);
        final RingConsumer consumer = ring.consumer();
        final int[] records = new int[1];
        for (int i = 0; i < 2; i++) {
            final String told = assertThrows(RingCorruptException.class, () -> consumer.drain(record -> records[0]++))
                    .getMessage();
            assertTrue(told.startsWith("the header at position 16 is " + header + ", and must be 8 to 128 for"), told);
            assertTrue(told.contains(" in " + (-240 - 16 * i) + " to -8 for padding: "), told);
            assertEquals(1, records[0]);
            assertEquals(16, ring.consumerPosition());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void drain_ofARecordOverTheEnd_isRefused(final boolean slices) throws IOException {
        final VarLenMpscRing ring = FileRings.newRing(256, 240, null);
        FileRings.bytes(256).putLong(RingLayout.PRODUCER_POSITION_OFFSET, 304);
        FileRings.data(256).putLong(240, 24);
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().file(ring.file());
        final VarLenMpscRing other = slices ? builder.slices().build() : builder.build();
        final RingConsumer consumer = other.consumer();
        assertThrows(RingCorruptException.class, () -> consumer.drain(record -> {}));
        other.detach();
    }

    @Test
    void drain_beyondTheProducerPosition_isRefused() {
        final VarLenMpscRing ring = FileRings.newRing(256, 0, null);
        final RingConsumer consumer = ring.consumer();
        FileRings.data(256).putLong(0, 24);
        final RingCorruptException failure =
                assertThrows(RingCorruptException.class, () -> consumer.drain(record -> {}));
        assertTrue(failure.getMessage().startsWith("the producer position is 0, "), failure.getMessage());
        assertEquals(0, ring.consumerPosition());
    }

    /** It would hold up the recovery of what another one has reserved there. */
    @Test
    void offer_thatLostARace_andFindsTheConsumerPositionUnaligned_announcesNothing() {
        final VarLenMpscRing ring = FileRings.newRing(256, 0, null);
        final RingProducer slower = ring.newProducer();
        final RingProducer faster = ring.newProducer();
        for (int i = 0; i < 15; i++) {
            assertTrue(Rings.offer(faster, new byte[8]));
        }
        FileRings.bytes(256).putLong(RingLayout.CONSUMER_POSITION_OFFSET, 4);
        assertRefused("the consumer position is 4", () -> Rings.offer(slower, new byte[24]));
        assertEquals(0, slower.side().slot.getAttemptAcquire());
    }

    private static void assertRefused(final String message, final Executable call) {
        final RingCorruptException failure = assertThrows(RingCorruptException.class, call);
        assertTrue(failure.getMessage().startsWith(message + ", and must be "), failure.getMessage());
    }

    /** A process may have several. */
    @Test
    void refusals_ofTheConsumer_nameTheFile() {
        final VarLenMpscRing ring = FileRings.newRing(256, 0, null);
        final ByteBuffer words = FileRings.bytes(256);
        words.putLong(RingLayout.REDO_POSITION_OFFSET, 4);
        assertNamed(ring, ring::consumer);
        words.putLong(RingLayout.REDO_POSITION_OFFSET, 0);
        final RingConsumer consumer = ring.consumer();
        words.putLong(RingLayout.PRODUCER_POSITION_OFFSET, 12);
        assertNamed(ring, consumer::stalledBy);
        words.putLong(RingLayout.PRODUCER_POSITION_OFFSET, 16).putLong(RingLayout.FIRST_SLOT_OFFSET, 2);
        assertNamed(ring, consumer::stalledBy);
    }

    private static void assertNamed(final VarLenMpscRing ring, final Executable call) {
        final String message = assertThrows(RingCorruptException.class, call).getMessage();
        assertTrue(message.endsWith(": " + ring.file()), message);
    }

    /** And can be read for people all the same. */
    @Test
    void offer_whenThePositionsMakeNoSense_isRefused() {
        final VarLenMpscRing ring = FileRings.newRing(256, 0, null);
        final ByteBuffer words = FileRings.bytes(256);
        final RingProducer producer = ring.newProducer();
        final Executable offer = () -> Rings.offer(producer, new byte[8]);
        final int slots = 4096;
        words.putLong(RingLayout.PRODUCER_POSITION_OFFSET, 4);
        assertRefused("the producer position is 4", offer);
        assertEquals(0, words.getLong(slots), "announced");
        words.putLong(RingLayout.PRODUCER_POSITION_OFFSET, 264);
        assertRefused("the producer position is 264", offer);
        assertEquals(0, words.getLong(slots), "announced");
        assertEquals(256, ring.size());
        words.putLong(RingLayout.PRODUCER_POSITION_OFFSET, 256);
        words.putLong(RingLayout.CONSUMER_POSITION_OFFSET, 12);
        assertRefused("the consumer position is 12", offer);
        words.putLong(RingLayout.CONSUMER_POSITION_OFFSET, 512);
        assertEquals(0, ring.size());
        words.putLong(RingLayout.CONSUMER_POSITION_OFFSET, 0);
        assertEquals(0, Rings.fill(producer));
        words.putLong(RingLayout.PRODUCER_POSITION_OFFSET, 0);
        assertTrue(Rings.offer(ring.newProducer(), new byte[8]));
    }

    /** Differences of such positions overflow, or promise room forever. */
    @Test
    void offer_whereCIsBeyondP_isRefusedAndMovesNothing() {
        for (final long position : new long[] {Long.MIN_VALUE + 0xf0, -256, -8}) {
            final VarLenMpscRing ring = FileRings.newRing(256, 0, null);
            final ByteBuffer words = FileRings.bytes(256);
            final RingProducer producer = ring.newProducer();
            words.putLong(RingLayout.PRODUCER_POSITION_OFFSET, position);
            final ByteBuffer[] srcs = {ByteBuffer.allocate(8), ByteBuffer.allocate(8)};
            final String refusal = "the producer position is " + position;
            assertRefused(refusal, () -> Rings.offer(producer, new byte[8]));
            assertRefused(refusal, () -> producer.offerAll(srcs, 0, 2));
            assertRefused(refusal, () -> producer.tryClaim(8));
            assertRefused(refusal, () -> producer.tryClaimBatch(8, 64));
            assertEquals(position, words.getLong(RingLayout.PRODUCER_POSITION_OFFSET));
            assertEquals(0, words.getLong(4096), "announced");
        }
        for (final long position :
                new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 0xf0, Long.MAX_VALUE - 0xf7, -256, -8}) {
            final VarLenMpscRing ring = FileRings.newRing(256, 0, null);
            final ByteBuffer words = FileRings.bytes(256);
            words.putLong(RingLayout.PRODUCER_POSITION_OFFSET, position);
            assertRefused("the producer position is " + position, () -> Rings.offer(ring.newProducer(), new byte[8]));
            assertEquals(position, words.getLong(RingLayout.PRODUCER_POSITION_OFFSET));
            assertEquals(0, words.getLong(4096), "announced");
        }
        final VarLenMpscRing ring = FileRings.newRing(256, 0, null);
        final RingProducer producer = ring.newProducer();
        FileRings.bytes(256).putLong(RingLayout.CONSUMER_POSITION_OFFSET, 1_000_000);
        assertRefused("the producer position is 256", () -> Rings.fill(producer));
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void anyWords_leadToAnswersOrRefusals() {
        for (int seed = 0; seed < 20_000; seed++) {
            final HostileFile file = new HostileFile(Choices.random(seed));
            try {
                file.run();
            } catch (final Exception | Error failure) {
                fail("seed " + seed + ", " + file, failure);
            }
        }
    }
}
