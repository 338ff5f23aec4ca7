// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.Progress;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Several UDP listeners hand the datagrams that they receive to one handler thread, through one ring; at a rate, the same
 * traffic goes through a queue as well, and the two are compared.
 *
 * <p>Senders in the same process keep the listeners busy over the loopback interface. Each sends to one listener only, so
 * that its datagrams stay in order all the way, and the handler checks that order, and every byte.
 */
public final class UdpHandover implements Closeable {
    private static final int WARMUP_SECONDS = 1;

    private final UdpHandoverOptions options;
    private final PrintStream out;
    private final ThreadWatch watch;
    private final HandoverHandler handler;
    private final Handover handover;
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Sender> senders = new ArrayList<>();

    /** Makes a hand-over whose records go to a handler. */
    @FunctionalInterface
    private interface Way {
        Handover open(UdpHandoverOptions options, RecordHandler handler, ThreadWatch watch);
    }

    private UdpHandover(
            final UdpHandoverOptions options,
            final Way way,
            final UnaryOperator<RecordHandler> interposer,
            final ThreadWatch watch,
            final PrintStream out) {
        this.options = options;
        this.out = out;
        this.watch = watch;
        this.handler = new HandoverHandler(options, System.nanoTime());
        this.handover = way.open(options, interposer.apply(handler), watch);
    }

    /** Runs the example; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new UdpHandoverOptions(), (o, watch, out) -> run(o, UnaryOperator.identity(), watch, out));
    }

    /** Runs with something between the ring and the handler, for tests of what happens when records are damaged. */
    static int run(
            final UdpHandoverOptions options,
            final UnaryOperator<RecordHandler> interposer,
            final ThreadWatch watch,
            final PrintStream out)
            throws IOException, InterruptedException {
        final boolean paced = options.rate > 0;
        if (paced) {
            out.println("through the ring");
        }
        final UdpHandoverReport ring = runOnce(options, RingHandover::new, interposer, watch, out);
        if (!paced || !ring.isGood() || watch.isOver()) {
            return ring.print(out) ? Program.EXIT_GOOD : Program.EXIT_FAILED;
        }
        out.println("through a LinkedBlockingQueue<byte[]>");
        final UdpHandoverReport queue = runOnce(options, QueueHandover::new, interposer, watch, out);
        if (!queue.isGood()) {
            queue.print(out);
            return Program.EXIT_FAILED;
        }
        new Comparison(ring, queue).print(out);
        return Program.EXIT_GOOD;
    }

    private static UdpHandoverReport runOnce(
            final UdpHandoverOptions options,
            final Way way,
            final UnaryOperator<RecordHandler> interposer,
            final ThreadWatch watch,
            final PrintStream out)
            throws IOException, InterruptedException {
        try (UdpHandover example = new UdpHandover(options, way, interposer, watch, out)) {
            example.openSockets();
            return example.run();
        }
    }

    private void openSockets() throws IOException {
        for (int i = 0; i < options.listeners; i++) {
            listeners.add(handover.newListener(i));
        }
        for (int i = 0; i < options.senders; i++) {
            senders.add(
                    new Sender(i, options, listeners.get(options.listenerOf(i)).address()));
        }
    }

    private UdpHandoverReport run() throws InterruptedException {
        final List<Thread> listenerThreads = watch.startAll("listener", listeners, Listener::run);
        final Cost.Meter meter = new Cost.Meter(listeners, listenerThreads, handler);
        final long sendingSince = System.nanoTime();
        final List<Thread> senderThreads = watch.startAll("sender", senders, Sender::run);

        if (options.rate > 0) {
            watch.sleepUntil(sendingSince + TimeUnit.SECONDS.toNanos(WARMUP_SECONDS));
        }
        meter.begin();
        new Progress(handover::fill)
                .rate("received", () -> sum(ListenerCounts::received))
                .rate("handed over", handler::records)
                .rate("refused", () -> sum(ListenerCounts::refused))
                .run(options.seconds, watch, out);
        final Cost cost = meter.end();

        // Upstream first, so that everything still under way arrives.
        senders.forEach(Sender::stop);
        watch.joinAll(senderThreads);
        listeners.forEach(Listener::finish);
        watch.joinAll(listenerThreads);
        return report(sendingSince, cost, handover.finish());
    }

    private long sum(final ToLongFunction<ListenerCounts> count) {
        return listeners.stream().map(Listener::counts).mapToLong(count).sum();
    }

    private UdpHandoverReport report(final long sendingSince, final Cost cost, final boolean ended) {
        final Accounting accounting = new Accounting(
                senders.stream().mapToLong(Sender::sent).sum(),
                listeners.stream().map(Listener::counts).toList(),
                IntStream.range(0, listeners.size())
                        .mapToObj(handler::recordsOf)
                        .toList(),
                handler.records(),
                handover.offered());
        final List<String> violations = new ArrayList<>(watch.failures());
        if (ended) { // otherwise the counts are not final
            violations.addAll(accounting.mismatches());
        }
        final long violationCount = violations.size() + handler.violationCount();
        violations.addAll(handler.violations());
        return new UdpHandoverReport(
                accounting,
                senders.stream().mapToLong(Sender::failures).sum(),
                Math.max(1, handler.lastNanos() - sendingSince),
                handler.latencyNanos(),
                handover instanceof RingHandover ring ? ring.stats() : null,
                cost,
                violationCount,
                violations);
    }

    @Override
    public void close() throws IOException {
        for (final Sender sender : senders) {
            sender.close();
        }
        for (final Listener listener : listeners) {
            listener.close();
        }
        handover.close();
    }
}
