// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import io.varlenring.simulation.Simulation;
import io.varlenring.simulation.Word;
import io.varlenring.simulation.Word.Mode;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What simulated threads do with a ring of 64 bytes. */
final class RingScenarios {
    private static final int PRODUCERS = 2;

    private RingScenarios() {}

    /** Waits for records. */
    @FunctionalInterface
    private interface Consumer {
        void consume(RingRun run) throws InterruptedException;
    }

    /** Sends one record. */
    @FunctionalInterface
    private interface Sender {
        void send(RingRun run, RingProducer producer, int number);
    }

    private static void offer(final RingRun run, final RingProducer producer, final int number) {
        run.offer(producer, run.next(number, run.simulation.choose(RingRun.LONGEST + 1)));
    }

    /** Offers, or claims and commits, perhaps after a claim that it aborts. */
    private static void offerOrClaim(final RingRun run, final RingProducer producer, final int number) {
        if (run.simulation.choose(3) == 0) {
            run.abortedClaim(producer, run.simulation.choose(Long.BYTES * 2 + 1));
        }
        if (run.simulation.choose(2) == 0) {
            offer(run, producer, number);
        } else {
            run.sendByClaim(producer, number, run.simulation.choose(RingRun.LONGEST + 1));
        }
    }

    /** Sends in a way that gives something back, each word of which looks like a header. */
    private static void giveBack(final RingRun run, final RingProducer producer, final int number) {
        run.abortedClaim(producer, run.simulation.choose(RingRun.LONGEST + 1));
        run.sendByClaim(producer, number, run.simulation.choose(Long.BYTES + 1));
    }

    /** Two records, both or none; neither is empty, to tell them from others. */
    private static void sendTwo(final RingRun run, final RingProducer producer, final int number) {
        boolean isSent = false;
        while (!isSent) {
            final int first = 1 + run.simulation.choose(Long.BYTES);
            isSent = run.sendByBatch(producer, number, first, 1 + run.simulation.choose(Long.BYTES));
        }
    }

    private static void drain(final RingRun run) {
        final int drained = run.simulation.choose(2) == 0
                ? run.ring.consumer().drain(run::onRecord)
                : run.ring.consumer().drain(run::onRecord, 1 + run.simulation.choose(2));
        if (drained == 0) {
            run.simulation.letOthersRun();
        }
    }

    private static void addProducers(final RingRun run, final int records, final Sender sender) {
        for (int i = 0; i < PRODUCERS; i++) {
            final int number = i;
            final RingProducer producer = run.ring.newProducer();
            run.simulation.addThread("producer" + i, () -> {
                for (int sent = 0; sent < records; sent++) {
                    sender.send(run, producer, number);
                }
            });
        }
    }

    private static void addThreads(final RingRun run, final int records, final Sender sender, final Consumer consumer) {
        addProducers(run, records, sender);
        run.simulation.addThread("consumer", () -> {
            while (run.received() < PRODUCERS * records) {
                consumer.consume(run);
            }
        });
        run.simulation.addCheck(run::checkAllReceived);
    }

    // Data

    static void offers(final Simulation simulation) {
        addThreads(
                new RingRun(simulation, (WakeupHook) null, PRODUCERS, false),
                3,
                RingScenarios::offer,
                RingScenarios::drain);
    }

    /** Counts the drains that found nothing, waited, and then found records; none waits after a record. */
    static void leads(final Simulation simulation, final int[] found) {
        final RingRun run = new RingRun(simulation, (WakeupHook) null, PRODUCERS, false);
        final int[] waitsBeforeRecord = {0};
        addThreads(run, 3, RingScenarios::offer, same -> {
            final int waits = run.ring.memory.spins;
            final int drained = run.ring.consumer().drain(record -> {
                waitsBeforeRecord[0] = run.ring.memory.spins;
                run.onRecord(record);
            });
            if (drained == 0) {
                simulation.letOthersRun();
                return;
            }
            if (run.ring.memory.spins > waits) {
                found[0]++;
            }
            if (run.ring.memory.spins > waitsBeforeRecord[0]) {
                throw new AssertionError("a drain that had handed over records waited for more");
            }
        });
    }

