// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Progress;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Drop;
import io.varlenring.interop.front.Front;
import io.varlenring.interop.front.FrontCounts;
import io.varlenring.interop.front.RingInlet;
import io.varlenring.interop.measure.HandlerCounts;
import io.varlenring.interop.measure.Rounds;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.agrona.IoUtil;

/**
 * A run of a QUIC example: a front, a server and clients; waits for the uploads, and looks at all the books.
 *
 * @param clients those of this run; null when strangers are served
 */
record UploadRun(
        QuicOptions options,
        ThreadWatch watch,
        PrintStream out,
        Uploads uploads,
        Front front,
        QuicServer server,
        UploadClients clients) {
    /** With fewer connections than this it is luck whether the kernel gives each listener some. */
    private static final int ENOUGH_CONNECTIONS = 16;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double BYTES_PER_MEGABYTE = 1e6;

    /** Makes the server of an example. */
    @FunctionalInterface
    interface ServerFactory<O> {
        QuicServer open(O options, Front front, ServerKeys keys, Uploads uploads, ThreadWatch watch) throws Exception;
    }

    /** Runs, prints the results, and returns the exit code. */
    static <O extends QuicOptions> int run(
            final String name,
            final O options,
            final ServerFactory<O> servers,
            final ThreadWatch watch,
            final PrintStream out)
            throws Exception {
        final boolean foreign = options.listen != null;
        final String verified = foreign
                ? "requests at the most, and every datagram accounted for"
                : "uploads of " + options.uploadLength() + " bytes verified: length and checksum";
        final Path directory = Files.createTempDirectory(name);
        try (Front front = new Front(
                foreign ? options.listen : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                options.listeners)) {
            final Uploads uploads =
                    new Uploads(foreign ? 0 : options.connections, foreign ? 0 : options.uploadLength(), directory);
            final QuicServer server = servers.open(options, front, ServerKeys.make(directory), uploads, watch);
            final UploadClients clients = foreign ? null : newClients(options, front.address(), uploads, out);
            final UploadRun run = new UploadRun(options, watch, out, uploads, front, server, clients);
            return Rounds.run(List.of(name), 1, watch, out, verified, way -> run.run());
        } finally {
            IoUtil.delete(directory.toFile(), false);
        }
    }

    private static UploadClients newClients(
            final QuicOptions options, final InetSocketAddress server, final Uploads uploads, final PrintStream out) {
        if (options.client == QuicOptions.Client.AUTO && GtlsClients.isInstalled()) {
            out.println("the clients are gtlsclient's");
            return new GtlsClients(server, uploads, options.migration, GtlsClients.PROGRAM);
        }
        if (options.client == QuicOptions.Client.AUTO) {
            out.println("gtlsclient is not installed (Debian: ngtcp2-client), so Netty's own client takes its place");
        }
        if (options.migration != QuicOptions.Migration.NONE) {
            out.println("Netty's client cannot change its address, so there will be no migration");
        }
        return new NettyClients(server, uploads);
    }

    private Rounds.Result run() throws Exception {
        server.start();
        final List<VarLenMpscRing> rings = server.rings();
        front.start(
                rings.size(),
                handler -> new RingInlet(rings.get(handler)),
                listener -> watch.newThread("listener", listener::run));
        final long start = System.nanoTime();
        if (clients == null) {
            serve();
        } else {
            try (clients) {
                clients.start();
                await(start);
            }
        }
        final double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;

        // Upstream first, so that everything still under way arrives.
        final boolean received = front.finish();
        rings.forEach(VarLenMpscRing::close);
        final boolean ended = received & server.shutdown();
        // It is no fault when no stranger has come.
        final Rounds.Result result =
                new Rounds.Result(clients == null ? Math.max(1, uploads.requests()) : uploads.arrived());
        if (!ended) {
            result.violations().add("the server did not end, so the counts are not final");
        }
        addViolations(result.violations());
        addFigures(result, seconds);
        return result;
    }

    /** Serves strangers until it is over. */
    private void serve() throws InterruptedException {
        out.println("listening on " + front.address());
        new Progress(() -> uploads.requests() + " requests, " + uploads.answeredOtherwise() + " answered otherwise, "
                        + uploads.bytes() + " bytes uploaded, " + front.sum(FrontCounts::dropped)
                        + " datagrams dropped")
                .rate("datagrams", () -> front.sum(FrontCounts::received))
                .run(Integer.MAX_VALUE, watch, out);
    }

    /** Prints a line a second until all has arrived, the time is up, or something goes wrong. */
    private void await(final long start) throws IOException, InterruptedException {
        for (int second = 1; second <= options.seconds; second++) {
            final long rest = start + TimeUnit.SECONDS.toNanos(second) - System.nanoTime();
            if (uploads.await(rest) || watch.isOver()) {
                return;
            }
            out.printf(
                    Locale.ROOT,
                    "%4d s  uploads %d of %d, %,.1f MB%n",
                    second,
                    uploads.arrived(),
                    uploads.count(),
                    uploads.bytes() / BYTES_PER_MEGABYTE);
            clients.startOver();
        }
    }

    private void addFigures(final Rounds.Result result, final double seconds) throws IOException {
        final double megabytes = uploads.bytes() / BYTES_PER_MEGABYTE;
        if (clients != null) {
            result.add("clients that did not end well", clients.failed());
            result.add("clients that started over", clients.startedOver());
            result.add("uploads that arrived", uploads.arrived());
        }
        result.add("requests", uploads.requests());
        result.add("requests answered otherwise", uploads.answeredOtherwise());
        result.add("megabytes that arrived", megabytes);
        result.add("seconds", seconds);
        result.add("megabytes/s", megabytes / seconds);
        final long droppedByKernel = front.droppedByKernel();
        if (droppedByKernel >= 0) {
            result.add("dropped by the kernel", droppedByKernel);
        }
        result.add("received by listeners", front.sum(FrontCounts::received));
        result.add("put into a ring in place", front.sum(FrontCounts::inPlace));
        result.add("put into a ring by a copy", front.sum(FrontCounts::copied));
        for (final Drop reason : Drop.values()) {
            result.add("dropped: " + reason.words(), front.sum(counts -> counts.drops(reason)));
        }
        result.add("answers that the socket did not take", server.notSent());
        if (server.moves() != null) {
            result.add("moves to another address", server.moves().migrations());
            result.add("of them to another listener", server.moves().listenerChanges());
        }
        result.addStats(server.rings());
        result.percentiles("hand-over latency", HandlerCounts.latencyNanos(server.counts()));
    }

    private void addViolations(final List<String> violations) {
        violations.addAll(watch.failures());
        violations.addAll(uploads.violations());
        violations.addAll(HandlerCounts.mismatches(front.counts(), server.counts()));
        final long hookFailures = server.rings().stream()
                .mapToLong(ring -> ring.stats().hookFailures())
                .sum();
        if (hookFailures != 0) {
            violations.add(hookFailures + " wakeups failed");
        }
        if (clients != null) {
            addMissingProof(violations);
        }
    }

    /** Adds what the run was to show and did not. */
    private void addMissingProof(final List<String> violations) {
        final boolean severalExpected = options.listeners > 1 && options.connections >= ENOUGH_CONNECTIONS;
        if (severalExpected && IntStream.range(0, server.rings().size()).noneMatch(this::hasSeveralProducers)) {
            violations.add("no ring got datagrams from more than one listener");
        }
        final boolean migrating = options.migration != QuicOptions.Migration.NONE && clients instanceof GtlsClients;
        if (migrating && server.moves() != null) {
            if (server.moves().migrations() == 0) {
                violations.add("no client was seen to move to another address");
            } else if (severalExpected && server.moves().listenerChanges() == 0) {
                violations.add("no client was seen to move to another listener");
            }
        }
    }

    private boolean hasSeveralProducers(final int ring) {
        return front.counts().stream()
                        .filter(counts -> counts.toHandler(ring) > 0)
                        .count()
                > 1;
    }
}
