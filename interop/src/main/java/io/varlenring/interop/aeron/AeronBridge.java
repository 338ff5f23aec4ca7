// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.aeron.Subscription;
import io.varlenring.RecordHandler;
import io.varlenring.RingClaim;
import io.varlenring.RingConsumer;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.Progress;
import io.varlenring.examples.harness.Table;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.measure.MessageWriter;
import io.varlenring.interop.measure.TimedMessages;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * Messages go through a ring, over Aeron to a second machine, and through a ring there.
 *
 * <p>The second machine is a second media driver in the same process, behind the loopback interface. Whoever is too slow
 * slows down everybody before him, back to the producers, and nothing is lost while both sides live.
 */
public final class AeronBridge implements AutoCloseable {
    private static final long JOIN_MILLIS = 20_000;
    private static final int LABEL_WIDTH = 34;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double BYTES_PER_MEGABYTE = 1e6;

    private final BridgeOptions options;
    private final PrintStream out;
    private final ThreadWatch watch;
    private final TimedMessages messages;
    private final RecordHandler handler;
    private final Machine near;
    private final Machine far;
    private final List<MessageWriter> producers = new ArrayList<>();

    private NearSide nearSide;
    private FarSide farSide;
    private VarLenMpscRing nearRing;
    private VarLenMpscRing farRing;

    private AeronBridge(
            final BridgeOptions options,
            final UnaryOperator<RecordHandler> interposer,
            final ThreadWatch watch,
            final PrintStream out) {
        this.options = options;
        this.out = out;
        this.watch = watch;
        this.messages = new TimedMessages(options.producers, System.nanoTime());
        this.handler = interposer.apply(messages::receive);
        this.near = new Machine(watch);
        this.far = new Machine(watch);
    }

    /** Runs the bridge; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new BridgeOptions(), (options, watch, out) -> run(options, handler -> handler, watch, out));
    }

    /** Runs with something between the second ring and the handler, for tests of what happens when records are damaged. */
    static int run(
            final BridgeOptions options,
            final UnaryOperator<RecordHandler> interposer,
            final ThreadWatch watch,
            final PrintStream out)
            throws InterruptedException {
        try (AeronBridge example = new AeronBridge(options, interposer, watch, out)) {
            return example.run();
        }
    }

    private int run() throws InterruptedException {
        final Subscription subscription = far.subscribe();
        final Subscription acknowledgements = near.subscribe();

        farRing = VarLenMpscRing.allocate(options.capacity);
        farSide = new FarSide(subscription, farRing, far.publish(acknowledgements));
        final Thread handlerThread = watch.start("handler", this::handle);
        final Thread farThread = watch.start("far-side", farSide::run);

        final Thread nearThread = watch.newThread("near-side", () -> nearSide.run()); // its ring needs it
        nearRing = NearSide.newRing(options.capacity, nearThread);
        nearSide = new NearSide(nearRing, near.publish(subscription), acknowledgements);
        nearThread.start();

        final long startNanos = System.nanoTime();
        for (int i = 0; i < options.producers; i++) {
            producers.add(new MessageWriter(i, 0, options.size, newTarget(i)));
        }
        final List<Thread> producerThreads = watch.startAll("producer", producers, MessageWriter::run);
        new Progress(() -> "first ring " + nearRing.size() + " bytes, second ring " + farRing.size() + " bytes")
                .rate("arrived", messages::messages)
                .run(options.seconds, watch, out);

        // In the order in which messages go, so that everything still under way arrives.
        producers.forEach(MessageWriter::stop);
        watch.joinAll(producerThreads);
        nearRing.close();
        joinWhileMessagesArrive(handlerThread);
        watch.join(nearThread);
        watch.join(farThread);
        watch.join(handlerThread);
        return report(System.nanoTime() - startNanos);
    }

    private MessageWriter.Target newTarget(final int id) {
        final RingProducer producer = nearRing.newProducer();
        final Datagrams encoder = new Datagrams();
        return (length, sequence, sendNanos) -> {
            try (RingClaim claim = producer.tryClaim(length)) {
                if (claim == null) {
                    return false;
                }
                final ByteBuffer space = claim.buffer();
                TimedMessages.encode(encoder, space, space.position(), length, id, sequence, sendNanos);
                claim.commit();
                return true;
            }
        };
    }

    /** Waits for a thread, however long it takes, as long as something arrives; a slow consumer has a lot to catch up with. */
    private void joinWhileMessagesArrive(final Thread thread) throws InterruptedException {
        long last;
        do {
            last = messages.messages();
            thread.join(JOIN_MILLIS);
        } while (thread.isAlive() && messages.messages() != last);
    }

    private void handle() throws InterruptedException {
        final RingConsumer consumer = farRing.consumer();
        final RecordHandler slowHandler = options.delayMicros == 0 ? handler : this::handleSlowly;
        while (!(farRing.isClosed() && farRing.isEmpty())) {
            try {
                consumer.drain(slowHandler, Integer.MAX_VALUE, 1, TimeUnit.SECONDS);
            } catch (final RuntimeException failure) { // the message is lost, what is behind it is not
                watch.threw("thread handler", failure);
            }
        }
    }

    private void handleSlowly(final ByteBuffer message) {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(options.delayMicros));
        handler.onRecord(message);
    }

    private int report(final long nanos) {
        final long[] sent = producers.stream().mapToLong(MessageWriter::sent).toArray();
        final List<String> violations = new ArrayList<>(watch.failures());
        final boolean ended = violations.isEmpty(); // otherwise some thread may still be changing what it counts
        if (ended) {
            violations.addAll(messages.violations(sent));
        }
        final double seconds = nanos / NANOS_PER_SECOND;
        final Table table = new Table(out, LABEL_WIDTH);
        out.println();
        table.count("messages sent", LongStream.of(sent).sum());
        table.count("messages arrived", messages.messages());
        table.count(
                "first ring full",
                producers.stream().mapToLong(MessageWriter::refused).sum());
        table.count("publication did not take", nearSide.backPressured());
        table.count("second ring full", farSide.ringFull());
        table.count("far side went away", nearSide.outages());
        table.count("throughput, messages/s", Math.round(messages.messages() / seconds));
        table.number("throughput, MB/s", messages.bytes() / BYTES_PER_MEGABYTE / seconds);
        table.percentiles("latency", messages.latencyNanos());
        table.count("most bytes in the first ring", nearRing.stats().highWaterMark());
        table.count("most bytes in the second ring", farRing.stats().highWaterMark());
        final boolean good = Table.verdict(
                out,
                messages.messages(),
                "messages verified behind the second ring: checksum, per-producer order, none missing",
                violations.size(),
                violations);
        return good ? Program.EXIT_GOOD : Program.EXIT_FAILED;
    }

    @Override
    public void close() {
        producers.forEach(MessageWriter::stop);
        if (nearRing != null) {
            nearRing.close();
        }
        if (farSide != null) {
            farSide.stop();
        }
        near.close();
        far.close();
    }
}
