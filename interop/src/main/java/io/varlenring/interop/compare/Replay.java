// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.DatagramSender;
import io.varlenring.examples.harness.Options;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.Table;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Drop;
import io.varlenring.interop.front.FrontCounts;
import io.varlenring.interop.front.QuicRecords;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.HdrHistogram.Histogram;

/** Replays a trace through the front: each flow is a connection, whose ID says which ring its datagrams go into. */
public final class Replay implements Closeable {
    private static final int LABEL_WIDTH = 32;
    private static final double PERCENT = 100.0;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double BYTES_PER_MEGABYTE = 1e6;

    private final ReplayOptions options;
    private final PrintStream out;
    private final ThreadWatch watch;
    private final FrontPipeline pipeline;
    private final List<Producer> producers = new ArrayList<>();

    private Replay(
            final ReplayOptions options,
            final UnaryOperator<RecordHandler> interposer,
            final ThreadWatch watch,
            final PrintStream out)
            throws IOException {
        this.options = options;
        this.out = out;
        this.watch = watch;
        this.pipeline = new FrontPipeline(
                HandoverKind.RING,
                options.producers,
                options.handlers,
                options.capacity,
                options.producers,
                interposer,
                watch);
    }

    /** Replays a trace; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new ReplayOptions(), (options, watch, out) -> run(options, handler -> handler, watch, out));
    }

    /** Runs with something between the rings and the handlers, for tests of what happens when records are damaged. */
    static int run(
            final ReplayOptions options,
            final UnaryOperator<RecordHandler> interposer,
            final ThreadWatch watch,
            final PrintStream out)
            throws IOException, InterruptedException {
        try (Replay replay = new Replay(options, interposer, watch, out)) {
            return replay.run();
        }
    }

    private int run() throws IOException, InterruptedException {
        final List<Trace> traces = Trace.load(options.trace, options.producers);
        for (int i = 0; i < traces.size(); i++) {
            producers.add(new Producer(i, traces.get(i)));
        }
        pipeline.start();
        final long startNanos = System.nanoTime();
        final List<Thread> threads = new ArrayList<>();
        for (final Producer producer : producers) {
            threads.add(watch.start("producer-" + producer.id, () -> producer.run(startNanos)));
        }
        while (threads.stream().anyMatch(Thread::isAlive)
                && !watch.sleepUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(10))) {
            // until the trace has been sent, or something goes wrong
        }
        producers.forEach(producer -> producer.stopped = true);
        for (final Thread thread : threads) {
            watch.join(thread);
        }
        if (!pipeline.finish()) {
            final List<String> violations = new ArrayList<>(watch.failures());
            violations.add("the handlers did not end");
            printVerdict(violations);
            return Program.EXIT_FAILED;
        }
        return print(startNanos) ? Program.EXIT_GOOD : Program.EXIT_FAILED;
    }

    private boolean print(final long startNanos) {
        final long sent = sum(producer -> producer.socket.sent());
        final long received = pipeline.ofListeners(FrontCounts::received);
        final long handled = pipeline.ofHandlers(FrontHandler::records);
        final long full = pipeline.ofListeners(counts -> counts.drops(Drop.RING_FULL));
        final long lastNanos = pipeline.handlers().stream()
                .mapToLong(handler -> handler.records() == 0 ? startNanos : handler.lastNanos())
                .reduce(startNanos, (one, other) -> one - other > 0 ? one : other);
        final double seconds = Math.max(1, lastNanos - startNanos) / NANOS_PER_SECOND;
        final Table table = new Table(out, LABEL_WIDTH);
        out.println("replay of " + options.trace + ", " + options.producers + " producers, " + options.handlers
                + " handlers, --speed " + Options.nameOf(options.speed));
        table.number("lost, %", PERCENT * (sent - handled) / Math.max(1, sent));
        if (options.speed == ReplayOptions.Speed.ORIGINAL) {
            final Histogram lateNanos = new Histogram(3);
            producers.forEach(producer -> lateNanos.add(producer.pace.lateNanos()));
            table.percentiles("sent late by", lateNanos);
        }
        out.println();
        table.count("datagrams sent", sent);
        table.count("made longer, to be verifiable", sum(producer -> producer.lengthened));
        table.count("send failures", sum(producer -> producer.socket.failures()));
        table.count("received by listeners", received);
        table.count("put into a ring in place", pipeline.ofListeners(FrontCounts::inPlace));
        table.count("put into a ring by a copy", pipeline.ofListeners(FrontCounts::copied));
        table.count("handed over", handled);
        for (final FrontHandler handler : pipeline.handlers()) {
            table.count("  to handler " + pipeline.handlers().indexOf(handler), handler.records());
        }
        table.count("refused as full", full);
        table.count("malformed", pipeline.ofListeners(FrontCounts::dropped) - full);
        table.count("lost by the kernel", sent - received);
        table.count("throughput, datagrams/s", Math.round(handled / seconds));
        table.number("throughput, MB/s", pipeline.ofHandlers(FrontHandler::bytes) / BYTES_PER_MEGABYTE / seconds);
        table.percentiles("hand-over latency", pipeline.latencyNanos());
        table.count("most bytes in a ring", pipeline.highWaterMark());
        return printVerdict(violations(sent, received));
    }

    private long sum(final ToLongFunction<Producer> count) {
        return producers.stream().mapToLong(count).sum();
    }

    private List<String> violations(final long sent, final long received) {
        final List<String> violations = new ArrayList<>(watch.failures());
        violations.addAll(pipeline.violations());
        if (pipeline.moreViolations() > 0) {
            violations.add("and " + pipeline.moreViolations() + " more");
        }
        final long lost = pipeline.droppedByKernel();
        if (lost < 0 ? received > sent : received + lost != sent) {
            violations.add(
                    "sent " + sent + ", but received " + received + ", and the kernel says that it dropped " + lost);
        }
        return violations;
    }

    private boolean printVerdict(final List<String> violations) {
        return Table.verdict(
                out,
                pipeline.ofHandlers(FrontHandler::records),
                "records verified: route, checksum and per-sender order",
                violations.size(),
                violations);
    }

    /** Replays its flows from a socket of its own. */
    private final class Producer implements Closeable {
        private final int id;
        private final Trace trace;
        private final ReplayPace pace;
        private final DatagramSender socket;
        private final FrontDatagrams datagrams = new FrontDatagrams();
        private final ByteBuffer datagram = ByteBuffer.allocateDirect(QuicRecords.MAX_DATAGRAM_LENGTH);

        private volatile boolean stopped;
        private long lengthened;

        Producer(final int id, final Trace trace) throws IOException {
            this.id = id;
            this.trace = trace;
            this.pace = new ReplayPace(trace, options);
            this.socket = new DatagramSender(pipeline.address());
        }

        void run(final long startNanos) throws Exception {
            pace.run(startNanos, () -> stopped, this::send);
        }

        private void send(final int size, final long sequence) throws IOException {
            if (size < FrontDatagrams.MIN_LENGTH) {
                lengthened++;
            }
            datagrams.encode(
                    datagram,
                    Math.max(size, FrontDatagrams.MIN_LENGTH),
                    trace.flow((int) (sequence % trace.length())),
                    id,
                    sequence);
            socket.send(datagram);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        for (final Producer producer : producers) {
            producer.close();
        }
        pipeline.close();
    }
}
