// SPDX-License-Identifier: Apache-2.0
package consumer;

import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Hands records from two threads over to a ring that is drained in place, and to one that a tasklet drains. */
public final class Consumer {
    private static final int RECORDS = 50_000;

    private Consumer() {}

    private static void produce(final VarLenMpscRing ring, final int number) {
        final RingProducer producer = ring.newProducer();
        for (int i = 0; i < RECORDS; ) {
            if (number == 0) {
                i += producer.offer(new byte[i % 100], 0, i % 100) ? 1 : 0;
            } else {
                try (RingClaim claim = producer.tryClaim(i % 100)) {
                    if (claim != null) {
                        claim.commit();
                        i++;
                    }
                }
            }
        }
    }

    /** Returns threads that have been started. */
    private static Thread[] producers(final VarLenMpscRing ring) {
        final Thread[] threads = new Thread[2];
        for (int i = 0; i < threads.length; i++) {
            final int number = i;
            threads[i] = new Thread(() -> produce(ring, number));
            threads[i].start();
        }
        return threads;
    }

    /**
     * Prints what arrived, and how the library was found.
     *
     * @param args nothing
     * @throws InterruptedException never
     */
    public static void main(final String[] args) throws InterruptedException {
        final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 12);
        final Thread[] threads = producers(ring);
        int drained = 0;
        while (drained < 2 * RECORDS) {
            drained += ring.consumer().drain(record -> {}, 100, 1, TimeUnit.SECONDS);
        }

        final LongAdder ran = new LongAdder();
        try (TaskletLoop loop = TaskletLoop.builder().profiling().start("consumer")) {
            final RingTasklet tasklet =
                    RingTasklet.create(loop, VarLenMpscRing.builder().capacity(1 << 12), record -> ran.increment(), 64);
            for (final Thread thread : producers(tasklet.ring())) {
                thread.join();
            }
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        System.out.println(
                drained + " " + ran + " " + VarLenMpscRing.class.getModule().getName());
    }
}
