// SPDX-License-Identifier: Apache-2.0
package io.varlenring.soak;

import io.varlenring.RingStats;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes rings of all sizes one after the other, lets producers and a consumer use each at random for some seconds, closes
 * it in the middle of that, and checks that every record came once, whole, and in its producer's order. A watchdog turns a
 * standstill, which is how a lost wakeup shows, into a failure with all stacks.
 */
final class Soak {
    private static final int[] CAPACITIES = {64, 128, 256, 1024, 4096, 1 << 16, 1 << 20, 1 << 24};
    private static final int MAX_PRODUCERS = 4;
    private static final long MAX_RING_MILLIS = 4000;
    private static final long PROGRESS_NANOS = 10_000_000_000L;
    /** Far beyond what any machine needs to hand over one record. */
    private static final long HANG_NANOS = 120_000_000_000L;

    private static final class Total {
        int rings;
        long nanos;
        long records;
        long bytes;
        long refused;
        long aborted;
        long wakeups;
        long casRetries;

        void add(final Total other) {
            rings += other.rings;
            nanos += other.nanos;
            records += other.records;
            bytes += other.bytes;
            refused += other.refused;
            aborted += other.aborted;
            wakeups += other.wakeups;
            casRetries += other.casRetries;
        }

        String row(final String name) {
            final double seconds = Math.max(1, nanos) / 1e9;
            return String.format(
                    "| %s | %d | %.0f | %,d | %,.0f | %,.0f | %,.0f | %,d | %,d | %,d | %,d |",
                    name,
                    rings,
                    seconds,
                    records,
                    bytes / 1e6,
                    records / seconds,
                    bytes / 1e6 / seconds,
                    refused,
                    aborted,
                    wakeups,
                    casRetries);
        }
    }

    private final SplittableRandom random;
    private final Map<Receiver.Kind, Total> totals = new EnumMap<>(Receiver.Kind.class);
    private final AtomicReference<String> fault = new AtomicReference<>();
    private long nextProgress = System.nanoTime() + PROGRESS_NANOS;

    private Soak(final long seed) {
        random = new SplittableRandom(seed);
    }

    public static void main(final String[] args) throws InterruptedException {
        final double minutes = Double.parseDouble(args[0]);
        final long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
        System.out.printf("soak for %s minutes, seed %d, JDK %s%n", args[0], seed, Runtime.version());
        final boolean sound = new Soak(seed).run(System.nanoTime() + (long) (minutes * 60e9));
        System.exit(sound ? 0 : 1);
    }

