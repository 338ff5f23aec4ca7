// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.HeldProgram.Window;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which processes are taken for dead, and which are not: only a free lock and an unseen process together prove it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LivenessTest {
    private static final int CAPACITY = 256;
    /** How to run something in pid and user namespaces of its own, which ends with its runner. */
    private static final List<String> ELSEWHERE =
            List.of("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc");

    private final Path file = FileRings.newFile();
    private VarLenMpscRing ring;

    private VarLenMpscRing newRing() throws IOException {
        ring = VarLenMpscRing.builder().file(file).capacity(CAPACITY).slots(4).build();
        return ring;
    }

    @AfterEach
    void deleteFile() throws IOException {
        if (ring != null) {
            ring.detach();
        }
        Files.deleteIfExists(file);
    }

    private StalledClaim.Owner owner() {
        return ring.consumer().stalledBy().owner();
    }

    /** Of some the death is not seen at once: of a process whose runner was killed. */
    private void awaitDeath() throws InterruptedException {
        while (owner() != StalledClaim.Owner.DEAD) {
            Thread.sleep(1);
        }
    }

    private void assertLives() {
        final StalledClaim stalled = ring.consumer().stalledBy();
        assertEquals(StalledClaim.Owner.LIVES, stalled.owner(), stalled::toString);
        assertThrows(IllegalStateException.class, () -> ring.consumer().recover(stalled));
    }

    private void assertRecovers() {
        final StalledClaim stalled = ring.consumer().stalledBy();
        assertEquals(StalledClaim.Owner.DEAD, stalled.owner(), stalled::toString);
        assertTrue(ring.consumer().recover(stalled));
        assertEquals(0, ring.consumer().drain(record -> {}));
        assertTrue(ring.isEmpty());
    }

    private ChildProcess held(final Window window) throws IOException {
        return new ChildProcess(HeldProgram.class, file, window).await(window.name());
    }

    // Another pid namespace

    /**
     * Only a process in another pid namespace shows what one there looks like, and many containers and kernels allow
     * none to be made. The other tests of this class run all the same.
     */
    private static void assumeElsewhere() throws Exception {
        assumeWorks(ELSEWHERE);
    }

    private static void assumeWorks(final List<String> runner) throws Exception {
        boolean works = false;
        try {
            final List<String> command = new ArrayList<>(runner);
            command.add("true");
            works = new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (final IOException absent) {
            works = false;
        }
        if (!works) {
            System.out.println("LivenessTest: SKIPPED what happens between pid namespaces: unshare does not work here");
        }
        Assumptions.assumeTrue(works, "unshare makes no pid namespace here");
    }

    /** Its number there is 1, which is somebody else here; its lock alone says whether it lives. */
    @Test
    void producerInAnotherPidNamespace_livesUntilItsLockIsFree() throws Exception {
        assumeElsewhere();
        newRing().consumer();
        try (ChildProcess child = new ChildProcess(ELSEWHERE, HeldProgram.class, file, Window.PAYLOAD_BEGUN)) {
            child.await(Window.PAYLOAD_BEGUN.name());
            final StalledClaim stalled = ring.consumer().stalledBy();
            assertEquals(1, stalled.pid());
            assertTrue(ProcessHandle.of(1).isPresent());
            assertTrue(stalled.toString().contains("elsewhere"), stalled::toString);
            assertLives();
        }
        awaitDeath();
        assertRecovers();
    }

    @Test
    void consumerInAnotherPidNamespace_seesWhoLivesHere() throws Exception {
        assumeElsewhere();
        newRing();
        final ChildProcess owner = held(Window.PAYLOAD_BEGUN);
        try (ChildProcess child = new ChildProcess(ELSEWHERE, RecoveringProgram.class, file)) {
            child.await("LIVES");
            final IllegalStateException taken = assertThrows(IllegalStateException.class, ring::consumer);
            assertTrue(taken.getMessage().contains("elsewhere"), taken.getMessage());
            owner.kill();
            child.await("DEAD").await("recovered");
        }
        awaitConsumersPlace();
        assertEquals(0, ring.consumer().drain(record -> {}));
        assertTrue(ring.isEmpty());
    }

    /** As above, with a {@code /proc} of other processes, whose number 1 lives, as it does everywhere. */
    private static List<String> underAnotherProc(final Path proc) throws Exception {
        assumeProc("a /proc of others");
        final Path stat = Files.createDirectory(proc.resolve("1")).resolve("stat");
        Files.write(stat, Files.readAllBytes(Path.of("/proc/1/stat")));
        final String libraries = Path.of(ChildProcess.HOME, "lib").toString(); // else found by /proc/self
        final List<String> runner = List.of(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "sh",
                "-c",
                "mount --bind \"$0\" /proc && LD_LIBRARY_PATH=\"$1:$1/server\" && export LD_LIBRARY_PATH && shift"
                        + " && exec \"$@\"",
                proc.toString(),
                libraries);
        assumeWorks(runner);
        return runner;
    }

    /** Each is number 1 in a namespace of its own, and what has that number in this {@code /proc} is neither. */
    @Test
    void consumerThatDiedUnderAnotherProc_isDead(@TempDir final Path proc) throws Exception {
        final List<String> runner = underAnotherProc(proc);
        newRing();
        for (int i = 0; i < 2; i++) {
            try (ChildProcess child = new ChildProcess(runner, ConsumingProgram.class, file)) {
                child.await("1 is the consumer");
            }
        }
    }

    /** Takes the consumer's place as soon as its lock is free. */
    static final class ConsumingProgram {
        private ConsumingProgram() {}

        public static void main(final String[] arguments) throws Exception {
            final VarLenMpscRing ring = VarLenMpscRing.attach(Path.of(arguments[0]));
            while (!ring.isConsumedHere()) {
                try {
                    ring.consumer();
                } catch (final IllegalStateException taken) {
                    if (!taken.getMessage().contains(" is taken by ")) {
                        throw taken;
                    }
                    Thread.sleep(1);
                }
            }
            ChildProcess.sayAndStop(ProcessHandle.current().pid() + " is the consumer");
        }
    }

    /** Whom the inspector cannot see, since {@code /proc} does not show even the inspector, is not dead for that. */
    @Test
    void ownerUnderAnotherProc_mayLive(@TempDir final Path proc) throws Exception {
        final List<String> runner = underAnotherProc(proc);
        newRing();
        try (ChildProcess owner = new ChildProcess(runner, HeldProgram.class, file, Window.PAYLOAD_BEGUN)) {
            owner.await(Window.PAYLOAD_BEGUN.name());
            try (ChildProcess child = new ChildProcess(runner, InspectingProgram.class, file)) {
                child.await("SOUND, may live");
            }
        }
    }

    /** Says what the inspector says of the owner. */
    static final class InspectingProgram {
        private InspectingProgram() {}

        public static void main(final String[] arguments) throws Exception {
            final ByteArrayOutputStream said = new ByteArrayOutputStream();
            final RingInspector.Result result =
                    RingInspector.inspect(Path.of(arguments[0]), new PrintStream(said, true, StandardCharsets.UTF_8));
            final boolean mayLive = said.toString(StandardCharsets.UTF_8).contains(" may live; the consumer stands");
            ChildProcess.sayAndStop(result + (mayLive ? ", may live" : ": " + said));
        }
    }

    private void awaitConsumersPlace() throws InterruptedException {
        boolean isFree = false;
        while (!isFree) {
            Thread.sleep(1);
            try {
                ring.consumer();
                isFree = true;
            } catch (final IllegalStateException stillTaken) {
                assertTrue(stillTaken.getMessage().contains("is taken by"), stillTaken.getMessage());
            }
        }
    }

    /** Says who is in its way whenever that changes, and recovers. */
    static final class RecoveringProgram {
        private RecoveringProgram() {}

        public static void main(final String[] arguments) throws Exception {
            final RingConsumer consumer =
                    VarLenMpscRing.attach(Path.of(arguments[0])).consumer();
            StalledClaim.Owner last = null;
            while (last != StalledClaim.Owner.DEAD) {
                final StalledClaim stalled = consumer.stalledBy();
                if (stalled.owner() != last) {
                    last = stalled.owner();
                    System.out.println(last);
                }
                if (last == StalledClaim.Owner.DEAD && consumer.recover(stalled)) {
                    ChildProcess.sayAndStop("recovered");
                }
                Thread.sleep(1);
            }
        }
    }

    // Locks that were lost

    /** Other code of the owner's process opens and closes the file, which drops its locks without a word. */
    @Test
    void ownerThatLostItsLocks_isUnknownUntilItIsDead() throws Exception {
        newRing().consumer();
        try (ChildProcess child = new ChildProcess(CarelessProgram.class, file)) {
            child.await("careless");
            final StalledClaim stalled = ring.consumer().stalledBy();
            assertEquals(StalledClaim.Owner.UNKNOWN, stalled.owner());
            assertEquals(child.pid(), stalled.pid());
            assertThrows(IllegalStateException.class, () -> ring.consumer().recover(stalled));
            for (int i = 0; i < 3; i++) {
                ring.newProducer();
            }
            final IllegalStateException full = assertThrows(IllegalStateException.class, ring::newProducer);
            assertTrue(full.getMessage().contains("1 by processes that live and have lost their locks"));
        }
        assertRecovers();
        ring.newProducer();
    }

    /** Opens and closes the file of the ring in which it has claimed. */
    static final class CarelessProgram {
        private CarelessProgram() {}

        public static void main(final String[] arguments) throws Exception {
            final Path file = Path.of(arguments[0]);
            final RingClaim claim = VarLenMpscRing.attach(file).newProducer().tryClaim(24);
            claim.buffer().putLong(-1);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                channel.read(ByteBuffer.allocate(8));
            }
            ChildProcess.sayAndStop("careless");
        }
    }

    /** Its own locks are lost here too: this virtual machine still knows that it has the places. */
    @Test
    void places_ofAProcessThatLostItsLocks_areStillItsOwn() throws Exception {
        newRing();
        final RingProducer producer = ring.newProducer();
        final RingConsumer consumer = ring.consumer();
        final RingClaim claim = producer.tryClaim(24);
        Files.readAllBytes(file);
        final VarLenMpscRing other = VarLenMpscRing.attach(file);
        assertThrows(IllegalStateException.class, other::consumer);
        assertLives();
        for (int i = 0; i < 3; i++) {
            other.newProducer();
        }
        assertThrows(IllegalStateException.class, other::newProducer);
        claim.commit();
        assertEquals(1, consumer.drain(record -> {}));
    }

    // Numbers that are used again

    /** Somebody else has the number of the dead: only one that also began when it did would be it. */
    @Test
    void deadOwner_whoseNumberIsUsedAgain_isDead() throws Exception {
        newRing().consumer();
        held(Window.PAYLOAD_BEGUN).kill();
        final RingSlot slot = ring.places.file.slot(0);
        final ProcessIdentity own = ProcessIdentity.own();
        slot.setProcessRelease(own);
        assertEquals(StalledClaim.Owner.UNKNOWN, owner(), "its lock is free, and it lives");
        slot.setProcessRelease(new ProcessIdentity(own.pid(), own.start() - 1, own.namespace()));
        assertRecovers();
    }

    @Test
    void process_isSeenAlive_byItsNumberAndItsBeginning() throws Exception {
        final ProcessIdentity own = ProcessIdentity.own();
        assertEquals(ProcessHandle.current().pid(), own.pid());
        assertTrue(own.isSeenAlive());
        assertFalse(new ProcessIdentity(own.pid(), own.start() + 1, own.namespace()).isSeenAlive());
        assertFalse(new ProcessIdentity(own.pid(), own.start(), own.namespace() + 1).isSeenAlive());
        assertFalse(ProcessIdentity.NOBODY.isSeenAlive());
    }

    /**
     * Skips a test of what the system's own line of a process says, loudly: only Linux has {@code /proc}. Elsewhere the
     * platform is asked, which has neither such a line nor the state of a zombie.
     */
    private static void assumeProc(final String what) {
        final boolean isThere = Files.isDirectory(Path.of("/proc/self"));
        if (!isThere) {
            System.out.println("LivenessTest: SKIPPED " + what + ": no /proc");
        }
        Assumptions.assumeTrue(isThere, "no /proc");
    }

    /** A kernel without pid namespaces has no link that names one, but the line all the same: that tells the start. */
    @Test
    void process_whereNoNamespaceCanBeRead_isSeenAlive() throws Exception {
        assumeProc("a process without a namespace");
        final ProcessIdentity real = ProcessIdentity.own();
        final Field own = ProcessIdentity.class.getDeclaredField("own");
        own.setAccessible(true);
        try {
            own.set(null, new ProcessIdentity(real.pid(), real.start(), 0));
            assertTrue(ProcessIdentity.own().isSeenAlive());
            assertFalse(new ProcessIdentity(real.pid(), real.start() + 1, 0).isSeenAlive());
        } finally {
            own.set(null, real);
        }
    }

    /** The system's line of a process has its name in parentheses, with whatever characters the name has. */
    @Test
    void process_withAnyName_isSeenAlive(@TempDir final Path directory) throws Exception {
        assumeProc("a process with a strange name");
        final Path script = directory.resolve("a) Z 1 (b");
        Files.writeString(script, "#!/bin/sh\necho begun\nread line\n");
        assertTrue(script.toFile().setExecutable(true));
        final Process process = new ProcessBuilder(script.toString()).start();
        try {
            assertEquals("begun", process.inputReader().readLine());
            final String stat = new String(
                    Files.readAllBytes(Path.of("/proc/" + process.pid() + "/stat")), StandardCharsets.ISO_8859_1);
            final String name = " (a) Z 1 (b) ";
            assertTrue(stat.contains(name), stat);
            final long start = Long.parseLong(
                    stat.substring(stat.indexOf(name) + name.length()).split(" ", -1)[19]);
            assertTrue(new ProcessIdentity(
                            process.pid(), start, ProcessIdentity.own().namespace())
                    .isSeenAlive());
            assertFalse(new ProcessIdentity(
                            process.pid(), start - 1, ProcessIdentity.own().namespace())
                    .isSeenAlive());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Killed, and its parent has not asked for its end: it still has its number, its beginning, and no lock. */
    @Test
    void ownerThatIsAZombie_isDead() throws Exception {
        assumeProc("an owner that is a zombie");
        newRing().consumer();
        // The shell becomes a program that never asks for the end of the child that it had as a shell
        final List<String> parent = List.of("sh", "-c", "\"$@\" & exec sleep 1000", "sh");
        try (ChildProcess child = new ChildProcess(parent, HeldProgram.class, file, Window.PAYLOAD_BEGUN)) {
            child.await(Window.PAYLOAD_BEGUN.name());
            final StalledClaim stalled = ring.consumer().stalledBy();
            assertLives();
            assertTrue(stalled.pid() != child.pid());
            ProcessHandle.of(stalled.pid()).orElseThrow().destroyForcibly();
            final Path stat = Path.of("/proc/" + stalled.pid() + "/stat");
            while (!new String(Files.readAllBytes(stat), StandardCharsets.ISO_8859_1).contains(") Z ")) {
                Thread.sleep(1);
            }
            awaitDeath(); // its first thread has ended; its lock goes with the last one
            assertRecovers();
        }
    }

    // Stopped

    @Test
    void producerStopped_livesAndGoesOn() throws Exception {
        newRing();
        final long[] next = new long[1];
        final RecordHandler handler = record -> assertEquals(next[0]++, record.getLong());
        try (ChildProcess child = new ChildProcess(CountingProgram.class, file).await("counts")) {
            for (int i = 0; i < 10; i++) {
                child.signal("STOP");
                ring.consumer().drain(handler);
                final StalledClaim stalled = ring.consumer().stalledBy();
                assertTrue(stalled == null || stalled.owner() == StalledClaim.Owner.LIVES, () -> stalled.toString());
                final long before = next[0];
                child.signal("CONT");
                while (next[0] < before + 1000) {
                    ring.consumer().drain(handler, 100, 60, TimeUnit.SECONDS);
                }
            }
        }
    }

    /** Offers numbers until it is killed. */
    static final class CountingProgram {
        private CountingProgram() {}

        public static void main(final String[] arguments) throws Exception {
            final RingProducer producer =
                    VarLenMpscRing.attach(Path.of(arguments[0])).newProducer();
            final ByteBuffer record = ByteBuffer.allocate(Long.BYTES);
            System.out.println("counts");
            for (long i = 0; ; i++) {
                record.clear().putLong(0, i);
                while (!producer.offer(record)) {
                    Thread.sleep(1);
                }
            }
        }
    }

    @Test
    void consumerStopped_livesAndGoesOn() throws Exception {
        newRing();
        final RingProducer producer = ring.newProducer();
        try (ChildProcess child = new ChildProcess(EndlessConsumer.class, file).await("consumes")) {
            child.signal("STOP");
            int sent = 0;
            while (offer(producer, payload(sent, 8))) {
                sent++;
            }
            assertTrue(sent >= CAPACITY / 16);
            final IllegalStateException taken = assertThrows(IllegalStateException.class, ring::consumer);
            assertTrue(taken.getMessage().contains("process " + child.pid() + " "), taken.getMessage());
            child.signal("CONT");
            while (!ring.isEmpty()) {
                Thread.sleep(1);
            }
            assertTrue(offer(producer, payload(sent, 8)));
        }
    }

    /** Consumes until it is killed. */
    static final class EndlessConsumer {
        private EndlessConsumer() {}

        public static void main(final String[] arguments) throws Exception {
            final RingConsumer consumer =
                    VarLenMpscRing.attach(Path.of(arguments[0])).consumer();
            System.out.println("consumes");
            while (true) {
                consumer.drain(record -> {}, 100, 1, TimeUnit.HOURS);
            }
        }
    }

    // Children

    /**
     * A child gets its parent's descriptors and memory, and not its locks: its end drops none, and its life keeps none.
     */
    @Test
    void childrenOfAHolder_dropNoLockAndKeepNone() throws Exception {
        newRing().consumer();
        for (final String mechanism : List.of("FORK", "POSIX_SPAWN")) {
            final ProcessHandle orphan;
            try (ChildProcess child = new ChildProcess(ParentProgram.class, file, mechanism).await("has children")) {
                assertLives();
                orphan = ProcessHandle.of(child.pid())
                        .orElseThrow()
                        .children()
                        .findAny()
                        .orElseThrow();
            }
            assertTrue(orphan.isAlive());
            assertRecovers();
            assertTrue(orphan.destroyForcibly());
        }
        assertNull(ring.consumer().stalledBy());
    }

    /** Has children while it has a claim: some that have ended, and one that outlives it. */
    static final class ParentProgram {
        private ParentProgram() {}

        public static void main(final String[] arguments) throws Exception {
            System.setProperty("jdk.lang.Process.launchMechanism", arguments[1]); // read with the first child
            final RingClaim claim =
                    VarLenMpscRing.attach(Path.of(arguments[0])).newProducer().tryClaim(24);
            claim.buffer().putLong(-1);
            for (int i = 0; i < 3; i++) {
                new ProcessBuilder("true").start().waitFor();
            }
            new ProcessBuilder("sleep", "1000")
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            ChildProcess.sayAndStop("has children");
        }
    }
}
