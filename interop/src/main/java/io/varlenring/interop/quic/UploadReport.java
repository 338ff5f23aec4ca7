// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.varlenring.RingStats;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Table;
import io.varlenring.interop.front.Drop;
import io.varlenring.interop.front.Front;
import io.varlenring.interop.front.FrontCounts;
import io.varlenring.interop.measure.HandlerCounts;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * What a QUIC example prints at the end, and whether it was right.
 *
 * @param options of the run
 * @param front what has received, ended by now
 * @param server what was behind the rings, ended by now
 * @param uploads what has arrived
 * @param clients what uploaded, closed by now
 * @param nanos time from the start of the clients to the last upload's arrival
 * @param garbageSent malformed datagrams sent on purpose
 * @param failures what is known to be wrong already
 */
record UploadReport(
        QuicOptions options,
        Front front,
        QuicServer server,
        Uploads uploads,
        UploadClients clients,
        long nanos,
        long garbageSent,
        List<String> failures) {
    /** With fewer connections than this it is luck whether the kernel gives each listener some. */
    private static final int ENOUGH_CONNECTIONS = 16;

    private static final int LABEL_WIDTH = 40;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double BYTES_PER_MEGABYTE = 1e6;

    /** Prints all, and returns whether it was right. */
    boolean print(final PrintStream out) throws IOException {
        final double seconds = nanos / NANOS_PER_SECOND;
        final double megabytes = uploads.bytes() / BYTES_PER_MEGABYTE;
        final Table table = new Table(out, LABEL_WIDTH);
        out.println();
        table.text("handler", server.handler());
        table.text("client", clients.name());
        table.count("clients that did not end well", clients.failed());
        table.count("clients that started over", clients.startedOver());
        table.count("requests", uploads.requests());
        table.count("requests answered otherwise", uploads.answeredOtherwise());
        table.count("uploads that arrived", uploads.arrived());
        table.number("megabytes that arrived", megabytes);
        table.number("seconds", seconds);
        table.number("megabytes/s", megabytes / seconds);
        printFront(table);
        printHandlers(table);
        final List<String> violations = violations();
        if (options.listen != null) {
            return Table.verdict(
                    out,
                    Math.max(1, uploads.requests()), // it is no fault when nobody has come
                    "requests at the most, and every datagram accounted for",
                    violations.size(),
                    violations);
        }
        return Table.verdict(
                out,
                uploads.arrived(),
                "uploads of " + uploads.length() + " bytes verified: length and checksum",
                violations.size(),
                violations);
    }

    private void printFront(final Table table) throws IOException {
        table.count("garbage sent", garbageSent);
        final long droppedByKernel = front.droppedByKernel();
        if (droppedByKernel >= 0) {
            table.count("dropped by the kernel", droppedByKernel);
        }
        table.count("received by listeners", sum(FrontCounts::received));
        table.count("put into a ring in place", sum(FrontCounts::inPlace));
        table.count("put into a ring by a copy", sum(FrontCounts::copied));
        for (final Drop reason : Drop.values()) {
            table.count("dropped: " + reason.words(), sum(counts -> counts.drops(reason)));
        }
    }

    private long sum(final ToLongFunction<FrontCounts> count) {
        return front.counts().stream().mapToLong(count).sum();
    }

    private void printHandlers(final Table table) {
        table.count("answers that the socket did not take", server.notSent());
        if (server.moves() != null) {
            table.count("moves to another address", server.moves().migrations());
            table.count("of them to another listener", server.moves().listenerChanges());
        }
        table.count("wakeups", stats().mapToLong(RingStats::wakeups).sum());
        table.count(
                "most bytes in a ring",
                stats().mapToLong(RingStats::highWaterMark).max().orElse(0));
        final Histogram latency = new Histogram(3);
        server.counts().forEach(counts -> latency.add(counts.latencyNanos()));
        table.percentiles("hand-over latency", latency);
    }

    private Stream<RingStats> stats() {
        return server.rings().stream().map(VarLenMpscRing::stats);
    }

    private List<String> violations() {
        final List<String> violations = new ArrayList<>(failures);
        violations.addAll(uploads.violations());
        violations.addAll(HandlerCounts.mismatches(front.counts(), server.counts()));
        final long hookFailures = stats().mapToLong(RingStats::hookFailures).sum();
        if (hookFailures != 0) {
            violations.add(hookFailures + " wakeups failed");
        }
        if (options.listen == null) {
            addMissingProof(violations);
        }
        return violations;
    }

    /** Adds what the run was to show and did not. */
    private void addMissingProof(final List<String> violations) {
        final boolean severalExpected = options.listeners > 1 && options.connections >= ENOUGH_CONNECTIONS;
        if (severalExpected && IntStream.range(0, server.rings().size()).noneMatch(this::hasSeveralProducers)) {
            violations.add("no ring got datagrams from more than one listener");
        }
        final boolean migrating = options.migration != Migration.NONE && clients.canMigrate();
        if (migrating && server.moves() != null) {
            if (server.moves().migrations() == 0) {
                violations.add("no client was seen to move to another address");
            } else if (severalExpected && server.moves().listenerChanges() == 0) {
                violations.add("no client was seen to move to another listener");
            }
        }
        if (options.drops == QuicOptions.Drops.REQUIRED && sum(counts -> counts.drops(Drop.RING_FULL)) == 0) {
            violations.add("no datagram met a full ring");
        }
        if (options.garbage == Garbage.Wanted.ON) {
            for (final Drop reason : Drop.values()) {
                if (reason.isMalformed() && sum(counts -> counts.drops(reason)) == 0) {
                    violations.add("no datagram was dropped as " + reason.words());
                }
            }
        }
    }

    private boolean hasSeveralProducers(final int ring) {
        return front.counts().stream()
                        .filter(counts -> counts.toHandlers().get(ring) > 0)
                        .count()
                > 1;
    }
}
