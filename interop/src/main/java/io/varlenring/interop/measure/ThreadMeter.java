// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Tells, from any thread, what one thread has used so far.
 *
 * @param id of the thread in the JVM
 * @param status where the kernel says how often it has slept; null when it does not
 */
public record ThreadMeter(long id, Path status) {
    private static final Path PROC = Path.of("/proc");
    private static final String SLEEPS = "\nvoluntary_ctxt_switches:";

    /**
     * What a thread, or several, have used.
     *
     * @param allocatedBytes on the heap
     * @param cpuNanos of a processor
     * @param sleeps how often it gave up the processor to wait for something; 0 when the kernel does not say
     */
    public record Use(long allocatedBytes, long cpuNanos, long sleeps) {
        Use plus(final Use other) {
            return new Use(allocatedBytes + other.allocatedBytes, cpuNanos + other.cpuNanos, sleeps + other.sleeps);
        }

        public Use minus(final Use before) {
            return new Use(allocatedBytes - before.allocatedBytes, cpuNanos - before.cpuNanos, sleeps - before.sleeps);
        }
    }

    public static ThreadMeter ofCurrentThread() {
        Path status;
        try {
            status = PROC.resolve(Files.readSymbolicLink(PROC.resolve("thread-self")))
                    .resolve("status");
        } catch (final IOException | UnsupportedOperationException notLinux) {
            status = null;
        }
        return new ThreadMeter(Thread.currentThread().getId(), status);
    }

    /** Returns what several threads have used so far, those left out that are null. */
    public static Use use(final List<ThreadMeter> meters) throws IOException {
        Use sum = new Use(0, 0, 0);
        for (final ThreadMeter meter : meters) {
            sum = meter == null ? sum : sum.plus(meter.use());
        }
        return sum;
    }

    private Use use() throws IOException {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return new Use(threads.getThreadAllocatedBytes(id), threads.getThreadCpuTime(id), sleeps());
    }

    private long sleeps() throws IOException {
        if (status == null) {
            return 0;
        }
        final String text = Files.readString(status);
        final int begin = text.indexOf(SLEEPS) + SLEEPS.length();
        return Long.parseLong(text.substring(begin, text.indexOf('\n', begin)).strip());
    }
}
