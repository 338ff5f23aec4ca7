// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.netty.util.concurrent.FastThreadLocalThread;
import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.CollectorWatch;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Drop;
import io.varlenring.interop.front.Front;
import io.varlenring.interop.front.FrontCounts;
import io.varlenring.interop.front.QuicRecords;
import io.varlenring.interop.measure.HandlerCounts;
import io.varlenring.interop.measure.Rounds;
import io.varlenring.interop.measure.ThreadMeter;
import io.varlenring.interop.measure.Verifier;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The front of the QUIC examples, a hand-over of some kind for each handler, and handlers that verify what they get; what a
 * sender sends through them, and whether all the books balance.
 */
final class FrontRun implements Closeable {
    private static final int STALLS = 3;
    private static final long STALL_REST_MILLIS = 400;
    private static final double NANOS_PER_MICRO = 1e3;

    private final ThreadWatch watch;
    final Front front;
    private final List<ThreadMeter> listenerMeters = new CopyOnWriteArrayList<>();
    final List<Handler> handlers = new ArrayList<>();
    private final List<HandoverKind.Handover> handovers = new ArrayList<>();

    private record Snapshot(
            long received, long full, ThreadMeter.Use listeners, ThreadMeter.Use handlers, long collections) {}

    FrontRun(final HandoverKind kind, final TraceOptions options, final int senders, final ThreadWatch watch)
            throws IOException {
        this.watch = watch;
        this.front = new Front(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), options.listeners);
        for (int i = 0; i < options.handlers; i++) {
            final Handler handler = new Handler(i, options.handlers, options.listeners, senders);
            handlers.add(handler);
            handovers.add(kind.open(options.capacity, options.interposer.apply(handler), watch));
        }
        front.start(handovers.size(), handler -> handovers.get(handler).newInlet(), this::newListenerThread);
    }

    /** Netty's pools and recyclers are at their best on its own kind of thread; to others it makes no difference. */
    private Thread newListenerThread(final Runnable listener) {
        return watch.newThread(
                "listener",
                () -> {
                    listenerMeters.add(ThreadMeter.ofCurrentThread());
                    listener.run();
                },
                FastThreadLocalThread::new);
    }

    /** Sends at a rate; after a warm-up it is measured, and then the handlers are made to sleep some times. */
    Rounds.Result measure(
            final TraceOptions.Compare options, final FrontSender sender, final CollectorWatch collections)
            throws IOException, InterruptedException {
        handlers.forEach(handler -> handler.counts.measure(false));
        sender.connectEvenly();
        sender.send(TimeUnit.SECONDS.toNanos(options.warmup), options.rate);
        snapshot(); // its first time has the JVM load classes
        collections.takeLongestMillis();
        handlers.forEach(handler -> handler.counts.measure(true));
        final Snapshot begin = snapshot();
        sender.send(TimeUnit.SECONDS.toNanos(options.seconds), options.rate);
        final Snapshot end = snapshot();
        handlers.forEach(handler -> handler.counts.measure(false));
        final long longestMillis = collections.takeLongestMillis();
        for (int i = 0; i < STALLS; i++) {
            handlers.forEach(handler -> handler.stallOnce(options.stall));
            sender.send(TimeUnit.MILLISECONDS.toNanos(options.stall + STALL_REST_MILLIS), options.rate);
        }

        final Rounds.Result result = finish(sender);
        final double datagrams = Math.max(1, end.received - begin.received);
        add(result, "listeners", end.listeners.minus(begin.listeners), datagrams);
        add(result, "handlers", end.handlers.minus(begin.handlers), datagrams);
        result.add("collections", end.collections - begin.collections);
        result.add("longest of them, ms", longestMillis);
        result.percentiles("hand-over latency", HandlerCounts.latencyNanos(counts()));
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
                front.sum(FrontCounts::received),
                full(),
                listenerUse(),
                ThreadMeter.use(handlers.stream().map(handler -> handler.meter).toList()),
                CollectorWatch.count());
    }

    Rounds.Result replay(final FrontSender sender, final int seconds) throws IOException, InterruptedException {
        sender.connect();
        final Histogram late = sender.replay(TimeUnit.SECONDS.toNanos(seconds));
        final Rounds.Result result = finish(sender);
        result.add("datagrams sent", sender.sent());
        result.percentiles("sent late by", late);
        result.add("put into a ring in place", front.sum(FrontCounts::inPlace));
        result.add("put into a ring by a copy", front.sum(FrontCounts::copied));
        for (int i = 0; i < handlers.size(); i++) {
            result.add("handed over to handler " + i, handlers.get(i).verifier.checked());
        }
        result.add("refused as full", full());
        result.add("lost by the kernel", sender.sent() - front.sum(FrontCounts::received));
        result.percentiles("hand-over latency", HandlerCounts.latencyNanos(counts()));
        return result;
    }

    /** Ends all threads: every datagram sent must have gone to exactly one place. */
    private Rounds.Result finish(final FrontSender sender) throws IOException, InterruptedException {
        final boolean ended = finish();
        final Rounds.Result result = new Rounds.Result(ended ? handedOver() : 0);
        result.violations().addAll(watch.failures());
        if (!ended) {
            result.violations().add("it did not end");
            return result;
        }
        result.violations().addAll(violations());
        result.addStats(handovers.stream()
                .flatMap(handover -> handover.rings().stream())
                .toList());
        final long received = front.sum(FrontCounts::received);
        final long lost = front.droppedByKernel();
        if (lost < 0 ? received > sender.sent() : received + lost != sender.sent()) {
            result.violations()
                    .add("sent " + sender.sent() + ", but received " + received + " and lost by the kernel " + lost);
        }
        final long malformed = front.sum(FrontCounts::dropped) - full();
        if (malformed != 0) {
            result.violations().add("took " + malformed + " datagrams for malformed");
        }
        return result;
    }

    /** Ends all, upstream first, so that everything under way arrives; returns whether it has ended. */
    boolean finish() throws InterruptedException {
        boolean ended = front.finish();
        for (final HandoverKind.Handover handover : handovers) {
            ended &= handover.finish();
        }
        return ended;
    }

    /** Returns what was wrong, as far as kept; after {@link #finish()}. */
    List<String> violations() {
        final List<String> violations = HandlerCounts.mismatches(front.counts(), counts());
        handlers.forEach(handler -> violations.addAll(handler.verifier.violations()));
        return violations;
    }

    ThreadMeter.Use listenerUse() throws IOException {
        return ThreadMeter.use(listenerMeters);
    }

    private long full() {
        return front.sum(counts -> counts.drops(Drop.RING_FULL));
    }

    long handedOver() {
        return handlers.stream()
                .mapToLong(handler -> handler.verifier.checked())
                .sum();
    }

    private List<HandlerCounts> counts() {
        return handlers.stream().map(handler -> handler.counts).toList();
    }

    @Override
    public void close() throws IOException {
        front.close();
        handovers.forEach(HandoverKind.Handover::close);
    }

    /** A handler that verifies every datagram, and can be made to stall. Datagrams may be missing: dropped, or another handler's. */
    static final class Handler implements RecordHandler {
        private static final int OFFSET = QuicRecords.HEADER_LENGTH + FrontSender.HEADER_LENGTH;

        final HandlerCounts counts;
        final Verifier verifier;

        /** What its thread has used; null while it has not got anything yet. */
        private volatile ThreadMeter meter;

        private volatile long stallMillis;

        Handler(final int index, final int handlers, final int listeners, final int senders) {
            this.counts = new HandlerCounts(listeners, index, handlers);
            this.verifier = new Verifier("handler " + index + ", record", senders, true);
        }

        @Override
        public void onRecord(final ByteBuffer record) {
            counts.onRecord(record);
            if (meter == null) {
                meter = ThreadMeter.ofCurrentThread();
            }
            if (stallMillis != 0) {
                stall();
            }
            verifier.check(record, record.position() + OFFSET, record.remaining() - OFFSET);
        }

        private void stall() {
            final long millis = stallMillis;
            stallMillis = 0;
            try {
                Thread.sleep(millis);
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Lets the handler sleep once, as soon as it gets something; any thread may call this. */
        void stallOnce(final long millis) {
            stallMillis = millis;
        }
    }
}
