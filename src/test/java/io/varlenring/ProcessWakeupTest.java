// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a producer in one process wakes the consumer in another, and how rarely that wakes by itself. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // an interrupt does not end a loop of selects
final class ProcessWakeupTest {
    private static final int ROUNDS = 50;
    private static final int CAPACITY = 1024;
    /** A consumer that is not woken sleeps at most this long. */
    private static final long BOUND_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path file = FileRings.newFile();
    private VarLenMpscRing ring;

    @AfterEach
    void deleteFile() throws IOException {
        ring.detach();
        Files.deleteIfExists(file);
    }

    private ChildProcess producer() throws IOException {
        return new ChildProcess(OfferingProgram.class, file);
    }

    /** Offers to a consumer that sleeps, again and again, and says whether that was woken in time. */
    static final class OfferingProgram {
        private OfferingProgram() {}

        public static void main(final String[] arguments) throws Exception {
            final VarLenMpscRing ring = VarLenMpscRing.attach(Path.of(arguments[0]));
            final RingProducer producer = ring.newProducer();
            final long[] nanos = new long[ROUNDS];
            final ByteBuffer record = ByteBuffer.allocate(Integer.BYTES);
            int missed = 0;
            for (int i = 0; i < ROUNDS; i++) {
                while (!ring.memory.isArmedVolatile()) {
                    Thread.sleep(0, 1);
                }
                final long wakeups = ring.stats().wakeups();
                final long begin = System.nanoTime();
                producer.offer(record.putInt(0, i).rewind());
                // a consumer that looked by itself just then is not rung: it has disarmed, or has read the record
                final boolean isAwake = !ring.memory.isArmedVolatile() || ring.isEmpty();
                final boolean isRung = ring.stats().wakeups() != wakeups;
                while (!ring.isEmpty()) {
                    Thread.sleep(0, 1);
                }
                nanos[i] = System.nanoTime() - begin;
                if (!isRung && !(isAwake && nanos[i] < BOUND_NANOS / 2)) {
                    missed++;
                }
            }
            Arrays.sort(nanos);
            final long rings = ring.stats().wakeups();
            final long median = nanos[ROUNDS / 2];
            System.out.println(missed + " missed, mostly rung, once: " + (rings > ROUNDS / 2 && rings <= ROUNDS)
                    + ", mostly heard: " + (median < BOUND_NANOS / 2 ? "true" : "false, median ns " + median));
        }
    }

    private static void awaitWoken(final ChildProcess producer) throws IOException {
        producer.await("0 missed, mostly rung, once: true, mostly heard: true").awaitEnd();
    }

    @Test
    void timedDrain_isWokenByAnotherProcess() throws Exception {
        ring = VarLenMpscRing.map(file, CAPACITY);
        final RingConsumer consumer = ring.consumer();
        final int[] next = new int[1];
        try (ChildProcess producer = producer()) {
            while (next[0] < ROUNDS) {
                assertEquals(
                        1, consumer.drain(record -> assertEquals(next[0]++, record.getInt()), 9, 1, TimeUnit.HOURS));
            }
            awaitWoken(producer);
        }
    }

    /** The user's own selector has no end to its sleep here: a ring that is not heard would never end. */
    @Test
    void armedConsumer_isWokenInItsSelectorByAnotherProcess() throws Exception {
        ring = VarLenMpscRing.map(file, CAPACITY);
        final RingConsumer consumer = ring.consumer();
        final int[] next = new int[1];
        try (Selector selector = Selector.open()) {
            consumer.doorbell().register(selector, SelectionKey.OP_READ);
            try (ChildProcess producer = producer()) {
                while (next[0] < ROUNDS) {
                    if (consumer.arm()) {
                        selector.select(key -> {});
                    }
                    consumer.drain(record -> assertEquals(next[0]++, record.getInt()));
                }
                awaitWoken(producer);
            }
        }
    }

