// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.bytes;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.HeldProgram.Window;
import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Processes killed at one exact point of the protocol, and what the surviving ones make of it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ProcessDeathTest {
    private static final int CAPACITY = 256;
    /** Where in what the system tells of a process is when it began. */
    private static final int START = 21;

    private final Path file = FileRings.newFile();
    private VarLenMpscRing ring;

    private VarLenMpscRing newRing() throws Exception {
        ring = VarLenMpscRing.builder().file(file).capacity(CAPACITY).slots(4).build();
        return ring;
    }

    @AfterEach
    void deleteFile() throws Exception {
        if (ring != null) {
            ring.detach();
        }
        Files.deleteIfExists(file);
    }

    private static List<byte[]> drain(final VarLenMpscRing ring) {
        final List<byte[]> records = new ArrayList<>();
        ring.consumer().drain(record -> records.add(bytes(record)));
        return records;
    }

    private ChildProcess held(final Window window) throws Exception {
        return new ChildProcess(HeldProgram.class, file, window).await(window.name());
    }

    private void assertGoesOn() {
        final RingProducer producer = ring.newProducer();
        for (int i = 0; i < 3 * CAPACITY / 24; i++) {
            assertTrue(offer(producer, payload(i, i % 40)), ring::toString);
            final List<byte[]> records = drain(ring);
            assertEquals(1, records.size(), ring::toString);
            assertArrayEquals(payload(i, i % 40), records.get(0));
        }
        assertTrue(ring.isEmpty());
        producer.close();
        for (int offset = 0; offset < CAPACITY; offset += 8) {
            assertEquals(0, ring.memory.getHeaderAcquire(offset), "free memory that is not zero");
        }
    }

    /** It has reserved and not published: the consumer stands before it until it is dead, and then gets past it. */
    @ParameterizedTest
    @EnumSource(names = {"RESERVED", "END_TOLD", "PAYLOAD_BEGUN", "PAYLOAD_WRITTEN", "GAP_AND_RECORD_WRITTEN"})
    void producerKilled_behindItsReservation_isRecovered(final Window window) throws Exception {
        newRing();
        final RingProducer other = ring.newProducer();
        if (window == Window.GAP_AND_RECORD_WRITTEN) {
            assertTrue(offer(other, payload(0, 40)));
        }
        assertTrue(offer(other, payload(1, 10)));
        final int before = drain(ring).size() == 2 ? 2 : 1;
        final long position = ring.producerPosition();
        assertNull(ring.consumer().stalledBy());
        try (ChildProcess child = held(window)) {
            final long end = ring.producerPosition();
            assertTrue(offer(other, payload(2, 10)));
            assertEquals(0, drain(ring).size());
            final StalledClaim stalled = ring.consumer().stalledBy();
            assertEquals(position, stalled.position());
            assertEquals(window == Window.RESERVED ? -1 : end, stalled.end());
            assertEquals(child.pid(), stalled.pid());
            assertEquals(StalledClaim.Owner.LIVES, stalled.owner());
            assertThrows(IllegalStateException.class, () -> ring.consumer().recover(stalled));
            assertEquals(0, drain(ring).size());

            child.kill();
            final StalledClaim dead = ring.consumer().stalledBy();
            assertEquals(StalledClaim.Owner.DEAD, dead.owner());
            assertEquals(end, dead.end());
            assertEquals(child.pid(), dead.pid());
            final long padding = ring.stats().paddingBytes();
            assertTrue(ring.consumer().recover(dead));
            assertFalse(ring.consumer().recover(dead));
            assertEquals(padding + end - position, ring.stats().paddingBytes());
            final List<byte[]> records = drain(ring);
            assertEquals(1, records.size());
            assertArrayEquals(payload(2, 10), records.get(0));
            assertFalse(ring.consumer().recover(dead), "passed long ago");
            assertEquals(padding + end - position, ring.stats().paddingBytes());
        }
        assertTrue(before > 0);
        assertGoesOn();
    }

    /** The consumer of a tasklet is used by its loop's thread only, but there by others, too. */
    @Test
    void producerKilled_ofARingOnALoop_isRecoveredByAnotherTaskletOfThatLoop() throws Exception {
        final TaskletLoop loop = TaskletLoop.manual();
        final List<byte[]> records = new ArrayList<>();
        final RingTasklet drained = RingTasklet.create(
                loop,
                VarLenMpscRing.builder().file(file).capacity(CAPACITY).slots(4),
                record -> records.add(bytes(record)),
                4);
        ring = drained.ring();
        final Tasklet recovering = loop.newTasklet((self, reasons) -> {
            final StalledClaim stalled = ring.consumer().stalledBy();
            if (stalled != null && stalled.owner() == StalledClaim.Owner.DEAD) {
                assertTrue(ring.consumer().recover(stalled));
            }
        });
        loop.runOnce(0);
        try (ChildProcess child = held(Window.PAYLOAD_BEGUN)) {
            assertTrue(offer(ring.newProducer(), payload(2, 10)));
            recovering.wakeup();
            loop.runOnce(0);
            assertEquals(List.of(), records, "its owner lives");
            child.kill();
        }
        recovering.wakeup();
        while (records.isEmpty()) {
            loop.runOnce(Long.MAX_VALUE);
        }
        assertArrayEquals(payload(2, 10), records.get(0));
        assertEquals(0, loop.stats().failures());
        drained.tasklet().kill();
    }

    /** Nothing follows it: its end is the producer position. */
    @ParameterizedTest
    @EnumSource(names = {"RESERVED", "PAYLOAD_BEGUN"})
    void producerKilled_asTheLastOne_isRecovered(final Window window) throws Exception {
        newRing();
        ring.consumer();
        held(window).kill();
        final StalledClaim dead = ring.consumer().stalledBy();
        assertEquals(StalledClaim.Owner.DEAD, dead.owner());
        assertEquals(ring.producerPosition(), dead.end());
        assertTrue(ring.consumer().recover(dead));
        assertEquals(0, drain(ring).size());
        assertTrue(ring.isEmpty());
        assertGoesOn();
    }

    /** Two of them, side by side: where the first one ends is known by the second one's announcement, or header. */
    @ParameterizedTest
    @EnumSource(names = {"RESERVED", "END_TOLD", "PUBLISHED"})
    void producersKilled_oneBehindTheOther_areRecovered(final Window second) throws Exception {
        newRing();
        ring.consumer();
        final ChildProcess first = held(Window.RESERVED);
        final long between = ring.producerPosition();
        final ChildProcess other = held(second);
        first.kill();
        other.kill();
        final StalledClaim dead = ring.consumer().stalledBy();
        assertEquals(between, dead.end());
        assertTrue(ring.consumer().recover(dead));
        assertEquals(second == Window.PUBLISHED ? 1 : 0, drain(ring).size());
        if (second != Window.PUBLISHED) {
            assertTrue(ring.consumer().recover(ring.consumer().stalledBy()));
            assertEquals(0, drain(ring).size());
        }
        assertGoesOn();
    }

    @ParameterizedTest
    @EnumSource(names = {"SLOT_TAKEN", "ANNOUNCED"})
    void producerKilled_beforeItReserved_leavesNothing(final Window window) throws Exception {
        newRing();
        ring.consumer();
        held(window).kill();
        assertNull(ring.consumer().stalledBy());
        final List<RingProducer> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(ring.newProducer());
        }
        all.forEach(RingProducer::close);
        assertGoesOn();
    }

    @Test
    void producerKilled_afterItPublished_hasSent() throws Exception {
        newRing();
        ring.consumer();
        held(Window.PUBLISHED).kill();
        assertNull(ring.consumer().stalledBy());
        assertEquals(1, drain(ring).size());
        assertGoesOn();
    }

    /** It has ended the arming, and does not ring: the sleep has an end. */
    @Test
    void producerKilled_beforeItRang_hasSent() throws Exception {
        newRing();
        ring.consumer();
        final int[] records = new int[1];
        final Thread sleeper = new Thread(() -> {
            try {
                records[0] = ring.consumer().drain(record -> {}, 1, 1, TimeUnit.HOURS);
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        sleeper.start();
        held(Window.DISARMED).kill();
        sleeper.join();
        assertEquals(1, records[0]);
        assertGoesOn();
    }

    /** A claim has a slot of its own while its handle offers on, be it in vain. */
    @ParameterizedTest
    @EnumSource(names = {"CLAIM_BESIDE_OFFERS", "CLAIM_BESIDE_A_REFUSAL"})
    void producerKilled_withAClaimBesideOffers_losesTheClaimOnly(final Window window) throws Exception {
        newRing();
        ring.consumer();
        final ChildProcess child = held(window);
        assertEquals(0, drain(ring).size());
        assertEquals(StalledClaim.Owner.LIVES, ring.consumer().stalledBy().owner());
        child.kill();
        assertTrue(ring.consumer().recover(ring.consumer().stalledBy()));
        final int offers = window == Window.CLAIM_BESIDE_OFFERS ? 3 : CAPACITY / HeldProgram.STRIDE - 1;
        assertEquals(offers, drain(ring).size());
        assertGoesOn();
    }

    /** A refusal of what the file says lets go of the slots that it has locked to find that out. */
    @Test
    void stalledBy_withAnEndThatMakesNoSense_saysSoEachTime_andThenWhoIsDead() throws Exception {
        newRing();
        ring.consumer();
        held(Window.PAYLOAD_BEGUN).kill();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final ByteBuffer slot = channel.map(
                            FileChannel.MapMode.READ_WRITE, RingLayout.slotOffset(0), RingLayout.SLOT_LENGTH)
                    .order(ByteOrder.nativeOrder());
            final long end = slot.getLong(RingLayout.END_OFFSET);
            slot.putLong(RingLayout.END_OFFSET, 4);
            for (int i = 0; i < 3; i++) {
                final RingCorruptException told = assertThrows(
                        RingCorruptException.class, () -> ring.consumer().stalledBy());
                assertTrue(told.getMessage().contains("the end in slot 0 is 4"), told::getMessage);
            }
            slot.putLong(RingLayout.END_OFFSET, end);
            final StalledClaim dead = ring.consumer().stalledBy();
            assertEquals(StalledClaim.Owner.DEAD, dead.owner());
            assertTrue(ring.consumer().recover(dead));
            assertGoesOn();
        } // which gives up this process's locks
    }

    /** What a look has locked it lets go, and then it forgets that it had it. */
    @Test
    void stalledBy_ofAClaimInASlotOfTheDead_leavesItsOwnerTheLock() throws Exception {
        newRing();
        ring.consumer();
        held(Window.PAYLOAD_BEGUN).kill();
        assertTrue(ring.consumer().recover(ring.consumer().stalledBy()));
        assertEquals(0, drain(ring).size());
        final RingClaim claim = ring.newProducer().tryClaim(10);
        for (int i = 0; i < 3; i++) {
            assertEquals(StalledClaim.Owner.LIVES, ring.consumer().stalledBy().owner());
        }
        claim.abort();
        assertGoesOn();
    }

    /** What is known to be dead is known of one ring; another one may have an owner that lives there. */
    @Test
    void recover_whatAnotherRingHasFound_looksAgain() throws Exception {
        newRing();
        ring.consumer();
        held(Window.PAYLOAD_BEGUN).kill();
        final StalledClaim dead = ring.consumer().stalledBy();
        assertEquals(StalledClaim.Owner.DEAD, dead.owner());
        final Path otherFile = FileRings.newFile();
        final VarLenMpscRing other = VarLenMpscRing.map(otherFile, CAPACITY);
        try {
            final RingClaim claim = other.newProducer().tryClaim(10);
            final Exception alive = assertThrows(
                    IllegalStateException.class, () -> other.consumer().recover(dead));
            assertTrue(alive.getMessage().contains(other.name()), alive::getMessage);
            assertEquals(0, drain(other).size());
            claim.commit();
            assertFalse(other.consumer().recover(dead));
            assertEquals(1, drain(other).size());
        } finally {
            other.detach();
            Files.delete(otherFile);
        }
        assertTrue(ring.consumer().recover(dead));
        assertGoesOn();
    }

    /** Who lives and has announced the same position may be the owner, unless a dead one has told its end. */
    @ParameterizedTest
    @EnumSource(names = {"RESERVED", "END_TOLD"})
    void producerThatLost_isInTheWayOnlyOfAnOwnerWithoutAnEnd(final Window window) throws Exception {
        newRing();
        ring.consumer();
        final ChildProcess owner = held(window);
        try (ChildProcess loser = held(Window.LOST)) {
            owner.kill();
            final StalledClaim stalled = ring.consumer().stalledBy();
            if (window == Window.RESERVED) {
                assertEquals(StalledClaim.Owner.LIVES, stalled.owner());
                assertThrows(IllegalStateException.class, () -> ring.consumer().recover(stalled));
                loser.kill();
            }
            assertTrue(ring.consumer().recover(ring.consumer().stalledBy()));
            assertEquals(0, drain(ring).size());
        }
        assertGoesOn();
    }

    /** What stands in a slot just taken must not make its attempt that failed look like one that was a success. */
    @Test
    void producerKilled_whenItHadLostInASlotJustTaken_isNotTakenForTheOwner() throws Exception {
        newRing();
        final RingProducer owner = ring.newProducer();
        final RingClaim claim = owner.tryClaim(10);
        try (ChildProcess child = held(Window.LOST)) {
            child.kill();
        }
        final StalledClaim stalled = ring.consumer().stalledBy();
        assertEquals(StalledClaim.Owner.LIVES, stalled.owner());
        assertThrows(IllegalStateException.class, () -> ring.consumer().recover(stalled));
        claim.commit();
        assertEquals(1, drain(ring).size());
        assertGoesOn();
    }

    /** A process that has ended is there until its parent asks for it, which some never do. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void processThatHasEnded_isNotSeenAlive_whoeverHasNoticed() throws Exception {
        // The child is told to end when its parent is a shell no more: a shell may ask for the end of its children
        final String shell = "exec 3<&0; read line <&3 & echo $!; exec sleep 1000";
        final Process parent = new ProcessBuilder("sh", "-c", shell).start();
        try {
            final String child = parent.inputReader(StandardCharsets.US_ASCII).readLine();
            while (!stat(Long.toString(parent.pid()))[1].equals("(sleep)")) {
                Thread.sleep(1);
            }
            parent.outputWriter(StandardCharsets.US_ASCII).append('\n').close();
            while (!stat(child)[2].equals("Z")) {
                Thread.sleep(1);
            }
            final long namespace = ProcessIdentity.own().namespace();
            final long start = Long.parseLong(stat(Long.toString(parent.pid()))[START]);
            assertTrue(new ProcessIdentity(parent.pid(), start, namespace).isSeenAlive());
            assertFalse(new ProcessIdentity(parent.pid(), start + 1, namespace).isSeenAlive(), "an earlier one");
            assertFalse(new ProcessIdentity(parent.pid(), start, namespace + 1).isSeenAlive(), "elsewhere");
            final long startOfChild = Long.parseLong(stat(child)[START]);
            assertFalse(new ProcessIdentity(Long.parseLong(child), startOfChild, namespace).isSeenAlive());
        } finally {
            parent.destroyForcibly();
        }
    }

    /** What the system tells of a process whose name has no blank. */
    private static String[] stat(final String pid) throws Exception {
        return Files.readString(Path.of("/proc", pid, "stat")).split(" ", -1);
    }

    @Test
    void producerStopped_isNotDead() throws Exception {
        newRing();
        ring.consumer();
        try (ChildProcess child = held(Window.PAYLOAD_BEGUN)) {
            child.signal("STOP");
            final StalledClaim stalled = ring.consumer().stalledBy();
            assertEquals(StalledClaim.Owner.LIVES, stalled.owner());
            assertThrows(IllegalStateException.class, () -> ring.consumer().recover(stalled));
        }
        assertTrue(ring.consumer().recover(ring.consumer().stalledBy()));
    }

    @ParameterizedTest
    @EnumSource(names = {"IN_A_HANDLER", "IN_A_HANDLER_BEHIND_ZEROES", "REDO_STORED", "HALF_ZEROED", "ALL_ZEROED"})
    void consumerKilled_theNextOneGoesOn(final Window window) throws Exception {
        newRing();
        final RingProducer producer = ring.newProducer();
        for (int i = 0; i < 4; i++) {
            assertTrue(offer(producer, payload(i, 30)));
        }
        try (ChildProcess child = held(window)) {
            final IllegalStateException taken = assertThrows(IllegalStateException.class, ring::consumer);
            assertTrue(taken.getMessage().contains("process " + child.pid() + " "), taken.getMessage());
            assertTrue(ring.dump().contains("no unfinished reservation"), ring.dump()); // but zeroes
            child.kill();
        }
        final List<byte[]> records = drain(ring);
        final int consumed = switch (window) {
            case IN_A_HANDLER -> 0;
            case IN_A_HANDLER_BEHIND_ZEROES -> 1; // more than an eighth of the ring
            default -> 4;
        };
        assertEquals(4 - consumed, records.size());
        for (int i = 0; i < records.size(); i++) {
            assertArrayEquals(payload(consumed + i, 30), records.get(i));
        }
        assertGoesOn();
    }

    /** All slots are taken; those of the dead that have left nothing come back, the others when they are recovered. */
    @Test
    void newProducer_whenAllSlotsAreTaken_saysHowManyAreOfTheDead() throws Exception {
        newRing();
        ring.consumer();
        final ChildProcess idle = held(Window.IDLE);
        held(Window.RESERVED).kill();
        held(Window.PAYLOAD_BEGUN).kill();
        final RingProducer fourth = ring.newProducer();
        final IllegalStateException full = assertThrows(IllegalStateException.class, ring::newProducer);
        assertTrue(full.getMessage().contains("all 4 slots"), full.getMessage());
        assertTrue(
                full.getMessage().contains(", 1 of them by handles of this process, and 2 by processes"),
                full.getMessage());
        idle.kill();
        ring.newProducer().close();
        fourth.close();
        for (int i = 0; i < 2; i++) {
            assertTrue(ring.consumer().recover(ring.consumer().stalledBy()));
            assertEquals(0, drain(ring).size());
        }
        final List<RingProducer> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(ring.newProducer());
        }
        assertThrows(IllegalStateException.class, ring::newProducer);
        all.forEach(RingProducer::close);
        assertGoesOn();
    }

    /** A process that opens and closes the file loses its locks; it is still seen to live. */
    @Test
    void processThatLostItsLocks_isNotTakenForDead() throws Exception {
        newRing();
        ring.consumer();
        final RingProducer producer = ring.newProducer();
        final RingClaim claim = producer.tryClaim(8);
        try (FileChannel careless = FileChannel.open(file, StandardOpenOption.READ)) {
            careless.read(ByteBuffer.allocate(8));
        }
        assertNotNull(claim);
        try (ChildProcess child =
                new ChildProcess(TakerProgram.class, file).await("consumer: true, all slots: true, unknown: true")) {
            child.awaitEnd();
        }
        claim.abort();
    }

    /** Tries to take the places of a process that has lost its locks on them. */
    static final class TakerProgram {
        private TakerProgram() {}

        public static void main(final String[] arguments) throws Exception {
            final VarLenMpscRing ring = VarLenMpscRing.attach(Path.of(arguments[0]));
            boolean isRefused = false;
            try {
                ring.consumer();
            } catch (final IllegalStateException e) {
                isRefused = e.getMessage().contains("has lost its lock");
            }
            for (int i = 0; i < 3; i++) {
                ring.newProducer().tryClaim(1).abort();
            }
            boolean areTaken = false;
            try {
                ring.newProducer();
            } catch (final IllegalStateException e) {
                areTaken = e.getMessage().contains("1 by processes that live and have lost their locks");
            }
            final StalledClaim stalled = new Recovery(ring.places.file, ring.memory).find(0);
            System.out.println("consumer: " + isRefused + ", all slots: " + areTaken + ", unknown: "
                    + (stalled.owner() == StalledClaim.Owner.UNKNOWN));
        }
    }

    /** An interrupted thread closes a channel by most of its methods, and with it would go all locks. */
    @Test
    void interruptedThread_keepsTheLocks() throws Exception {
        newRing();
        ring.consumer();
        Thread.currentThread().interrupt();
        final RingProducer producer = ring.newProducer();
        assertTrue(producer.offer(new byte[8], 0, 8));
        final VarLenMpscRing again = VarLenMpscRing.attach(file);
        assertNull(ring.consumer().stalledBy() == null ? null : "a record is no claim");
        assertEquals(1, drain(ring).size());
        producer.close();
        assertTrue(Thread.interrupted());
        assertThrows(IllegalStateException.class, again::consumer);
        try (ChildProcess child = held(Window.IDLE)) {
            assertTrue(child.pid() > 0);
        }
        assertGoesOn();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {
                "GAP_AND_RECORD_WRITTEN",
                "DISARMED",
                "LOST",
                "IN_A_HANDLER",
                "IN_A_HANDLER_BEHIND_ZEROES",
                "REDO_STORED",
                "HALF_ZEROED",
                "ALL_ZEROED"
            })
    void everybodyKilled_theFileIsOpenedAgain(final Window window) throws Exception {
        newRing();
        final RingProducer producer = ring.newProducer();
        assertTrue(offer(producer, payload(1, 10)));
        held(window).kill();
        ring.detach();
        ring = VarLenMpscRing.map(file, CAPACITY);
        assertArrayEquals(payload(1, 10), drain(ring).get(0));
        final StalledClaim stalled = ring.consumer().stalledBy();
        if (stalled != null) {
            assertTrue(ring.consumer().recover(stalled));
            drain(ring);
        }
        assertGoesOn();
    }
}
