// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.varlenring.RingStats;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Table;
import io.varlenring.interop.front.Drop;
import io.varlenring.interop.front.FrontCounts;
import io.varlenring.interop.measure.HandlerCounts;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * What a QUIC example prints at the end, and whether it was right.
 *
 * @param name of the example
 * @param clients what uploaded, closed by now
 * @param options of the run
 * @param uploads what has arrived
 * @param nanos time from the start of the clients to the last upload's arrival
 * @param garbageSent malformed datagrams sent on purpose
 * @param droppedByKernel datagrams dropped before a listener could get them; -1 when not known
 * @param listeners what each listener counted
 * @param server what was behind the rings
 * @param problems what is known to be wrong already
 * @param failures what threads threw
 */
record UploadReport(
        String name,
        UploadClients clients,
        QuicOptions options,
        Uploads uploads,
        long nanos,
        long garbageSent,
        long droppedByKernel,
        List<FrontCounts> listeners,
        QuicServer server,
        List<String> problems,
        List<String> failures) {
    /** With fewer connections than this it is luck whether the kernel gives each listener some. */
    private static final int ENOUGH_CONNECTIONS = 16;

    private static final int LABEL_WIDTH = 40;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double BYTES_PER_MEGABYTE = 1e6;

    /** Prints all, and returns whether it was right. */
    boolean print(final PrintStream out) {
        final double seconds = nanos / NANOS_PER_SECOND;
        final double megabytes = uploads.bytes() / BYTES_PER_MEGABYTE;
        final Table table = new Table(out, LABEL_WIDTH);
        out.println();
        table.text("server", name);
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
        final long count = violations.size()
                + Math.max(0, uploads.violationCount() - uploads.violations().size());
        if (options.listen != null) {
            return Table.verdict(
                    out,
                    Math.max(1, uploads.requests()), // it is no fault when nobody has come
                    "requests at the most, and every datagram accounted for",
                    count,
                    violations);
        }
        return Table.verdict(
                out,
                uploads.arrived(),
                "uploads of " + uploads.length() + " bytes verified: length and checksum",
                count,
                violations);
    }

    private void printFront(final Table table) {
        table.count("garbage sent", garbageSent);
        if (droppedByKernel >= 0) {
            table.count("dropped by the kernel", droppedByKernel);
        }
        table.count("received by listeners", sum(FrontCounts::received));
        table.count("put into a ring in place", sum(FrontCounts::inPlace));
        table.count("put into a ring by a copy", sum(FrontCounts::copied));
        for (final Drop reason : Drop.values()) {
            table.count("dropped: " + reason.words(), sum(counts -> counts.drops(reason)));
        }
        for (int ring = 0; ring < rings().size(); ring++) {
            for (int listener = 0; listener < listeners.size(); listener++) {
                table.count("from listener " + listener + " into ring " + ring, handedIn(listener, ring));
            }
        }
    }

    private long sum(final ToLongFunction<FrontCounts> count) {
        return listeners.stream().mapToLong(count).sum();
    }

    private void printHandlers(final Table table) {
        table.count("answers that the socket did not take", server.notSent());
        if (server.moves() != null) {
            table.count("moves to another address", server.moves().migrations());
            table.count("of them to another listener", server.moves().listenerChanges());
        }
        final List<RingStats> stats = stats();
        table.count("wakeups", stats.stream().mapToLong(RingStats::wakeups).sum());
        table.count(
                "claims aborted", stats.stream().mapToLong(RingStats::aborted).sum());
        table.count(
                "most bytes in a ring",
                stats.stream().mapToLong(RingStats::highWaterMark).max().orElse(0));
        final Histogram latency = new Histogram(3);
        server.counts().forEach(counts -> latency.add(counts.latencyNanos()));
        table.percentiles("hand-over latency", latency);
    }

    private List<VarLenMpscRing> rings() {
        return server.rings();
    }

    private List<RingStats> stats() {
        return rings().stream().map(VarLenMpscRing::stats).toList();
    }

    private long handedIn(final int listener, final int ring) {
        return listeners.get(listener).toHandlers().get(ring);
    }

    private List<String> violations() {
        final List<String> violations = new ArrayList<>(problems);
        violations.addAll(failures);
        violations.addAll(uploads.violations());
        addMismatches(violations);
        if (options.listen == null) {
            addMissingProof(violations);
        }
        return violations;
    }

    /** Adds what does not add up: every datagram received must have gone to exactly one place. */
    private void addMismatches(final List<String> violations) {
        violations.addAll(HandlerCounts.mismatches(listeners, server.counts()));
        final List<RingStats> stats = stats();
        for (int ring = 0; ring < stats.size(); ring++) {
            long handedIn = 0;
            for (int listener = 0; listener < listeners.size(); listener++) {
                handedIn += handedIn(listener, ring);
            }
            if (stats.get(ring).offered() != handedIn) {
                violations.add("ring " + ring + " counted " + stats.get(ring).offered() + " records, but " + handedIn
                        + " were put in");
            }
            if (stats.get(ring).hookFailures() != 0) {
                violations.add("ring " + ring + ": " + stats.get(ring).hookFailures() + " wakeups failed");
            }
        }
    }

    /** Adds what the run was to show and did not. */
    private void addMissingProof(final List<String> violations) {
        final boolean severalExpected = listeners.size() > 1 && options.connections >= ENOUGH_CONNECTIONS;
        if (severalExpected && IntStream.range(0, rings().size()).noneMatch(this::hasSeveralProducers)) {
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
        return listeners.stream()
                        .filter(counts -> counts.toHandlers().get(ring) > 0)
                        .count()
                > 1;
    }
}
