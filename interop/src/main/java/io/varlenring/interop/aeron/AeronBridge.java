// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.aeron;

import io.aeron.Subscription;
import io.varlenring.RecordHandler;
import io.varlenring.VarLenMpscRing;
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.Progress;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.examples.udp.ParkingConsumer;
import io.varlenring.interop.measure.MessageWriter;
import io.varlenring.interop.measure.Rounds;
import io.varlenring.interop.measure.TimedMessages;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Messages go through a ring, over Aeron to a second machine, and through a ring there.
 *
 * <p>The second machine is a second media driver in the same process, behind the loopback interface. Whoever is too slow
 * slows down everybody before him, back to the producers, and nothing is lost while both sides live.
 */
public final class AeronBridge {
    private static final String VERIFIED =
            "messages verified behind the second ring: checksum, per-producer order, none missing";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private AeronBridge() {}

    /** Runs the bridge; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new BridgeOptions(), AeronBridge::run);
    }

    static int run(final BridgeOptions options, final ThreadWatch watch, final PrintStream out) throws Exception {
        return Rounds.run(List.of("bridge"), 1, watch, out, VERIFIED, bridge -> {
            try (Machine near = new Machine(watch);
                    Machine far = new Machine(watch)) {
                return run(near, far, options, watch, out);
            }
        });
    }

    private static Rounds.Result run(
            final Machine near,
            final Machine far,
            final BridgeOptions options,
            final ThreadWatch watch,
            final PrintStream out)
            throws InterruptedException {
        final Subscription subscription = far.subscribe();
        final Subscription acknowledgements = near.subscribe();
        final TimedMessages messages = new TimedMessages(options.producers, System.nanoTime());
        final RecordHandler receiver = options.interposer.apply(messages::receive);
        final RecordHandler handler = message -> {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(options.delayMicros)); // of 0: returns at once
            receiver.onRecord(message);
        };
        final ParkingConsumer consumer = ParkingConsumer.start(options.capacity, handler, watch);
        final FarSide farSide = new FarSide(subscription, consumer.ring(), far.publish(acknowledgements));
        final Thread farThread = watch.start("far-side", farSide::run);
        final NearSide nearSide = new NearSide(options.capacity, near.publish(subscription), acknowledgements, watch);
        nearSide.thread.start();

        final long start = System.nanoTime();
        final List<MessageWriter> producers =
                MessageWriter.list(options.producers, 0, options.size, () -> MessageWriter.into(nearSide.ring));
        final List<Thread> producerThreads = watch.startAll("producer", producers, MessageWriter::run);
        new Progress(() -> "first ring " + nearSide.ring.size() + " bytes, second ring "
                        + consumer.ring().size() + " bytes")
                .rate("arrived", messages::messages)
                .run(options.seconds, watch, out);

        // In the order in which messages go, so that everything still under way arrives.
        producers.forEach(MessageWriter::stop);
        watch.joinAll(producerThreads);
        nearSide.ring.close();
        awaitEnd(consumer.ring(), messages);
        watch.joinAll(List.of(nearSide.thread, farThread));
        consumer.await();
        final double seconds = (System.nanoTime() - start) / 1e9;

        final Rounds.Result result = messages.result(producers, watch);
        result.add("publication did not take", nearSide.backPressured());
        result.add("second ring full", farSide.ringFull());
        result.add("throughput, messages/s", Math.round(messages.messages() / seconds));
        result.add("throughput, MB/s", messages.bytes() / 1e6 / seconds);
        return result;
    }

    /** Waits for the end of a ring, however long it takes, as long as something arrives: a slow consumer has to catch up. */
    private static void awaitEnd(final VarLenMpscRing ring, final TimedMessages messages) throws InterruptedException {
        long arrived = -1;
        long deadline = System.nanoTime();
        while (!(ring.isClosed() && ring.isEmpty())
                && (messages.messages() != arrived || System.nanoTime() - deadline < 0)) {
            if (messages.messages() != arrived) {
                arrived = messages.messages();
                deadline = System.nanoTime() + PATIENCE_NANOS;
            }
            Thread.sleep(1);
        }
    }
}
