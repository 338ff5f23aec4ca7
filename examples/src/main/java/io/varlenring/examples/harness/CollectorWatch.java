// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** What the garbage collectors of this JVM have done, those left out that work beside the program. */
public final class CollectorWatch {
    private static final List<GarbageCollectorMXBean> COLLECTORS =
            ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .filter(collector -> !collector.getName().contains("Concurrent"))
                    .toList();

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongAccumulator longestMillis = new LongAccumulator(Math::max, 0);
    private final AtomicLong seen = new AtomicLong();

    private CollectorWatch() {}

    /** Begins to look for the longest pause. */
    public static CollectorWatch watch() {
        final CollectorWatch collections = new CollectorWatch();
        collections.seen.set(count());
        for (final GarbageCollectorMXBean collector : COLLECTORS) {
            ((NotificationEmitter) collector)
                    .addNotificationListener(
                            (notification, handback) -> collections.add(
                                    GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData())),
                            null,
                            null);
        }
        return collections;
    }

    private void add(final GarbageCollectionNotificationInfo collection) {
        longestMillis.accumulate(collection.getGcInfo().getDuration());
        seen.incrementAndGet();
    }

    public static long count() {
        return COLLECTORS.stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    /**
     * Returns the longest pause since the last call. The JVM tells of a pause shortly after it, so this waits until it has told
     * of all that it has counted.
     */
    public long takeLongestMillis() throws InterruptedException {
        final long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (seen.get() < count() && System.nanoTime() - deadline < 0) {
            Thread.sleep(1);
        }
        return longestMillis.getThenReset();
    }
}