    static void claims(final Simulation simulation) {
        addThreads(
                new RingRun(simulation, (WakeupHook) null, PRODUCERS, false),
                2,
                RingScenarios::offerOrClaim,
                RingScenarios::drain);
    }

    /** Payloads whose words are headers that fit the positions of those words one lap later. */
    static void lookalikes(final Simulation simulation) {
        addThreads(
                new RingRun(simulation, (WakeupHook) null, PRODUCERS, true),
                4,
                RingScenarios::offerOrClaim,
                RingScenarios::drain);
    }

    /** What is given back has words in it that look like headers, and may be reserved again at once. */
    static void givenBack(final Simulation simulation) {
        addThreads(
                new RingRun(simulation, (WakeupHook) null, PRODUCERS, true),
                3,
                RingScenarios::giveBack,
                RingScenarios::drain);
    }

    /**
     * One producer fills batches of two records in place, and a drain gets both or none; the other producer gives back.
     */
    static void claimedBatches(final Simulation simulation) {
        final RingRun run = new RingRun(simulation, (WakeupHook) null, PRODUCERS, true);
        final int batches = 3;
        final RingProducer first = run.ring.newProducer();
        simulation.addThread("batches", () -> {
            for (int sent = 0; sent < batches; sent++) {
                sendTwo(run, first, 0);
            }
        });
        final RingProducer second = run.ring.newProducer();
        simulation.addThread("others", () -> {
            for (int sent = 0; sent < batches; sent++) {
                giveBack(run, second, 1);
            }
        });
        simulation.addThread("consumer", () -> {
            while (run.received() < 3 * batches) {
                if (run.ring.consumer().drain(run::onRecord) == 0) {
                    simulation.letOthersRun();
                } else if (run.lastReceivedFrom(0) % 2 != 0) { // a drain ends after a lap
                    run.ring.consumer().drain(run::onRecord);
                    if (run.lastReceivedFrom(0) % 2 != 0) {
                        simulation.fail("half a batch");
                    }
                }
            }
        });
        simulation.addCheck(run::checkAllReceived);
    }

    /**
     * Each producer waits until its last record, or batch of two, was consumed and its space given back. So there is
     * always room, "full" is always wrong, and a batch is always stored and seen whole.
     */
    static void neverFull(final Simulation simulation) {
        final RingRun run = new RingRun(simulation, (WakeupHook) null, PRODUCERS, false);
        final int rounds = 4;
        final Word[] acknowledged = {simulation.newWord("ack0", 0), simulation.newWord("ack1", 0)};
        final RingProducer batches = run.ring.newProducer();
        simulation.addThread("batches", () -> {
            for (int i = 0; i < rounds; i++) {
                final ByteBuffer[] batch = {
                    ByteBuffer.wrap(run.next(0, Long.BYTES)), ByteBuffer.wrap(run.next(0, simulation.choose(2)))
                };
                final int stored = batches.offerAll(batch, 0, batch.length);
                if (stored != batch.length) {
                    simulation.fail("room for the whole batch, but stored " + stored);
                }
                await(acknowledged[0], 2 * i + 1);
            }
        });
        final RingProducer singles = run.ring.newProducer();
        simulation.addThread("singles", () -> {
            for (int i = 1; i <= rounds; i++) {
                if (!singles.offer(run.next(1, Long.BYTES), 0, Long.BYTES)) {
                    simulation.fail("full, although there is room");
                }
                await(acknowledged[1], i);
            }
        });
        simulation.addThread("consumer", () -> {
            int batchesSeen = 0;
            while (batchesSeen < rounds || run.lastReceivedFrom(1) < rounds) {
                final int before = run.received();
                if (run.ring.consumer().drain(run::onRecord) == 0) {
                    simulation.letOthersRun();
                }
                final int sinceBefore = run.received() - before;
                acknowledged[1].store(Mode.ORDERED, run.lastReceivedFrom(1));
                final int fromBatches = run.received() - run.lastReceivedFrom(1);
                if (fromBatches % 2 != 0 && sinceBefore > 0) {
                    if (run.ring.consumer().drain(run::onRecord) == 0) {
                        simulation.fail("half a batch");
                    }
                    acknowledged[1].store(Mode.ORDERED, run.lastReceivedFrom(1));
                }
                batchesSeen = (run.received() - run.lastReceivedFrom(1)) / 2;
                acknowledged[0].store(Mode.ORDERED, 2L * batchesSeen);
            }
        });
        simulation.addCheck(run::checkAllReceived);
    }