    @Test
    void ringTasklet_isWokenByAnotherProcess() throws Exception {
        final int[] next = new int[1];
        final CountDownLatch all = new CountDownLatch(ROUNDS);
        try (Selector selector = Selector.open()) {
            final TaskletLoop loop = TaskletLoop.builder().selector(selector).start("loop");
            final RingTasklet tasklet = RingTasklet.create(
                    loop,
                    VarLenMpscRing.builder().file(file).capacity(CAPACITY),
                    record -> {
                        if (record.getInt() == next[0]++) {
                            all.countDown();
                        }
                    },
                    4);
            ring = tasklet.ring();
            try (ChildProcess producer = producer()) {
                all.await();
                awaitWoken(producer);
            }
            loop.close();
        }
    }

    /** Without a selector no ring is heard, and nothing is lost. */
    @Test
    void ringTaskletWithoutASelector_findsWhatAnotherProcessOffers() throws Exception {
        final CountDownLatch first = new CountDownLatch(3);
        final TaskletLoop loop = TaskletLoop.builder().start("loop");
        final RingTasklet tasklet = RingTasklet.create(
                loop, VarLenMpscRing.builder().file(file).capacity(CAPACITY), record -> first.countDown(), 4);
        ring = tasklet.ring();
        try (ChildProcess producer = producer()) {
            first.await();
            producer.kill();
        }
        loop.close();
    }

    // Idle

    /** How often a thread gave up its processor by itself: once for each sleep. */
    private static long sleeps(final Path task) throws IOException {
        for (final String line : Files.readAllLines(task.resolve("status"))) {
            if (line.startsWith("voluntary_ctxt_switches:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no count of switches in " + task);
    }

    private static void assertSleeps(final Path task) throws Exception {
        final long before = sleeps(task);
        final long begin = System.nanoTime();
        Thread.sleep(1000);
        final long times = sleeps(task) - before;
        final long bounds = (System.nanoTime() - begin) / BOUND_NANOS;
        assertTrue(times >= bounds / 4, () -> times + " sleeps in the time of " + bounds);
        assertTrue(times <= 2 * bounds + 5, () -> times + " sleeps in the time of " + bounds);
    }

    private static Path ownTask() {
        try {
            return Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")));
        } catch (final IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How often a thread has slept only Linux tells, there; that sleepers are woken is tested everywhere. */
    private static void assumeTasks() {
        final boolean areSeen = Files.exists(Path.of("/proc/thread-self/status"));
        if (!areSeen) {
            System.out.println("ProcessWakeupTest: SKIPPED how often an idle consumer wakes: no /proc/thread-self");
        }
        Assumptions.assumeTrue(areSeen, "no /proc/thread-self");
    }

    @Test
    void idleTimedDrain_wakesAsOftenAsItsBoundSays() throws Exception {
        assumeTasks();
        ring = VarLenMpscRing.map(file, CAPACITY);
        final Path[] task = new Path[1];
        final CountDownLatch begun = new CountDownLatch(1);
        final FutureTask<Integer> sleeper = new FutureTask<>(() -> {
            task[0] = ownTask();
            begun.countDown();
            return ring.consumer().drain(record -> {}, 1, 1, TimeUnit.HOURS);
        });
        new Thread(sleeper, "sleeper").start();
        begun.await();
        while (!ring.memory.isArmedVolatile()) {
            Thread.onSpinWait();
        }
        assertSleeps(task[0]);
        ring.close();
        assertEquals(0, sleeper.get());
    }

    @Test
    void idleRingTasklet_wakesAsOftenAsItsBoundSays() throws Exception {
        assumeTasks();
        final Path[] task = new Path[1];
        try (Selector selector = Selector.open()) {
            final TaskletLoop loop = TaskletLoop.builder().selector(selector).start("loop");
            final CountDownLatch begun = new CountDownLatch(1);
            final RingTasklet tasklet = RingTasklet.create(
                    loop,
                    VarLenMpscRing.builder().file(file).capacity(CAPACITY),
                    record -> {
                        task[0] = ownTask();
                        begun.countDown();
                    },
                    4);
            ring = tasklet.ring();
            ring.newProducer().offer(new byte[1], 0, 1);
            begun.await();
            while (!ring.memory.isArmedVolatile()) {
                Thread.onSpinWait();
            }
            assertSleeps(task[0]);
            loop.close();
        }
    }
}
