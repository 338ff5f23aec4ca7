// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.examples.harness.CollectorWatch;
import io.varlenring.examples.harness.Options;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Drop;
import io.varlenring.interop.front.FrontCounts;
import io.varlenring.interop.measure.ThreadMeter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.HdrHistogram.Histogram;

/**
 * The process that {@link HandoverCompare} measures: a front with one kind of hand-over. It is told on its standard input what
 * comes next, a word a line, and answers each with a line.
 *
 * <pre>
 *   (at the start)   the port
 *   counts           what each listener has handed over or dropped
 *   begin, end       an empty line; between the two it is measured
 *   stall            an empty line; each handler sleeps once
 *   finish           a line for each figure, then one for each violation; the end of the process
 * </pre>
 */
final class HandoverServer {
    private static final long JOIN_MILLIS = 30_000;
    private static final double NANOS_PER_MICRO = 1e3;

    private final HandoverOptions options;
    private final FrontPipeline pipeline;
    private final ThreadWatch watch;
    private final CollectorWatch collections = CollectorWatch.watch();
    private final Map<Figure, Double> figures = new EnumMap<>(Figure.class);

    private Snapshot begin;
    private long fullAtEnd;

    private record Snapshot(
            long received, long full, ThreadMeter.Use listeners, ThreadMeter.Use handlers, long count, long millis) {}

    private HandoverServer(final HandoverOptions options, final FrontPipeline pipeline, final ThreadWatch watch) {
        this.options = options;
        this.pipeline = pipeline;
        this.watch = watch;
    }

    /** Serves; the first argument is the kind of hand-over, the others are those of the comparison. */
    public static void main(final String[] args) throws IOException, InterruptedException {
        final HandoverKind kind = HandoverKind.valueOf(args[0]);
        final HandoverOptions options = Options.parse(
                new HandoverOptions(), List.of(args).subList(1, args.length).toArray(String[]::new));
        final ThreadWatch watch = new ThreadWatch(System.err, JOIN_MILLIS);
        try (FrontPipeline pipeline = new FrontPipeline(
                        kind,
                        options.listeners,
                        options.handlers,
                        options.capacity,
                        options.senders(),
                        UnaryOperator.identity(),
                        watch);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            new HandoverServer(options, pipeline, watch).serve(in, System.out);
        }
        System.exit(0); // whatever a thread that has not ended may still do
    }

    private void serve(final BufferedReader in, final PrintStream out) throws IOException, InterruptedException {
        pipeline.handlers().forEach(handler -> handler.counts().measure(false));
        pipeline.start();
        out.println(pipeline.address().getPort());
        for (String command = in.readLine(); command != null; command = in.readLine()) { // null: nobody wants to know
            switch (command) {
                case "counts" ->
                    out.println(String.join(
                            " ",
                            pipeline.listeners().stream()
                                    .map(counts -> Long.toString(counts.handedIn() + counts.dropped()))
                                    .toList()));
                case "begin" -> {
                    begin();
                    out.println();
                }
                case "end" -> {
                    end();
                    out.println();
                }
                case "stall" -> {
                    pipeline.handlers().forEach(handler -> handler.stallOnce(options.stall));
                    out.println();
                }
                default -> {
                    finish(out);
                    return;
                }
            }
        }
    }

    private Snapshot snapshot() throws IOException {
        return new Snapshot(
                pipeline.ofListeners(FrontCounts::received),
                full(),
                pipeline.listenerUse(),
                pipeline.handlerUse(),
                CollectorWatch.count(),
                CollectorWatch.millis());
    }

    private long full() {
        return pipeline.ofListeners(counts -> counts.drops(Drop.RING_FULL));
    }

    private void begin() throws IOException, InterruptedException {
        snapshot(); // its first time has the JVM load classes
        collections.takeLongestMillis();
        pipeline.handlers().forEach(handler -> handler.counts().measure(true));
        begin = snapshot();
    }

    private void end() throws IOException, InterruptedException {
        final Snapshot end = snapshot();
        pipeline.handlers().forEach(handler -> handler.counts().measure(false));
        fullAtEnd = end.full;
        final double datagrams = Math.max(1, end.received - begin.received);
        final ThreadMeter.Use listeners = end.listeners.minus(begin.listeners);
        final ThreadMeter.Use handlers = end.handlers.minus(begin.handlers);
        figures.put(Figure.LISTENER_BYTES, listeners.allocatedBytes() / datagrams);
        figures.put(Figure.HANDLER_BYTES, handlers.allocatedBytes() / datagrams);
        figures.put(Figure.LISTENER_MICROS, listeners.cpuNanos() / NANOS_PER_MICRO / datagrams);
        figures.put(Figure.HANDLER_MICROS, handlers.cpuNanos() / NANOS_PER_MICRO / datagrams);
        figures.put(Figure.LISTENER_SLEEPS, listeners.sleeps() / datagrams);
        figures.put(Figure.HANDLER_SLEEPS, handlers.sleeps() / datagrams);
        figures.put(Figure.COLLECTIONS, (double) (end.count - begin.count));
        figures.put(Figure.COLLECTION_MILLIS, (double) (end.millis - begin.millis));
        figures.put(Figure.LONGEST_MILLIS, (double) collections.takeLongestMillis());
        figures.put(Figure.DROPS, (double) (end.full - begin.full));
        figures.put(Figure.MEASURED, datagrams);
    }

    private void finish(final PrintStream out) throws IOException, InterruptedException {
        final List<String> violations = new ArrayList<>();
        if (pipeline.finish()) {
            violations.addAll(pipeline.violations());
            if (pipeline.moreViolations() > 0) {
                violations.add("and " + pipeline.moreViolations() + " more");
            }
            final Histogram latency = pipeline.latencyNanos();
            figures.put(Figure.P50, latency.getValueAtPercentile(50) / NANOS_PER_MICRO);
            figures.put(Figure.P99, latency.getValueAtPercentile(99) / NANOS_PER_MICRO);
            figures.put(Figure.P999, latency.getValueAtPercentile(99.9) / NANOS_PER_MICRO);
            figures.put(Figure.STALL_DROPS, (full() - fullAtEnd) / (double) HandoverCompare.STALLS);
            figures.put(Figure.RECEIVED, (double) pipeline.ofListeners(FrontCounts::received));
            figures.put(Figure.LOST_BY_KERNEL, (double) pipeline.droppedByKernel());
            figures.put(Figure.HANDLED, (double) pipeline.ofHandlers(FrontHandler::records));
            figures.put(Figure.FULL, (double) full());
            figures.put(Figure.MALFORMED, (double) pipeline.ofListeners(FrontCounts::dropped) - full());
        } else {
            violations.add("it did not end");
        }
        violations.addAll(watch.failures());
        figures.forEach((figure, value) -> out.println(figure + " " + value));
        violations.forEach(violation -> out.println(HandoverCompare.VIOLATION + violation));
    }
}