    /** A thread that only observes a ring that may be full, or one that never holds more than one record. */
    static void sizes(final Simulation simulation) {
        final RingRun run = new RingRun(simulation, (WakeupHook) null, PRODUCERS, false);
        final boolean sparse = simulation.choose(2) == 0;
        final long most = sparse ? RingLayout.stride(Long.BYTES) : RingRun.CAPACITY;
        addThreads(run, 3, sparse ? RingScenarios::offerInTurn : RingScenarios::offer, RingScenarios::drain);
        simulation.addThread("onlooker", () -> {
            for (int i = 0; i < 4; i++) {
                final int size = run.ring.size();
                if (size < 0 || size > RingRun.CAPACITY) {
                    simulation.fail("a size of " + size);
                }
                final long highWaterMark = run.ring.stats().highWaterMark();
                if (highWaterMark > most) {
                    simulation.fail("a high-water mark of " + highWaterMark + " instead of " + most + " at the most");
                }
            }
        });
    }

    /** Offers when the other producer's last record has been consumed and its space given back. */
    private static void offerInTurn(final RingRun run, final RingProducer producer, final int number) {
        while (!run.ring.isEmpty() || run.received() % PRODUCERS != number) { // in this order
            run.simulation.letOthersRun();
        }
        run.offer(producer, run.next(number, Long.BYTES));
    }

    private static void await(final Word word, final long least) {
        while (word.load(Mode.ORDERED) < least) {
            Simulation.running().letOthersRun();
        }
    }

    /** Three producers, and room for all that they reserve: a call counts the races it lost, except for its guess. */
    static void lostRaces(final Simulation simulation) {
        final VarLenMpscRing ring = RingRun.builder().build();
        for (int i = 0; i < 3; i++) {
            final RingProducer producer = ring.newProducer();
            simulation.addThread("producer" + i, () -> {
                for (int call = 0; call < 2; call++) {
                    final int lostBefore = ring.memory.lostRacesSoFar();
                    final long countedBefore = producer.side().casRetries;
                    reserve8Bytes(simulation.choose(4), producer);
                    final int lost = ring.memory.lostRacesSoFar() - lostBefore;
                    final long counted = producer.side().casRetries - countedBefore;
                    if (counted > lost || counted < lost - 1) {
                        simulation.fail("a call that has lost " + lost + " races has counted " + counted);
                    }
                }
            });
        }
    }

    private static void reserve8Bytes(final int way, final RingProducer producer) {
        switch (way) {
            case 0 -> producer.offer(new byte[0], 0, 0);
            case 1 -> producer.offerAll(new ByteBuffer[] {ByteBuffer.allocate(0)}, 0, 1);
            case 2 -> producer.tryClaim(0).commit();
            default -> {
                final RingBatch batch = producer.tryClaimBatch(0, Long.BYTES);
                batch.next(0);
                batch.add(0);
                batch.commit();
            }
        }
    }

    // Time

    /** Only parks let time pass, so a lone thread finds that it has waited exactly as long as was asked for. */
    static void waitsOfOneThread(final Simulation simulation) {
        final WakeupHook hook = simulation.choose(2) == 0 ? null : () -> {};
        final RingRun run = new RingRun(simulation, hook, 1, false);
        final RingProducer producer = run.ring.newProducer();
        final int most = hook == null ? 3_000_000 : 300_000_000; // some tens of times as long as it polls, or a few
        final long nanos = 1L + simulation.choose(simulation.choose(2) == 0 ? 50_000 : most);
        simulation.addThread("waiter", () -> {
            long begin = simulation.nanoTime();
            int handedOver = run.ring.consumer().drain(run::onRecord, 1, nanos, TimeUnit.NANOSECONDS);
            checkWait(simulation, "a drain of an empty ring", nanos, begin, handedOver == 0);
            final RingClaim claim = producer.tryClaim(0);
            while (producer.offer(new byte[0], 0, 0)) {
                run.ring.isEmpty(); // not any more
            }
            begin = simulation.nanoTime();
            handedOver = run.ring.consumer().drain(run::onRecord, 1, nanos, TimeUnit.NANOSECONDS);
            checkWait(simulation, "a drain behind a claim", nanos, begin, handedOver == 0);
            begin = simulation.nanoTime();
            final boolean isStored = simulation.choose(2) == 0
                    ? producer.offer(ByteBuffer.allocate(1), nanos, TimeUnit.NANOSECONDS)
                    : producer.offer(new byte[1], 0, 1, nanos, TimeUnit.NANOSECONDS);
            checkWait(simulation, "an offer", nanos, begin, !isStored);
            claim.abort();
        });
    }

