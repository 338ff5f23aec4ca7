// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varlenring.VarLenMpscRing;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Processes in C and in Java on one ring in a file. Each consumer checks what it gets: nothing lost, doubled, torn or out of
 * a producer's order.
 *
 * <p>The system property {@code varlenring.kills} says how many producers are killed, and {@code varlenring.javaEach} that
 * one process in so many is in Java, which takes a hundred times as long to start.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LanguagesTest {
    private static final int KILLS = Integer.getInteger("varlenring.kills", 16);
    private static final int JAVA_EACH = Integer.getInteger("varlenring.javaEach", 2);
    private static final int CAPACITY = 1024;
    private static final int SLOTS = 8;
    private static final int AT_ONCE = 4;
    private static final int CONSUMER_EACH = 3;
    private static final long COUNT = 10_000;
    private static final int PRODUCER_POSITION = 128;
    private static final int REDO_POSITION = 264;

    private static final List<String> JAVA = PeerProcess.java();
    private static List<String> c;
    private static List<String> slowC;
    private static List<String> checks;

    private final List<Path> files = new ArrayList<>();
    private final List<PeerProcess> peers = new ArrayList<>();

    @BeforeAll
    static void compile(@TempDir final Path directory) throws Exception {
        // The peer takes locks that only Linux has, and needs a compiler, which the build does not ask for
        final boolean isLinux = Files.exists(Path.of("/proc/self/stat"));
        if (!isLinux) {
            System.err.println("LanguagesTest: SKIPPED, because the peer in C is for Linux");
        }
        assumeTrue(isLinux, "the peer in C is for Linux");
        c = PeerProcess.compile("peer", directory);
        if (c == null) {
            System.err.println("LanguagesTest: SKIPPED, because there is no gcc");
        }
        assumeTrue(c != null, "no gcc");
        slowC = PeerProcess.compile("peer", Files.createDirectory(directory.resolve("slow")), "-DPEER_STEPS");
        checks = PeerProcess.compile("checks", directory);
    }

    @AfterEach
    void deleteFiles() throws IOException {
        peers.forEach(PeerProcess::close);
        for (final Path file : files) {
            Files.deleteIfExists(file);
        }
    }

    private Path newFile() throws IOException {
        final Path memory = Path.of("/dev/shm");
        final Path file = Files.createTempFile(Files.isWritable(memory) ? memory : null, "languages", null);
        Files.delete(file);
        files.add(file);
        return file;
    }

    /** A ring and the book of those who use it. */
    private final class Place {
        final Path file = newFile();
        final Path bookFile = newFile();
        final ByteBuffer book;
        final VarLenMpscRing ring;

        Place() throws IOException {
            Files.write(bookFile, new byte[2 * JavaPeer.IDS * Long.BYTES]);
            book = JavaPeer.mapBook(bookFile);
            ring = VarLenMpscRing.builder()
                    .file(file)
                    .capacity(CAPACITY)
                    .slots(SLOTS)
                    .build();
        }

        PeerProcess consumer(final List<String> program) throws IOException {
            return started(PeerProcess.start(program, "consume", file, bookFile));
        }

        PeerProcess producer(final List<String> program, final int id, final long count) throws IOException {
            return started(PeerProcess.start(program, "produce", file, id, count, bookFile));
        }

        private PeerProcess started(final PeerProcess peer) {
            peers.add(peer);
            return peer;
        }

        /** Ends the ring; all that these producers had been told that it was stored has been taken, and what is free is 0. */
        String end(final PeerProcess consumer, final int producers) throws Exception {
            ring.close();
            final String said = consumer.await();
            for (int id = 1; id <= producers; id++) {
                final long stored = JavaPeer.stored(book, id);
                final long taken = JavaPeer.taken(book, id);
                assertTrue(taken == stored || taken == stored + 1, id + ": " + stored + " stored, " + taken + " taken");
            }
            ring.detach();
            final byte[] all = Files.readAllBytes(file); // which drops the locks that this process has no more
            assertEquals(
                    ByteBuffer.allocate(CAPACITY),
                    ByteBuffer.wrap(Arrays.copyOfRange(all, all.length - CAPACITY, all.length)));
            return said;
        }
    }

    /** What would have it zero memory that is not the file's. */
    @Test
    void positionsThatMakeNoSense_areRefusedInC() throws Exception {
        final Place place = new Place();
        place.ring.detach();
        try (RandomAccessFile bytes = new RandomAccessFile(place.file.toFile(), "rw")) {
            bytes.seek(REDO_POSITION);
            bytes.writeLong(Long.reverseBytes(0x6000_0000_0000_0000L));
            bytes.seek(PRODUCER_POSITION);
            bytes.writeLong(Long.reverseBytes(0xC000_0000_0000_0000L));
        }
        for (final List<String> arguments : List.of(
                List.of("check", place.file.toString()),
                List.of("consume", place.file.toString(), place.bookFile.toString()))) {
            final List<String> command = new ArrayList<>(c);
            command.addAll(arguments);
            final Process peer =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            final String said = new String(peer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(2, peer.waitFor(), said);
            assertTrue(said.contains("positions"), said);
        }
    }

    /** What another peer cannot do to one in C, which a program in C tries. */
    @Test
    void headerInC_bearsWantAndWrongWords() throws Exception {
        final Path file = newFile();
        VarLenMpscRing.map(file, 256).detach();
        final Process program = new ProcessBuilder(checks.get(0), file.toString())
                .redirectErrorStream(true)
                .start();
        final String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, program.waitFor(), said);
        assertEquals("good\n", said);
    }

    @Test
    void oneLanguageToTheOther_bothWaysAtOnce() throws Exception {
        final Place toJava = new Place();
        final Place toC = new Place();
        final PeerProcess javaConsumer = toJava.consumer(JAVA);
        final PeerProcess cConsumer = toC.consumer(c);
        final PeerProcess cProducer = toJava.producer(c, 1, COUNT);
        final PeerProcess javaProducer = toC.producer(JAVA, 1, COUNT);
        cProducer.await();
        javaProducer.await();
        assertEquals(COUNT + " records", toJava.end(javaConsumer, 1));
        assertEquals(COUNT + " records", toC.end(cConsumer, 1));
        assertEquals(0, JavaPeer.recovered(toJava.book) + JavaPeer.recovered(toC.book));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoOfEach_ontoOneRing(final boolean isConsumerInC) throws Exception {
        final Place place = new Place();
        final PeerProcess consumer = place.consumer(isConsumerInC ? c : JAVA);
        final List<PeerProcess> producers = new ArrayList<>();
        for (int id = 1; id <= AT_ONCE; id++) {
            producers.add(place.producer(id % 2 == 0 ? c : JAVA, id, COUNT));
        }
        for (final PeerProcess producer : producers) {
            producer.await();
        }
        assertEquals(AT_ONCE * COUNT + " records", place.end(consumer, AT_ONCE));
        assertEquals(0, JavaPeer.recovered(place.book));
    }

    /** One consumer in each so many is in Java: unless told otherwise, each is succeeded by one in the other language. */
    @Test
    void bothKilledAtRandom_loseNothing() throws Exception {
        final long seed = Long.getLong("varlenring.seed", System.nanoTime());
        System.out.println("LanguagesTest: varlenring.seed=" + seed + ", varlenring.kills=" + KILLS
                + ", varlenring.javaEach=" + JAVA_EACH);
        final SplittableRandom random = new SplittableRandom(seed);
        final Place place = new Place();
        final ArrayDeque<PeerProcess> producers = new ArrayDeque<>();
        PeerProcess consumer = place.consumer(slowC);
        int consumers = 1;
        for (int id = 1; id <= KILLS; id++) {
            producers.add(place.producer(random.nextInt(JAVA_EACH) > 0 ? slowC : JAVA, id, 0));
            Thread.sleep(random.nextInt(50));
            if (id % CONSUMER_EACH == 0) {
                consumer.kill();
                consumer = place.consumer(++consumers % JAVA_EACH == 0 ? JAVA : slowC);
            }
            if (producers.size() == AT_ONCE) {
                producers.remove().kill();
            }
        }
        while (!producers.isEmpty()) {
            producers.remove().kill();
        }
        place.end(consumer, KILLS);
        long records = 0;
        for (int id = 1; id <= KILLS; id++) {
            records += JavaPeer.taken(place.book, id);
        }
        System.out.println("LanguagesTest: " + consumers + " consumers, " + records + " records, "
                + JavaPeer.recovered(place.book) + " recoveries");
    }
}
