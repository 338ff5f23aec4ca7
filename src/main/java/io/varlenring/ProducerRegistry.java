// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.Set;

/**
 * Finds the counters of all producer handles without keeping the handles alive: what a collected handle had counted is
 * folded into one sum, so that handles may be created and dropped at any rate.
 */
final class ProducerRegistry {
    private static final class Entry extends WeakReference<RingProducer> {
        private final RingCounters counters;

        Entry(final RingProducer producer, final ReferenceQueue<RingProducer> collected) {
            super(producer, collected);
            this.counters = producer.counters;
        }
    }

    private final ReferenceQueue<RingProducer> collected = new ReferenceQueue<>();
    private final Set<Entry> entries = new HashSet<>();
    private final long[] sumsOfCollected = new long[RingCounters.COUNT];

    synchronized void add(final RingProducer producer) {
        foldCollected();
        entries.add(new Entry(producer, collected));
    }

    synchronized void addTo(final long[] sums) {
        foldCollected();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += sumsOfCollected[i];
        }
        for (final Entry entry : entries) {
            entry.counters.addTo(sums);
        }
    }

    synchronized int size() {
        return entries.size();
    }

    private void foldCollected() {
        for (Reference<?> reference = collected.poll(); reference != null; reference = collected.poll()) {
            final Entry entry = (Entry) reference;
            entry.counters.addTo(sumsOfCollected);
            entries.remove(entry);
        }
    }
}