    private static void checkWait(
            final Simulation simulation, final String what, final long nanos, final long begin, final boolean inVain) {
        final long passed = simulation.nanoTime() - begin;
        if (!inVain || passed != nanos) {
            simulation.fail(what + " has ended after " + passed + " ns instead of " + nanos
                    + (inVain ? "" : ", and found what nobody sent"));
        }
    }

    // Sleep

    /** A hook that unparks the consumer's thread, and counts. */
    private static final class Hook implements WakeupHook {
        private final Simulation simulation;
        private Thread sleeper;
        private int calls;
        /** How often the consumer has armed the ring, plus how often it is woken although it may not be armed. */
        private int armings;

        Hook(final Simulation simulation) {
            this.simulation = simulation;
        }

        @Override
        public void wakeup() {
            if (++calls > armings) {
                simulation.fail("the hook was called " + calls + " times after " + armings + " armings");
            }
            simulation.unpark(sleeper);
        }

        void drainOrPark(final RingRun run) {
            if (run.ring.consumer().drain(run::onRecord) == 0) {
                armings++;
                if (run.ring.consumer().arm()) {
                    simulation.park(Long.MAX_VALUE);
                } else {
                    armings--;
                }
            }
        }
    }

    static void armAndHook(final Simulation simulation) {
        final Hook hook = new Hook(simulation);
        final RingRun run = new RingRun(simulation, hook, PRODUCERS, false);
        addThreads(run, 2, RingScenarios::offerOrClaim, r -> {
            hook.sleeper = Thread.currentThread();
            hook.drainOrPark(r);
        });
    }

    /** The consumer moves to another thread with each call of the hook, even while {@code arm()} has not returned. */
    static void handsOver(final Simulation simulation) {
        final Thread[] threads = new Thread[2];
        final Word[] isCalled = {simulation.newWord("called0", 1), simulation.newWord("called1", 0)};
        final int[] called = {0};
        final WakeupHook hook = () -> {
            called[0] = 1 - called[0];
            isCalled[called[0]].store(Mode.VOLATILE, 1); // as an executor does
            simulation.unpark(threads[called[0]]);
        };
        final RingRun run = new RingRun(simulation, hook, PRODUCERS, false);
        addProducers(run, 2, RingScenarios::offerOrClaim);
        final boolean[] isOver = new boolean[1];
        for (int i = 0; i < threads.length; i++) {
            final int number = i;
            threads[i] = simulation.addThread("consumer" + i, () -> {
                while (!isOver[0]) {
                    if (isCalled[number].load(Mode.VOLATILE) == 0) {
                        simulation.park(Long.MAX_VALUE);
                        continue;
                    }
                    isCalled[number].store(Mode.VOLATILE, 0);
                    do {
                        run.ring.consumer().drain(run::onRecord);
                        isOver[0] = run.received() == PRODUCERS * 2;
                    } while (!isOver[0] && !run.ring.consumer().arm());
                }
                simulation.unpark(threads[1 - number]);
            });
        }
        simulation.addCheck(run::checkAllReceived);
    }

    static void timedDrain(final Simulation simulation) {
        addThreads(
                new RingRun(simulation, (WakeupHook) null, PRODUCERS, false),
                2,
                RingScenarios::offerOrClaim,
                RingScenarios::drainOrWait);
    }

