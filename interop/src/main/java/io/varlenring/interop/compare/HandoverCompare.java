// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.examples.harness.Options;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.measure.Rounds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Compares ways to hand datagrams from the front's listeners to handler threads: the ring, a queue, and Netty's own.
 *
 * <p>Each run has a JVM of its own. The kinds take turns. No kind has to win: what fails a run is books that do not balance,
 * or a datagram that arrived damaged.
 */
public final class HandoverCompare {
    private static final List<String> JVM_OPTIONS =
            List.of("-XX:+UseG1GC", "-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch");
    private static final long POLL_MILLIS = 100;
    private static final long JOIN_MILLIS = 30_000;

    private HandoverCompare() {}

    /** Compares; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new HandoverOptions(), body(args));
    }

    static Program.Body<HandoverOptions> body(final String[] args) {
        return (options, watch, out) -> {
            out.printf(
                    Locale.ROOT,
                    "sizes of %s, %,d datagrams/s, a JVM for each run: %s %s%n",
                    options.trace,
                    options.rate,
                    System.getProperty("java.vm.version"),
                    String.join(" ", JVM_OPTIONS));
            final List<String> kinds =
                    Arrays.stream(HandoverKind.values()).map(Options::nameOf).toList();
            final String verified =
                    "datagrams verified in all runs: route, checksum and per-sender order; all accounted for";
            return Rounds.run(kinds, options.rounds, watch, out, verified, kind -> runApart(kind, args, watch));
        };
    }

    private static Rounds.Result runApart(final String kind, final String[] args, final ThreadWatch watch)
            throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(JVM_OPTIONS);
        command.add(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Measured.class.getName(), kind));
        command.addAll(List.of(args));
        final Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS) && !watch.isOver()) {
                // what it prints fits into the pipe
            }
            if (watch.isOver()) {
                return null;
            }
            if (process.exitValue() != 0) {
                throw new IOException("the measured process did not end well");
            }
            final String[] lines =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\n");
            final Rounds.Result result = new Rounds.Result(Long.parseLong(lines[0]));
            for (final String line : List.of(lines).subList(1, lines.length)) {
                final String[] parts = line.split("\t");
                if (parts.length == 2) {
                    result.add(parts[0], Double.parseDouble(parts[1]));
                } else {
                    result.violations().add(line);
                }
            }
            return result;
        } finally {
            process.destroyForcibly();
        }
    }

    /** The program of the measured JVM: prints how much was verified, then a line for each figure and each violation. */
    static final class Measured {
        private Measured() {}

        /** The first argument is the kind of hand-over, the others are those of the comparison. */
        public static void main(final String[] args) throws IOException, InterruptedException {
            final HandoverKind kind = HandoverKind.valueOf(args[0].toUpperCase(Locale.ROOT));
            final HandoverOptions options =
                    Options.parse(new HandoverOptions(), Arrays.copyOfRange(args, 1, args.length));
            final int senders = options.listeners * options.peers;
            final ThreadWatch watch = new ThreadWatch(System.err, JOIN_MILLIS);
            try (FrontRun run = new FrontRun(
                            kind,
                            options.listeners,
                            options.handlers,
                            options.capacity,
                            senders,
                            UnaryOperator.identity(),
                            watch);
                    FrontSender sender = new FrontSender(run.front(), options.trace, senders, watch)) {
                final Rounds.Result result = run.measure(options, sender);
                System.out.println(result.verified());
                result.figures().forEach((name, value) -> System.out.println(name + "\t" + value));
                result.violations().forEach(System.out::println);
            }
            System.exit(0); // whatever a thread that has not ended may still do
        }
    }
}
