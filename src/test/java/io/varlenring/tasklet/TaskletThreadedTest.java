// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.Crew;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wakeups, kills and closes from other threads: a missing run is a hang; an extra or concurrent run is detected. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TaskletThreadedTest {
    private final List<Selector> selectors = new ArrayList<>();

    private TaskletLoop start(final boolean selecting) throws Exception {
        if (!selecting) {
            return TaskletLoop.start("loop");
        }
        selectors.add(Selector.open());
        return TaskletLoop.builder()
                .selector(selectors.get(selectors.size() - 1))
                .start("loop");
    }

    @AfterEach
    void closeSelectors() throws Exception {
        for (final Selector selector : selectors) {
            selector.close();
        }
    }

    /** A thread that wakes the loop again and again just before it would sleep does not keep it from its sockets. */
    @Test
    void wakeupsThatComeJustInTime_doNotStarveTheSockets() throws Exception {
        try (Selector selector = Selector.open();
                TaskletLoop loop = TaskletLoop.builder().selector(selector).start("loop")) {
            final Pipe pipe = Pipe.open();
            pipe.sink().write(ByteBuffer.allocate(1)); // never read, so that the source is always ready
            pipe.source().configureBlocking(false);
            final AtomicLong pings = new AtomicLong();
            final AtomicLong looks = new AtomicLong();
            final AtomicLong longest = new AtomicLong();
            final long[] last = new long[1];
            final Tasklet pinged = loop.newTasklet((self, reasons) -> pings.incrementAndGet());
            loop.register(pipe.source(), SelectionKey.OP_READ, loop.newTasklet((self, reasons) -> {
                longest.accumulateAndGet(pings.get() - last[0], Math::max);
                last[0] = pings.get();
                looks.incrementAndGet();
            }));
            while (looks.get() == 0) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < 20_000; i++) {
                final long before = pings.get();
                pinged.wakeup();
                for (int spins = 0; pings.get() == before; spins++) {
                    if (spins > 10_000) { // the loop may need this processor
                        LockSupport.parkNanos(10_000);
                    }
                    Thread.onSpinWait();
                }
            }
            assertTrue(longest.get() <= 2, longest + " runs without a look at the socket");
            pipe.sink().close();
            pipe.source().close();
        }
    }

    /** Two threads put into the inbox at the same moment, or one does while it is emptied: none of them is lost. */
    @Test
    void wakeupsOfOneMoment_areAllRun() throws Exception {
        final int rounds = 50_000;
        final TaskletLoop loop = TaskletLoop.manual();
        final int[] runs = new int[2];
        final Tasklet own = loop.newTasklet((self, reasons) -> runs[0]++);
        final Tasklet other = loop.newTasklet((self, reasons) -> runs[1]++);
        final AtomicInteger begun = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        final Crew crew = new Crew();
        crew.add("waker", () -> {
            for (int round = 1; round <= rounds; round++) {
                for (int spins = 0; begun.get() < round && !crew.isFailing(); spins++) {
                    if (spins > 1000) {
                        Crew.pause();
                    }
                }
                other.wakeup();
                done.set(round);
            }
        });
        crew.add("loop", () -> {
            for (int round = 1; round <= rounds; round++) {
                begun.set(round);
                for (int i = round % 64; i > 0; i--) {
                    Thread.onSpinWait();
                }
                own.wakeup();
                loop.runOnce(0);
                for (int spins = 0; done.get() < round && !crew.isFailing(); spins++) {
                    if (spins > 1000) {
                        Crew.pause();
                    }
                }
                loop.runOnce(0);
                assertEquals(round, runs[0]);
                assertEquals(round, runs[1]);
            }
        });
        crew.run(loop);
    }

    /** They come while the array of the inbox is full, is being emptied, and has room again. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void wakeupsOfMoreThanTheInboxHolds_areRunInTheOrderOfTheirWaker(final int wakers) throws Exception {
        final int tasklets = LoopMemory.capacity() * 3 / 2;
        final int rounds = 100;
        try (TaskletLoop loop = TaskletLoop.start("loop")) {
            final Crew crew = new Crew();
            for (int id = 0; id < wakers; id++) {
                final AtomicInteger runs = new AtomicInteger();
                final Tasklet[] own = new Tasklet[tasklets];
                for (int i = 0; i < tasklets; i++) {
                    final int number = i;
                    own[i] = loop.newTasklet((self, reasons) -> {
                        final int run = runs.get();
                        runs.set(run + 1);
                        assertEquals(number, run % tasklets); // a failure is counted by the loop
                    });
                }
                crew.add("waker-" + id, () -> {
                    for (int round = 1; round <= rounds; round++) {
                        for (final Tasklet tasklet : own) {
                            tasklet.wakeup();
                        }
                        while (runs.get() < round * tasklets && !crew.isFailing()) { // else they are coalesced
                            Thread.onSpinWait();
                        }
                    }
                });
            }
            crew.run(loop);
            assertEquals(0, loop.stats().failures());
        }
    }

    /** Two threads at a time put into a full inbox. */
    @Test
    void wakeupsOfAFullInbox_areAllRun() throws Exception {
        final int wakers = 2;
        final int tasklets = 5_000;
        for (int round = 0; round < 20; round++) {
            final TaskletLoop loop = TaskletLoop.manual();
            final int[] runs = new int[1];
            final Crew crew = new Crew();
            for (int id = 0; id < wakers; id++) {
                final Tasklet[] own = new Tasklet[tasklets];
                Arrays.setAll(own, i -> loop.newTasklet((self, reasons) -> runs[0]++));
                crew.add("waker-" + id, () -> {
                    for (final Tasklet tasklet : own) {
                        tasklet.wakeup();
                    }
                });
            }
            crew.run(loop);
            loop.close();
            assertEquals(wakers * tasklets, runs[0]);
        }
    }

    /** The run must see what the waker wrote plainly before: a wakeup lost or early is a hang or a failure. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void afterAWakeup_theBodyRunsAndSeesWhatTheWakerDid(final boolean selecting) throws Exception {
        final int wakers = 2;
        final int rounds = selecting ? 20_000 : 60_000;
        try (TaskletLoop loop = start(selecting)) {
            final Crew crew = new Crew();
            final AtomicInteger inside = new AtomicInteger();
            for (int id = 0; id < wakers; id++) {
                final int number = id;
                final long[] written = new long[1];
                final AtomicLong seen = new AtomicLong();
                final Tasklet tasklet = loop.newTasklet((self, reasons) -> {
                    assertEquals(0, inside.getAndIncrement());
                    seen.set(written[0]);
                    inside.decrementAndGet();
                });
                crew.add("waker-" + id, () -> {
                    final SplittableRandom random = new SplittableRandom(number);
                    for (long i = 1; i <= rounds && !crew.isFailing(); i++) {
                        for (int spin = random.nextInt(100); spin > 0; spin--) {
                            Thread.onSpinWait();
                        }
                        written[0] = i;
                        tasklet.wakeup();
                        if (random.nextInt(3) > 0) {
                            for (int spins = 0; seen.get() < i && !crew.isFailing(); spins++) {
                                if (spins > 1000) {
                                    Crew.pause();
                                }
                            }
                        }
                    }
                    while (seen.get() < rounds && !crew.isFailing()) {
                        Crew.pause();
                    }
                });
            }
            crew.run("loop");
            assertEquals(0, loop.stats().failures());
        }
    }

    /** All wakers share one tasklet: every reason bit must arrive, though most wakeups are coalesced. */
    @Test
    void manyWakersOfOneTasklet_loseNoReason() throws Exception {
        final int wakers = 3;
        final int rounds = 100_000;
        final TaskletLoop loop = TaskletLoop.start("loop");
        try {
            final Crew crew = new Crew();
            final AtomicInteger[] seen = new AtomicInteger[wakers];
            for (int id = 0; id < wakers; id++) {
                seen[id] = new AtomicInteger();
            }
            final Tasklet tasklet = loop.newTasklet((self, reasons) -> {
                for (int id = 0; id < wakers; id++) {
                    if ((reasons & 1 << id) != 0) {
                        seen[id].incrementAndGet();
                    }
                }
            });
            for (int id = 0; id < wakers; id++) {
                final int number = id;
                crew.add("waker-" + id, () -> {
                    for (int i = 1; i <= rounds && !crew.isFailing(); i++) {
                        final int before = seen[number].get();
                        tasklet.wakeup(1 << number);
                        for (int spins = 0; seen[number].get() == before && !crew.isFailing(); spins++) {
                            if (spins > 100) {
                                Crew.pause();
                            }
                        }
                    }
                });
            }
            crew.run("loop");
            for (int id = 0; id < wakers; id++) {
                assertEquals(rounds, seen[id].get(), "a reason came twice");
            }
        } finally {
            loop.close();
        }
        final TaskletStats stats = loop.stats();
        assertEquals((long) rounds * wakers, stats.wakeups());
        assertEquals(stats.wakeups() - stats.runs(), stats.coalesced());
    }

    /** The tasklet is queued, and the loop, held by another one, comes to it as soon as kill() has returned. */
    @Test
    void kill_whenItReturns_noRunBegins() throws Exception {
        try (TaskletLoop loop = TaskletLoop.start("loop")) {
            final AtomicInteger entered = new AtomicInteger();
            final AtomicInteger killed = new AtomicInteger();
            final Tasklet gate = loop.newTasklet((self, reasons) -> {
                final int round = entered.incrementAndGet();
                for (int spins = 0; killed.get() < round; spins++) {
                    if (spins > 1000) {
                        Crew.pause();
                    }
                }
            });
            final AtomicInteger runs = new AtomicInteger();
            for (int round = 1; round <= 3000; round++) {
                final Tasklet tasklet = loop.newTasklet((self, reasons) -> runs.incrementAndGet());
                gate.wakeup();
                while (entered.get() < round) {
                    Crew.pause();
                }
                tasklet.wakeup();
                tasklet.kill();
                killed.set(round);
                tasklet.wakeup();
                passThrough(loop);
                assertEquals(0, runs.get());
            }
        }
    }

    /** Wakeups and a kill of one moment: what was running may end, and nothing runs later. */
    @Test
    void kill_againstWakeups_endsTheRuns() throws Exception {
        try (TaskletLoop loop = TaskletLoop.start("loop")) {
            for (int round = 0; round < 2000; round++) {
                final AtomicInteger runs = new AtomicInteger();
                final Tasklet tasklet = loop.newTasklet((self, reasons) -> runs.incrementAndGet());
                final Crew crew = new Crew();
                crew.add("waker", () -> {
                    for (int i = 0; i < 50; i++) {
                        tasklet.wakeup();
                    }
                });
                final int delay = round % 60;
                crew.add("killer", () -> {
                    for (int i = 0; i < delay * 10; i++) {
                        Thread.onSpinWait();
                    }
                    tasklet.kill();
                });
                crew.run("loop");
                passThrough(loop); // a run may have begun before the kill
                final int last = runs.get();
                tasklet.wakeup();
                passThrough(loop);
                assertEquals(last, runs.get());
            }
        }
    }

    /** Waits until the loop has run all that was queued before. */
    private static void passThrough(final TaskletLoop loop) {
        final AtomicInteger done = new AtomicInteger();
        loop.newTasklet((self, reasons) -> done.set(1)).wakeup();
        while (done.get() == 0) {
            Crew.pause();
        }
    }

    @Test
    void close_againstWakeups_runsWhatCameBefore() throws Exception {
        for (int round = 0; round < 2000; round++) {
            final boolean selecting = round % 10 == 0;
            final TaskletLoop loop = start(selecting);
            final AtomicInteger runs = new AtomicInteger();
            final Tasklet before = loop.newTasklet((self, reasons) -> runs.incrementAndGet());
            final Tasklet against = loop.newTasklet((self, reasons) -> {});
            before.wakeup();
            final Crew crew = new Crew();
            crew.add("waker", () -> {
                while (!loop.isClosed()) {
                    against.wakeup();
                }
                against.wakeup();
            });
            crew.add("closer", loop::close);
            crew.run("loop");
            assertEquals(1, runs.get());
        }
    }

    @Test
    void idleLoop_sleepsAndUsesNoProcessor() throws Exception {
        for (final boolean selecting : new boolean[] {false, true}) {
            try (TaskletLoop loop = start(selecting)) {
                final Thread[] thread = new Thread[1];
                loop.newTasklet((self, reasons) -> thread[0] = Thread.currentThread())
                        .wakeup();
                passThrough(loop);
                final long sleeps = awaitSleep(loop);
                final long before = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread[0].getId());
                Thread.sleep(100);
                assertEquals(sleeps, loop.stats().sleeps(), "the loop woke up for nothing");
                final long used = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread[0].getId()) - before;
                assertTrue(used < 50_000_000, "an idle loop used " + used + " ns of processor time in 100 ms");
            }
        }
    }

    private static long awaitSleep(final TaskletLoop loop) throws InterruptedException {
        long sleeps = -1;
        while (loop.stats().sleeps() != sleeps
                || sleeps == 0
                || !loop.toString().contains("asleep")) {
            sleeps = loop.stats().sleeps();
            Thread.sleep(5);
        }
        return sleeps;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sleepingLoop_isWokenByARecord(final boolean selecting) throws Exception {
        try (TaskletLoop loop = start(selecting)) {
            final AtomicInteger handled = new AtomicInteger();
            final VarLenMpscRing ring = RingTasklet.create(
                            loop, VarLenMpscRing.builder().capacity(1024), record -> handled.incrementAndGet(), 8)
                    .ring();
            final RingProducer producer = ring.newProducer();
            for (int i = 1; i <= 2000; i++) {
                assertTrue(producer.offer(new byte[i % 50], 0, i % 50));
                while (handled.get() < i) {
                    Crew.pause();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void ringsOnALoop_getEveryRecordInOrder(final int producers) throws Exception {
        final int count = 200_000 / producers;
        final List<RingTasklet> tasklets = new ArrayList<>();
        final int[][] next = new int[2][producers];
        try (TaskletLoop loop = TaskletLoop.start("loop")) {
            for (int i = 0; i < 2; i++) {
                final int[] sequence = next[i];
                tasklets.add(RingTasklet.create(
                        loop,
                        VarLenMpscRing.builder().capacity(512),
                        record -> {
                            final int producer = record.getInt();
                            assertEquals(sequence[producer]++, record.getInt());
                        },
                        16));
            }
            final Crew crew = new Crew();
            for (int id = 0; id < producers; id++) {
                final int number = id;
                crew.add("producer-" + id, () -> {
                    final ByteBuffer record = ByteBuffer.allocate(32);
                    for (final RingTasklet tasklet : tasklets) {
                        final RingProducer producer = tasklet.ring().newProducer();
                        for (int i = 0; i < count && !crew.isFailing(); i++) {
                            record.clear();
                            record.putInt(number).putInt(i).limit(8 + i % 25).position(0);
                            while (!producer.offer(record) && !crew.isFailing()) {
                                Crew.pause();
                            }
                        }
                    }
                });
            }
            crew.run("rings");
            for (final RingTasklet tasklet : tasklets) {
                tasklet.ring().close();
                while (!tasklet.tasklet().isKilled()) {
                    Crew.pause();
                }
            }
            assertEquals(0, loop.stats().failures());
        }
        for (final int[] sequence : next) {
            for (final int reached : sequence) {
                assertEquals(count, reached);
            }
        }
    }

    /** A socket, a ring and a tasklet that never sleeps on one thread: each gets its turn. */
    @Test
    void socketRingAndBusyTasklet_shareTheThread() throws Exception {
        try (Selector selector = Selector.open();
                DatagramChannel receiver = DatagramChannel.open();
                DatagramChannel sender = DatagramChannel.open();
                TaskletLoop loop = TaskletLoop.builder().selector(selector).start("loop")) {
            receiver.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .configureBlocking(false);
            final AtomicInteger received = new AtomicInteger();
            final ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            loop.register(receiver, SelectionKey.OP_READ, loop.newTasklet((self, reasons) -> {
                while (receiver.receive(buffer.clear()) != null) {
                    received.incrementAndGet();
                }
            }));
            final AtomicInteger handled = new AtomicInteger();
            final VarLenMpscRing ring = RingTasklet.create(
                            loop, VarLenMpscRing.builder().capacity(1024), record -> handled.incrementAndGet(), 8)
                    .ring();
            final Tasklet busy = loop.newTasklet((self, reasons) -> self.wakeup());
            for (int i = 1; i <= 500; i++) {
                if (i == 250) {
                    busy.wakeup();
                }
                sender.send(ByteBuffer.wrap(new byte[5]), receiver.getLocalAddress());
                assertTrue(ring.newProducer().offer(new byte[3], 0, 3));
                while (received.get() < i || handled.get() < i) {
                    Crew.pause();
                }
            }
            busy.kill();
            assertFalse(loop.isClosed());
        }
    }

    @Test
    void closedSelector_endsTheLoop() throws Exception {
        final Selector selector = Selector.open();
        final Thread.UncaughtExceptionHandler quiet = (thread, failure) -> {};
        final AtomicInteger runs = new AtomicInteger();
        final TaskletLoop loop = TaskletLoop.builder().selector(selector).start("loop");
        final Thread[] thread = new Thread[1];
        loop.newTasklet((self, reasons) -> {
                    thread[0] = Thread.currentThread();
                    thread[0].setUncaughtExceptionHandler(quiet);
                    runs.incrementAndGet();
                })
                .wakeup();
        while (runs.get() == 0) {
            Crew.pause();
        }
        selector.close();
        thread[0].join();
        assertTrue(loop.isClosed());
        loop.newTasklet((self, reasons) -> runs.incrementAndGet()).wakeup();
        loop.close();
        assertEquals(1, runs.get());
    }
}
