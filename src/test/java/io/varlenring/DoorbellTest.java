// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.bytes;
import static io.varlenring.Rings.offer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whom a doorbell wakes, and what it does when the system refuses it something, or an Error ends one of its calls. */
final class DoorbellTest extends FileFixture {
    private final Doorbell heard = new Doorbell();
    private final Doorbell rung = new Doorbell();

    @AfterEach
    void close() {
        heard.close();
        rung.closeSender();
    }

    /** A socket in which an Error comes, or what is told as one of another kind. */
    private static final class FailingSocket extends DatagramSocket {
        private final Throwable failure;

        FailingSocket(final Throwable failure) throws SocketException {
            this.failure = failure;
        }

        @Override
        public void send(final DatagramPacket packet) throws IOException {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (IOException) failure;
        }
    }

    // Whom it wakes

    @Test
    void timedDrain_isWokenByAnother() throws Exception {
        final VarLenMpscRing ring = map();
        final VarLenMpscRing other = map();
        final RingProducer producer = other.newProducer();
        for (int i = 0; i < 20; i++) {
            final CountDownLatch drained = new CountDownLatch(1);
            final FutureTask<Integer> sleeper =
                    new FutureTask<>(() -> ring.consumer().drain(record -> drained.countDown(), 1, 1, TimeUnit.HOURS));
            new Thread(sleeper, "sleeper").start();
            while (!ring.memory.isArmedVolatile()) {
                Thread.onSpinWait();
            }
            assertTrue(offer(producer, new byte[1]));
            drained.await();
            assertEquals(1, sleeper.get());
        }
        assertTrue(other.stats().wakeups() > 0);
        ring.close();
        assertEquals(0, ring.consumer().drain(record -> {}, 1, 1, TimeUnit.HOURS));
    }

    @Test
    void doorbell_wakesASelector() throws Exception {
        final VarLenMpscRing ring = map();
        final RingConsumer consumer = ring.consumer();
        final RingProducer own = ring.newProducer();
        final RingProducer foreign = map().newProducer();
        try (Selector selector = Selector.open()) {
            consumer.doorbell().register(selector, SelectionKey.OP_READ);
            assertSame(consumer.doorbell(), consumer.doorbell());
            for (final RingProducer producer : List.of(own, foreign, own, foreign)) {
                assertTrue(consumer.arm());
                assertEquals(0, selector.selectNow());
                assertTrue(offer(producer, new byte[1]));
                assertTrue(offer(producer, new byte[1]));
                assertEquals(1, selector.select());
                selector.selectedKeys().clear();
                assertEquals(2, consumer.drain(record -> {}));
            }
            assertTrue(consumer.arm());
            assertEquals(0, selector.selectNow(), "a ring was left in the channel");
        }
    }

    /** Any process may close it; the closer's hook is not the sleeper's. */
    @Test
    void close_byAnother_ringsTheDoorbell() throws Exception {
        final RingConsumer consumer = map().consumer();
        final int[] calls = new int[1];
        final VarLenMpscRing other =
                kept(VarLenMpscRing.builder().file(file).hook(() -> calls[0]++).build());
        try (Selector selector = Selector.open()) {
            consumer.doorbell().register(selector, SelectionKey.OP_READ);
            assertTrue(consumer.arm());
            other.close();
            assertEquals(1, selector.select());
            assertFalse(consumer.arm());
        }
        assertEquals(0, calls[0]);
        assertEquals(1, other.stats().wakeups());
    }

    /** Where it waits for the doorbell it does not hear a permit to park: that is a wakeup of its selector. */
    @Test
    void sleep_isEndedByEachWaker() throws IOException {
        final VarLenMpscRing ring = map();
        final VarLenMpscRing other = map();
        ring.consumer();
        ring.memory.prepareToSleep();
        final long hour = TimeUnit.HOURS.toNanos(1);
        ring.memory.unpark(Thread.currentThread());
        ring.memory.sleep(hour);
        assertTrue(other.memory.ringDoorbell());
        ring.memory.sleep(hour);
        assertFalse(VarLenMpscRing.allocate(64).memory.ringDoorbell());
    }

