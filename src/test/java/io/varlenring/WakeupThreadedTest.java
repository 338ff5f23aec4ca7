// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No wakeup is ever lost: the consumer sleeps without a time limit whenever it may, and producers continue only when
 * their record has been consumed, so one lost wakeup is a hang, which {@link Crew} detects.
 */
final class WakeupThreadedTest {
    private static final int ROUNDS = 40_000;

    /** Two handles of one thread, so that what the first aborts can be padding before what the second aborts. */
    private record Publisher(RingProducer producer, RingProducer behind) {
        Publisher(final VarLenMpscRing ring) {
            this(ring.newProducer(), ring.newProducer());
        }

        /** Publishes something, or gives it back, as the number says; returns whether it was a record. */
        boolean publish(final int number) {
            switch (number % 6) {
                case 0 -> assertTrue(producer.offer(new byte[9], 0, number % 9));
                case 1 -> producer.tryClaim(number % 20).commit();
                case 2 -> producer.tryClaim(20).commit(number % 21);
                case 3 -> {
                    final RingBatch batch = producer.tryClaimBatch(20, 64);
                    batch.next(20);
                    batch.add(number % 21);
                    batch.commit();
                }
                case 4 -> {
                    producer.tryClaim(number % 20).abort();
                    return false;
                }
                default -> {
                    final RingClaim claim = producer.tryClaim(number % 20);
                    final RingClaim last = behind.tryClaim(number % 20);
                    claim.abort();
                    last.abort();
                    return false;
                }
            }
            return true;
        }
    }

