// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets as tasklets: keys, registrations, and a selector that fails, is closed or belongs to another loop. */
final class TaskletSelectorTest extends ManualLoopFixture {
    private final Selector selector = Selector.open();
    /** Receives what it sends. */
    private final DatagramChannel channel = DatagramChannel.open();

    private final TaskletLoop selecting =
            TaskletLoop.builder().selector(selector).manual();
    private final Tasklet own = selecting.newTasklet((self, reasons) -> {});
    private final CancelledInTime cancelled = new CancelledInTime();
    private final TaskletLoop ofCancelled =
            TaskletLoop.builder().selector(cancelled).manual();

    TaskletSelectorTest() throws IOException {
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).configureBlocking(false);
    }

    @AfterEach
    void close() throws IOException {
        selector.close();
        channel.close();
    }

    private void send(final int length) throws IOException {
        assertEquals(length, channel.send(ByteBuffer.allocate(length), channel.getLocalAddress()));
    }

    @Test
    void runOnce_ofALoopThatHasEnded_doesNotSelect() throws Exception {
        selecting.close();
        selector.close();
        assertEquals(0, selecting.runOnce(Long.MAX_VALUE));
    }

    @Test
    void selector_wakesTheAttachedTaskletWithItsReadyOperations() throws Exception {
        final ByteBuffer buffer = ByteBuffer.allocate(100);
        final List<Integer> seen = new ArrayList<>();
        final Tasklet tasklet = selecting.newTasklet((self, reasons) -> {
            seen.add(reasons);
            channel.receive(buffer.clear());
        });
        final SelectionKey key = selecting.register(channel, SelectionKey.OP_READ, tasklet);
        assertSame(tasklet, key.attachment());
        selecting.runOnce(0);
        assertEquals(List.of(), seen);
        send(7);
        while (seen.isEmpty()) {
            selecting.runOnce(1_000_000_000);
        }
        assertEquals(List.of(SelectionKey.OP_READ), seen);
        assertEquals(7, buffer.position());
        // A busy loop looks at its sockets all the same.
        final Tasklet selfish = selecting.newTasklet((self, reasons) -> self.wakeup());
        selfish.wakeup();
        send(8);
        while (seen.size() < 2) {
            selecting.runOnce(1_000_000_000);
        }
        selfish.kill();
        key.cancel();
        selecting.runOnce(0);
        send(9);
        selecting.runOnce(0);
        assertEquals(2, seen.size());
        // A key with something else attached is nobody's.
        channel.register(selector, SelectionKey.OP_WRITE, "not a tasklet");
        assertEquals(0, selecting.runOnce(0));
        tasklet.wakeup();
        assertEquals(1, selecting.runOnce(0));
    }

    /** That is less than what its key is interested in. */
    @Test
    void selector_givesAsReasonsOnlyWhatIsReady() throws Exception {
        final List<Integer> seen = new ArrayList<>();
        selecting.register(
                channel,
                SelectionKey.OP_READ | SelectionKey.OP_WRITE,
                selecting.newTasklet((self, reasons) -> seen.add(reasons)));
        while (seen.isEmpty()) {
            selecting.runOnce(1_000_000_000);
        }
        assertEquals(List.of(SelectionKey.OP_WRITE), seen);
    }

    /** Its selector would end every sleep at once. */
    @Test
    void key_withoutATasklet_losesItsInterest() throws Exception {
        final SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
        selecting.runOnce(0);
        assertEquals(0, key.interestOps());
    }

    @Test
    void register_onAClosedLoop_isRefused() {
        selecting.close();
        assertThrows(IllegalStateException.class, () -> selecting.register(channel, SelectionKey.OP_READ, own));
    }

    @Test
    void register_whatDoesNotFit_isRefused() throws Exception {
        assertThrows(
                IllegalArgumentException.class,
                () -> selecting.register(channel, SelectionKey.OP_READ, named("foreign")));
        assertThrows(NullPointerException.class, () -> selecting.register(channel, SelectionKey.OP_READ, null));
        assertTrue(selector.keys().isEmpty());
        final DatagramChannel gone = DatagramChannel.open();
        gone.close();
        assertThrows(IOException.class, () -> selecting.register(gone, SelectionKey.OP_READ, own));
        assertThrows(IllegalArgumentException.class, () -> selecting.register(channel, SelectionKey.OP_ACCEPT, own));
        channel.configureBlocking(true);
        assertThrows(IllegalBlockingModeException.class, () -> selecting.register(channel, SelectionKey.OP_READ, own));
    }

    @Test
    void selector_closed_isRefused() throws Exception {
        final Selector closed = Selector.open();
        closed.close();
        final TaskletLoop.Builder builder = TaskletLoop.builder();
        final Exception refused = assertThrows(IllegalArgumentException.class, () -> builder.selector(closed));
        assertTrue(refused.getMessage().contains("open") && refused.getMessage().contains(closed.toString()));
    }

    /** Two loops in one selector: what wakes one ends the other's sleep, and takes its sockets. */
    @Test
    void selector_isOneLoopsOnly() throws Exception {
        try (Selector first = Selector.open();
                Selector second = Selector.open()) {
            final TaskletLoop.Builder builder = TaskletLoop.builder().selector(first);
            assertThrows(NullPointerException.class, () -> builder.start(null));
            final TaskletLoop user = builder.manual();
            assertTrue(user.hasSockets());
            assertTrue(assertThrows(IllegalStateException.class, builder::manual)
                    .getMessage()
                    .startsWith("the selector belongs to another loop, which has not ended: TaskletLoop[manual, "));
            final TaskletLoop.Builder another = TaskletLoop.builder().selector(first);
            assertThrows(IllegalStateException.class, () -> another.start("another"));
            assertTrue(builder.selector(second).manual().hasSockets());
            user.close();
            assertTrue(another.manual().hasSockets());
        }
    }

    /** What the last loop has left there is nobody's, and must not end every sleep. */
    @Test
    void selector_ofALoopThatHasEnded_forgetsItsKeys() throws Exception {
        final SelectionKey key = selecting.register(channel, SelectionKey.OP_READ, own);
        selecting.close();
        send(1);
        final TaskletLoop second = TaskletLoop.builder().selector(selector).manual();
        final Tasklet another = named("of a third loop");
        key.attach(another); // which is served as its own
        while (loop.runOnce(0) == 0) { // until the datagram has come
            second.runOnce(1_000_000);
        }
        assertTrue(key.isValid());
        key.attach(own);
        while (key.isValid()) {
            second.runOnce(1_000_000);
        }
    }

    /** The factory that made the thread may have started it. */
    @Test
    void loopThatIsRefusedItsSelector_isClosed() throws Exception {
        final AtomicReference<Thread> made = new AtomicReference<>();
        final TaskletLoop.Builder refused = TaskletLoop.builder()
                .selector(selector)
                .threadFactory(task -> {
                    made.set(new Thread(task));
                    made.get().start();
                    return made.get();
                });
        assertThrows(IllegalStateException.class, () -> refused.start("refused"));
        made.get().join();
    }

    @Test
    void selector_ofALoopWhoseThreadCannotBeStarted_isFree() throws Exception {
        selecting.close();
        final TaskletLoop.Builder builder = TaskletLoop.builder()
                .selector(selector)
                .threadFactory(task -> new Thread(task) {
                    @Override
                    public synchronized void start() {
                        throw new OutOfMemoryError("on purpose");
                    }
                });
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    "on purpose",
                    assertThrows(OutOfMemoryError.class, () -> builder.start("never"))
                            .getMessage());
        }
        selector.close();
        assertTrue(assertThrows(IllegalStateException.class, builder::manual)
                .getMessage()
                .startsWith("the selector has been closed: "));
    }

    @Test
    void selector_keyOfAKilledTasklet_isCancelled() throws Exception {
        final Tasklet killed = selecting.newTasklet((self, reasons) -> ran.add("killed"));
        final SelectionKey key = selecting.register(channel, SelectionKey.OP_READ, killed);
        killed.kill();
        selecting.runOnce(0);
        assertTrue(key.isValid());
        send(1);
        while (key.isValid()) {
            selecting.runOnce(1_000_000_000);
        }
        assertEquals(List.of(), ran);
        assertTrue(channel.isOpen());
    }

    /** A socket's tasklet goes before what bodies have woken, however busy they are. */
    @Test
    void selector_wakesIntoTheClassOfThoseFromOutside() throws Exception {
        final Tasklet normal = selecting.newTasklet((self, reasons) -> ran.add("normal"));
        final Tasklet[] first = new Tasklet[60];
        for (int i = 0; i < first.length; i++) {
            first[i] = selecting.newTasklet((self, reasons) -> ran.add("first"));
        }
        selecting
                .newTasklet((self, reasons) -> {
                    for (final Tasklet one : first) {
                        one.wakeup();
                    }
                    normal.wakeup(); // the 61st of its class: it waits for the next round
                })
                .wakeup();
        selecting.runOnce(0);
        assertEquals(60, ran.size());
        ran.clear();
        selecting.register(channel, SelectionKey.OP_WRITE, selecting.newTasklet((self, reasons) -> ran.add("socket")));
        selecting.runOnce(0);
        assertEquals(List.of("socket", "normal"), ran);
    }

    @Test
    void roundThatThrows_leavesTheLoopToTheNextOne() throws Exception {
        selecting.newTasklet((self, reasons) -> ran.add("a")).wakeup();
        selector.close();
        for (int i = 0; i < 2; i++) {
            assertThrows(ClosedSelectorException.class, () -> selecting.runOnce(0));
        }
        elsewhere(() -> assertThrows(ClosedSelectorException.class, () -> selecting.runOnce(0)));
        selecting.close();
        assertEquals(List.of("a"), ran, "what was queued is run when it is closed");
    }

    @Test
    void register_withoutAnOpenSelector_isRefused() throws Exception {
        selector.close();
        assertThrows(ClosedSelectorException.class, () -> selecting.register(channel, SelectionKey.OP_READ, own));
        final Exception refused =
                assertThrows(IllegalStateException.class, () -> loop.register(channel, 0, named("a")));
        assertTrue(refused.getMessage().contains("selector"), refused::toString);
    }

    @Test
    void channel_registeredWhileTheLoopSelects_isServed() throws Exception {
        selecting.close();
        try (TaskletLoop started = TaskletLoop.builder().selector(selector).start("selecting")) {
            final CountDownLatch served = new CountDownLatch(1);
            final Tasklet tasklet = started.newTasklet((self, reasons) -> {
                channel.receive(ByteBuffer.allocate(8));
                served.countDown();
            });
            send(1);
            awaitSleep(started);
            Thread.sleep(20); // so that it is inside its select; if not, this test only sees less
            started.register(channel, SelectionKey.OP_READ, tasklet);
            served.await();
        }
    }

    /** Of a body it would be a failure, too, and the loop would go on. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void selectorWithoutMemory_doesNotEndTheLoop(final boolean isBusy) throws Exception {
        final long begin = System.nanoTime();
        final Semaphore reports = new Semaphore(0);
        final Semaphore runs = new Semaphore(0);
        final WithoutMemory failing = new WithoutMemory();
        try (TaskletLoop started = TaskletLoop.builder()
                .selector(failing)
                .threadFactory(task -> {
                    final Thread thread = new Thread(task);
                    thread.setUncaughtExceptionHandler((self, failure) -> reports.release());
                    return thread;
                })
                .start("loop")) {
            final Tasklet tasklet = started.newTasklet((self, reasons) -> {
                runs.release();
                if (reasons < 5) {
                    self.wakeup(reasons + 1);
                }
            });
            if (isBusy) {
                tasklet.wakeup(1);
                runs.acquire(5);
            }
            reports.acquire(2);
            runs.drainPermits();
            tasklet.wakeup(5);
            runs.acquire();
            assertTrue(System.nanoTime() - begin > 15_000_000, "it waits behind each");
            assertEquals(2, started.stats().failures());
            assertFalse(started.isClosed());
            // the system may not have been told what had changed; nor was there memory for that at first
            assertEquals(List.of(SelectionKey.OP_READ, 0, SelectionKey.OP_READ), failing.told);
            assertEquals(SelectionKey.OP_READ, failing.key.interestOps());
        }
    }

    /** A selector whose one key is ready, and whose channel is registered again in the middle of the selection. */
    private static final class RegisteredInTime extends SelectorDouble {
        private final CountDownLatch registers = new CountDownLatch(1);
        private final Thread selecting = Thread.currentThread();
        private Runnable registration;
        private volatile boolean silenced;
        private final SelectionKey key = new Key() {
            @Override
            public boolean isValid() {
                return !silenced;
            }

            @Override
            public void cancel() {
                silenced = true;
            }

            @Override
            public SelectionKey interestOps(final int operations) {
                silenced = true;
                return this;
            }
        };

        /** Called by the other thread, when the selecting one has found that no loop serves the key. */
        @Override
        protected SelectionKey register(
                final AbstractSelectableChannel channel, final int operations, final Object attachment) {
            registers.countDown();
            while (selecting.getState() != Thread.State.BLOCKED && !silenced) {
                Thread.onSpinWait();
            }
            key.attach(attachment);
            return key;
        }

        @Override
        public int selectNow(final Consumer<SelectionKey> action) {
            final Thread other = new Thread(registration, "registers");
            other.start();
            try {
                registers.await();
                action.accept(key);
                other.join();
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
            return 1;
        }
    }

    /** A key that no tasklet serves loses its interest set, or is cancelled, but not the new registration. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void channel_registeredAnewWhileItsKeyIsReady_keepsItsKey(final boolean isKilled) throws Exception {
        final RegisteredInTime registered = new RegisteredInTime();
        final TaskletLoop user = TaskletLoop.builder().selector(registered).manual();
        final Tasklet old = user.newTasklet((self, reasons) -> ran.add("old"));
        old.kill();
        registered.key.attach(isKilled ? old : null);
        final Tasklet served = user.newTasklet((self, reasons) -> ran.add("new"));
        registered.registration = () -> {
            try {
                user.register(channel, SelectionKey.OP_READ, served);
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        user.runOnce(0);
        assertSame(served, registered.key.attachment());
        assertFalse(registered.silenced);
    }

    /** A selector with a key, which has no memory now and then. */
    private static final class WithoutMemory extends FailingWakeup {
        private final List<Integer> told = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger failures = new AtomicInteger(2);
        private final SelectionKey key = new Key() {
            private int operations = OP_READ;

            @Override
            public int interestOps() {
                return operations;
            }

            @Override
            public SelectionKey interestOps(final int ops) {
                operations = ops;
                if (ops == 0) {
                    fail(); // as the JDK does, when the change has been made
                }
                told.add(ops);
                return this;
            }
        };

        WithoutMemory() {
            super(() -> {});
        }

        @Override
        public Set<SelectionKey> keys() {
            return Set.of(key, new CancelledInTime().key);
        }

        @Override
        public int select(final Consumer<SelectionKey> action, final long timeout) {
            fail();
            return super.select(action, timeout);
        }

        @Override
        public int selectNow(final Consumer<SelectionKey> action) {
            fail();
            return super.selectNow(action);
        }

        private void fail() {
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new OutOfMemoryError("on purpose");
            }
        }
    }

    /** A selector with one key, which is ready, and which another thread cancels before anybody asks for what. */
    private static final class CancelledInTime extends SelectorDouble {
        private IOException failure;
        private long timeoutMillis;
        private final SelectionKey key = new Key() {
            @Override
            public boolean isValid() {
                return false;
            }

            @Override
            public int interestOps() {
                throw new CancelledKeyException();
            }

            @Override
            public SelectionKey interestOps(final int operations) {
                throw new CancelledKeyException();
            }

            @Override
            public int readyOps() {
                throw new CancelledKeyException();
            }
        };

        @Override
        public int selectNow(final Consumer<SelectionKey> action) throws IOException {
            if (failure != null) {
                throw failure;
            }
            action.accept(key);
            return 1;
        }

        @Override
        public int select(final Consumer<SelectionKey> action, final long timeout) throws IOException {
            timeoutMillis = timeout;
            return selectNow(action);
        }

        @Override
        public Set<SelectionKey> keys() {
            return Set.of(key);
        }
    }

    @Test
    void selector_keyCancelledByAnotherThread_wakesItsTaskletWithoutReasons() {
        cancelled.key.attach(ofCancelled.newTasklet((self, reasons) -> ran.add("reasons " + reasons)));
        assertEquals(1, ofCancelled.runOnce(0));
        assertEquals(List.of("reasons 0"), ran);
    }

    /** Never 0 of them, which would mean forever. */
    @ParameterizedTest
    @CsvSource({"1, 1", "999999, 1", "1000000, 1", "1000001, 2", Long.MAX_VALUE + ", 9223372036855"})
    void selector_waitsForWholeMillisecondsRoundedUp(final long nanos, final long millis) {
        assertEquals(0, ofCancelled.runOnce(nanos));
        assertEquals(millis, cancelled.timeoutMillis);
    }

    @Test
    void selector_thatFails_isReportedToWhoRunsTheLoop() {
        cancelled.failure = new IOException("of the selector");
        for (final long nanos : new long[] {0, 1_000_000}) {
            final Exception reported = assertThrows(UncheckedIOException.class, () -> ofCancelled.runOnce(nanos));
            assertSame(cancelled.failure, reported.getCause());
        }
        cancelled.failure = null;
        cancelled.key.attach(ofCancelled.newTasklet((self, reasons) -> ran.add("ran")));
        assertEquals(1, ofCancelled.runOnce(1_000_000));
    }
}
