// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/**
 * What threads have allocated, and what the collectors have done, up to a moment.
 *
 * @param nanos the moment, a time of {@link System#nanoTime()}
 * @param allocatedBytes by the threads asked for
 * @param collections of the JVM
 * @param collectionMillis the JVM spent in them
 */
record Measurement(long nanos, long allocatedBytes, long collections, long collectionMillis) {
    static Measurement now(final long[] threadIds) {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        return new Measurement(
                System.nanoTime(),
                Arrays.stream(threads.getThreadAllocatedBytes(threadIds)).sum(),
                collectors.stream()
                        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                        .sum(),
                collectors.stream()
                        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                        .sum());
    }

    Measurement since(final Measurement before) {
        return new Measurement(
                nanos - before.nanos,
                allocatedBytes - before.allocatedBytes,
                collections - before.collections,
                collectionMillis - before.collectionMillis);
    }
}
