// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Measures, when run by hand, what waiting for another process costs: the time from the offer in one process to a
 * sleeping consumer's handler in another, and what it uses while nothing comes. The results are in {@code
 * docs/wakeup-and-tasklets.md}.
 */
final class DoorbellFigures {
    private static final int WARM_UP = 500;
    private static final int WAKES = 1500;
    private static final long IDLE_SECONDS = 20;

    private DoorbellFigures() {}

    /** Offers the time to a consumer that sleeps. */
    static final class Producer {
        private Producer() {}

        public static void main(final String[] arguments) throws Exception {
            final VarLenMpscRing ring = VarLenMpscRing.attach(Path.of(arguments[0]));
            final RingProducer producer = ring.newProducer();
            final ByteBuffer record = ByteBuffer.allocate(Long.BYTES);
            for (int i = 0; i < WARM_UP + WAKES; i++) {
                while (!ring.memory.isArmedVolatile()) {
                    Thread.sleep(0, 100_000);
                }
                Thread.sleep(2); // so that it does sleep
                producer.offer(record.putLong(0, System.nanoTime()).rewind());
            }
            ChildProcess.sayAndStop("done");
        }
    }

    /** {@link System#nanoTime} is one clock for all processes of a machine where this program is run: on Linux. */
    public static void main(final String[] arguments) throws Exception {
        for (final boolean ownSelector : new boolean[] {false, true}) {
            final Path file = FileRings.newFile();
            final VarLenMpscRing ring = VarLenMpscRing.map(file, 4096);
            final RingConsumer consumer = ring.consumer();
            final String way = ownSelector ? "arm() and the user's selector" : "timed drain";
            try (Selector selector = Selector.open();
                    ChildProcess producer = new ChildProcess(Producer.class, file)) {
                if (ownSelector) {
                    consumer.doorbell().register(selector, SelectionKey.OP_READ);
                }
                System.out.println(way + ": " + latencies(consumer, ownSelector ? selector : null));
                producer.await("done");
            }
            System.out.println(way + ", idle for " + IDLE_SECONDS + " s: " + idle(consumer, ownSelector));
            ring.detach();
            Files.delete(file);
        }
        System.out.println("a thread that sleeps, for as long: " + idle(null, false));
    }

    private static String latencies(final RingConsumer consumer, final Selector selector) throws Exception {
        final long[] nanos = new long[WARM_UP + WAKES];
        final int[] count = new int[1];
        final RecordHandler handler = record -> nanos[count[0]++] = System.nanoTime() - record.getLong();
        while (count[0] < nanos.length) {
            if (selector == null) {
                consumer.drain(handler, 10, 1, TimeUnit.HOURS);
            } else {
                if (consumer.arm()) {
                    selector.select(key -> {}, 100);
                }
                consumer.drain(handler);
            }
        }
        final long[] sorted = Arrays.copyOfRange(nanos, WARM_UP, nanos.length);
        Arrays.sort(sorted);
        return WAKES + " wakes, in us: p50 " + sorted[WAKES / 2] / 1000 + ", p90 " + sorted[WAKES * 9 / 10] / 1000
                + ", p99 " + sorted[WAKES * 99 / 100] / 1000 + ", max " + sorted[WAKES - 1] / 1000;
    }

    /** Of the thread that waits, and of its whole process, of which a virtual machine uses some while all sleep. */
    private static String idle(final RingConsumer consumer, final boolean ownSelector) throws Exception {
        final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
        final long before = threadNanos();
        final long wholeBefore = processNanos();
        if (consumer == null) {
            Thread.sleep(TimeUnit.SECONDS.toMillis(IDLE_SECONDS));
        } else if (ownSelector) {
            try (Selector selector = Selector.open()) {
                consumer.doorbell().register(selector, SelectionKey.OP_READ);
                while (System.nanoTime() < end) {
                    if (consumer.arm()) {
                        selector.select(key -> {}, 100);
                    }
                    consumer.drain(record -> {});
                }
            }
        } else {
            consumer.drain(record -> {}, 1, IDLE_SECONDS, TimeUnit.SECONDS);
        }
        return String.format(
                "%.3f %% of a processor by the thread, %.2f %% by the process",
                (threadNanos() - before) / 1e7 / IDLE_SECONDS, (processNanos() - wholeBefore) / 1e7 / IDLE_SECONDS);
    }

    private static long threadNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long processNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }
}
