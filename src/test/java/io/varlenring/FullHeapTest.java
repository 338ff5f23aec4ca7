// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A program whose heap is full when it first runs tasklets: what the JVM links then needs memory, too. */
final class FullHeapTest {

    static final class Program {
        private static final int SMALLEST_BYTES = 16;
        private static final int LARGEST_BYTES = 1 << 20;

        private static final AtomicInteger RUNS = new AtomicInteger();
        /** The last of a chain of arrays that fills the heap. */
        private static Object[] last;

        private Program() {}

        public static void main(final String[] args) {
            final TaskletLoop manual = TaskletLoop.manual();
            final TaskletLoop started = TaskletLoop.start("with a thread");
            final Tasklet[] tasklets = {newTasklet(manual), newTasklet(started)};
            final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            LockSupport.parkNanos(10_000_000); // this method, too, has links that need memory
            fillHeap();
            tasklets[0].wakeup();
            int failures = 0;
            try {
                manual.runOnce(0);
            } catch (final OutOfMemoryError failure) {
                failures++;
            }
            try {
                tasklets[1].wakeup();
            } catch (final OutOfMemoryError failure) {
                failures++;
            }
            while (RUNS.get() < tasklets.length && System.nanoTime() - deadline < 0) {
                Thread.onSpinWait();
            }
            final int runsOfFullHeap = RUNS.get();
            last = null;
            System.out.println(runsOfFullHeap + " runs, " + failures + " failures");
            while (RUNS.get() < tasklets.length) { // what had failed is done when there is memory again
                tasklets[0].wakeup();
                tasklets[1].wakeup();
                manual.runOnce(0);
                LockSupport.parkNanos(1_000_000);
            }
            started.close();
            System.out.println("all have run");
        }

        private static Tasklet newTasklet(final TaskletLoop loop) {
            return loop.newTasklet((self, reasons) -> RUNS.incrementAndGet());
        }

        private static void fillHeap() {
            for (int bytes = LARGEST_BYTES; bytes >= SMALLEST_BYTES; bytes /= 2) {
                try {
                    for (; ; ) {
                        last = new Object[] {last, new byte[bytes]};
                    }
                } catch (final OutOfMemoryError full) {
                    // as planned: now smaller ones
                }
            }
        }
    }

    @Test
    void tasklets_firstRunWithTheHeapFull_run() throws Exception {
        try (ChildProcess program = new ChildProcess(Program.class)) {
            program.await("2 runs, 0 failures").await("all have run");
            program.awaitEnd();
        }
    }
}
