// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.ControlledRecordHandler.Action;
import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The consumer of a ring in a file as a tasklet, on a manual loop; its producers use ring objects of their own. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FileRingTaskletTest {
    private static final int ROUNDS = 20;

    private Path file;
    private Selector selector;
    private TaskletLoop loop;
    private RingTasklet tasklet;
    private VarLenMpscRing other;
    private RingProducer producer;
    private final List<Throwable> reported = new ArrayList<>();

    /** What the controlled handler answers, and how often it was asked. */
    private Action answer = Action.CONTINUE;

    private int asked;

    @BeforeEach
    void make() throws IOException {
        final Path memory = Path.of("/dev/shm");
        file = Files.isWritable(memory)
                ? Files.createTempFile(memory, "varlenring", ".ring")
                : Files.createTempFile("varlenring", ".ring");
        Files.delete(file);
        selector = Selector.open();
        loop = TaskletLoop.builder().selector(selector).manual();
        tasklet = RingTasklet.createControlled(loop, builder(), record -> answer(), 4);
        other = VarLenMpscRing.attach(file);
        producer = other.newProducer();
        runUntilIdle();
    }

    @AfterEach
    void deleteFile() throws IOException {
        tasklet.ring().detach();
        other.detach();
        selector.close();
        Files.deleteIfExists(file);
    }

    private VarLenMpscRing.Builder builder() {
        return VarLenMpscRing.builder().file(file).capacity(1024);
    }

    private Action answer() {
        asked++;
        return answer;
    }

    /** Else a producer in another process would wait for up to 100 ms each time the ring is full. */
    @Test
    void withoutASelector_theRingIsLookedAtSoonAfterARecord() throws IOException {
        final Path second = file.resolveSibling(file.getFileName() + "2");
        final TaskletLoop deaf = TaskletLoop.manual();
        final RingTasklet polling = RingTasklet.createControlled(
                deaf, VarLenMpscRing.builder().file(second).capacity(1024), record -> answer(), 4);
        try {
            final long before = System.nanoTime();
            deaf.runOnce(0);
            assertTrue(polling.look.deadline.nanoTime - before > 50_000_000);
            assertTrue(polling.ring().newProducer().offer(new byte[8], 0, 8));
            polling.tasklet().wakeup();
            deaf.runOnce(0);
            assertEquals(1, asked);
            assertTrue(polling.look.deadline.nanoTime - System.nanoTime() <= TimeUnit.MILLISECONDS.toNanos(1));
        } finally {
            polling.ring().detach();
            Files.delete(second);
        }
    }

    /** Nobody has a handle by which to give it back. */
    @Test
    void create_withAClosedSelector_keepsNoPlaceInTheFile() throws IOException {
        tasklet.ring().detach();
        selector.close();
        assertThrows(ClosedSelectorException.class, () -> RingTasklet.create(loop, builder(), record -> {}, 1));
        assertTrue(other.consumer().arm());
    }

    private void offer() {
        assertTrue(producer.offer(new byte[8], 0, 8));
    }

    private void runUntilIdle() {
        int runs = 1;
        while (runs > 0) {
            runs = loop.runOnce(0);
        }
    }

    /** By the thread of the test, which is not that of the methods before and after it. */
    private void collectReports() {
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> reported.add(failure));
    }

    /** Runs until something has run that the doorbell woke, and not the time. */
    private void runWhenTheDoorbellRings() {
        loop.cancelWakeup(tasklet.look);
        assertEquals(1, loop.runOnce(Long.MAX_VALUE));
    }

    /** Runs some rounds in which no time wakes anything; returns how many bodies were run. */
    private int runRounds() {
        int runs = 0;
        for (int i = 0; i < ROUNDS; i++) {
            loop.cancelWakeup(tasklet.look);
            runs += loop.runOnce(0);
        }
        return runs;
    }

    /** The datagram that woke it stays in the channel: only arming receives it. */
    @Test
    void abort_isNotFollowedByARunInEachRound_andTheDoorbellIsHeardAgainAfterwards() {
        answer = Action.ABORT;
        offer();
        runWhenTheDoorbellRings();
        assertEquals(1, asked);
        assertEquals(0, runRounds());
        answer = Action.CONTINUE;
        tasklet.tasklet().wakeup();
        runUntilIdle();
        assertEquals(2, asked);
        assertTrue(other.isEmpty());
        offer();
        runWhenTheDoorbellRings();
        assertEquals(3, asked);
        assertEquals(0, loop.stats().failures());
    }

    /** Else it would find that out every 100 ms, forever, and report it each time. */
    @Test
    void detachedRing_endsItsTasklets_andNobodyIsTold() {
        collectReports();
        offer();
        runUntilIdle();
        tasklet.ring().detach();
        tasklet.look.wakeup();
        runUntilIdle();
        assertTrue(tasklet.tasklet().isKilled());
        assertTrue(tasklet.look.isKilled());
        assertFalse(Deadlines.has(tasklet.look));
        assertEquals(List.of(), reported);
        assertEquals(1, asked);
    }

    /** It was told once for each try in the 100 ms for which the end waits. */
    @Test
    void closedLoop_ofADetachedRingThatHoldsRecords_tellsNobody() {
        collectReports();
        answer = Action.ABORT;
        offer();
        runUntilIdle();
        answer = Action.CONTINUE;
        tasklet.ring().detach();
        loop.close();
        assertEquals(List.of(), reported);
        assertEquals(0, loop.stats().failures());
        assertTrue(tasklet.tasklet().isKilled());
    }

    /** The key would keep the ring, its mapping and its place in the file as long as there is the selector. */
    @Test
    void killedTasklet_leavesNothingInTheSelector() {
        collectReports();
        offer();
        tasklet.tasklet().kill();
        runUntilIdle();
        assertEquals(0, selector.keys().size());
        assertEquals(0, asked);
        assertEquals(List.of(), reported);
    }

    /** The run goes on to its end with a key that is cancelled. */
    @Test
    void kill_inTheHandler_isNoFailure() {
        collectReports();
        final List<Integer> handled = new ArrayList<>();
        tasklet.ring().detach();
        final RingTasklet[] made = new RingTasklet[1];
        made[0] = RingTasklet.create(
                loop,
                builder(),
                record -> {
                    handled.add(record.remaining());
                    made[0].tasklet().kill();
                },
                4);
        offer();
        runUntilIdle();
        assertEquals(List.of(8), handled);
        assertEquals(List.of(), reported);
        assertEquals(0, selector.keys().size());
        made[0].ring().detach();
    }

    @Test
    void drainThatFails_isNotRepeatedInEachRoundForWhatIsInTheDoorbell() {
        collectReports();
        offer();
        tasklet.ring().consumer().drain(record -> {
            runWhenTheDoorbellRings(); // inside this drain there can be no other
            assertTrue(Deadlines.has(tasklet.look));
            assertEquals(0, runRounds());
        });
        assertEquals(1, reported.size());
        offer();
        tasklet.look.wakeup();
        runUntilIdle();
        assertEquals(1, asked);
        offer();
        runWhenTheDoorbellRings();
        assertEquals(2, asked);
    }

    /** The loop refuses the new one, which nobody would hear. */
    @Test
    void doorbellReplacedInAClosedLoop_isNoFailure() throws IOException {
        collectReports();
        tasklet.ring().consumer().doorbell().close();
        tasklet.tasklet().wakeup();
        loop.close();
        assertEquals(List.of(), reported);
    }

    @Test
    void create_whereAnotherIsTheConsumer_leavesTheFile() throws IOException {
        assertThrows(IllegalStateException.class, () -> RingTasklet.create(loop, builder(), record -> {}, 1));
        final Map<?, ?> files = (Map<?, ?>) System.getProperties().get("io.varlenring.files");
        final Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        final Channel channel = (Channel) ((Object[]) files.get(key))[0];
        tasklet.ring().detach();
        assertTrue(channel.isOpen());
        other.detach(); // the last one that has joined it
        assertFalse(channel.isOpen());
    }

    @Test
    void kill_ofOneThatPauses_endsTheSleepThatKeepsItsDoorbell() throws Exception {
        answer = Action.ABORT;
        offer();
        runUntilIdle();
        loop.cancelWakeup(tasklet.look);
        final FutureTask<Integer> sleep = new FutureTask<>(() -> loop.runOnce(Long.MAX_VALUE));
        new Thread(sleep).start();
        ManualLoopFixture.awaitSleep(loop);
        tasklet.tasklet().kill();
        assertEquals(0, sleep.get());
        assertEquals(0, selector.keys().size());
    }

    /** As without memory for one more deadline: here it is another thread's loop. */
    @Test
    void lookThatCannotBeSet_isLeftToANextRun() throws Exception {
        loop.cancelWakeup(tasklet.look);
        final Tasklet drain = tasklet.tasklet();
        final FutureTask<Throwable> failing =
                new FutureTask<>(() -> assertThrows(IllegalStateException.class, () -> drain.body.run(drain, 0)));
        loop.newTasklet((self, reasons) -> {
                    new Thread(failing).start();
                    failing.get();
                })
                .wakeup();
        assertEquals(1, loop.runOnce(0));
        assertEquals(0, loop.stats().failures());
        assertFalse(Deadlines.has(tasklet.look));
        assertEquals(1, loop.runOnce(0), "it has woken itself");
        assertTrue(Deadlines.has(tasklet.look));
        offer();
        runWhenTheDoorbellRings();
        assertEquals(1, asked);
    }

    /** The handler has a producer of its own, so there is always one record more. */
    @Test
    void closedLoop_handsOverWhatWasThere_andEndsThoughMoreComes() throws IOException {
        tasklet.ring().detach();
        final TaskletLoop ending = TaskletLoop.manual();
        final int[] handled = new int[1];
        final RingTasklet fed = RingTasklet.create(
                ending,
                builder(),
                record -> {
                    if (++handled[0] < 1000) {
                        offer();
                    }
                },
                1);
        ending.runOnce(0);
        for (int i = 0; i < 3; i++) {
            offer();
        }
        ending.close();
        assertEquals(3, handled[0]);
        assertTrue(fed.tasklet().isKilled());
        assertFalse(other.isClosed());
        fed.ring().detach();
    }

    /** While nothing is reserved it looks every 100 ms, and while a reservation is open every millisecond. */
    @Test
    void openClaim_bringsTheNextLookNearer() {
        assertTrue(Deadlines.has(tasklet.look));
        final RingClaim claim = producer.tryClaim(8);
        tasklet.tasklet().wakeup();
        assertTrue(loop.runOnce(0) > 0);
        final long left = tasklet.look.deadline.nanoTime - System.nanoTime();
        assertTrue(left <= TimeUnit.MILLISECONDS.toNanos(1), () -> "in " + left + " ns");
        claim.commit();
        while (asked == 0) {
            loop.runOnce(Long.MAX_VALUE);
        }
    }
}
