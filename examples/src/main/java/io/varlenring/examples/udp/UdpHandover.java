// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RecordHandler;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Several UDP listeners hand the datagrams that they receive to one handler thread, through one ring.
 *
 * <p>Senders in the same process keep the listeners busy over the loopback interface. Each sends to one listener only, so
 * that its datagrams stay in order all the way, and the handler checks that order, and every byte.
 */
public final class UdpHandover implements Closeable {
    private final UdpHandoverOptions options;
    private final PrintStream out;
    private final ThreadWatch watch;
    private final HandoverHandler handler;
    private final RingRunner runner;
    private final VarLenMpscRing ring;
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Sender> senders = new ArrayList<>();
    private final long startNanos = System.nanoTime();

    private UdpHandover(
            final UdpHandoverOptions options,
            final UnaryOperator<RecordHandler> interposer,
            final ThreadWatch watch,
            final PrintStream out) {
        this.options = options;
        this.out = out;
        this.watch = watch;
        this.handler = new HandoverHandler(options, startNanos);
        this.runner = options.handler.start(options.capacity, interposer.apply(handler), watch);
        this.ring = runner.ring();
    }

    /**
     * Runs the example, see {@link Program}.
     *
     * @param args the options; {@code --help} lists them
     */
    public static void main(final String[] args) {
        Program.main(args, new UdpHandoverOptions(), UdpHandover::run);
    }

    static int run(final UdpHandoverOptions options, final ThreadWatch watch, final PrintStream out)
            throws IOException, InterruptedException {
        return run(options, UnaryOperator.identity(), watch, out);
    }

    /** Runs with something between the ring and the handler, for tests of what happens when records are damaged. */
    static int run(
            final UdpHandoverOptions options,
            final UnaryOperator<RecordHandler> interposer,
            final ThreadWatch watch,
            final PrintStream out)
            throws IOException, InterruptedException {
        try (UdpHandover example = new UdpHandover(options, interposer, watch, out)) {
            example.openSockets();
            return example.run();
        }
    }

    private void openSockets() throws IOException {
        for (int i = 0; i < options.listeners; i++) {
            listeners.add(new Listener(i, options, ring.newProducer()));
        }
        for (int i = 0; i < options.senders; i++) {
            senders.add(
                    new Sender(i, options, listeners.get(options.listenerOf(i)).address()));
        }
    }

    private int run() throws InterruptedException {
        final List<Thread> listenerThreads = IntStream.range(0, listeners.size())
                .mapToObj(i -> watch.start("listener-" + i, listeners.get(i)::run))
                .toList();
        final long sendingSince = System.nanoTime();
        final List<Thread> senderThreads = IntStream.range(0, senders.size())
                .mapToObj(i -> watch.start("sender-" + i, senders.get(i)::run))
                .toList();

        reportProgress(sendingSince);

        // Upstream first, so that everything still under way arrives.
        senders.forEach(Sender::stop);
        joinAll(senderThreads);
        listeners.forEach(Listener::finish);
        joinAll(listenerThreads);
        ring.close();
        if (!runner.await()) {
            final List<String> failures = watch.failures();
            UdpHandoverReport.printVerdict(out, handler.records(), failures.size(), failures);
            return Program.EXIT_FAILED;
        }
        final UdpHandoverReport report = report(sendingSince);
        return report.print(out) ? Program.EXIT_GOOD : Program.EXIT_FAILED;
    }

    /** Prints a line a second until the senders have had their time, or until something goes wrong. */
    private void reportProgress(final long sendingSince) throws InterruptedException {
        final Progress progress = new Progress(listeners, handler, ring, out, sendingSince);
        for (int second = 1; second <= options.seconds; second++) {
            if (watch.sleepUntil(sendingSince + TimeUnit.SECONDS.toNanos(second))) {
                return;
            }
            progress.print(second);
        }
    }

    private void joinAll(final List<Thread> threads) throws InterruptedException {
        for (final Thread thread : threads) {
            watch.join(thread);
        }
    }

    private UdpHandoverReport report(final long sendingSince) {
        final Accounting accounting = new Accounting(
                senders.stream().mapToLong(Sender::sent).sum(),
                listeners.stream().map(Listener::counts).toList(),
                IntStream.range(0, listeners.size())
                        .mapToObj(handler::recordsOf)
                        .toList(),
                handler.records(),
                ring.stats().offered());
        final List<String> violations = new ArrayList<>(watch.failures());
        violations.addAll(accounting.mismatches());
        final long violationCount = violations.size() + handler.violationCount();
        violations.addAll(handler.violations());
        return new UdpHandoverReport(
                options.handler,
                accounting,
                senders.stream().mapToLong(Sender::failures).sum(),
                handler.datagramBytes(),
                Math.max(1, handler.lastNanos() - sendingSince),
                handler.latencyNanos(),
                ring.stats(),
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
        runner.close();
    }
}
