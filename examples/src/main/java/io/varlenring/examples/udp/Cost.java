// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import com.sun.management.ThreadMXBean;
import io.varlenring.examples.harness.CollectorWatch;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What listeners and handler have done and used while it was measured.
 *
 * @param handedOver datagrams that reached the handler
 * @param refused datagrams for which there was no room
 * @param allocatedBytes on the heap, by the threads of the listeners and the handler
 * @param collections pauses of the JVM to collect garbage
 * @param longestMillis the longest of them
 */
record Cost(long handedOver, long refused, long allocatedBytes, long collections, long longestMillis) {
    double bytesPerDatagram() {
        return (double) allocatedBytes / Math.max(1, handedOver);
    }

    /** Measures between two moments. */
    static final class Meter {
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final CollectorWatch collections = CollectorWatch.watch();
        private final List<Listener> listeners;
        private final List<Thread> listenerThreads;
        private final HandoverHandler handler;
        private Cost before;

        Meter(final List<Listener> listeners, final List<Thread> listenerThreads, final HandoverHandler handler) {
            this.listeners = listeners;
            this.listenerThreads = listenerThreads;
            this.handler = handler;
        }

        void begin() throws InterruptedException {
            handler.measureSince(System.nanoTime());
            before = now();
        }

        Cost end() throws InterruptedException {
            final Cost after = now();
            return new Cost(
                    after.handedOver - before.handedOver,
                    after.refused - before.refused,
                    after.allocatedBytes - before.allocatedBytes,
                    after.collections - before.collections,
                    after.longestMillis);
        }

        private Cost now() throws InterruptedException {
            final LongStream ids = LongStream.concat(
                    listenerThreads.stream().mapToLong(Thread::getId), LongStream.of(Math.max(1, handler.threadId())));
            return new Cost(
                    handler.records(),
                    listeners.stream()
                            .mapToLong(listener -> listener.counts().refused())
                            .sum(),
                    LongStream.of(threads.getThreadAllocatedBytes(ids.toArray()))
                            .sum(),
                    CollectorWatch.count(),
                    collections.takeLongestMillis());
        }
    }
}