    private boolean run(final long deadline) throws InterruptedException {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            if (!(failure instanceof Receiver.HandlerFailure)) {
                fault.compareAndSet(null, thread.getName() + ": " + failure);
                failure.printStackTrace();
            }
        });
        final Receiver.Kind[] kinds = Receiver.Kind.values();
        for (int i = 0; fault.get() == null && System.nanoTime() - deadline < 0; i++) {
            runRing(kinds[i % kinds.length], deadline);
        }
        final Total all = new Total();
        System.out.println();
        System.out.println(
                "| consumer | rings | s | records | MB | records/s | MB/s | refused | aborted | wakeups | lost races |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        totals.forEach((kind, total) -> {
            all.add(total);
            System.out.println(total.row(kind.toString()));
        });
        System.out.println(all.row("all"));
        if (all.rings == 0) { // too short a time
            fault.compareAndSet(null, "nothing was run");
        }
        System.out.println();
        System.out.println(fault.get() == null ? "verdict: nothing was wrong" : "verdict: WRONG: " + fault.get());
        return fault.get() == null;
    }

    private void runRing(final Receiver.Kind kind, final long deadline) throws InterruptedException {
        final int capacity = CAPACITIES[random.nextInt(CAPACITIES.length)];
        final int producers = 1 + random.nextInt(MAX_PRODUCERS);
        final boolean inLockstep = random.nextBoolean();
        final String name =
                kind + ", capacity " + capacity + ", " + producers + " producers" + (inLockstep ? " in lockstep" : "");
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder();
        if (random.nextBoolean()) {
            builder.capacity(capacity);
        } else {
            builder.memory(
                    ByteBuffer.allocateDirect(capacity + 8).alignedSlice(8).slice(0, capacity));
        }
        final Receiver receiver = new Receiver(random.split(), producers);
        final List<Thread> threads = new ArrayList<>();
        final VarLenMpscRing ring;
        final TaskletLoop loop;
        if (kind == Receiver.Kind.TASKLET) {
            loop = TaskletLoop.start("loop");
            ring = RingTasklet.create(loop, builder, receiver::take, 1 + random.nextInt(100))
                    .ring();
        } else {
            loop = null;
            final AtomicReference<VarLenMpscRing> made = new AtomicReference<>();
            final Thread consumer = new Thread(
                    () -> {
                        try {
                            receiver.run(made.get(), kind);
                        } catch (final InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    "consumer");
            if (kind == Receiver.Kind.PARKED_BY_HOOK || kind == Receiver.Kind.TIMED_WITH_HOOK) {
                builder.hook(WakeupHook.unpark(consumer));
            }
            ring = builder.build();
            made.set(ring);
            threads.add(consumer);
        }
        final List<Sender> senders = new ArrayList<>();
        for (int i = 0; i < producers; i++) {
            senders.add(new Sender(ring, random.split(), i, inLockstep));
            threads.add(new Thread(senders.get(i), "producer-" + i));
        }
        final long start = System.nanoTime();
        for (final Thread thread : threads) {
            thread.setDaemon(true);
            thread.start();
        }
        final long end = Math.min(deadline, start + random.nextLong(MAX_RING_MILLIS) * 1_000_000);
        watch(name, receiver, ring, () -> System.nanoTime() - end >= 0);
        final long received = receiver.received;
        watch(name, receiver, ring, () -> receiver.received != received); // before close(), which wakes whoever hangs
        ring.close();
        watch(name, receiver, ring, () -> threads.stream().noneMatch(Thread::isAlive) && ring.isEmpty());
        if (loop != null) {
            loop.close(); // waits for the loop's thread, so that what it wrote can be read
        }
        account(kind, name, receiver, ring, senders, System.nanoTime() - start);
    }

    private interface Condition {
        boolean holds();
    }

    /** Waits until a condition holds, and gives up when nothing moves for too long. */
    private void watch(final String name, final Receiver receiver, final VarLenMpscRing ring, final Condition condition)
            throws InterruptedException {
        long received = receiver.received;
        long moved = System.nanoTime();
        while (!condition.holds() && fault.get() == null) {
            Thread.sleep(1);
            final long now = System.nanoTime();
            if (now - nextProgress >= 0) {
                nextProgress += PROGRESS_NANOS;
                System.out.println(name + ": " + receiver.received + " records, " + ring);
            }
            if (receiver.received != received) {
                received = receiver.received;
                moved = now;
            } else if (now - moved > HANG_NANOS) {
                fault.compareAndSet(null, "nothing moves: " + name + ": " + ring);
                Thread.getAllStackTraces().forEach((thread, stack) -> {
                    System.out.println(thread + " " + thread.getState());
                    for (final StackTraceElement element : stack) {
                        System.out.println("    at " + element);
                    }
                });
            }
        }
    }

    private void account(
            final Receiver.Kind kind,
            final String name,
            final Receiver receiver,
            final VarLenMpscRing ring,
            final List<Sender> senders,
            final long nanos) {
        final RingStats stats = ring.stats();
        final Total total = new Total();
        long sent = 0;
        for (int i = 0; i < senders.size(); i++) {
            final Sender sender = senders.get(i);
            sent += sender.sent;
            total.bytes += sender.bytes;
            total.aborted += sender.aborted;
            check(name, "numbered records of producer " + i, sender.numbered, receiver.nextNumber(i));
        }
        total.rings = 1;
        total.nanos = nanos;
        total.records = receiver.received;
        total.refused = stats.refusedFull();
        total.wakeups = stats.wakeups();
        total.casRetries = stats.casRetries();
        totals.computeIfAbsent(kind, key -> new Total()).add(total);
        if (receiver.fault != null) {
            fault.compareAndSet(null, name + ": " + receiver.fault);
        }
        check(name, "records", sent, receiver.received);
        check(name, "bytes", total.bytes, receiver.bytes);
        check(name, "counted records", sent, stats.offered());
        check(name, "counted bytes", total.bytes, stats.bytes());
        check(name, "counted aborts", total.aborted, stats.aborted());
    }

    private void check(final String name, final String what, final long sent, final long received) {
        if (sent != received) {
            fault.compareAndSet(null, name + ": " + what + ": " + sent + " were sent, but there are " + received);
        }
    }
}
