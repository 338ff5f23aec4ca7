// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The programs in {@code docs/embedding.md}: each is compiled and run with a handler that throws once, and must
 * continue.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EmbeddingProgramsTest {
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    @TempDir
    private Path directory;

    /** Finds the programs, by the names of their classes. */
    private static Map<String, SnippetsTest.Snippet> programs() throws IOException {
        final Map<String, SnippetsTest.Snippet> programs = new LinkedHashMap<>();
        for (final SnippetsTest.Snippet snippet : SnippetsTest.snippets()) {
            if (snippet.place().contains("embedding.md")
                    && snippet.code().contains("public final class " + snippet.className())) {
                programs.put(snippet.className(), snippet);
            }
        }
        return programs;
    }

    private Class<?> load(final String name) throws IOException, ClassNotFoundException {
        final StringWriter messages = new StringWriter();
        assertTrue(SnippetsTest.compile(programs().get(name), directory, messages), messages::toString);
        return new URLClassLoader(new URL[] {directory.toUri().toURL()}).loadClass(name);
    }

    /** What is printed, but the first time that is asked for it throws. */
    private static final class ThrowingOnce extends PrintStream {
        private final AtomicInteger lines = new AtomicInteger();

        ThrowingOnce() {
            super(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        }

        @Override
        public void println(final Object line) {
            print1();
        }

        @Override
        public void println(final String line) {
            print1();
        }

        private void print1() {
            if (lines.getAndIncrement() == 0) {
                throw new IllegalStateException("as planned");
            }
        }
    }

    @Test
    void document_hasTheProgramsThatAreRunHere() throws IOException {
        assertEquals(
                List.of("PlainThreads", "SelectorLoop", "RingToChannel", "VirtualThreads", "Tasklets"),
                List.copyOf(programs().keySet()));
    }

    @ParameterizedTest
    @CsvSource({"PlainThreads, 3", "VirtualThreads, 1000", "Tasklets, 2"})
    void program_handlerThrowsOnce_handlesTheRestAndEnds(final String name, final int records) throws Exception {
        // A program that needs JDK 21 cannot be compiled below; the run on 25 has it.
        Assumptions.assumeTrue(
                !name.equals("VirtualThreads") || Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS,
                "no virtual threads here");
        final ThrowingOnce out = new ThrowingOnce();
        final PrintStream before = System.out;
        final PrintStream errors = System.err;
        System.setOut(out);
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        try {
            load(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
            System.setErr(errors);
        }
        assertEquals(records, out.lines.get());
    }

    @Test
    void selectorLoop_recordThatCannotBeSent_sendsTheNext() throws Exception {
        final int tooLong = 70_000;
        try (DatagramChannel peer =
                DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            final Class<?> type = load("SelectorLoop");
            final Runnable loop = (Runnable) type.getConstructor(InetSocketAddress.class)
                    .newInstance((InetSocketAddress) peer.getLocalAddress());
            final VarLenMpscRing ring = (VarLenMpscRing) type.getMethod("ring").invoke(loop);
            final PrintStream errors = System.err;
            System.setErr(new PrintStream(OutputStream.nullOutputStream()));
            try {
                final Thread thread = new Thread(loop);
                thread.start();
                final RingProducer producer = ring.newProducer();
                assertTrue(producer.offer(new byte[tooLong], 0, tooLong));
                assertTrue(producer.offer(new byte[] {7}, 0, 1));
                final ByteBuffer received = ByteBuffer.allocate(16);
                peer.receive(received);
                assertEquals(7, received.flip().get());
                ring.close();
                thread.join();
            } finally {
                System.setErr(errors);
            }
        }
    }

    @Test
    void ringToChannel_allocationFailsOnce_writesTheRestAndCloses() throws Exception {
        final AtomicInteger allocations = new AtomicInteger();
        final EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAllocator((ByteBufAllocator) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ByteBufAllocator.class}, (proxy, method, args) -> {
                    if (method.getName().equals("directBuffer") && allocations.getAndIncrement() == 0) {
                        throw new IllegalStateException("as planned");
                    }
                    return method.invoke(UnpooledByteBufAllocator.DEFAULT, args);
                }));
        final VarLenMpscRing ring = addRingToChannel(channel);
        final RingProducer producer = ring.newProducer();
        for (byte i = 0; i < 100; i++) {
            while (!producer.offer(new byte[] {i}, 0, 1)) {
                channel.runPendingTasks();
            }
            if (i % 10 == 0) {
                channel.runPendingTasks();
            }
        }
        ring.close();
        channel.runPendingTasks();

        for (byte i = 1; i < 100; i++) {
            final ByteBuf written = channel.readOutbound();
            assertEquals(i, written.readByte());
            written.release();
        }
        assertFalse(channel.isOpen());
        assertTrue(channel.closeFuture().await(1, TimeUnit.SECONDS));
    }

    /** As where a connection is refused: such a channel does not become inactive either. */
    @Test
    void ringToChannel_neverActive_closesAndDrainsItsRing() throws Exception {
        final EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            public boolean isActive() {
                return false;
            }
        };
        final VarLenMpscRing ring = addRingToChannel(channel);
        assertTrue(ring.newProducer().offer(new byte[1], 0, 1));
        channel.runPendingTasks();
        assertFalse(ring.isEmpty());
        assertTrue(channel.close().isDone());
        channel.runPendingTasks();
        assertTrue(ring.isClosed());
        assertTrue(ring.isEmpty());
    }

    private VarLenMpscRing addRingToChannel(final EmbeddedChannel channel) throws Exception {
        final ChannelHandler handler = (ChannelHandler)
                load("RingToChannel").getConstructor(Channel.class, int.class).newInstance(channel, 1 << 12);
        channel.pipeline().addLast(handler);
        channel.runPendingTasks();
        return (VarLenMpscRing) handler.getClass().getMethod("ring").invoke(handler);
    }
}
