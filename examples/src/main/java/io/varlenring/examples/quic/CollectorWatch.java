// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.ToLongFunction;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** What the garbage collectors of this JVM have done, those left out that work beside the program. */
final class CollectorWatch {
    private static final List<GarbageCollectorMXBean> COLLECTORS =
            ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .filter(collector -> !collector.getName().contains("Concurrent"))
                    .toList();

    private final LongAccumulator longestMillis = new LongAccumulator(Math::max, 0);

    private CollectorWatch() {}

    /** Begins to look for the longest pause. */
    static CollectorWatch watch() {
        final CollectorWatch collections = new CollectorWatch();
        for (final GarbageCollectorMXBean collector : COLLECTORS) {
            ((NotificationEmitter) collector)
                    .addNotificationListener(
                            (notification, handback) -> collections.longestMillis.accumulate(
                                    GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData())
                                            .getGcInfo()
                                            .getDuration()),
                            null,
                            null);
        }
        return collections;
    }

    static long count() {
        return sum(GarbageCollectorMXBean::getCollectionCount);
    }

    static long millis() {
        return sum(GarbageCollectorMXBean::getCollectionTime);
    }

    private static long sum(final ToLongFunction<GarbageCollectorMXBean> value) {
        return COLLECTORS.stream().mapToLong(value).sum();
    }

    /** Returns the longest pause since the last call; the JVM tells of a pause shortly after it. */
    long takeLongestMillis() {
        return longestMillis.getThenReset();
    }
}
