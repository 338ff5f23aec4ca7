// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.offer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.HeldProgram.Window;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the inspector says of a ring in each state, run in a process of its own, as a user would. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RingInspectorTest {
    /** Of the ring whose file is copied, and then looked at in this process. */
    private static final int CAPACITY = 256;

    private static Path jar;

    private final Path file = FileRings.newFile();

    @AfterEach
    void deleteFile() throws Exception {
        Files.deleteIfExists(file);
    }

    /** Makes the jar as the build does: its classes, and the main class that the pom names. */
    @BeforeAll
    static void makeJar(@TempDir final Path directory) throws Exception {
        final Matcher mainClass =
                Pattern.compile("<mainClass>(.*)</mainClass>").matcher(Files.readString(Path.of("pom.xml")));
        assertTrue(mainClass.find());
        final Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass.group(1));
        final Path classes = Path.of(VarLenMpscRing.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        jar = directory.resolve("varlen-mpsc-ring.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                Stream<Path> files = Files.walk(classes.resolve("io"))) {
            for (final Path path : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                out.putNextEntry(
                        new JarEntry(classes.relativize(path).toString().replace(File.separatorChar, '/')));
                Files.copy(path, out);
            }
        }
    }

    private void assertFound(final int code, final String... expected) throws Exception {
        assertSays(code, List.of(file.toString()), expected);
    }

    private static void assertSays(final int code, final List<String> arguments, final String... expected)
            throws Exception {
        final List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                jar.toString()));
        command.addAll(arguments);
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(code, process.exitValue(), output);
        for (final String text : expected) {
            assertTrue(output.contains(text), () -> "no \"" + text + "\" in:\n" + output);
        }
        assertFalse(output.contains("Exception in thread"), output);
    }

    /** A position after more bytes than a long can count goes on at the least one. */
    @Test
    void aRingWhosePositionsGoOverTheEndOfAllLongs_isReadToItsEnd() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .file(file)
                .capacity(256)
                .initialPosition(Long.MAX_VALUE - 15)
                .build();
        final RingProducer producer = ring.newProducer();
        assertTrue(offer(producer, new byte[] {1, 2, 3}));
        assertTrue(offer(producer, new byte[] {4, 5}));
        assertFound(0, "record of 3 bytes: 01 02 03", "record of 2 bytes: 04 05", "SOUND");
        ring.detach();
    }

    /** An exit code of 1, that of every JVM which ends by an exception, would say that the ring is stalled. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only there does LC_ALL say how names are encoded")
    void aPathThatTheEncodingDoesNotHave_isNotAStall() throws Exception {
        final ProcessBuilder builder = new ProcessBuilder(
                "sh",
                "-c",
                "exec \"$0\" -jar \"$1\" \"$(printf '\\303\\274')\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                jar.toString());
        builder.environment().put("LC_ALL", "C");
        final Process process = builder.redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(2, process.waitFor(), output);
        assertTrue(output.startsWith("cannot read "), output);
    }

    @Test
    void aRingInUse_isSound_andItsLocksStay() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, 256);
        ring.consumer();
        final RingProducer producer = ring.newProducer();
        assertTrue(offer(producer, new byte[] {1, 2, (byte) 0xab}));
        producer.tryClaim(20).abort();
        assertTrue(offer(producer, new byte[40]));
        final RingClaim claim = producer.tryClaim(9);
        assertFound(
                0,
                "capacity 256, slots 128",
                "producer position 120\n",
                "consumer position 0\n",
                "consumer: process " + ProcessHandle.current().pid(),
                "slot 0: process " + ProcessHandle.current().pid(),
                " lives, reserved 96 to 120",
                "at 0: record of 3 bytes: 01 02 ab",
                "at 16: padding of 32 bytes",
                "at 48: record of 40 bytes: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ...",
                "at 96: unfinished, slot 0: process ",
                "SOUND");
        claim.commit();
        ring.close();
        assertFound(0, "closed", "at 96: record of 9 bytes");
        ring.detach();
        assertFound(0, "consumer: none", "slots in use: 0");
    }

    @Test
    void aDeadOwner_isAStall() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, 256);
        new ChildProcess(HeldProgram.class, file, Window.PAYLOAD_BEGUN)
                .await(Window.PAYLOAD_BEGUN.name())
                .kill();
        assertFound(1, "at 0: unfinished, slot 0: process ", " is dead; the consumer stands before it", "STALLED");
        ring.consumer().recover(ring.consumer().stalledBy());
        assertFound(0, "at 0: padding of 32 bytes", "SOUND");
        ring.detach();
    }

    /** The consumer has something to do before it comes there. */
    @Test
    void aDeadOwner_behindARecord_isNoStallYet() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, 256);
        final RingProducer producer = ring.newProducer();
        assertTrue(offer(producer, new byte[3]));
        new ChildProcess(HeldProgram.class, file, Window.PAYLOAD_BEGUN)
                .await(Window.PAYLOAD_BEGUN.name())
                .kill();
        assertFound(0, "at 0: record of 3 bytes", "at 16: unfinished, slot 1: process ", " is dead\nSOUND");
        ring.consumer().drain(record -> {});
        assertFound(1, "at 16: unfinished, slot 1: process ", " is dead; the consumer stands before it", "STALLED");
        producer.close(); // only now: a collected handle would have left slot 0 to the child
        ring.detach();
    }

    @Test
    void aFreshRing_isSound() throws Exception {
        VarLenMpscRing.map(file, 256).detach();
        assertFound(0, "producer position 0", "consumer position 0", "in use 0 bytes", "slots in use: 0", "SOUND");
    }

    /** Somebody else's claim, which may still be committed, is no stall; that of nobody is one. */
    @Test
    void aLivingOwner_isNoStall() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, 256);
        try (ChildProcess child = new ChildProcess(HeldProgram.class, file, Window.PAYLOAD_BEGUN)) {
            child.await(Window.PAYLOAD_BEGUN.name());
            assertFound(
                    0,
                    "at 0: unfinished, slot 0: process " + child.pid() + " ",
                    " lives; the consumer stands before it",
                    "SOUND");
            child.signal("STOP");
            assertFound(0, " lives; the consumer stands before it", "SOUND");
        }
        ring.memory.compareAndExchangeProducerPosition(ring.producerPosition(), ring.producerPosition() + 8);
        ring.consumer().recover(ring.consumer().stalledBy());
        assertEquals(0, ring.consumer().drain(record -> {}));
        assertFound(1, "at 32: unfinished, of nobody; the consumer stands before it", "STALLED");
        ring.detach();
    }

    /** Any process that announced the position may be the owner: one that may live is enough, in any slot. */
    @Test
    void aReservationOfOneOfSeveral_isNoStallWhileOneMayLive() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, 256);
        final ProcessIdentity lives = ProcessIdentity.own();
        final ProcessIdentity dead = new ProcessIdentity(lives.pid(), lives.start() - 1, lives.namespace());
        final ProcessIdentity elsewhere = new ProcessIdentity(lives.pid(), lives.start(), lives.namespace() + 1);
        ring.memory.compareAndExchangeProducerPosition(0, 32);
        assertCandidates(0, ring, lives, dead);
        assertCandidates(0, ring, dead, lives);
        assertCandidates(0, ring, elsewhere, dead);
        assertCandidates(1, ring, dead, dead);
        ring.places.file.slot(1).setEndPlain(32); // so it is the owner, whoever else has tried
        assertCandidates(1, ring, lives, dead);
        for (final long end : new long[] {31, 40, Long.MAX_VALUE}) { // recovery refuses it
            ring.places.file.slot(1).setEndPlain(end);
            assertFound(2, "its end is no multiple of 8 up to the producer position", "CORRUPT");
        }
        ring.places.file.slot(1).setEndPlain(32);
        assertCandidates(0, ring, dead, lives);
        ring.detach();
    }

    private void assertCandidates(final int code, final VarLenMpscRing ring, final ProcessIdentity... candidates)
            throws Exception {
        final StringBuilder expected = new StringBuilder("at 0: unfinished");
        for (int i = 0; i < candidates.length; i++) {
            final RingSlot slot = ring.places.file.slot(i);
            slot.setAttemptRelease(RingLayout.ATTEMPTED);
            slot.setProcessRelease(candidates[i]);
            final boolean isElsewhere =
                    candidates[i].namespace() != ProcessIdentity.own().namespace();
            expected.append(", slot ").append(i).append(": process ").append(candidates[i].pid());
            expected.append(" (started at ").append(candidates[i].start()).append(isElsewhere ? ", elsewhere)" : ")");
            expected.append(isElsewhere ? " may live" : candidates[i].isSeenAlive() ? " lives" : " is dead");
        }
        assertFound(code, expected + "; the consumer stands before it", code == 0 ? "SOUND" : "STALLED");
    }

    @Test
    void slotsAndConsumer_areShownWithWhatTheyAnnounce() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, 256);
        final RingProducer first = ring.newProducer();
        ring.newProducer();
        assertTrue(offer(first, new byte[8]));
        ring.consumer().drain(record -> {});
        assertTrue(ring.consumer().arm());
        ring.consumer().doorbell();
        final RingSlot third = ring.places.file.slot(2);
        third.setAttemptRelease(16 | RingLayout.ATTEMPTED); // and has no process yet
        third.setEndPlain(16);
        final String own = "process " + ProcessHandle.current().pid();
        final String lives = " (started at " + ProcessIdentity.own().start() + ") lives, ";
        assertFound(
                0,
                "in use 0 bytes\nconsumer: " + own + lives + "armed, doorbell " + ring.memory.getDoorbellVolatile()
                        + "\n",
                "slot 0: " + own + lives + "has reserved 0 to 16\n",
                "slot 1: " + own + lives + "idle\n",
                "slot 2: nobody, tries at 16\n",
                "slots in use: 3\n");
        final RingClaim claim = first.tryClaim(8);
        assertFound(0, "slot 0: " + own + lives + "reserved 16 to 32\n");
        claim.abort();
        ring.detach();
    }

    @Test
    void aConsumerThatDied_isNamed() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, 256);
        assertTrue(offer(ring.newProducer(), new byte[24]));
        try (ChildProcess child = new ChildProcess(HeldProgram.class, file, Window.REDO_STORED)) {
            child.await(Window.REDO_STORED.name());
            assertFound(0, "consumer: process " + child.pid(), "giving back up to 32");
            child.kill();
            assertFound(0, "consumer: process " + child.pid(), " is dead", "giving back up to 32");
        }
        ring.detach();
    }

    @Test
    void badWords_areCorrupt() throws Exception {
        final VarLenMpscRing ring = FileRings.newRing(512, 0, null);
        assertTrue(offer(ring.newProducer(), new byte[8]));
        FileRings.data(512).putLong(0, 3);
        Files.copy(ring.file(), file);
        assertFound(2, "at 0: a header that nobody writes, 3", "CORRUPT");
        Files.delete(file);
        FileRings.data(512).putLong(0, 17); // of 9 bytes, so that its last word is behind the producer position
        Files.copy(ring.file(), file);
        assertFound(2, "at 0: a header that nobody writes, 17", "CORRUPT");
        Files.delete(file);
        FileRings.bytes(512).putLong(RingLayout.PRODUCER_POSITION_OFFSET, 1 << 20);
        Files.copy(ring.file(), file);
        assertFound(2, "producer position 1048576", ", a lap ahead", "CORRUPT");
    }

    @Test
    void whatIsNoRing_isCorrupt() throws Exception {
        final VarLenMpscRing ring = VarLenMpscRing.map(file, 256);
        ring.detach();
        final byte[] content = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(content, content.length - 8));
        assertFound(2, "CORRUPT: ", "length");
        Files.write(file, Arrays.copyOf(content, 100));
        assertFound(2, "CORRUPT: not a ring: length");
        Files.write(file, new byte[0]);
        assertFound(2, "CORRUPT: not a ring: length");
        final byte[] foreign = content.clone();
        foreign[7]++;
        Files.write(file, foreign);
        assertFound(2, "CORRUPT: ", "magic");
        final byte[] garbage = new byte[content.length];
        new Random(1).nextBytes(garbage);
        Files.write(file, garbage);
        assertFound(2, "CORRUPT: ");
        System.arraycopy(content, 0, garbage, 0, 128); // the header is good, and the positions and slots are not
        Files.write(file, garbage);
        assertFound(2, "CORRUPT");
        Files.write(file, new byte[content.length]);
        assertFound(2, "CORRUPT: ");
    }

    /** Opening a pipe blocks until its other end is open. */
    @Test
    void aPipe_isNoRing() throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        assertFound(2, "cannot read " + file, "not a regular file");
    }

    @Test
    void whatCannotBeRead_isToldAsSuch() throws Exception {
        assertFound(2, "cannot read " + file);
        assertSays(2, List.of(file.getParent().toString()), "not a regular file");
        assertSays(2, List.of("/dev/null"), "not a regular file: /dev/null");
        assertSays(2, List.of(), "usage: java -jar");
        assertSays(2, List.of("one", "two"), "usage: java -jar");
    }

    // In this process, which has not joined the copies

    /** Writes a copy of the file of the last ring, and changes it at each of its lines that contains a text. */
    private String inspect(final RingInspector.Result expected, final String line, final int offset, final long word)
            throws Exception {
        Files.write(file, copyOfLast());
        final ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8) {
                    @Override
                    public void println(final String text) {
                        super.println(text);
                        if (text.contains(line)) {
                            words(channel).putLong(offset, word);
                        }
                    }
                }) {
            assertEquals(expected, RingInspector.inspect(file, out), () -> said.toString(StandardCharsets.UTF_8));
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    private static byte[] copyOfLast() {
        final ByteBuffer content = FileRings.bytes(CAPACITY);
        final byte[] copy = new byte[content.capacity()];
        content.get(0, copy);
        return copy;
    }

    private static ByteBuffer words(final FileChannel channel) {
        try {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size())
                    .order(ByteOrder.nativeOrder());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String inspect(final RingInspector.Result expected) throws Exception {
        return inspect(expected, "no such line", 0, 0);
    }

    @Test
    void allLines_areAsTheyAre() throws Exception {
        final VarLenMpscRing ring = FileRings.newRing(CAPACITY, 0, null);
        final RingProducer producer = ring.newProducer();
        for (final int length : new int[] {0, 16, 17}) {
            assertTrue(offer(producer, Rings.payload(length, length)));
        }
        final RingClaim claim = producer.tryClaim(40);
        final RingProducer second = ring.newProducer();
        second.tryClaim(0).abort();
        claim.abort();
        ring.close();
        final StringBuilder sixteen = new StringBuilder();
        for (final byte value : Rings.payload(16, 16)) {
            sixteen.append(String.format(" %02x", value));
        }
        final StringBuilder seventeen = new StringBuilder();
        for (final byte value : Arrays.copyOf(Rings.payload(17, 17), 16)) {
            seventeen.append(String.format(" %02x", value));
        }
        final String own = "process " + ProcessIdentity.own().pid() + " (started at "
                + ProcessIdentity.own().start() + ") lives";
        assertEquals(
                String.join(
                        System.lineSeparator(),
                        "ring " + ring.places.file.header.id() + " in " + file,
                        "capacity 256, slots 64, data at 12288",
                        "producer position 120, closed",
                        "consumer position 0",
                        "in use 120 bytes",
                        "consumer: none, doorbell 0",
                        "slot 0: " + own + ", has reserved 64 to 112",
                        "slot 1: " + own + ", has reserved 112 to 120",
                        "slots in use: 2",
                        "at 0: record of 0 bytes",
                        "at 8: record of 16 bytes:" + sixteen,
                        "at 32: record of 17 bytes:" + seventeen + " ...",
                        "at 64: padding of 48 bytes",
                        "at 112: padding of 8 bytes",
                        "SOUND",
                        ""),
                inspect(RingInspector.Result.SOUND));
        producer.close();
        second.close();
    }

    /** The same that a drain refuses, and up to the last byte of the ring. */
    @Test
    void headersThatNobodyWrites_areCorrupt() throws Exception {
        FileRings.newRing(CAPACITY, 0, null);
        final ByteBuffer data = FileRings.data(CAPACITY);
        final ByteBuffer words = FileRings.bytes(CAPACITY);
        words.putLong(RingLayout.PRODUCER_POSITION_OFFSET, CAPACITY);
        for (final long header : new long[] {1, 7, 129, 1L << 32 | 16, Long.MAX_VALUE, -4, -12, -264, Long.MIN_VALUE}) {
            data.putLong(0, header);
            final String said = inspect(RingInspector.Result.CORRUPT);
            assertTrue(said.contains("at 0: a header that nobody writes, " + header), said);
        }
        data.putLong(0, -CAPACITY);
        assertTrue(inspect(RingInspector.Result.SOUND).contains("at 0: padding of 256 bytes"));
        data.putLong(0, 128).putLong(128, 128);
        assertTrue(inspect(RingInspector.Result.SOUND).contains("at 128: record of 120 bytes"));
        data.putLong(128, -64).putLong(192, 72); // goes over the end of the data
        words.putLong(RingLayout.CONSUMER_POSITION_OFFSET, 128);
        words.putLong(RingLayout.REDO_POSITION_OFFSET, 128);
        words.putLong(RingLayout.PRODUCER_POSITION_OFFSET, CAPACITY + 128);
        final String said = inspect(RingInspector.Result.CORRUPT);
        assertTrue(said.contains("at 192: a header that nobody writes, 72"), said);
    }

    @Test
    void headerWhereNothingIsReserved_isCorrupt() throws Exception {
        FileRings.newRing(CAPACITY, 0, null);
        FileRings.data(CAPACITY).putLong(0, 1025);
        final String said = inspect(RingInspector.Result.CORRUPT);
        assertTrue(said.contains("at 0: a header where nothing has been reserved, 1025"), said);
        FileRings.data(CAPACITY).putLong(0, 24);
        // it has been reserved since
        inspect(RingInspector.Result.SOUND, "slots in use", RingLayout.PRODUCER_POSITION_OFFSET, 24);
    }

    @Test
    void positionsThatMakeNoSense_areCorrupt() throws Exception {
        for (final int offset : new int[] {128, 256, 264}) {
            for (final long position : new long[] {12, 20, 24, -264, 512}) {
                FileRings.newRing(CAPACITY, 16, null);
                FileRings.bytes(CAPACITY).putLong(offset, position);
                final boolean isGood = offset == 128 && position == 24; // it is ahead, and nobody's
                final String said = inspect(isGood ? RingInspector.Result.STALLED : RingInspector.Result.CORRUPT);
                assertTrue(isGood || said.contains("not a ring: "), said);
            }
        }
    }

    @Test
    void positionsBetweenWords_areCorrupt() throws Exception {
        for (final int consumer : new int[] {0, 12}) {
            FileRings.newRing(CAPACITY, 0, null);
            FileRings.bytes(CAPACITY).putLong(RingLayout.PRODUCER_POSITION_OFFSET, 64);
            FileRings.bytes(CAPACITY).putLong(RingLayout.CONSUMER_POSITION_OFFSET, consumer);
            FileRings.bytes(CAPACITY).putLong(RingLayout.REDO_POSITION_OFFSET, 12);
            assertTrue(inspect(RingInspector.Result.CORRUPT).contains(" is 12, and must be "));
        }
    }

    /** Its consumer died, or just is, between the stores of R and C: what is before R is zero, or partly so. */
    @Test
    void ringThatIsGivingBack_isSound() throws Exception {
        FileRings.newRing(CAPACITY, 0, null);
        FileRings.bytes(CAPACITY).putLong(RingLayout.PRODUCER_POSITION_OFFSET, CAPACITY);
        FileRings.bytes(CAPACITY).putLong(RingLayout.REDO_POSITION_OFFSET, CAPACITY);
        inspect(RingInspector.Result.SOUND);
        FileRings.bytes(CAPACITY).putLong(RingLayout.REDO_POSITION_OFFSET, 32);
        FileRings.data(CAPACITY).putLong(32, RingLayout.recordHeader(24));
        assertFalse(inspect(RingInspector.Result.SOUND).contains("at 0"));
    }

    /** Else a ring full of short records would keep it busy for long; and the result is what it would be. */
    @Test
    void outputThatNobodyReads_isNotWritten() throws Exception {
        final VarLenMpscRing ring = FileRings.newRing(CAPACITY, 16, null);
        final RingProducer producer = ring.newProducer();
        while (producer.offer(new byte[0], 0, 0)) {
            assertTrue(ring.size() > 0);
        }
        Files.write(file, copyOfLast());
        final int[] lines = new int[1];
        final OutputStream closed = new OutputStream() {
            @Override
            public void write(final int b) throws IOException {
                throw new IOException("nobody reads");
            }
        };
        try (PrintStream out = new PrintStream(closed, true, StandardCharsets.UTF_8) {
            @Override
            public void println(final String text) {
                super.println(text);
                lines[0] += text.contains("record of 0 bytes") ? 1 : 0;
            }
        }) {
            assertEquals(RingInspector.Result.SOUND, RingInspector.inspect(file, out));
        }
        assertEquals(0, lines[0]);
    }

    /** Recovery refuses them, wherever they are. */
    @Test
    void attemptsThatNobodyMakes_areCorrupt() throws Exception {
        final VarLenMpscRing ring = FileRings.newRing(CAPACITY, 0, null);
        ring.newProducer().tryClaim(24);
        inspect(RingInspector.Result.SOUND);
        for (final long attempt : new long[] {2, 5, 16, -8}) {
            FileRings.bytes(CAPACITY).putLong(RingLayout.slotOffset(3), attempt);
            final String said = inspect(RingInspector.Result.CORRUPT);
            assertTrue(said.contains("slot 3: nobody, an attempt that nobody makes, " + attempt + "\n"), said);
        }
    }

    /** Words that a ring in use changes between two loads are no fault of it. */
    @Test
    void whatGoesOnMeanwhile_isSound() throws Exception {
        FileRings.newRing(CAPACITY, 0, null);
        final int dataOffset = FileRings.bytes(CAPACITY).capacity() - CAPACITY;
        FileRings.bytes(CAPACITY).putLong(RingLayout.PRODUCER_POSITION_OFFSET, 32);
        inspect(RingInspector.Result.STALLED);
        inspect(RingInspector.Result.SOUND, "at 0: unfinished", dataOffset, 32);
        inspect(RingInspector.Result.SOUND, "at 0: unfinished", RingLayout.REDO_POSITION_OFFSET, 32);
        FileRings.data(CAPACITY).putLong(0, 3); // it is a payload by now
        final String said = inspect(RingInspector.Result.SOUND, "slots in use", RingLayout.REDO_POSITION_OFFSET, 32);
        assertTrue(said.contains("the consumer has gone on"), said);
    }

    /** Keeps a small ring in use. */
    static final class BusyProgram {
        private BusyProgram() {}

        public static void main(final String[] arguments) throws Exception {
            final VarLenMpscRing ring = VarLenMpscRing.map(Path.of(arguments[0]), 64);
            final RingConsumer consumer = ring.consumer();
            new Thread(() -> {
                        final RingProducer producer = ring.newProducer();
                        while (true) {
                            producer.offer(new byte[16], 0, 16);
                        }
                    })
                    .start();
            System.out.println("busy");
            while (true) {
                consumer.drain(record -> {});
            }
        }
    }

    /** However much it goes on between two loads. */
    @Test
    void ringInUse_isSound() throws IOException {
        try (ChildProcess child = new ChildProcess(BusyProgram.class, file)) {
            child.await("busy");
            for (int i = 0; i < 3000; i++) {
                final ByteArrayOutputStream said = new ByteArrayOutputStream();
                final RingInspector.Result found = RingInspector.inspect(file, new PrintStream(said));
                assertEquals(RingInspector.Result.SOUND, found, said::toString);
            }
        }
    }
}
