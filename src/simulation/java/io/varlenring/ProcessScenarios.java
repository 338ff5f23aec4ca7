// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import io.varlenring.simulation.Simulation;
import io.varlenring.simulation.Word;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What simulated processes, each of one thread that may be killed at any access, do with a small ring in a file. */
final class ProcessScenarios {
    private static final int PRODUCERS = 2;
    private static final int RECORDS = 3;
    private static final int SLOTS = 4;
    private static final Path FILE = Path.of("ring");

    private ProcessScenarios() {}

    private static VarLenMpscRing newProcess(final int capacity) {
        return VarLenMpscRing.builder()
                .capacity(capacity)
                .file(FILE)
                .slots(SLOTS)
                .build();
    }

    /** How many of the processes that others wait for have ended. */
    private static final class Ended {
        int producers;
        int consumers;
    }

    private static void addProducer(final RingRun run, final int number, final Ended ended, final boolean isMortal) {
        final VarLenMpscRing ring = newProcess(run.ring.capacity());
        final RingProducer producer = ring.newProducer();
        run.simulation.addThread("producer" + number, () -> {
            try {
                if (isMortal) {
                    ring.places.file.file().setMortal();
                }
                for (int sent = 0; sent < RECORDS; sent++) {
                    send(run, producer, number);
                }
                ring.places.file.file().setImmortal();
            } catch (final SimulatedFile.Killed killed) {
                run.perhapsNotSent();
                ring.places.file.end();
            }
            ended.producers++;
        });
    }

    /** No record is empty: empty ones cannot be told apart. */
    private static void send(final RingRun run, final RingProducer producer, final int number) {
        final Simulation simulation = run.simulation;
        if (simulation.choose(4) == 0) {
            run.abortedClaim(producer, simulation.choose(Long.BYTES * 2 + 1));
        }
        final int length = 1 + simulation.choose(RingRun.LONGEST);
        if (simulation.choose(4) == 0) {
            sendBesideAClaim(run, producer, number, length);
        } else if (simulation.choose(3) == 0) {
            run.sendByClaim(producer, number, length);
        } else if (simulation.choose(3) == 0) {
            final ByteBuffer[] batch = {ByteBuffer.wrap(run.next(number, length))};
            while (producer.offerAll(batch, 0, 1) == 0) {
                simulation.letOthersRun();
            }
        } else {
            run.offer(producer, run.next(number, length));
        }
    }

    /** Offers, perhaps without success, while a claim of the same handle is open. */
    private static void sendBesideAClaim(
            final RingRun run, final RingProducer producer, final int number, final int length) {
        final RingClaim claim = run.claim(producer, length);
        final byte[] claimed = run.next(number, length);
        final byte[] offered = run.next(number, 1);
        boolean isAnswered = false;
        try {
            run.ring.memory.fill(claim.buffer(), claimed);
            if (!producer.offer(offered, 0, 1)) {
                run.notSent(number, offered);
            }
            isAnswered = true;
            claim.commit();
        } finally {
            if (!isAnswered) { // killed, with two records in progress
                run.perhapsNotSent();
            }
        }
    }

    /** Attaches repeatedly, which must never find an impossible state. */
    private static void addOnlooker(final RingRun run) {
        final RingMemory memory = newProcess(run.ring.capacity()).memory;
        run.simulation.addThread("onlooker", () -> {
            for (int i = 0; i < 4; i++) {
                FileHeader.checkPositions(memory);
                run.simulation.letOthersRun();
            }
        });
    }

    private static void drainAndRecover(final RingRun run, final RingConsumer consumer) {
        if (consumer.drain(run::onRecord) > 0) {
            return;
        }
        final StalledClaim stalled = consumer.stalledBy();
        if (stalled == null || stalled.owner() != StalledClaim.Owner.DEAD || !consumer.recover(stalled)) {
            run.simulation.letOthersRun();
        }
    }

    private static void checkFreeIsZero(final RingRun run, final SimulatedFile file) {
        for (final Word word : file.data) {
            if (word.newest() != 0) {
                run.simulation.fail("free memory that is not zero");
            }
        }
    }

    /** Producers are killed at any access; the consumer recovers what they leave. */
    static void producersDie(final Simulation simulation) {
        final VarLenMpscRing ring = newProcess(RingRun.CAPACITY);
        final RingRun run = new RingRun(simulation, ring, PRODUCERS, true);
        final Ended ended = new Ended();
        for (int i = 0; i < PRODUCERS; i++) {
            addProducer(run, i, ended, true);
        }
        ring.consumer();
        addOnlooker(run);
        simulation.addThread("consumer", () -> {
            while (ended.producers < PRODUCERS || !ring.isEmpty()) {
                drainAndRecover(run, ring.consumer());
            }
        });
        simulation.addCheck(run::checkAllReceived);
        simulation.addCheck(() -> checkFreeIsZero(run, ring.places.file.file()));
    }

    /**
     * Two consumers are killed, at any access; the next one continues where space was given back, or zeroed to be given
     * back later. The latter happens only in the larger ring: in the other each record is at least a quarter of it.
     */
    static void consumersDie(final Simulation simulation) {
        final int mortals = 2;
        final VarLenMpscRing last = newProcess(RingRun.CAPACITY << simulation.choose(2));
        final RingRun run = new RingRun(simulation, last, PRODUCERS, true);
        final Ended ended = new Ended();
        for (int i = 0; i < PRODUCERS; i++) {
            addProducer(run, i, ended, simulation.choose(2) == 0);
        }
        addOnlooker(run);
        for (int i = 0; i <= mortals; i++) {
            final int number = i;
            final VarLenMpscRing ring = i == mortals ? last : newProcess(last.capacity());
            simulation.addThread("consumer" + i, () -> {
                while (ended.consumers < number) {
                    simulation.letOthersRun();
                }
                try {
                    consume(run, ring, ended, number < mortals);
                } catch (final SimulatedFile.Killed killed) {
                    ring.places.file.end();
                }
                ended.consumers++;
            });
        }
        simulation.addCheck(run::checkAllReceived);
        simulation.addCheck(() -> checkFreeIsZero(run, last.places.file.file()));
    }

    private static void consume(
            final RingRun run, final VarLenMpscRing ring, final Ended ended, final boolean isMortal) {
        final SimulatedFile file = ring.places.file.file();
        if (isMortal) {
            file.setMortal();
        }
        final long givenBack = file.redoPosition.newest();
        final RingConsumer consumer = ring.consumer();
        if (ring.consumerPosition() < givenBack) {
            run.simulation.fail("what was given back up to " + givenBack + " comes again");
        }
        run.mayComeAgain();
        while (ended.producers < PRODUCERS || !ring.isEmpty()) {
            drainAndRecover(run, consumer);
        }
        file.setImmortal();
        ring.detach();
    }
}
