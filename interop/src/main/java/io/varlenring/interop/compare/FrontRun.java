// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.examples.harness.CollectorWatch;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Drop;
import io.varlenring.interop.front.FrontCounts;
import io.varlenring.interop.measure.Rounds;
import io.varlenring.interop.measure.ThreadMeter;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** One run of a front with one kind of hand-over, and of what sends to it, and whether all its books balance. */
final class FrontRun implements Closeable {
    private static final int STALLS = 3;
    private static final long STALL_REST_MILLIS = 400;
    private static final double NANOS_PER_MICRO = 1e3;

    private final FrontPipeline pipeline;
    private final FrontSender sender;
    private final ThreadWatch watch;

    private record Snapshot(
            long received, long full, ThreadMeter.Use listeners, ThreadMeter.Use handlers, long count) {}

    /** Starts the threads, for each flow of the trace one of {@code senders} sockets. */
    FrontRun(final FrontPipeline pipeline, final String trace, final int senders, final ThreadWatch watch)
            throws IOException {
        this.pipeline = pipeline;
        this.sender = new FrontSender(pipeline, Trace.load(trace, senders), senders, watch);
        this.watch = watch;
        pipeline.start();
    }

    /** Sends at a rate; after a warm-up it is measured, and then the handlers are made to sleep some times. */
    Rounds.Result measure(final HandoverOptions options) throws IOException, InterruptedException {
        pipeline.handlers().forEach(handler -> handler.counts().measure(false));
        sender.connectEvenly();
        sender.send(TimeUnit.SECONDS.toNanos(options.warmup), options.rate);
        snapshot(); // its first time has the JVM load classes
        final CollectorWatch collections = CollectorWatch.watch();
        pipeline.handlers().forEach(handler -> handler.counts().measure(true));
        final Snapshot begin = snapshot();
        sender.send(TimeUnit.SECONDS.toNanos(options.seconds), options.rate);
        final Snapshot end = snapshot();
        pipeline.handlers().forEach(handler -> handler.counts().measure(false));
        final long longestMillis = collections.takeLongestMillis();
        for (int i = 0; i < STALLS; i++) {
            pipeline.handlers().forEach(handler -> handler.stallOnce(options.stall));
            sender.send(TimeUnit.MILLISECONDS.toNanos(options.stall + STALL_REST_MILLIS), options.rate);
        }

        final Rounds.Result result = finish();
        final double datagrams = Math.max(1, end.received - begin.received);
        add(result, "listeners", end.listeners.minus(begin.listeners), datagrams);
        add(result, "handlers", end.handlers.minus(begin.handlers), datagrams);
        result.add("collections", end.count - begin.count);
        result.add("longest of them, ms", longestMillis);
        result.percentiles("hand-over latency", latencyNanos());
        result.add("dropped as full, no stall", end.full - begin.full);
        result.add("dropped as full, a stall", (full() - end.full) / (double) STALLS);
        return result;
    }

    private static void add(
            final Rounds.Result result, final String who, final ThreadMeter.Use use, final double datagrams) {
        result.add(who + ": garbage, bytes/datagram", use.allocatedBytes() / datagrams);
        result.add(who + ": processor, us/datagram", use.cpuNanos() / NANOS_PER_MICRO / datagrams);
        result.add(who + ": sleeps/datagram", use.sleeps() / datagrams);
    }

    private Snapshot snapshot() throws IOException {
        return new Snapshot(
                pipeline.ofListeners(FrontCounts::received),
                full(),
                pipeline.listenerUse(),
                pipeline.handlerUse(),
                CollectorWatch.count());
    }

    private long full() {
        return pipeline.ofListeners(counts -> counts.drops(Drop.RING_FULL));
    }

    private Histogram latencyNanos() {
        final Histogram all = new Histogram(3);
        pipeline.handlers().forEach(handler -> all.add(handler.counts().latencyNanos()));
        return all;
    }

    /** Sends the trace once, at its times. */
    Rounds.Result replay(final int seconds) throws IOException, InterruptedException {
        sender.connect();
        final Histogram late = sender.replay(TimeUnit.SECONDS.toNanos(seconds));
        final Rounds.Result result = finish();
        result.add("datagrams sent", sender.sent());
        result.add("made longer, to be verifiable", sender.lengthened());
        result.percentiles("sent late by", late);
        result.add("put into a ring in place", pipeline.ofListeners(FrontCounts::inPlace));
        result.add("put into a ring by a copy", pipeline.ofListeners(FrontCounts::copied));
        final List<FrontHandler> handlers = pipeline.handlers();
        for (int i = 0; i < handlers.size(); i++) {
            result.add("handed over to handler " + i, handlers.get(i).records());
        }
        result.add("refused as full", full());
        result.add("lost by the kernel", sender.sent() - pipeline.ofListeners(FrontCounts::received));
        result.percentiles("hand-over latency", latencyNanos());
        return result;
    }

    /** Ends all threads: every datagram sent must have gone to exactly one place. */
    private Rounds.Result finish() throws IOException, InterruptedException {
        if (!pipeline.finish()) {
            final Rounds.Result unknown = new Rounds.Result(0);
            unknown.violations().add("it did not end");
            return unknown;
        }
        final Rounds.Result result = new Rounds.Result(pipeline.ofHandlers(FrontHandler::records));
        result.violations().addAll(watch.failures());
        result.violations().addAll(pipeline.violations());
        final long received = pipeline.ofListeners(FrontCounts::received);
        final long lost = pipeline.droppedByKernel();
        if (lost < 0 ? received > sender.sent() : received + lost != sender.sent()) {
            result.violations()
                    .add("sent " + sender.sent() + ", but received " + received + " and lost by the kernel " + lost);
        }
        final long malformed = pipeline.ofListeners(FrontCounts::dropped) - full();
        if (malformed != 0) {
            result.violations().add("took " + malformed + " datagrams for malformed");
        }
        return result;
    }

    @Override
    public void close() throws IOException {
        sender.close();
        pipeline.close();
    }
}
