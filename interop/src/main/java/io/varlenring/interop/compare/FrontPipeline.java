// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.netty.util.concurrent.FastThreadLocalThread;
import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.front.Front;
import io.varlenring.interop.front.FrontCounts;
import io.varlenring.interop.measure.HandlerCounts;
import io.varlenring.interop.measure.ThreadMeter;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/** The front of the QUIC examples, a hand-over of some kind for each handler, and handlers that verify what they get. */
final class FrontPipeline implements Closeable {
    private final ThreadWatch watch;
    private final Front front;
    private final List<ThreadMeter> listenerMeters = new CopyOnWriteArrayList<>();
    private final List<FrontHandler> handlers = new ArrayList<>();
    private final List<Handover> handovers = new ArrayList<>();

    private long droppedByKernel;

    /** Starts all threads but the listeners'. */
    FrontPipeline(
            final HandoverKind kind,
            final int listeners,
            final int handlerCount,
            final int capacity,
            final int senders,
            final UnaryOperator<RecordHandler> interposer,
            final ThreadWatch watch)
            throws IOException {
        this.watch = watch;
        this.front = new Front(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), listeners);
        for (int i = 0; i < handlerCount; i++) {
            final FrontHandler handler = new FrontHandler(i, handlerCount, listeners, senders);
            handlers.add(handler);
            handovers.add(kind.open(capacity, interposer.apply(handler), watch));
        }
    }

    InetSocketAddress address() {
        return front.address();
    }

    /** Starts the listeners. */
    void start() throws IOException {
        front.start(
                handovers.stream()
                        .<Front.Inlets>map(handover -> handover::newInlet)
                        .toList(),
                this::newListenerThread);
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

    /** Ends all, upstream first, so that everything under way arrives; returns whether it has ended. */
    boolean finish() throws IOException, InterruptedException {
        boolean ended = front.finish();
        droppedByKernel = front.droppedByKernel();
        for (final Handover handover : handovers) {
            ended &= handover.finish();
        }
        return ended;
    }

    List<FrontHandler> handlers() {
        return handlers;
    }

    List<FrontCounts> listeners() {
        return front.counts();
    }

    /** Returns what the kernel dropped until {@link #finish}; -1 when it does not say. */
    long droppedByKernel() {
        return droppedByKernel;
    }

    long ofListeners(final ToLongFunction<FrontCounts> count) {
        return listeners().stream().mapToLong(count).sum();
    }

    /** Returns a sum of what only the handlers' threads may read before {@link #finish}. */
    long ofHandlers(final ToLongFunction<FrontHandler> count) {
        return handlers.stream().mapToLong(count).sum();
    }

    ThreadMeter.Use listenerUse() throws IOException {
        return use(listenerMeters);
    }

    ThreadMeter.Use handlerUse() throws IOException {
        return use(handlers.stream().map(FrontHandler::meter).toList());
    }

    private static ThreadMeter.Use use(final List<ThreadMeter> meters) throws IOException {
        ThreadMeter.Use sum = ThreadMeter.Use.NONE;
        for (final ThreadMeter meter : meters) {
            sum = sum.plus(meter == null ? ThreadMeter.Use.NONE : meter.use());
        }
        return sum;
    }

    /** Returns what was wrong, as far as kept; after {@link #finish}. */
    List<String> violations() {
        final List<String> violations = HandlerCounts.mismatches(
                listeners(), handlers.stream().map(FrontHandler::counts).toList());
        handlers.forEach(handler -> violations.addAll(handler.violations()));
        return violations;
    }

    @Override
    public void close() throws IOException {
        front.close();
        handovers.forEach(Handover::close);
    }
}
