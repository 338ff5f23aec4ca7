// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.Progress;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Front;
import io.varlenring.interop.front.FrontCounts;
import io.varlenring.interop.front.RingInlet;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** A run of a QUIC example: sets up the front, a server and clients, waits for the uploads, and looks at all the books. */
record UploadRun(
        String name, QuicOptions options, UploadRun.ServerFactory servers, ThreadWatch watch, PrintStream out) {
    private static final double BYTES_PER_MEGABYTE = 1e6;

    /** Makes the server of an example. */
    @FunctionalInterface
    interface ServerFactory {
        QuicServer open(QuicOptions options, Front front, ServerKeys keys, Uploads uploads, ThreadWatch watch)
                throws Exception;
    }

    /** Runs, prints the results, and returns the exit code. */
    int run() throws Exception {
        final Path directory = Files.createTempDirectory(name);
        try {
            return run(directory);
        } finally {
            delete(directory);
        }
    }

    private int run(final Path directory) throws Exception {
        final boolean foreign = options.listen != null;
        final Uploads uploads =
                new Uploads(foreign ? 0 : options.connections, foreign ? 0 : options.uploadLength(), directory);
        final ServerKeys keys = ServerKeys.make(directory);
        final InetSocketAddress wanted =
                foreign ? options.listen : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Front front = new Front(wanted, options.listeners)) {
            final QuicServer server = servers.open(options, front, keys, uploads, watch);
            server.start();
            front.start(
                    server.rings().stream()
                            .<Front.Inlets>map(ring -> () -> new RingInlet(ring))
                            .toList(),
                    listener -> watch.newThread("listener", listener::run));

            final long since = System.nanoTime();
            long garbageSent = 0;
            final UploadClients clients = foreign ? UploadClients.STRANGERS : newClients(front, uploads);
            if (foreign) {
                serve(front, uploads);
            } else {
                garbageSent = upload(front, uploads, clients, since);
            }
            final long nanos = System.nanoTime() - since;

            // Upstream first, so that everything still under way arrives.
            final boolean received = front.finish();
            server.rings().forEach(VarLenMpscRing::close);
            final List<String> failures = new ArrayList<>();
            if (!(received & server.shutdown())) {
                failures.add("the server did not end, so the counts are not final");
            }
            failures.addAll(watch.failures());
            return new UploadReport(options, front, server, uploads, clients, nanos, garbageSent, failures).print(out)
                    ? Program.EXIT_GOOD
                    : Program.EXIT_FAILED;
        }
    }

    /** Serves strangers until it is over. */
    private void serve(final Front front, final Uploads uploads) throws InterruptedException {
        out.println("listening on " + front.address());
        new Progress(() -> uploads.requests() + " requests, " + uploads.answeredOtherwise() + " answered otherwise, "
                        + uploads.bytes() + " bytes uploaded, " + sum(front, FrontCounts::dropped)
                        + " datagrams dropped")
                .rate("datagrams", () -> sum(front, FrontCounts::received))
                .run(Integer.MAX_VALUE, watch, out);
    }

    private static long sum(final Front front, final ToLongFunction<FrontCounts> count) {
        return front.counts().stream().mapToLong(count).sum();
    }

    /** Lets the clients upload; returns how much garbage was sent meanwhile. */
    private long upload(final Front front, final Uploads uploads, final UploadClients clients, final long since)
            throws IOException, InterruptedException {
        try (clients;
                Garbage garbage = new Garbage(front.address())) {
            final Thread garbageThread = watch.newThread("garbage", garbage::run);
            if (options.garbage == Garbage.Wanted.ON) {
                garbageThread.start();
            }
            clients.start();
            await(uploads, clients, since);
            garbage.stop();
            watch.join(garbageThread);
            return garbage.sent();
        }
    }

    private UploadClients newClients(final Front front, final Uploads uploads) {
        if (options.client == QuicOptions.Client.AUTO && GtlsClients.isInstalled()) {
            return new GtlsClients(front.address(), uploads, options.migration);
        }
        if (options.client == QuicOptions.Client.AUTO) {
            out.println("gtlsclient is not installed (Debian: ngtcp2-client), so Netty's own client takes its place");
        }
        if (options.migration != Migration.NONE) {
            out.println("Netty's client cannot change its address, so there will be no migration");
        }
        return new NettyClients(front.address(), uploads);
    }

    /** Prints a line a second until all has arrived, the time is up, or something goes wrong. */
    private void await(final Uploads uploads, final UploadClients clients, final long since)
            throws IOException, InterruptedException {
        for (int second = 1; second <= options.seconds; second++) {
            final long rest = since + TimeUnit.SECONDS.toNanos(second) - System.nanoTime();
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

    private static void delete(final Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
