// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import io.varlenring.RecordHandler;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.quic.FrontReplay;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * Replays the sizes and times of recorded QUIC traffic through listeners, rings and handlers: here those of {@link
 * UdpHandover}, or no sockets at all, and in {@link FrontReplay} those of the QUIC examples.
 *
 * <p>Each flow of the trace belongs to one producer, so that its datagrams stay in order all the way. The payloads are
 * synthetic, and the handler checks every byte of them.
 */
public final class Replay implements Closeable {
    private static final long JOIN_MILLIS = 30_000;
    private static final double PERCENT = 100.0;
    private static final int LABEL_WIDTH = 26;

    private final ReplayOptions options;
    private final PrintStream out;
    private final ThreadWatch watch;
    private final UdpHandoverOptions front;
    private final HandoverHandler handler;
    private final RingRunner runner;
    private final VarLenMpscRing ring;
    private final List<ReplayPace> paces;
    private final List<ReplayProducer> producers = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final List<RingSender> ringSenders = new ArrayList<>();

    private Replay(
            final ReplayOptions options,
            final UnaryOperator<RecordHandler> interposer,
            final PrintStream out,
            final PrintStream err) {
        this.options = options;
        this.out = out;
        this.watch = new ThreadWatch(err, JOIN_MILLIS);
        final List<Trace> traces = Trace.load(options.trace(), options.producers());
        final int maxSize = traces.stream().mapToInt(Trace::maxSize).max().orElseThrow();
        this.front = new UdpHandoverOptions(
                options.seconds(),
                options.producers(),
                options.producers(),
                Datagrams.HEADER_LENGTH,
                maxSize,
                options.capacity(),
                HandlerMode.THREAD);
        this.paces =
                traces.stream().map(trace -> new ReplayPace(trace, options)).toList();
        this.handler = new HandoverHandler(front, System.nanoTime());
        this.runner = front.handler().start(options.capacity(), interposer.apply(handler), watch);
        this.ring = runner.ring();
    }

    /**
     * Runs the example and exits with 0 when something was handed over and all of it was right, with 1 when not, and
     * with 2 when the arguments are not good.
     *
     * @param args the options; {@code --help} lists them
     */
    public static void main(final String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(final String[] args, final PrintStream out, final PrintStream err) {
        return CommandLine.run(
                args,
                ReplayOptions.USAGE,
                ReplayOptions::parse,
                options -> run(options, UnaryOperator.identity(), out, err),
                out,
                err);
    }

    /** Runs with something between the ring and the handler, for tests of what happens when records are damaged. */
    static int run(
            final ReplayOptions options,
            final UnaryOperator<RecordHandler> interposer,
            final PrintStream out,
            final PrintStream err)
            throws IOException, InterruptedException {
        if (options.path() == ReplayOptions.Path.FRONT) {
            return FrontReplay.run(options, interposer, out, err);
        }
        try (Replay example = new Replay(options, interposer, out, err)) {
            example.makeProducers();
            return example.run();
        }
    }

    private void makeProducers() throws IOException {
        for (int i = 0; i < options.producers(); i++) {
            if (options.path() == ReplayOptions.Path.UDP) {
                final Listener listener = new Listener(i, front, ring.newProducer());
                listeners.add(listener);
                producers.add(new ReplaySender(i, paces.get(i), listener.address()));
            } else {
                final RingSender sender = new RingSender(i, paces.get(i), ring.newProducer());
                ringSenders.add(sender);
                producers.add(sender);
            }
        }
    }

    private int run() throws InterruptedException {
        final List<Thread> listenerThreads = IntStream.range(0, listeners.size())
                .mapToObj(i -> watch.start("listener-" + i, listeners.get(i)::run))
                .toList();
        final long startNanos = System.nanoTime();
        final List<Thread> producerThreads = IntStream.range(0, producers.size())
                .mapToObj(
                        i -> watch.start("producer-" + i, () -> producers.get(i).run(startNanos)))
                .toList();

        // Upstream first, so that everything still under way arrives.
        awaitEnd(producerThreads);
        producers.forEach(ReplayProducer::stop);
        joinAll(producerThreads);
        listeners.forEach(Listener::finish);
        joinAll(listenerThreads);
        ring.close();
        if (!runner.await()) {
            final List<String> failures = watch.failures();
            UdpHandoverReport.printVerdict(out, handler.records(), failures.size(), failures);
            return CommandLine.EXIT_FAILURE;
        }
        final UdpHandoverReport report = report(startNanos);
        printReplay(report);
        return report.print(out) ? 0 : CommandLine.EXIT_FAILURE;
    }

    /** Waits until the trace has been sent, or something goes wrong. */
    private void awaitEnd(final List<Thread> threads) throws InterruptedException {
        while (threads.stream().anyMatch(Thread::isAlive)) {
            if (watch.sleepUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(10))) {
                return;
            }
        }
    }

    private void joinAll(final List<Thread> threads) throws InterruptedException {
        for (final Thread thread : threads) {
            watch.join(thread);
        }
    }

    private void printReplay(final UdpHandoverReport report) {
        final Accounting accounting = report.accounting();
        final Histogram lateNanos = new Histogram(3);
        paces.forEach(pace -> lateNanos.add(pace.lateNanos()));
        final Table table = new Table(out, LABEL_WIDTH);
        out.println("replay of " + options.trace() + ", " + options.producers() + " producers, --speed "
                + OptionValues.nameOf(options.speed()) + " --path " + OptionValues.nameOf(options.path()));
        table.number(
                "lost, %", PERCENT * (accounting.sent() - accounting.handedOver()) / Math.max(1, accounting.sent()));
        if (options.speed() == ReplayOptions.Speed.ORIGINAL) {
            table.percentiles("sent late by", lateNanos);
        }
    }

    private UdpHandoverReport report(final long startNanos) {
        final List<ListenerCounts> counts = options.path() == ReplayOptions.Path.UDP
                ? listeners.stream().map(Listener::counts).toList()
                : ringSenders.stream().map(RingSender::counts).toList();
        final Accounting accounting = new Accounting(
                producers.stream().mapToLong(ReplayProducer::sent).sum(),
                counts,
                IntStream.range(0, counts.size()).mapToObj(handler::recordsOf).toList(),
                handler.records(),
                ring.stats().offered());
        final List<String> violations = new ArrayList<>(watch.failures());
        violations.addAll(accounting.mismatches());
        final long violationCount = violations.size() + handler.violationCount();
        violations.addAll(handler.violations());
        return new UdpHandoverReport(
                front.handler(),
                accounting,
                producers.stream().mapToLong(ReplayProducer::failures).sum(),
                handler.datagramBytes(),
                Math.max(1, handler.lastNanos() - startNanos),
                handler.latencyNanos(),
                ring.stats(),
                violationCount,
                violations);
    }

    @Override
    public void close() throws IOException {
        for (final ReplayProducer producer : producers) {
            producer.close();
        }
        for (final Listener listener : listeners) {
            listener.close();
        }
        runner.close();
    }
}
