// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A wakeup and a run allocate nothing. */
final class TaskletAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static void assertAllocatesNothing(final Runnable operation) {
        long allocated = Long.MAX_VALUE;
        for (int run = 0; run < 20 && allocated > 0; run++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 20_000; i++) {
                operation.run();
            }
            allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        assertEquals(0, allocated);
    }

    @Test
    void wakeupsAndRuns() {
        final TaskletLoop loop = TaskletLoop.builder().profiling().manual();
        final Tasklet[] series = new Tasklet[8];
        for (int i = 0; i < series.length; i++) {
            series[i] = loop.newTasklet((self, reasons) -> {});
        }
        final Tasklet connection = loop.newTasklet((self, reasons) -> {
            Tasklet last = null;
            for (final Tasklet tasklet : series) {
                last = loop.wakeupAfter(last, tasklet);
            }
        });
        assertAllocatesNothing(() -> {
            connection.wakeup(1);
            connection.wakeup(2);
            loop.runOnce(0);
            loop.runOnce(1);
        });
    }

    /** Whatever is queued at once: with the heap full, a wakeup that allocated would have counted, and then not queued. */
    @Test
    void wakeups_ofMoreTaskletsThanEverBefore() throws Exception {
        final int most = 4096;
        final int warmUp = 64;
        final TaskletLoop loop = TaskletLoop.manual();
        final Tasklet[] tasklets = new Tasklet[most];
        for (int i = 0; i < most; i++) {
            tasklets[i] = loop.newTasklet((self, reasons) -> {});
        }
        for (int i = 0; i < 20_000; i++) { // so that nothing that the compiler does shows below
            for (int k = 0; k < warmUp; k++) {
                tasklets[k].wakeup();
            }
            loop.runOnce(0);
        }
        final long before = THREADS.getCurrentThreadAllocatedBytes();
        for (final Tasklet tasklet : tasklets) {
            tasklet.wakeup();
        }
        int runs = 0;
        while (runs < most) {
            runs += loop.runOnce(0);
        }
        assertEquals(0, THREADS.getCurrentThreadAllocatedBytes() - before);
    }

    @Test
    void deadlines() {
        final TaskletLoop loop = TaskletLoop.manual();
        final Tasklet[] tasklets = new Tasklet[100];
        for (int i = 0; i < tasklets.length; i++) {
            tasklets[i] = loop.newTasklet((self, reasons) -> {});
        }
        final long[] time = {System.nanoTime()};
        assertAllocatesNothing(() -> {
            for (int i = 0; i < tasklets.length; i++) {
                loop.wakeupAt(tasklets[i], time[0] - i % 7, i);
            }
            loop.cancelWakeup(tasklets[50]);
            while (loop.runOnce(0) > 0) {
                time[0]++;
            }
        });
    }

    @Test
    void ringTasklet() {
        final TaskletLoop loop = TaskletLoop.manual();
        final long[] bytes = new long[1];
        final VarLenMpscRing ring = RingTasklet.create(
                        loop, VarLenMpscRing.builder().capacity(1024), record -> bytes[0] += record.remaining(), 2)
                .ring();
        final RingProducer producer = ring.newProducer();
        final byte[] record = new byte[20];
        assertAllocatesNothing(() -> {
            for (int i = 0; i < 5; i++) {
                producer.offer(record, 0, 20);
            }
            while (loop.runOnce(0) > 0) {
                bytes[0]++;
            }
        });
    }

    @Test
    void ringTaskletBehindAnOpenClaim() {
        final TaskletLoop loop = TaskletLoop.manual();
        final RingTasklet tasklet =
                RingTasklet.create(loop, VarLenMpscRing.builder().capacity(1024), record -> {}, 2);
        final RingProducer producer = tasklet.ring().newProducer();
        producer.tryClaim(8);
        final int[] looks = new int[1];
        assertAllocatesNothing(() -> {
            tasklet.look.wakeup();
            while (loop.runOnce(0) > 0) {
                looks[0]++;
            }
            loop.cancelWakeup(tasklet.look); // so that the next run sets it again
        });
        producer.close();
    }
}