    private static void spin(final SplittableRandom random, final int most) {
        for (int i = random.nextInt(most); i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    /** A consumer that sleeps in a park without a limit, ended by the hook; padding must wake it as a record does. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void armAgainstPublish_consumerNeverSleepsOn(final int producers) throws Exception {
        final Crew crew = new Crew();
        final VarLenMpscRing[] holder = new VarLenMpscRing[1];
        final int total = ROUNDS / producers * producers;
        final AtomicLong looked = new AtomicLong();
        final Thread thread = crew.add("consumer", () -> {
            final RingConsumer consumer = holder[0].consumer();
            final SplittableRandom random = new SplittableRandom(-1);
            while (!holder[0].isClosed()) {
                consumer.drain(record -> {});
                looked.set(holder[0].consumerPosition());
                spin(random, 1 << random.nextInt(6)); // gives producers the time to publish just when this thread arms
                if (consumer.arm()) {
                    LockSupport.park();
                }
            }
        });
        holder[0] = VarLenMpscRing.builder()
                .capacity(1024)
                .hook(WakeupHook.unpark(thread))
                .build();
        final AtomicInteger working = new AtomicInteger(producers);
        for (int id = 0; id < producers; id++) {
            final int number = id;
            crew.add("producer-" + id, () -> {
                final Publisher publisher = new Publisher(holder[0]);
                final SplittableRandom random = new SplittableRandom(number);
                for (int i = 0; i < total / producers && !crew.isFailing(); i++) {
                    spin(random, 1 << random.nextInt(9)); // often short, to meet the consumer while it arms
                    publisher.publish(i);
                    // All that was reserved up to now is published, or given back, without anybody waiting for it.
                    final long position = holder[0].producerPosition();
                    for (int spins = 0;
                            looked.get() - position < 0 && !holder[0].isEmpty() && !crew.isFailing();
                            spins++) {
                        if (spins > 1000) {
                            Crew.pause();
                        }
                    }
                }
                if (working.decrementAndGet() == 0) {
                    holder[0].close();
                }
            });
        }
        crew.run(holder[0]);
        assertTrue(holder[0].isEmpty());
        assertTrue(holder[0].stats().wakeups() > 0);
    }

    /** Close is the last thing that could wake the consumer: once for each of many rings. */
    @Test
    void armAgainstClose_consumerNeverSleepsOn() throws Exception {
        final SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 1000; round++) {
            final Crew crew = new Crew();
            final VarLenMpscRing[] holder = new VarLenMpscRing[1];
            final int spins = random.nextInt(300);
            final boolean offer = random.nextBoolean();
            final Thread thread = crew.add("consumer", () -> {
                while (!(holder[0].isClosed() && holder[0].isEmpty())) {
                    if (holder[0].consumer().drain(record -> {}) == 0
                            && holder[0].consumer().arm()) {
                        LockSupport.park();
                    }
                }
            });
            holder[0] = VarLenMpscRing.builder()
                    .capacity(64)
                    .hook(WakeupHook.unpark(thread))
                    .build();
            crew.add("closer", () -> {
                for (int i = 0; i < spins; i++) {
                    Thread.onSpinWait();
                }
                if (offer) {
                    assertTrue(holder[0].newProducer().offer(new byte[3], 0, 3));
                }
                holder[0].close();
            });
            crew.run(holder[0]);
            assertEquals(offer ? 1 : 0, holder[0].stats().offered());
        }
    }

    /**
     * The drain with a timeout, here one of days. Without a hook it relies on the producer position, and polls only
     * while a claim is open.
     */
    @ParameterizedTest
    @CsvSource({
        "1, false, false",
        "2, false, false",
        "3, false, false",
        "1, true, false",
        "2, true, false",
        "2, false, true"
    })
    void timedDrainAgainstOffer_neverSleepsOn(final int producers, final boolean hook, final boolean inFile)
            throws Exception {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().capacity(1024);
        final VarLenMpscRing ring = inFile
                ? FileRings.newRing(1024, 0, null)
                : hook ? builder.hook(() -> {}).build() : builder.build();
        final Crew crew = new Crew();
        final int each = ROUNDS / producers;
        final AtomicInteger consumed = new AtomicInteger();
        crew.add("consumer", () -> {
            int total = 0;
            while (total < each * producers) {
                total += ring.consumer().drain(record -> {}, 1 + total % 7, 100, TimeUnit.DAYS);
                consumed.set(total);
            }
        });
        for (int id = 0; id < producers; id++) {
            final int number = id;
            crew.add("producer-" + id, () -> {
                final Publisher publisher = new Publisher(ring);
                final SplittableRandom random = new SplittableRandom(number);
                for (int i = 0; i < each && !crew.isFailing(); ) {
                    spin(random, 200);
                    i += publisher.publish(i + random.nextInt(6)) ? 1 : 0;
                    for (int spins = 0; ring.size() > 512 && !crew.isFailing(); spins++) {
                        Crew.pause();
                    }
                    if (producers == 1) {
                        while (consumed.get() < i && !crew.isFailing()) {
                            Thread.onSpinWait();
                        }
                    }
                }
            });
        }
        crew.run(ring);
        assertEquals(each * producers, consumed.get());
    }

    /** Timeouts that end at about the moment at which a record comes: neither the record nor a later wakeup is lost. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void timedDrainWithShortTimeouts_losesNothing(final boolean inFile) throws Exception {
        final VarLenMpscRing ring = inFile ? FileRings.newRing(256, 0, null) : VarLenMpscRing.allocate(256);
        final Crew crew = new Crew();
        final int count = 20_000;
        crew.add("consumer", () -> {
            final SplittableRandom random = new SplittableRandom(1);
            int total = 0;
            while (total < count) {
                final long nanos = random.nextInt(4) == 0 ? Long.MAX_VALUE : random.nextInt(20_000);
                total += ring.consumer().drain(record -> {}, 3, nanos, TimeUnit.NANOSECONDS);
            }
        });
        crew.add("producer", () -> {
            final RingProducer producer = ring.newProducer();
            final SplittableRandom random = new SplittableRandom(2);
            for (int i = 0; i < count && !crew.isFailing(); ) {
                spin(random, 2000);
                if (producer.offer(new byte[5], 0, 5)) {
                    i++;
                } else {
                    Crew.pause();
                }
            }
        });
        crew.run(ring);
    }

    /** Each call of the hook makes another thread the consumer, often before arm() has returned in the last one. */
    @Test
    void armAgainstPublish_consumerMovesToWhomTheHookWakes() throws Exception {
        final Crew crew = new Crew();
        final int each = ROUNDS / 2;
        final Semaphore calls = new Semaphore(1);
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(1024)
                .hook(WakeupHook.semaphore(calls))
                .build();
        final int[] consumed = new int[1];
        final AtomicBoolean isOver = new AtomicBoolean();
        for (int id = 0; id < 3; id++) {
            crew.add("consumer-" + id, () -> {
                while (!crew.isFailing()) {
                    calls.acquire();
                    if (isOver.get()) {
                        return;
                    }
                    do {
                        consumed[0] += ring.consumer().drain(record -> {});
                        if (consumed[0] == 2 * each) {
                            isOver.set(true);
                            calls.release(3);
                            return;
                        }
                    } while (!ring.consumer().arm());
                }
            });
        }
        for (int id = 0; id < 2; id++) {
            final int number = id;
            crew.add("producer-" + id, () -> {
                final RingProducer producer = ring.newProducer();
                final SplittableRandom random = new SplittableRandom(number);
                for (int i = 0; i < each && !crew.isFailing(); ) {
                    spin(random, 1 << random.nextInt(9));
                    if (producer.offer(new byte[9], 0, 9)) {
                        i++;
                    } else {
                        Crew.pause();
                    }
                }
            });
        }
        crew.run(ring);
        assertEquals(2 * each, consumed[0]);
    }

    /** Two producers publish at the same moment after one arming: exactly one of them calls the hook. */
    @Test
    void publishAgainstPublish_oneArmingIsOneWakeup() throws Exception {
        final AtomicInteger calls = new AtomicInteger();
        final VarLenMpscRing ring = VarLenMpscRing.builder()
                .capacity(1024)
                .hook(calls::incrementAndGet)
                .build();
        final AtomicInteger round = new AtomicInteger();
        final AtomicInteger published = new AtomicInteger();
        final Crew crew = new Crew();
        final int rounds = 20_000;
        for (int id = 0; id < 2; id++) {
            crew.add("producer-" + id, () -> {
                final RingProducer producer = ring.newProducer();
                for (int i = 1; i <= rounds && !crew.isFailing(); i++) {
                    for (int spins = 0; round.get() < i && !crew.isFailing(); spins++) {
                        if (spins > 1000) {
                            Crew.pause();
                        }
                    }
                    assertTrue(producer.offer(new byte[4], 0, 4));
                    published.incrementAndGet();
                }
            });
        }
        crew.add("consumer", () -> {
            for (int i = 1; i <= rounds && !crew.isFailing(); i++) {
                assertTrue(ring.consumer().arm());
                round.set(i);
                for (int spins = 0; published.get() < 2 * i && !crew.isFailing(); spins++) {
                    if (spins > 1000) {
                        Crew.pause();
                    }
                }
                assertEquals(i, calls.get());
                assertEquals(2, ring.consumer().drain(record -> {}));
            }
        });
        crew.run(ring);
        assertEquals(rounds, ring.stats().wakeups());
    }
}
