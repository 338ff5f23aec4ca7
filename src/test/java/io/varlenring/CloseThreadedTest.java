// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Close against offers, claims and other closes: what was stored is drained, and "closed and empty" is final. */
final class CloseThreadedTest {
    private static final int ROUNDS = 800;

    /** Stores so many records, which are shorter than their space; returns how many, 0 when the ring is full. */
    private static int storeBatch(final RingProducer producer, final int records) {
        try (RingBatch batch = producer.tryClaimBatch(40, 192)) {
            if (batch == null) {
                return 0;
            }
            int added = 0;
            while (added < records && batch.next(40) != null) {
                batch.add(added++);
            }
            batch.commit();
            return added;
        }
    }

    @Test
    void close_againstOffers_strandsNothing() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            final VarLenMpscRing ring =
                    round % 4 == 0 ? FileRings.newRing(1024, 0, null) : VarLenMpscRing.allocate(1024);
            final Crew crew = new Crew();
            final AtomicInteger stored = new AtomicInteger();
            final int delay = round % 50;
            crew.add("producer", () -> {
                final RingProducer producer = ring.newProducer();
                try {
                    for (int i = 0; ; i++) {
                        if (i % 5 == 4) {
                            stored.addAndGet(storeBatch(producer, i % 4));
                        } else if (i % 3 == 0) {
                            try (RingClaim claim = producer.tryClaim(20)) {
                                if (claim != null) {
                                    claim.commit(i % 20);
                                    stored.incrementAndGet();
                                }
                            }
                        } else if (producer.offer(new byte[8], 0, 8)) {
                            stored.incrementAndGet();
                        }
                    }
                } catch (final RingClosedException closed) {
                    assertThrows(RingClosedException.class, () -> producer.tryClaim(0));
                }
            });
            final int[] drained = new int[1];
            crew.add("consumer", () -> {
                while (!(ring.isClosed() && ring.isEmpty()) && !crew.isFailing()) {
                    drained[0] += ring.consumer().drain(record -> {});
                }
            });
            crew.add("closer", () -> {
                for (int i = 0; i < delay * 20; i++) {
                    Thread.onSpinWait();
                }
                ring.close();
                assertTrue(ring.isClosed());
            });
            crew.run(ring);
            assertEquals(stored.get(), drained[0], "closed and empty was not the end");
            assertEquals(0, ring.consumer().drain(record -> {}));
            assertEquals(stored.get(), ring.stats().offered());
        }
    }

    /** Padding keeps the wait looping, so the record and the close can hit it between any two reads. */
    @Test
    void close_rightBehindARecord_endsATimedDrainOnlyAfterTheRecord() throws Exception {
        for (int round = 0; round < 40; round++) {
            final VarLenMpscRing[] rings = new VarLenMpscRing[100];
            for (int i = 0; i < rings.length; i++) {
                rings[i] = VarLenMpscRing.allocate(64);
            }
            final Crew crew = new Crew();
            final AtomicInteger reached = new AtomicInteger(-1);
            crew.add("consumer", () -> {
                for (int i = 0; i < rings.length; i++) {
                    reached.set(i);
                    int drained = 0;
                    int last;
                    do {
                        last = rings[i].consumer().drain(record -> {}, 9, 1, TimeUnit.DAYS);
                        drained += last;
                    } while (last > 0);
                    assertEquals(1, drained, "the wait ended before the record came");
                }
            });
            crew.add("producer", () -> {
                for (int i = 0; i < rings.length && !crew.isFailing(); i++) {
                    final RingProducer producer = rings[i].newProducer();
                    final RingProducer another = rings[i].newProducer();
                    while (reached.get() < i && !crew.isFailing()) {
                        Crew.pause();
                    }
                    for (int aborts = 0; aborts < 20 + i && !crew.isFailing(); ) {
                        final RingClaim claim = producer.tryClaim(0);
                        final RingClaim behind = another.tryClaim(0);
                        if (claim != null) {
                            claim.abort(); // padding, when another is behind it
                            aborts += behind == null ? 0 : 1;
                        }
                        if (behind != null) {
                            behind.abort();
                        }
                    }
                    while (!producer.offer(new byte[0], 0, 0) && !crew.isFailing()) {
                        Crew.pause();
                    }
                    rings[i].close();
                }
            });
            crew.run(rings[0]);
        }
    }

    @Test
    void close_fromManyThreads_wakesOnce() throws Exception {
        for (int round = 0; round < 500; round++) {
            final AtomicInteger wakeups = new AtomicInteger();
            final VarLenMpscRing ring = VarLenMpscRing.builder()
                    .capacity(64)
                    .hook(wakeups::incrementAndGet)
                    .build();
            assertTrue(ring.consumer().arm());
            final Crew crew = new Crew();
            crew.add("closer-1", ring::close);
            crew.add("closer-2", ring::close);
            crew.run(ring);
            assertEquals(1, wakeups.get());
            assertEquals(1, ring.stats().wakeups());
        }
    }
}