    static void timedDrainWithHook(final Simulation simulation) {
        final WakeupHook unused = () -> {}; // a late call has no effect
        addThreads(
                new RingRun(simulation, unused, PRODUCERS, false),
                2,
                RingScenarios::offerOrClaim,
                RingScenarios::drainOrWait);
    }

    private static void drainOrWait(final RingRun run) throws InterruptedException {
        final boolean forever = run.simulation.choose(2) == 0;
        final int drained = run.ring
                .consumer()
                .drain(
                        run::onRecord,
                        1 + run.simulation.choose(2),
                        forever ? Long.MAX_VALUE : 1_000,
                        TimeUnit.NANOSECONDS);
        if (forever && drained == 0) {
            run.simulation.fail("an endless wait has ended with nothing");
        }
    }

    // Accidents

    /**
     * The hook may fail when it is called for a producer's first record. The next one is often refused, because the
     * ring is full while the consumer sleeps, and that refusal must wake it.
     */
    static void failingHook(final Simulation simulation) {
        final Hook hook = new Hook(simulation);
        final int records = 3;
        final Set<Thread> sendingTheFirst = new HashSet<>();
        final WakeupHook failing = () -> {
            if (sendingTheFirst.contains(Thread.currentThread()) && simulation.choose(3) > 0) {
                hook.calls++;
                hook.armings += 2; // it is armed again
                throw new IllegalStateException("a hook that fails");
            }
            hook.wakeup();
        };
        final RingRun run = new RingRun(simulation, failing, PRODUCERS, false);
        for (int i = 0; i < PRODUCERS; i++) {
            final int number = i;
            final RingProducer producer = run.ring.newProducer();
            simulation.addThread("producer" + i, () -> {
                sendingTheFirst.add(Thread.currentThread());
                run.offer(producer, run.next(number, RingRun.LONGEST));
                sendingTheFirst.remove(Thread.currentThread());
                for (int sent = 1; sent < records; sent++) {
                    run.offer(producer, run.next(number, RingRun.LONGEST));
                }
            });
        }
        hook.sleeper = simulation.addThread("consumer", () -> {
            while (run.received() < PRODUCERS * records) {
                hook.drainOrPark(run);
            }
        });
        simulation.addCheck(run::checkAllReceived);
    }

    /**
     * Errors end calls at any access. What such a call should have sent comes once or not at all; the handle's next
     * call, even a close, finishes what it left, so the last record, which is sent without accidents, always comes.
     */
    static void accidents(final Simulation simulation) {
        final Hook hook = new Hook(simulation);
        final RingRun run = new RingRun(simulation, hook, PRODUCERS, false);
        final int[] last = new int[PRODUCERS];
        for (int i = 0; i < PRODUCERS; i++) {
            final int number = i;
            final RingProducer producer = run.ring.newProducer();
            final RingProducer closed = run.ring.newProducer();
            simulation.addThread("producer" + i, () -> {
                for (int sent = 0; sent < 3; sent++) {
                    run.ring.memory.setAccidentProne(true);
                    try {
                        if (sent == 1) {
                            closed.tryClaim(simulation.choose(2) * Long.BYTES); // full, or not
                            closed.close();
                        }
                        sendUnlessCutShort(run, producer, number);
                    } catch (final RingMemory.Accident accident) {
                        run.perhapsNotSent();
                    }
                    run.ring.memory.setAccidentProne(false);
                }
                closed.close();
                final byte[] payload = run.next(number, Long.BYTES);
                last[number] = run.lastSentBy(number);
                run.offer(producer, payload);
            });
        }
        hook.sleeper = simulation.addThread("consumer", () -> {
            while (last[0] == 0
                    || last[1] == 0
                    || run.lastReceivedFrom(0) < last[0]
                    || run.lastReceivedFrom(1) < last[1]) {
                hook.drainOrPark(run);
            }
        });
        simulation.addCheck(run::checkAllReceived);
    }