    @Test
    void doorbell_isHeardOnceForAllRings() throws IOException {
        final DatagramChannel channel = heard.channel();
        final ByteBuffer read = ByteBuffer.allocate(2);
        for (final long port : new long[] {Long.MIN_VALUE, -1, 0, 65536, 1L << 32 | heard.port()}) {
            assertFalse(rung.ring(port), () -> "port " + port);
        }
        final Set<Object> senders = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            assertTrue(rung.ring(heard.port()));
            SocketAddress sender = null;
            while (sender == null) {
                sender = channel.receive(read.clear());
            }
            senders.add(sender);
            assertEquals(1, read.position());
        }
        assertEquals(1, senders.size(), "a socket for each ring");
        Thread.currentThread().interrupt();
        assertTrue(rung.ring(heard.port()));
        assertTrue(Thread.interrupted());
        channel.configureBlocking(true); // as a user may
        assertTrue(heard.empty());
        assertTrue(heard.empty());
        channel.configureBlocking(true);
        assertTrue(rung.ring(heard.port()));
        heard.prepareToAwait();
        heard.await(TimeUnit.HOURS.toNanos(1));
        assertNull(channel.receive(read.clear()), "a ring was left in the channel");
        heard.wakeup();
        heard.wakeup();
        heard.await(TimeUnit.HOURS.toNanos(1));
        heard.await(1); // a millisecond: 0 would mean forever
        heard.close();
        assertFalse(channel.isOpen());
    }

    @Test
    void hook_isCalledThroughTheConsumersRingOnly() throws Exception {
        final int[] calls = new int[2];
        final VarLenMpscRing ring = kept(VarLenMpscRing.builder()
                .file(file)
                .capacity(64)
                .hook(() -> calls[0]++)
                .build());
        final VarLenMpscRing other =
                kept(VarLenMpscRing.builder().file(file).hook(() -> calls[1]++).build());
        final RingConsumer consumer = ring.consumer();
        assertTrue(consumer.arm());
        assertTrue(offer(ring.newProducer(), new byte[1]));
        assertEquals(1, calls[0]);
        assertEquals(1, consumer.drain(record -> {}));
        assertTrue(consumer.arm());
        assertTrue(offer(other.newProducer(), new byte[1]));
        assertEquals(1, calls[0]);
        assertEquals(0, calls[1]);
        assertEquals(1, consumer.drain(record -> {}));
    }

    @Test
    void ringTasklet_isWokenByAnother() throws Exception {
        final Set<Integer> received = new TreeSet<>();
        final CountDownLatch all = new CountDownLatch(20);
        try (Selector selector = Selector.open()) {
            final TaskletLoop loop = TaskletLoop.builder().selector(selector).start("loop");
            final RingTasklet tasklet = RingTasklet.create(
                    loop,
                    VarLenMpscRing.builder().file(file).capacity(CAPACITY),
                    record -> {
                        received.add((int) bytes(record)[0]);
                        all.countDown();
                    },
                    4);
            kept(tasklet.ring());
            final RingProducer producer = map().newProducer();
            for (int i = 0; i < 20; i++) {
                assertTrue(offer(producer, new byte[] {(byte) i}));
                Thread.sleep(i % 3);
            }
            all.await();
            loop.close();
            assertEquals(20, received.size());
            assertFalse(tasklet.ring().isClosed());
        }
    }

    // Producers

    /** Its lock may be taken for good by a thread that has ended. */
    @Test
    void socketInWhichAnErrorCame_isNotUsedAgain() throws IOException {
        final StackOverflowError failure = new StackOverflowError();
        rung.sender = new FailingSocket(failure);
        assertSame(failure, assertThrows(StackOverflowError.class, () -> rung.ring(heard.port())));
        assertTrue(rung.ring(heard.port()));
    }

    @Test
    void ring_thatTheSystemRefuses_isNoneAndKeepsTheSocket() throws IOException {
        for (final Throwable failure : new Throwable[] {new IOException(), new NoClassDefFoundError()}) {
            final DatagramSocket socket = new FailingSocket(failure);
            rung.sender = socket;
            assertFalse(rung.ring(heard.port()));
            assertSame(socket, rung.sender);
        }
    }

    /** The wakeup would be owed for as long as memory is short, and every offer of the handle fail. */
    @Test
    void ring_forWhichThereIsNoMemory_isNone() throws IOException {
        rung.sender = new FailingSocket(new OutOfMemoryError("of a test"));
        assertFalse(rung.ring(heard.port()));
        assertTrue(rung.ring(heard.port()));
    }

    @Test
    void offer_whoseWakeupFindsNoMemory_succeeds_andSoDoesTheNext() throws IOException {
        final RingConsumer consumer = map().consumer();
        final VarLenMpscRing ring = map();
        consumer.doorbell();
        final RingProducer producer = ring.newProducer();
        for (int i = 0; i < 2; i++) {
            assertTrue(consumer.arm());
            ring.memory.doorbell.sender = new FailingSocket(new OutOfMemoryError("of a test"));
            assertTrue(offer(producer, new byte[1]));
            assertEquals(1, consumer.drain(record -> {}));
        }
    }

    /** Of one that has no consumer too. */
    @Test
    void detach_closesWhatRings() throws IOException {
        final VarLenMpscRing consumed = map();
        final VarLenMpscRing ring = map();
        consumed.consumer().doorbell();
        final long before = selectors();
        consumed.memory.prepareToSleep();
        assertTrue(ring.memory.ringDoorbell());
        final DatagramSocket socket = ring.memory.doorbell.sender;
        assertFalse(socket.isClosed());
        ring.detach();
        assertTrue(socket.isClosed());
        consumed.detach();
        assertEquals(before, selectors());
    }

    // The consumer

    /** What is in the channel that is locked would end each sleep of the loop. */
    @Test
    void tasklet_whoseDoorbellIsLocked_hearsTheNewOneAndNotTheOldOne() throws Exception {
        try (Selector selector = Selector.open()) {
            final TaskletLoop loop = TaskletLoop.builder().selector(selector).manual();
            final int[] handled = new int[1];
            final RingTasklet[] tasklet = new RingTasklet[1];
            final RecordHandler handler = record -> {
                if (++handled[0] == 4) {
                    tasklet[0].tasklet().kill();
                }
            };
            tasklet[0] =
                    RingTasklet.create(loop, VarLenMpscRing.builder().file(file).capacity(CAPACITY), handler, 4);
            final VarLenMpscRing ring = kept(tasklet[0].ring());
            final VarLenMpscRing other = map();
            final RingProducer producer = other.newProducer();
            loop.runOnce(0);
            final Channel before = ring.consumer().doorbell();
            ring.memory.doorbell.reader = endedThread();
            for (int i = 1; i <= 2; i++) {
                assertTrue(offer(producer, new byte[1]));
                while (handled[0] < i || selector.selectNow() > 0) {
                    selector.selectedKeys().clear();
                    loop.runOnce(Long.MAX_VALUE);
                }
            }
            assertNotSame(before, ring.consumer().doorbell());
            assertEquals(1, selector.keys().size());
            final SelectionKey key = selector.keys().iterator().next();
            assertSame(ring.consumer().doorbell(), key.channel());
            assertEquals(SelectionKey.OP_READ, key.interestOps());
            ring.memory.doorbell.reader = endedThread();
            for (int i = 3; i <= 4; i++) { // the last is handled before it finds the new one
                assertTrue(offer(producer, new byte[1]));
                while (handled[0] < i) {
                    loop.runOnce(Long.MAX_VALUE);
                }
            }
            selector.selectNow();
            assertEquals(0, selector.keys().size());
        }
    }

    private static Thread endedThread() throws InterruptedException {
        final Thread ended = new Thread(() -> {});
        ended.start();
        ended.join();
        return ended;
    }

    /** As if an Error had ended a call of it there. */
    @Test
    void channelThatAnotherThreadHasLeftLocked_isOpenedAnew() throws Exception {
        final VarLenMpscRing ring = map();
        final VarLenMpscRing other = map();
        final RingConsumer consumer = ring.consumer();
        for (int i = 0; i < 2; i++) {
            assertEquals(0, consumer.drain(record -> {}, 1, 1, TimeUnit.MILLISECONDS));
            final Object before = consumer.doorbell();
            final long port = ring.memory.getDoorbellVolatile();
            ring.memory.doorbell.reader = endedThread();
            if (i == 0) {
                assertTrue(consumer.arm());
            } else {
                assertEquals(0, consumer.drain(record -> {}, 1, 1, TimeUnit.MILLISECONDS));
            }
            assertTrue(port != ring.memory.getDoorbellVolatile(), "the old port is still rung at");
            assertNotSame(before, consumer.doorbell());
        }
        ring.memory.prepareToSleep();
        assertTrue(other.memory.ringDoorbell());
        ring.memory.sleep(TimeUnit.HOURS.toNanos(1));
        ring.memory.doorbell.reader = endedThread();
        ring.detach(); // closes nothing that is locked
    }

    /** A lock that is this thread's own does not stop it; the next one would still be stopped. */
    @Test
    void channelThatThisThreadHasLeftLocked_isKept() {
        final DatagramChannel channel = heard.channel();
        heard.reader = Thread.currentThread();
        assertTrue(heard.empty());
        assertSame(channel, heard.channel());
        assertSame(Thread.currentThread(), heard.reader);
        heard.reader = null;
        assertTrue(heard.empty());
        assertNull(heard.reader);
    }

    /** Who sends without end holds nobody up for good. */
    @Test
    void empty_takesSoManyRingsAndNoMore() throws IOException {
        final DatagramChannel channel = heard.channel();
        try (DatagramSocket flood = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 100; i++) {
                flood.send(new DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), heard.port()));
            }
        }
        assertTrue(heard.empty());
        final ByteBuffer read = ByteBuffer.allocate(1);
        assertNotNull(channel.receive(read), "what was left ends the next wait");
        assertTrue(heard.empty());
        assertNull(channel.receive(read.clear()));
    }

    /** As by a program that closes a selector and all its channels. */
    @Test
    void channelThatIsClosed_isReplaced() throws Exception {
        final VarLenMpscRing ring = map();
        final RingConsumer consumer = ring.consumer();
        ring.memory.prepareToSleep();
        final long before = selectors();
        for (int i = 0; i < 20; i++) {
            final long port = ring.memory.getDoorbellVolatile();
            consumer.doorbell().close();
            switch (i % 3) {
                case 0 -> assertTrue(consumer.arm());
                case 1 -> ring.memory.prepareToSleep();
                default -> consumer.doorbell();
            }
            assertNotEquals(port, ring.memory.getDoorbellVolatile());
            assertTrue(consumer.doorbell().isOpen());
        }
        ring.memory.prepareToSleep();
        assertTrue(ring.memory.ringDoorbell());
        ring.memory.sleep(TimeUnit.HOURS.toNanos(1));
        assertEquals(before, selectors());
        ring.detach();
        assertFalse(ring.memory.doorbell.channel().isOpen());
    }

    @Test
    void prepareToAwait_behindTheEnd_keepsNoSelectorOpen() throws IOException {
        final Doorbell ended = new Doorbell();
        ended.channel();
        ended.close();
        final long before = selectors();
        assertFalse(ended.prepareToAwait());
        assertEquals(before, selectors());
    }

    private static long selectors() throws IOException {
        if (!Files.isDirectory(Path.of("/proc/self/fd"))) {
            System.out.println("DoorbellTest: SKIPPED how many selectors are open: no /proc/self/fd");
            return 0;
        }
        return descriptors(descriptor -> descriptor.toString().contains("eventpoll"));
    }
}
