// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.offer;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What happens to a ring in a file when the process has no descriptor left. */
final class DescriptorAccidentsTest extends FileFixture {
    private static final List<String> FEW_DESCRIPTORS = List.of("sh", "-c", "ulimit -n 200 && exec \"$@\"", "sh");

    /**
     * Takes all descriptors that are left, and those that the machine's own threads have just now: one that compiles
     * looks into files how much memory there is.
     */
    private static List<FileInputStream> exhaust() throws InterruptedException {
        final List<FileInputStream> held = new ArrayList<>(1000);
        while (takeAll(held)) {
            Thread.sleep(10);
        }
        return held;
    }

    /** Tells whether there was one. */
    private static boolean takeAll(final List<FileInputStream> held) {
        final int before = held.size();
        try {
            while (true) {
                held.add(new FileInputStream("/dev/null"));
            }
        } catch (final IOException none) {
            return held.size() > before;
        }
    }

    private static void free(final List<FileInputStream> held) throws IOException {
        for (final FileInputStream stream : held) {
            stream.close();
        }
    }

    /** Rings for the first time when there is no descriptor, and again when there is. */
    static final class RingingProgram {
        private RingingProgram() {}

        public static void main(final String[] arguments) throws Exception {
            final VarLenMpscRing ring = VarLenMpscRing.map(Path.of(arguments[0]), CAPACITY);
            final RingProducer producer = ring.newProducer();
            offer(producer, new byte[1]);
            free(exhaust());
            ring.memory.setDoorbellVolatile(9);
            for (int i = 0; i < 2; i++) {
                ring.memory.setArmedVolatile(true);
                final List<FileInputStream> held = i == 0 ? exhaust() : List.of();
                String said = "";
                try {
                    said += offer(producer, new byte[1]);
                } catch (final Throwable failure) {
                    said += failure;
                }
                free(held);
                System.out.println(said + ", wakeups " + ring.stats().wakeups());
            }
        }
    }

    @Test
    @EnabledOnOs(
            value = {OS.LINUX, OS.MAC},
            disabledReason = "descriptors are limited by a shell")
    void ring_withoutADescriptor_isMissedAndTheNextOneIsNot() throws IOException {
        try (ChildProcess child = new ChildProcess(FEW_DESCRIPTORS, RingingProgram.class, file)) {
            child.await("true, wakeups 0").await("true, wakeups 1").awaitEnd();
        }
    }

    /** Says what it finds without descriptors, of itself and of a process that has never been. */
    static final class JudgingProgram {
        private JudgingProgram() {}

        public static void main(final String[] arguments) throws Exception {
            VarLenMpscRing.map(Path.of(arguments[0]), CAPACITY);
            final ByteBuffer page = ByteBuffer.allocate(RingLayout.PAGE);
            judge(page); // loads the classes
            System.out.println("begun");
            final List<FileInputStream> held = exhaust();
            String said;
            do {
                said = judge(page);
            } while (takeAll(held)); // it may have had one that was given back late
            free(held);
            System.out.println(said);
        }

        private static String judge(final ByteBuffer page) {
            final ProcessIdentity own = ProcessIdentity.own();
            final ProcessIdentity none = new ProcessIdentity(1 << 30, 1, own.namespace());
            String said = "lives " + own.isSeenAlive() + ", nobody lives " + none.isSeenAlive();
            final Doorbell doorbell = new Doorbell();
            said += ", heard " + doorbell.prepareToAwait();
            doorbell.await(1_000_000);
            doorbell.close();
            try {
                FileHeader.write(page, CAPACITY, 1, 0);
                said += ", written";
            } catch (final UncheckedIOException refused) {
                said += ", no boot id";
            }
            return said;
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only there are processes and the boot read from files")
    void processesAndBoot_withoutADescriptor_areNotTakenForOthers() throws IOException {
        try (ChildProcess child = new ChildProcess(FEW_DESCRIPTORS, JudgingProgram.class, file)) {
            child.await("begun")
                    .await("lives true, nobody lives false, heard false, no boot id")
                    .awaitEnd();
        }
    }

    /** Asks a private ring when there is no descriptor, and joins one in a file when there is. */
    static final class AskingProgram {
        private AskingProgram() {}

        public static void main(final String[] arguments) throws Exception {
            final VarLenMpscRing heap = VarLenMpscRing.allocate(CAPACITY);
            final RingClaim claim = heap.newProducer().tryClaim(8);
            heap.consumer().drain(record -> {});
            for (final String name : new String[] {"ProcessIdentity", "StalledClaim", "StalledClaim$Owner"}) {
                Class.forName("io.varlenring." + name, false, AskingProgram.class.getClassLoader());
            }
            free(exhaust());
            final List<FileInputStream> held = exhaust();
            final StalledClaim stalled = heap.consumer().stalledBy();
            free(held);
            claim.abort();
            VarLenMpscRing.map(Path.of(arguments[0]), CAPACITY);
            System.out.println(stalled.owner() + ", and joined");
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only there a process reads from a file who it is")
    void map_whenTheProcessCouldNotReadWhoItIs_readsAgain() throws IOException {
        try (ChildProcess child = new ChildProcess(FEW_DESCRIPTORS, AskingProgram.class, file)) {
            child.await("LIVES, and joined").awaitEnd();
        }
    }

    /** Makes a ring, the first one, with two descriptors, and again with enough. */
    static final class FirstRingProgram {
        private FirstRingProgram() {}

        public static void main(final String[] arguments) throws Exception {
            final List<FileInputStream> held = exhaust();
            free(held.subList(0, 2));
            try {
                VarLenMpscRing.map(Path.of(arguments[0]), CAPACITY);
            } catch (final IOException none) {
                System.out.println("refused");
            }
            free(held);
            VarLenMpscRing.map(Path.of(arguments[0]), CAPACITY);
            System.out.println("made");
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only there descriptors are counted before classes are loaded")
    void map_theFirstTimeWithTooFewDescriptors_isRefused_andNotForGood() throws IOException {
        try (ChildProcess child = new ChildProcess(FEW_DESCRIPTORS, FirstRingProgram.class, file)) {
            child.await("refused").await("made").awaitEnd();
        }
    }
}
