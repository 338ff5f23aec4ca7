// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.Table;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Compares ways to hand datagrams from the front's listeners to handler threads: the ring, a queue, and Netty's own.
 *
 * <p>Each run has a JVM of its own for the front, the hand-over and the handlers, and this process sends to it. The kinds take
 * turns. No kind has to win: what fails a run is books that do not balance, or a datagram that arrived damaged.
 */
public final class HandoverCompare {
    /** How often the handlers are made to sleep. */
    static final int STALLS = 3;
    /** Begins the lines of a run's output that say what was wrong. */
    static final String VIOLATION = "violation: ";

    private static final List<String> JVM_OPTIONS =
            List.of("-XX:+UseG1GC", "-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch");
    private static final long STALL_REST_MILLIS = 400;
    private static final long END_SECONDS = 60;

    private final HandoverOptions options;
    private final String[] args;
    private final PrintStream out;
    private final ThreadWatch watch;
    private final Map<HandoverKind, List<Map<Figure, Double>>> results = new EnumMap<>(HandoverKind.class);
    private final List<String> violations = new ArrayList<>();
    private long handled;

    private HandoverCompare(
            final HandoverOptions options, final String[] args, final PrintStream out, final ThreadWatch watch) {
        this.options = options;
        this.watch = watch;
        this.args = args;
        this.out = out;
    }

    /** Compares; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new HandoverOptions(), body(args));
    }

    static Program.Body<HandoverOptions> body(final String[] args) {
        return (options, watch, out) -> new HandoverCompare(options, args, out, watch).run();
    }

    /** Lets all kinds take turns, each round beginning with another one, so that none always comes first. */
    private int run() throws IOException, InterruptedException {
        out.printf(
                Locale.ROOT,
                "sizes of %s, %,d datagrams/s from %d sockets, %d listeners, %d handlers, %,d bytes for each%n",
                options.trace,
                options.rate,
                options.senders(),
                options.listeners,
                options.handlers,
                options.capacity);
        out.println(
                "a JVM for each run: " + System.getProperty("java.vm.version") + " " + String.join(" ", JVM_OPTIONS));
        final HandoverKind[] kinds = HandoverKind.values();
        for (int round = 0; round < options.rounds && !watch.isOver(); round++) {
            for (int turn = 0; turn < kinds.length; turn++) {
                final HandoverKind kind = kinds[(round + turn) % kinds.length];
                final Map<Figure, Double> figures = runOnce(round + 1, kind);
                if (!violations.isEmpty()) {
                    printVerdict();
                    return Program.EXIT_FAILED;
                }
                results.computeIfAbsent(kind, first -> new ArrayList<>()).add(figures);
                handled += figures.get(Figure.HANDLED).longValue();
            }
        }
        printTable();
        printVerdict();
        return 0;
    }

    private Map<Figure, Double> runOnce(final int round, final HandoverKind kind)
            throws IOException, InterruptedException {
        try (Server server = new Server(kind, args);
                FrontSender sender = new FrontSender(options, Integer.parseInt(server.answer()))) {
            sender.connect(() -> server.ask("counts"));
            sender.send(TimeUnit.SECONDS.toNanos(options.warmup));
            server.ask("begin");
            sender.send(TimeUnit.SECONDS.toNanos(options.seconds));
            server.ask("end");
            for (int i = 0; i < STALLS; i++) {
                server.ask("stall");
                sender.send(TimeUnit.MILLISECONDS.toNanos(options.stall + STALL_REST_MILLIS));
            }
            final Map<Figure, Double> figures = new EnumMap<>(Figure.class);
            for (final String line : server.finish()) {
                if (line.startsWith(VIOLATION)) {
                    violations.add(kind.words() + ": " + line.substring(VIOLATION.length()));
                } else {
                    final String[] words = line.split(" ");
                    figures.put(Figure.valueOf(words[0]), Double.valueOf(words[1]));
                }
            }
            balance(kind, figures, sender);
            out.printf(
                    Locale.ROOT,
                    "round %d, %-10s sent %,d, received %,d, lost by the kernel %,d, handled %,d, dropped as full %,d%n",
                    round,
                    kind.words() + ":",
                    sender.sent(),
                    count(figures, Figure.RECEIVED),
                    count(figures, Figure.LOST_BY_KERNEL),
                    count(figures, Figure.HANDLED),
                    count(figures, Figure.FULL));
            return figures;
        }
    }

    private static long count(final Map<Figure, Double> figures, final Figure figure) {
        return figures.getOrDefault(figure, 0.0).longValue();
    }

    /** Every datagram sent must have gone to exactly one place. */
    private void balance(final HandoverKind kind, final Map<Figure, Double> figures, final FrontSender sender) {
        final long received = count(figures, Figure.RECEIVED);
        final long lost = count(figures, Figure.LOST_BY_KERNEL);
        final long accounted =
                count(figures, Figure.HANDLED) + count(figures, Figure.FULL) + count(figures, Figure.MALFORMED);
        if (lost < 0 ? received > sender.sent() : received + lost != sender.sent()) {
            violations.add(kind.words() + ": sent " + sender.sent() + ", but received " + received
                    + " and lost by the kernel " + lost);
        }
        if (received != accounted) {
            violations.add(
                    kind.words() + ": received " + received + ", but handled, full and malformed make " + accounted);
        }
        if (count(figures, Figure.MALFORMED) != 0) {
            violations.add(kind.words() + ": took " + count(figures, Figure.MALFORMED) + " datagrams for malformed");
        }
        if (count(figures, Figure.HANDLED) == 0) {
            violations.add(kind.words() + ": nothing was handed over");
        }
    }

    private void printTable() {
        out.println();
        out.println(Figure.header());
        for (final Figure figure : Figure.values()) {
            if (figure.isForTable()) {
                final StringBuilder line = new StringBuilder(figure.label());
                results.values()
                        .forEach(rounds ->
                                line.append(figure.cell(rounds.stream().mapToDouble(run -> run.get(figure)))));
                out.println(line);
            }
        }
    }

    private void printVerdict() {
        Table.verdict(
                out,
                handled,
                "datagrams verified in all runs: route, checksum and per-sender order; all accounted for",
                violations.size(),
                violations);
    }

    /** The process that is measured. */
    private static final class Server implements Closeable {
        private final Process process;
        private final BufferedReader in;
        private final PrintWriter toServer;

        Server(final HandoverKind kind, final String[] args) throws IOException {
            final Stream<String> java = Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    HandoverServer.class.getName(),
                    kind.name());
            final List<String> command =
                    new ArrayList<>(Stream.concat(java, Stream.of(args)).toList());
            command.addAll(1, JVM_OPTIONS);
            this.process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            this.in = process.inputReader(StandardCharsets.UTF_8);
            this.toServer = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        }

        String answer() throws IOException {
            final String line = in.readLine();
            if (line == null) {
                throw new IOException("the measured process has ended early");
            }
            return line;
        }

        String ask(final String question) throws IOException {
            toServer.println(question);
            return answer();
        }

        List<String> finish() throws IOException, InterruptedException {
            toServer.println("finish");
            final List<String> lines = new ArrayList<>();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("the measured process did not end well");
            }
            return lines;
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
