// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The end of a loop, requested by any thread and from any place; and the thread that it has until then. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TaskletCloseTest {
    /** Runs a class of this test in a JVM of its own, which must end; returns what it printed, and its exit code. */
    static String run(final Path directory, final Class<?> program, final String... options) throws Exception {
        final Path output = directory.resolve("output");
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        final Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(50, TimeUnit.SECONDS), "it hangs");
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output, StandardCharsets.UTF_8).strip() + ", exit " + process.exitValue();
    }

    /** Closes a loop, one of whose rings has lost its file. */
    static final class RingWithoutItsFile {
        private RingWithoutItsFile() {}

        public static void main(final String[] arguments) throws IOException {
            final Path file = Files.createTempFile("varlenring", ".ring");
            Files.delete(file);
            final TaskletLoop loop = TaskletLoop.builder()
                    .threadFactory(task -> {
                        final Thread thread = new Thread(task);
                        thread.setUncaughtExceptionHandler((failed, failure) -> {});
                        return thread;
                    })
                    .start("loop");
            final AtomicInteger handled = new AtomicInteger();
            final VarLenMpscRing heap = RingTasklet.create(
                            loop, VarLenMpscRing.builder().capacity(64), record -> handled.incrementAndGet(), 1)
                    .ring();
            final Tasklet lost = RingTasklet.create(
                            loop, VarLenMpscRing.builder().file(file).capacity(64), record -> {}, 1)
                    .tasklet();
            loop.newTasklet((self, reasons) -> {
                        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                            channel.truncate(0);
                        }
                        while (!loop.isClosed()) {
                            Thread.sleep(1);
                        }
                        heap.newProducer().offer(new byte[1], 0, 1); // handed over at the end
                    })
                    .wakeup();
            loop.close();
            System.out.println("closed: " + heap.isClosed() + ", killed: " + lost.isKilled() + ", handled " + handled);
            Files.delete(file);
        }
    }

    /** Exits in a body while a hook closes the loop. */
    static final class ExitInABody {
        private ExitInABody() {}

        public static void main(final String[] arguments) {
            final TaskletLoop loop = TaskletLoop.start("loop");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                loop.close();
                System.out.print("closed");
            }));
            loop.newTasklet((self, reasons) -> System.exit(3)).wakeup();
        }
    }

    /** Exits in a thread that a body waits for. */
    static final class ExitBehindABody {
        private ExitBehindABody() {}

        public static void main(final String[] arguments) {
            LoopThread.mostAtExitNanos = TimeUnit.MILLISECONDS.toNanos(100);
            final TaskletLoop loop = TaskletLoop.start("loop");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                loop.close();
                System.out.print("closed");
            }));
            loop.newTasklet((self, reasons) -> {
                        final Thread exiting = new Thread(() -> System.exit(4));
                        exiting.start();
                        exiting.join();
                    })
                    .wakeup();
        }
    }

    /** Ends its main thread while its loop still has something to do. */
    static final class LoopOutlivesMain {
        private LoopOutlivesMain() {}

        public static void main(final String[] arguments) throws Exception {
            final Thread maker = new Thread(() -> {
                final TaskletLoop loop = TaskletLoop.start("loop");
                final Tasklet last = loop.newTasklet((self, reasons) -> {
                    System.out.print("done");
                    loop.close();
                });
                loop.newTasklet((self, reasons) -> loop.wakeupAt(last, System.nanoTime() + 100_000_000, 0))
                        .wakeup();
            });
            maker.setDaemon(true);
            maker.start();
            maker.join();
        }
    }

    /** Closes a loop while its heap is full, and frees memory once the loop has reported that. */
    static final class FullHeapAtTheEnd {
        @SuppressWarnings("unused") // it keeps the memory
        private static volatile Object[] filled;

        private FullHeapAtTheEnd() {}

        private static void fill() {
            Object[] last = null;
            for (int length = 1 << 20; length > 0; length /= 2) {
                try {
                    while (true) {
                        final Object[] next = new Object[length];
                        next[0] = last;
                        last = next;
                        filled = last;
                    }
                } catch (final OutOfMemoryError full) {
                    // now smaller ones
                }
            }
        }

        public static void main(final String[] arguments) throws Exception {
            final TaskletLoop loop = TaskletLoop.start("full");
            final VarLenMpscRing ring = RingTasklet.create(
                            loop, VarLenMpscRing.builder().capacity(1024), record -> {}, 1)
                    .ring();
            Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {});
            loop.newTasklet((self, reasons) -> {
                        fill();
                        loop.close();
                    })
                    .wakeup();
            while (!loop.isClosed()) {
                LockSupport.parkNanos(1_000_000);
            }
            LockSupport.parkNanos(500_000_000); // the loop tries in vain meanwhile
            filled = null;
            System.out.println(loop.close(20, TimeUnit.SECONDS) && ring.isClosed() ? "ended" : loop.toString());
            System.exit(0);
        }
    }

    @Test
    void loopClosedWhileTheHeapIsFull_endsWhenThereIsMemory(@TempDir final Path directory) throws Exception {
        final String output = run(directory, FullHeapAtTheEnd.class, "-Xmx32m", "-XX:+UseSerialGC");
        assertTrue(output.contains("ended"), output);
    }

    @Test
    void exitInABody_withAHookThatCloses_ends(@TempDir final Path directory) throws Exception {
        assertEquals("closed, exit 3", run(directory, ExitInABody.class));
    }

    @Test
    void exitInAThreadThatABodyWaitsFor_ends(@TempDir final Path directory) throws Exception {
        assertEquals("closed, exit 4", run(directory, ExitBehindABody.class));
    }

    @Test
    void loopMadeByADaemon_keepsTheProgramAlive(@TempDir final Path directory) throws Exception {
        assertEquals("done, exit 0", run(directory, LoopOutlivesMain.class));
    }

    @Test
    void loopsThatCloseEachOther_end() throws Exception {
        for (final int count : new int[] {2, 3}) {
            final CyclicBarrier together = new CyclicBarrier(count);
            final TaskletLoop[] loops = new TaskletLoop[count];
            for (int i = 0; i < count; i++) {
                loops[i] = TaskletLoop.start("loop" + i);
            }
            for (int i = 0; i < count; i++) {
                final TaskletLoop next = loops[(i + 1) % count];
                loops[i].newTasklet((self, reasons) -> {
                            together.await();
                            next.close();
                        })
                        .wakeup();
            }
            for (final TaskletLoop loop : loops) {
                assertTrue(loop.close(1, TimeUnit.HOURS));
                assertTrue(loop.toString().contains("ended"), loop::toString);
            }
        }
    }

    private static WeakReference<Thread> closeElsewhere(final TaskletLoop loop) throws InterruptedException {
        final Thread closer = new Thread(loop::close, "closing");
        closer.start();
        closer.join();
        return new WeakReference<>(closer);
    }

    @Test
    void threadThatHasClosedALoop_isNotKept() throws Exception {
        final WeakReference<Thread> closer = closeElsewhere(TaskletLoop.start("loop"));
        while (closer.get() != null) {
            System.gc();
            Thread.sleep(1);
        }
    }

    @Test
    void close_fromABodyOfAnotherLoop_waits() throws Exception {
        try (TaskletLoop outer = TaskletLoop.start("outer")) {
            final TaskletLoop inner = TaskletLoop.start("inner");
            final CountDownLatch running = new CountDownLatch(1);
            final boolean[] ended = new boolean[1];
            inner.newTasklet((self, reasons) -> {
                        running.countDown();
                        Thread.sleep(30);
                        ended[0] = true;
                    })
                    .wakeup();
            running.await();
            final AtomicReference<Boolean> seen = new AtomicReference<>();
            final CountDownLatch closed = new CountDownLatch(1);
            outer.newTasklet((self, reasons) -> {
                        inner.close();
                        seen.set(ended[0]);
                        closed.countDown();
                    })
                    .wakeup();
            closed.await();
            assertTrue(seen.get());
        }
    }

    @Test
    void close_fromABodyOfItsOwnLoop_returnsAndTheRestIsRun() throws Exception {
        final TaskletLoop loop = TaskletLoop.start("loop");
        final AtomicReference<Boolean> answer = new AtomicReference<>();
        final CountDownLatch running = new CountDownLatch(1);
        final int[] runs = new int[1];
        final Tasklet before = loop.newTasklet((self, reasons) -> runs[0]++);
        final Tasklet after = loop.newTasklet((self, reasons) -> runs[0] += 100);
        loop.newTasklet((self, reasons) -> {
                    before.wakeup();
                    loop.close();
                    running.countDown(); // not before: the close below would make the wakeup too late
                    answer.set(loop.close(1, TimeUnit.HOURS));
                    after.wakeup();
                })
                .wakeup();
        running.await();
        assertTrue(loop.close(1, TimeUnit.HOURS));
        assertFalse(answer.get());
        assertEquals(1, runs[0]);
    }

    @Test
    void close_withATimeLimit_tellsWhetherTheLoopHasEnded() throws Exception {
        final TaskletLoop loop = TaskletLoop.start("loop");
        final CountDownLatch running = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        loop.newTasklet((self, reasons) -> {
                    running.countDown();
                    goOn.await();
                })
                .wakeup();
        running.await();
        assertFalse(loop.close(0, TimeUnit.SECONDS));
        assertFalse(loop.close(5, TimeUnit.MILLISECONDS));
        assertTrue(loop.isClosed());
        assertFalse(loop.close(Long.MIN_VALUE, TimeUnit.DAYS));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> loop.close(1, TimeUnit.HOURS));
        goOn.countDown();
        assertTrue(loop.close(1, TimeUnit.HOURS));
        assertTrue(loop.close(0, TimeUnit.SECONDS));
    }

    @Test
    void close_withAnInterruptSet_waitsAndKeepsIt() throws Exception {
        final TaskletLoop loop = TaskletLoop.start("loop");
        final CountDownLatch running = new CountDownLatch(1);
        final boolean[] ended = new boolean[1];
        loop.newTasklet((self, reasons) -> {
                    running.countDown();
                    Thread.sleep(30);
                    ended[0] = true;
                })
                .wakeup();
        running.await();
        assertFalse(loop.close(0, TimeUnit.SECONDS)); // the second close waits as the first would
        Thread.currentThread().interrupt();
        loop.close();
        assertTrue(Thread.interrupted());
        assertTrue(ended[0]);
    }

    @Test
    void close_withATimeLimit_ofAManualLoop_runsItOrWaitsForWhoDoes() throws Exception {
        final TaskletLoop free = TaskletLoop.manual();
        final int[] runs = new int[1];
        free.newTasklet((self, reasons) -> runs[0]++).wakeup();
        assertTrue(free.close(0, TimeUnit.SECONDS));
        assertTrue(free.close(0, TimeUnit.SECONDS));
        assertEquals(1, runs[0]);

        final TaskletLoop busy = TaskletLoop.manual();
        final CountDownLatch running = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        busy.newTasklet((self, reasons) -> {
                    running.countDown();
                    goOn.await();
                    runs[0]++;
                })
                .wakeup();
        final Thread runner = new Thread(() -> busy.runOnce(0));
        runner.start();
        running.await();
        assertFalse(busy.close(0, TimeUnit.SECONDS));
        assertFalse(busy.close(Long.MIN_VALUE, TimeUnit.SECONDS));
        assertFalse(busy.close(2, TimeUnit.MILLISECONDS));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> busy.close(1, TimeUnit.HOURS));
        busy.close();
        goOn.countDown();
        assertTrue(busy.close(1, TimeUnit.HOURS));
        assertEquals(2, runs[0]);
        runner.join();
    }

    @Test
    @SuppressWarnings("ThreadPriorityCheck")
    void thread_isTheSameWhoeverMakesIt() throws Exception {
        final InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
        final AtomicReference<String> inherited = new AtomicReference<>();
        final AtomicReference<Thread> loopThread = new AtomicReference<>();
        final AtomicReference<ClassLoader> loader = new AtomicReference<>();
        try (URLClassLoader makersLoader = new URLClassLoader(new URL[0])) {
            final Thread maker = new Thread(() -> {
                inheritable.set("the maker's");
                final TaskletLoop loop = TaskletLoop.start("loop");
                loop.newTasklet((self, reasons) -> {
                            loopThread.set(Thread.currentThread());
                            inherited.set(inheritable.get());
                            loader.set(Thread.currentThread().getContextClassLoader());
                        })
                        .wakeup();
                while (loader.get() == null) {
                    Thread.onSpinWait();
                }
                loop.close();
            });
            maker.setDaemon(true);
            maker.setPriority(Thread.MIN_PRIORITY);
            maker.setContextClassLoader(makersLoader);
            maker.start();
            maker.join();
        }
        assertFalse(loopThread.get().isDaemon());
        assertEquals(Thread.NORM_PRIORITY, loopThread.get().getPriority());
        assertEquals("loop", loopThread.get().getName());
        assertNull(inherited.get());
        assertSame(TaskletLoop.class.getClassLoader(), loader.get());
    }

    @Test
    void threadFactory_makesTheThread() throws Exception {
        final AtomicReference<Thread> made = new AtomicReference<>();
        final TaskletLoop loop = TaskletLoop.builder()
                .threadFactory(task -> {
                    final Thread thread = new Thread(task);
                    thread.setDaemon(true);
                    made.set(thread);
                    return thread;
                })
                .start("named");
        final AtomicReference<Thread> ran = new AtomicReference<>();
        loop.newTasklet((self, reasons) -> ran.set(Thread.currentThread())).wakeup();
        loop.close();
        assertSame(made.get(), ran.get());
        assertTrue(made.get().isDaemon());
        assertEquals("named", made.get().getName());
        assertThrows(NullPointerException.class, () -> TaskletLoop.builder().threadFactory(null));
        final TaskletLoop.Builder none = TaskletLoop.builder().threadFactory(task -> null);
        assertTrue(assertThrows(IllegalStateException.class, () -> none.start("none"))
                .getMessage()
                .contains("made no thread"));
    }

    /** Each access to it fails for good: no reason to retry forever, nor to leave the other rings open. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a file that is mapped cannot be cut there")
    void loopWithARingWithoutItsFile_ends(@TempDir final Path directory) throws Exception {
        assertEquals("closed: true, killed: true, handled 1, exit 0", run(directory, RingWithoutItsFile.class));
    }

    /** Who has no loop cannot close it, and its thread would keep the program alive. */
    @Test
    void threadFactory_thatStartsTheThread_isRefusedAndTheThreadEnds() throws Exception {
        final AtomicReference<Thread> made = new AtomicReference<>();
        final TaskletLoop.Builder builder = TaskletLoop.builder().threadFactory(task -> {
            made.set(new Thread(task));
            made.get().start();
            return made.get();
        });
        final String message = assertThrows(IllegalThreadStateException.class, () -> builder.start("started"))
                .getMessage();
        assertTrue(message.startsWith("the thread factory must not start the thread"), message);
        made.get().join();
    }

    /** As when a library that the thread needs is missing: only the closer is left to close the rings. */
    @Test
    void threadFactory_whoseThreadEndsBeforeItRunsTheLoop_leavesTheEndToWhoCloses() throws Exception {
        for (final boolean isTimed : new boolean[] {false, true}) {
            final CountDownLatch held = new CountDownLatch(1);
            final AtomicReference<Thread> made = new AtomicReference<>();
            final TaskletLoop loop = TaskletLoop.builder()
                    .threadFactory(task -> {
                        made.set(new Thread(() -> {
                            try {
                                held.await();
                            } catch (final InterruptedException ending) {
                                task.run();
                            }
                        }));
                        return made.get();
                    })
                    .start("pinned");
            final List<Integer> handled = new ArrayList<>();
            final VarLenMpscRing.Builder first = VarLenMpscRing.builder().capacity(64);
            final VarLenMpscRing ring = RingTasklet.create(loop, first, record -> handled.add(record.remaining()), 1)
                    .ring();
            assertTrue(ring.newProducer().offer(new byte[5], 0, 5));
            held.countDown();
            made.get().join();
            assertEquals("TaskletLoop[pinned, its thread has ended]", loop.toString());
            final VarLenMpscRing.Builder late = VarLenMpscRing.builder().capacity(64);
            assertTrue(assertThrows(IllegalStateException.class, () -> RingTasklet.create(loop, late, record -> {}, 1))
                    .getMessage()
                    .contains("thread has ended"));
            if (isTimed) {
                assertTrue(loop.close(1, TimeUnit.NANOSECONDS));
            } else {
                Thread.currentThread().interrupt(); // the caller's, and not for a body to find
                loop.close();
                assertTrue(Thread.interrupted());
            }
            assertEquals("TaskletLoop[pinned, ended]", loop.toString());
            assertTrue(ring.isClosed());
            assertEquals(List.of(5), handled);
        }
    }

    /** What it leaves is nobody else's: a channel that the next one writes to would be closed by it. */
    @Test
    void interrupt_thatABodyOrAHandlerLeaves_isNotTakenByTheNextAtTheEnd() throws Exception {
        final TaskletLoop loop = TaskletLoop.start("loop");
        final List<Boolean> interrupted = new CopyOnWriteArrayList<>();
        final Runnable noteAndInterrupt = () -> {
            interrupted.add(Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
        };
        final List<RingProducer> producers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            final VarLenMpscRing.Builder ring = VarLenMpscRing.builder().capacity(64);
            producers.add(RingTasklet.create(loop, ring, record -> noteAndInterrupt.run(), 1)
                    .ring()
                    .newProducer());
        }
        final CountDownLatch queued = new CountDownLatch(1);
        loop.newHeavyTasklet((self, reasons) -> {
                    queued.await();
                    while (!loop.isClosed()) {
                        Thread.sleep(1);
                    }
                    for (final RingProducer producer : producers) {
                        assertTrue(producer.offer(new byte[1], 0, 1)); // handed over at the end
                    }
                    noteAndInterrupt.run();
                })
                .wakeup();
        for (int i = 0; i < 2; i++) {
            loop.newHeavyTasklet((self, reasons) -> noteAndInterrupt.run()).wakeup();
        }
        queued.countDown();
        loop.close();
        assertEquals(Collections.nCopies(5, false), interrupted);
        assertEquals(0, loop.stats().failures());
    }

    /** What a watchdog reads, from another thread, while a body hangs. */
    @Test
    void stats_tellWhenTheRunningBodyBegan() throws Exception {
        final TaskletLoop loop = TaskletLoop.builder().profiling().start("loop");
        assertEquals(0, loop.stats().runningSinceNanos());
        final CountDownLatch running = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final long before = System.nanoTime();
        loop.newTasklet((self, reasons) -> {
                    running.countDown();
                    goOn.await();
                })
                .wakeup();
        running.await();
        final long since = loop.stats().runningSinceNanos();
        assertTrue(since - before >= 0 && System.nanoTime() - since >= 0, since + " after " + before);
        assertEquals(since, loop.stats().runningSinceNanos());
        goOn.countDown();
        loop.close();
        assertEquals(0, loop.stats().runningSinceNanos());
    }

    /** Its thread has ended, and nobody would run or drain anything any more. */
    @Test
    void loopWhoseSelectorFails_isClosed() throws Exception {
        final Selector selector = Selector.open();
        final AtomicReference<Thread> thread = new AtomicReference<>();
        final AtomicReference<Throwable> reported = new AtomicReference<>();
        final TaskletLoop loop = TaskletLoop.builder()
                .selector(selector)
                .threadFactory(task -> {
                    thread.set(new Thread(task));
                    thread.get().setUncaughtExceptionHandler((failed, failure) -> reported.set(failure));
                    return thread.get();
                })
                .start("failing");
        final VarLenMpscRing.Builder ring = VarLenMpscRing.builder().capacity(64);
        final VarLenMpscRing before =
                RingTasklet.create(loop, ring, record -> {}, 1).ring();
        selector.close();
        thread.get().join();
        assertTrue(reported.get() instanceof ClosedSelectorException, () -> String.valueOf(reported.get()));
        assertTrue(loop.isClosed());
        assertTrue(before.isClosed());
        final VarLenMpscRing.Builder late = VarLenMpscRing.builder().capacity(64);
        assertThrows(IllegalStateException.class, () -> RingTasklet.create(loop, late, record -> {}, 1));
        loop.close();
    }

    @Test
    void close_withATimeoutThatOverflowsTheClock_waits() throws Exception {
        for (final TimeUnit unit : new TimeUnit[] {TimeUnit.NANOSECONDS, TimeUnit.DAYS}) {
            final TaskletLoop started = TaskletLoop.start("started");
            assertTrue(started.close(Long.MAX_VALUE, unit));
            final TaskletLoop manual = TaskletLoop.manual();
            final FutureTask<Boolean> closing = new FutureTask<>(() -> manual.close(Long.MAX_VALUE, unit));
            final Thread closer = new Thread(closing, "closing");
            manual.newTasklet((self, reasons) -> {
                        closer.start();
                        while (closer.getState() != Thread.State.TIMED_WAITING) {
                            assertFalse(closing.isDone());
                            Thread.onSpinWait();
                        }
                    })
                    .wakeup();
            manual.runOnce(0);
            assertEquals(0, manual.stats().failures());
            assertTrue(closing.get());
        }
    }

    @Test
    void close_leavesTheSelectorOpenAndItsKeysValid() throws Exception {
        try (Selector selector = Selector.open();
                DatagramChannel channel = DatagramChannel.open()) {
            channel.configureBlocking(false);
            final TaskletLoop started = TaskletLoop.builder().selector(selector).start("started");
            final SelectionKey key = started.register(channel, 0, started.newTasklet((self, reasons) -> {}));
            started.close();
            started.close();
            assertTrue(selector.isOpen());
            assertTrue(key.isValid());
        }
    }

    /** Who has no unit has not closed anything. */
    @Test
    void close_withoutAUnit_isRefused() {
        final TaskletLoop loop = TaskletLoop.manual();
        assertThrows(NullPointerException.class, () -> loop.close(1, null));
        assertFalse(loop.isClosed());
    }
}
