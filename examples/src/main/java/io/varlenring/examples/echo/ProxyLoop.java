// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletBody;
import io.varlenring.tasklet.TaskletLoop;
import io.varlenring.tasklet.TaskletStats;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The proxy: two sockets, a ring and tasklets, all on the thread of one loop, so that nothing here is locked or volatile.
 *
 * <pre>
 *   clients --> front socket --> receive --wakeupAfter--> sessions --> upstream socket --> echo server
 *   clients <-- front socket <-- answer  <-------------------------- upstream socket <-- echo server
 *                     ^
 *   control threads --+-- ring --> its tasklet
 * </pre>
 */
final class ProxyLoop implements Closeable {
    /** What runs on the loop; each is noted with the thread that it ran on. */
    enum Part {
        RECEIVE,
        SESSION,
        ANSWER,
        RECORD
    }

    /** The most datagrams that one run takes from a socket; when more are left, the selector says so again. */
    private static final int BURST = 32;
    /** The most records that one run takes from the ring. */
    private static final int BUDGET = 64;

    private static final int RING_CAPACITY = 1 << 16;
    private static final int SOCKET_BUFFER_LENGTH = 1 << 20;

    private final ThreadWatch watch;
    private final Consumer<ByteBuffer> interposer;
    private final int maxSessions;
    private final ByteBuffer buffer;
    private final Map<SocketAddress, Session> sessions = new HashMap<>();
    private final List<Session> sessionsById = new ArrayList<>();
    private final List<Session> burst = new ArrayList<>();
    private final ProxyCounts counts = new ProxyCounts();
    private final Selector selector;
    private final DatagramChannel front;
    private final DatagramChannel upstream;
    private final TaskletLoop loop;
    private final RingTasklet commands;

    /** Makes a proxy that runs; the interposer sees each answer before it goes to the client. */
    ProxyLoop(
            final EchoProxyOptions options,
            final SocketAddress echoServer,
            final Consumer<ByteBuffer> interposer,
            final ThreadWatch watch)
            throws IOException {
        this.watch = watch;
        this.interposer = interposer;
        this.maxSessions = options.clients;
        this.buffer = ByteBuffer.allocateDirect(Session.HEADER_LENGTH + Datagrams.MAX_LENGTH);
        this.selector = Selector.open();
        this.front = open();
        this.upstream = open();
        front.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        upstream.connect(echoServer);
        this.loop = TaskletLoop.builder().selector(selector).start("proxy");
        this.commands =
                RingTasklet.create(loop, VarLenMpscRing.builder().capacity(RING_CAPACITY), this::onCommand, BUDGET);
        loop.register(front, SelectionKey.OP_READ, newTasklet(Part.RECEIVE, this::receive));
        loop.register(upstream, SelectionKey.OP_READ, newTasklet(Part.ANSWER, this::answer));
    }

    private static DatagramChannel open() throws IOException {
        final DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_LENGTH); // the kernel may give less
        channel.configureBlocking(false);
        return channel;
    }

    /** Makes a tasklet whose body notes its thread, and whose failure is the end of the loop. */
    private Tasklet newTasklet(final Part part, final ThreadWatch.Task task) {
        final TaskletBody body = (self, reasons) -> guarded(part, task);
        return loop.newTasklet(body);
    }

    private void guarded(final Part part, final ThreadWatch.Task task) {
        counts.ran(part);
        try {
            task.run();
        } catch (final Throwable failure) {
            watch.threw("tasklet " + part, failure);
            loop.close(); // from a body this does not wait
        }
    }

    /** Takes a burst of datagrams from the clients, and runs the sessions that it fed right behind, in their order. */
    private void receive() throws IOException {
        for (int i = 0; i < BURST; i++) {
            final SocketAddress client = front.receive(buffer.clear());
            if (client == null) {
                break;
            }
            counts.received.increment();
            final Session session = session(client);
            if (session == null || !session.add(buffer.flip())) {
                counts.dropped.increment();
            } else if (!burst.contains(session)) {
                burst.add(session);
            }
        }
        Tasklet last = null;
        for (final Session session : burst) {
            last = loop.wakeupAfter(last, session.tasklet);
        }
        burst.clear();
    }

    /** Returns the session of a client, or null when there are too many. */
    private Session session(final SocketAddress client) {
        final Session known = sessions.get(client);
        if (known != null || sessions.size() == maxSessions) {
            return known;
        }
        final Session session = new Session(
                sessionsById.size(),
                client,
                made -> newTasklet(Part.SESSION, () -> counts.forwarded.add(made.forward(upstream))));
        sessions.put(client, session);
        sessionsById.add(session);
        return session;
    }

    /** Takes a burst of answers from the echo server, and sends each to its client. */
    private void answer() throws IOException {
        for (int i = 0; i < BURST; i++) {
            if (upstream.receive(buffer.clear()) == null) {
                break;
            }
            counts.answers.increment();
            final Session session = sessionsById.get(buffer.flip().getInt());
            interposer.accept(buffer);
            counts.returned.add(front.send(buffer, session.client) > 0 ? 1 : 0);
        }
    }

    private void onCommand(final ByteBuffer command) {
        guarded(Part.RECORD, () -> execute(command));
    }

    private void execute(final ByteBuffer command) throws IOException {
        counts.commands.increment();
        final SocketAddress client = new InetSocketAddress(InetAddress.getLoopbackAddress(), command.getInt());
        final Session session = session(client); // it may be heard of here before it has sent anything
        if (session == null) {
            throw new IOException("a command for the unknown client " + client);
        }
        counts.noticesSent.add(front.send(command, session.client) > 0 ? 1 : 0); // right from the ring's memory
    }

    /** Returns where clients send to. */
    SocketAddress address() throws IOException {
        return front.getLocalAddress();
    }

    /** Returns the ring for commands. */
    VarLenMpscRing ring() {
        return commands.ring();
    }

    /** Returns the counters; may be read at any time. */
    ProxyCounts counts() {
        return counts;
    }

    TaskletStats stats() {
        return loop.stats();
    }

    /** Closes the ring, and waits until its commands have been executed, or the loop has failed. */
    boolean endCommands() throws InterruptedException {
        ring().close();
        return watch.await("the ring's tasklet", () -> commands.tasklet().isKilled() || loop.isClosed());
    }

    /** Ends the loop; returns whether it has ended, and what it did is visible. */
    boolean end() throws InterruptedException {
        return watch.runToEnd("closing the loop", loop::close);
    }

    @Override
    public void close() throws IOException {
        ring().close();
        if (!loop.isClosed()) { // an error on the way here, and the loop may hang
            watch.start("closing the loop", loop::close);
        }
        front.close();
        upstream.close();
        selector.close();
    }
}
