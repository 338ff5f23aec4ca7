// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.Progress;
import io.varlenring.examples.harness.Table;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.tasklet.TaskletStats;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * A UDP proxy whose sockets, ring and tasklets share one thread.
 *
 * <p>Clients in the same process send datagrams to the proxy, which passes them to an echo server and the answers back.
 * Control threads hand it commands through a ring. The clients check every byte, and the order.
 */
public final class EchoProxy implements Closeable {
    private static final int LABEL_WIDTH = 30;

    private final EchoProxyOptions options;
    private final PrintStream out;
    private final ThreadWatch watch;
    private final EchoServer server;
    private final ProxyLoop proxy;
    private final List<EchoClient> clients = new ArrayList<>();
    private final List<Control> controls = new ArrayList<>();

    private EchoProxy(
            final EchoProxyOptions options,
            final Consumer<ByteBuffer> interposer,
            final ThreadWatch watch,
            final PrintStream out)
            throws IOException {
        this.options = options;
        this.out = out;
        this.watch = watch;
        this.server = new EchoServer();
        this.proxy = new ProxyLoop(options, server.address(), interposer, watch);
    }

    /** Runs the example; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new EchoProxyOptions(), EchoProxy::run);
    }

    static int run(final EchoProxyOptions options, final ThreadWatch watch, final PrintStream out)
            throws IOException, InterruptedException {
        return run(options, answer -> {}, watch, out);
    }

    /** Runs with something that sees the answers before they go to the clients, for tests of what happens then. */
    static int run(
            final EchoProxyOptions options,
            final Consumer<ByteBuffer> interposer,
            final ThreadWatch watch,
            final PrintStream out)
            throws IOException, InterruptedException {
        try (EchoProxy example = new EchoProxy(options, interposer, watch, out)) {
            example.openClients();
            return example.run();
        }
    }

    private void openClients() throws IOException {
        for (int i = 0; i < options.clients; i++) {
            clients.add(new EchoClient(i, options, proxy.address()));
        }
        for (int i = 0; i < options.controls; i++) {
            controls.add(new Control(i, clients, proxy.ring().newProducer()));
        }
    }

    private int run() throws InterruptedException, IOException {
        final Thread serverThread = watch.start("echo-server", server::run);
        final List<Thread> clientThreads = watch.startAll("client", clients, EchoClient::run);
        final List<Thread> controlThreads = watch.startAll("control", controls, Control::run);

        new Progress(() -> "ring " + proxy.ring().size() + " of " + proxy.ring().capacity() + " bytes")
                .rate("echoed", () -> sum(EchoClient::echoed))
                .rate("notices", () -> sum(EchoClient::notices))
                .rate("tasklet runs", () -> proxy.stats().runs())
                .run(options.seconds, watch, out);

        // The commands first, so that the clients are still there for the notices; the server last.
        controls.forEach(Control::stop);
        boolean ended = watch.joinAll(controlThreads);
        ended &= proxy.endCommands();
        clients.forEach(EchoClient::stop);
        ended &= watch.joinAll(clientThreads);
        ended &= proxy.end();
        server.close();
        ended &= watch.join(serverThread);
        final List<String> violations = new ArrayList<>(watch.failures());
        return (ended ? print(violations) : printVerdict(violations, violations.size()))
                ? Program.EXIT_GOOD
                : Program.EXIT_FAILED;
    }

    private long sum(final ToLongFunction<EchoClient> count) {
        return clients.stream().mapToLong(count).sum();
    }

    /** Prints what has happened, and returns whether it was right. */
    private boolean print(final List<String> violations) {
        final EchoAccounting accounting = accounting();
        violations.addAll(proxy.counts().threadViolations());
        violations.addAll(accounting.mismatches());
        final long violationCount = violations.size() + sum(EchoClient::violationCount);
        final Histogram roundTripNanos = new Histogram(clients.get(0).roundTripNanos()); // empty, of the same size
        for (final EchoClient client : clients) {
            violations.addAll(client.violations());
            roundTripNanos.add(client.roundTripNanos());
        }
        final long refused = controls.stream().mapToLong(Control::refused).sum();
        final TaskletStats tasklets = proxy.stats();
        final Table table = new Table(out, LABEL_WIDTH);
        out.println();
        table.count("datagrams sent", accounting.sent());
        table.count("echoed", accounting.echoed());
        table.count("lost", accounting.lost());
        table.count("dropped by the proxy", proxy.counts().dropped.sum());
        table.count("notices sent over the ring", accounting.noticesOffered());
        table.count("notices received", accounting.noticesReceived());
        table.count(
                "datagrams through the loop",
                proxy.counts().received.sum() + proxy.counts().answers.sum());
        table.count("tasklet runs", tasklets.runs());
        table.count("tasklet wakeups", tasklets.wakeups());
        table.count("tasklet wakeups coalesced", tasklets.coalesced());
        table.count("sleeps of the loop", tasklets.sleeps());
        table.count("commands refused", refused);
        table.percentiles("round trip", roundTripNanos);
        return printVerdict(violations, violationCount);
    }

    private boolean printVerdict(final List<String> violations, final long violationCount) {
        final String words = "echoes and " + sum(EchoClient::notices) + " notices verified: content and order";
        return Table.verdict(out, sum(EchoClient::echoed), words, violationCount, violations);
    }

    private EchoAccounting accounting() {
        final ProxyCounts counts = proxy.counts();
        final long notices = controls.stream().mapToLong(Control::notices).sum();
        return new EchoAccounting(
                List.of(
                        sum(EchoClient::sent),
                        counts.received.sum(),
                        counts.forwarded.sum(),
                        counts.answers.sum(),
                        counts.returned.sum(),
                        sum(EchoClient::echoed)),
                List.of(notices, counts.commands.sum(), counts.noticesSent.sum(), sum(EchoClient::notices)),
                List.of(
                        notices,
                        proxy.ring().stats().offered(),
                        proxy.ring().stats().handedOver()),
                proxy.stats().failures());
    }

    @Override
    public void close() throws IOException {
        for (final EchoClient client : clients) {
            client.close();
        }
        proxy.close();
        server.close();
    }
}