    private static void sendUnlessCutShort(final RingRun run, final RingProducer producer, final int number) {
        final int length = 1 + run.simulation.choose(RingRun.LONGEST);
        if (run.simulation.choose(3) == 0) {
            run.abortedClaim(producer, length);
        }
        switch (run.simulation.choose(4)) {
            case 0 -> run.offer(producer, run.next(number, length));
            case 1 -> run.sendByClaim(producer, number, length);
            case 2 -> sendOneByBatch(run, producer, number, length);
            default -> {
                final ByteBuffer[] batch = {ByteBuffer.wrap(run.next(number, length))};
                while (producer.offerAll(batch, 0, 1) == 0) {
                    run.simulation.letOthersRun();
                }
            }
        }
    }

    private static void sendOneByBatch(
            final RingRun run, final RingProducer producer, final int number, final int length) {
        try (RingBatch batch = producer.tryClaimBatch(length, RingRun.CAPACITY / 2)) {
            if (batch != null) {
                run.add(batch, run.next(number, length));
                batch.commit();
            }
        }
    }

    // Close

    /**
     * The thread that closes has offered before: the wait ends with its record, never with nothing. Padding causes
     * spurious wakeups, so the consumer repeatedly checks whether anything can still come.
     */
    static void offerThenClose(final Simulation simulation) {
        final RingRun run = new RingRun(simulation, (WakeupHook) null, 1, false);
        final RingProducer producer = run.ring.newProducer();
        final RingProducer another = run.ring.newProducer();
        simulation.addThread("producer", () -> {
            run.padding(producer, another);
            run.padding(producer, another);
            offer(run, producer, 0);
            run.ring.close();
        });
        simulation.addThread("consumer", () -> {
            if (run.ring.consumer().drain(run::onRecord, 2, Long.MAX_VALUE, TimeUnit.NANOSECONDS) != 1) {
                simulation.fail("the wait has ended with nothing, though a record was offered before the close");
            }
        });
        simulation.addCheck(run::checkAllReceived);
    }

    static void closeAndHook(final Simulation simulation) {
        final Hook hook = new Hook(simulation);
        final RingRun run = new RingRun(simulation, hook, PRODUCERS, false);
        addClosers(run);
        hook.sleeper = simulation.addThread("consumer", () -> {
            while (!(run.ring.isClosed() && run.ring.isEmpty())) {
                hook.drainOrPark(run);
            }
        });
    }

    static void closeAndTimedDrain(final Simulation simulation) {
        final RingRun run = new RingRun(simulation, (WakeupHook) null, PRODUCERS, false);
        addClosers(run);
        simulation.addThread("consumer", () -> {
            while (run.ring.consumer().drain(run::onRecord, 3, Long.MAX_VALUE, TimeUnit.NANOSECONDS) > 0) {
                run.simulation.letOthersRun();
            }
            if (!run.ring.isClosed() || !run.ring.isEmpty()) {
                simulation.fail("the wait ended before the ring was closed and empty");
            }
        });
    }

    private static void addClosers(final RingRun run) {
        for (int i = 0; i < PRODUCERS; i++) {
            final int number = i;
            final RingProducer producer = run.ring.newProducer();
            final boolean claims = run.simulation.choose(2) == 0;
            run.simulation.addThread("producer" + i, () -> {
                for (int sent = 0; sent < 2; sent++) {
                    if (claims) {
                        claimUnlessClosed(run, producer, number);
                    } else {
                        offerUnlessClosed(run, producer, number);
                    }
                }
            });
        }
        run.simulation.addThread("closer", run.ring::close);
        run.simulation.addCheck(run::checkAllReceived);
    }

    private static void claimUnlessClosed(final RingRun run, final RingProducer producer, final int number) {
        try {
            if (run.simulation.choose(3) == 0) {
                run.abortedClaim(producer, run.simulation.choose(Long.BYTES * 2 + 1));
            }
            run.sendByClaim(producer, number, run.simulation.choose(Long.BYTES * 2 + 1));
        } catch (final RingClosedException closed) {
            run.ring.isClosed(); // nothing was claimed
        }
    }

    private static void offerUnlessClosed(final RingRun run, final RingProducer producer, final int number) {
        final byte[] payload = run.next(number, run.simulation.choose(Long.BYTES * 2 + 1));
        try {
            run.offer(producer, payload);
        } catch (final RingClosedException closed) {
            run.notSent(number, payload);
        }
    }
}
