// SPDX-License-Identifier: Apache-2.0
package io.varlenring.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.varlenring.simulation.Word.Mode;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the simulated memory allows and forbids in the well-known litmus tests. */
final class SimulatedMemoryTest {
    private static final int SCHEDULES = 3_000;

    /** Two words, four results. */
    private static final class Litmus {
        private final Word x;
        private final Word y;
        private final long[] results;

        Litmus(final Simulation simulation, final int results) {
            this.x = simulation.newWord("x", 0);
            this.y = simulation.newWord("y", 0);
            this.results = new long[results];
        }
    }

    /** Adds the threads of a litmus test. */
    @FunctionalInterface
    private interface Threads {
        void add(Simulation simulation, Litmus litmus);
    }

    private static Set<String> outcomes(final int results, final Threads threads) {
        final Set<String> outcomes = new TreeSet<>();
        for (long seed = 1; seed <= SCHEDULES; seed++) {
            final Throwable failure = Simulation.run(
                    simulation -> {
                        final Litmus litmus = new Litmus(simulation, results);
                        threads.add(simulation, litmus);
                        simulation.addCheck(() -> {
                            final StringBuilder text = new StringBuilder();
                            for (final long result : litmus.results) {
                                text.append(result);
                            }
                            outcomes.add(text.toString());
                        });
                    },
                    seed,
                    Weakening.NONE);
            assertEquals(null, failure);
        }
        return outcomes;
    }

    private static Set<String> messagePassing(final Mode store, final Mode load) {
        return outcomes(2, (simulation, litmus) -> {
            simulation.addThread("writer", () -> {
                litmus.x.store(Mode.PLAIN, 1);
                litmus.y.store(store, 1);
            });
            simulation.addThread("reader", () -> {
                litmus.results[0] = litmus.y.load(load);
                litmus.results[1] = litmus.x.load(Mode.PLAIN);
            });
        });
    }

    @Test
    void messagePassing_needsReleaseAndAcquire() {
        assertEquals(Set.of("00", "01", "11"), messagePassing(Mode.ORDERED, Mode.ORDERED));
        assertEquals(Set.of("00", "01", "11"), messagePassing(Mode.VOLATILE, Mode.VOLATILE));
        assertEquals(Set.of("00", "01", "10", "11"), messagePassing(Mode.ORDERED, Mode.OPAQUE));
        assertEquals(Set.of("00", "01", "10", "11"), messagePassing(Mode.PLAIN, Mode.ORDERED));
    }

    private static Set<String> storeBuffering(
            final Mode storeX, final Mode loadY, final Mode storeY, final Mode loadX) {
        return outcomes(2, (simulation, litmus) -> {
            simulation.addThread("first", () -> {
                litmus.x.store(storeX, 1);
                litmus.results[0] = litmus.y.load(loadY);
            });
            simulation.addThread("second", () -> {
                litmus.y.store(storeY, 1);
                litmus.results[1] = litmus.x.load(loadX);
            });
        });
    }

    @Test
    void storeBuffering_needsFourVolatileAccesses() {
        final Mode strong = Mode.VOLATILE;
        final Mode weak = Mode.ORDERED;
        final Set<String> dekker = Set.of("01", "10", "11");
        final Set<String> all = Set.of("00", "01", "10", "11");
        assertEquals(dekker, storeBuffering(strong, strong, strong, strong));
        assertEquals(all, storeBuffering(weak, strong, strong, strong));
        assertEquals(all, storeBuffering(strong, weak, strong, strong));
        assertEquals(all, storeBuffering(strong, strong, weak, strong));
        assertEquals(all, storeBuffering(strong, strong, strong, weak));
    }

    private static boolean readersDisagree(final Mode mode) {
        return outcomes(4, (simulation, litmus) -> {
                    simulation.addThread("writesX", () -> litmus.x.store(mode, 1));
                    simulation.addThread("writesY", () -> litmus.y.store(mode, 1));
                    simulation.addThread("readsXY", () -> {
                        litmus.results[0] = litmus.x.load(mode);
                        litmus.results[1] = litmus.y.load(mode);
                    });
                    simulation.addThread("readsYX", () -> {
                        litmus.results[2] = litmus.y.load(mode);
                        litmus.results[3] = litmus.x.load(mode);
                    });
                })
                .contains("1010");
    }

    @Test
    void readersOfTwoWriters_mayDisagreeUnlessAllIsVolatile() {
        assertEquals(true, readersDisagree(Mode.ORDERED));
        assertEquals(false, readersDisagree(Mode.VOLATILE));
    }

    private static boolean readsGoBack(final Mode mode) {
        return outcomes(2, (simulation, litmus) -> {
                    simulation.addThread("writer", () -> litmus.x.store(mode, 1));
                    simulation.addThread("reader", () -> {
                        litmus.results[0] = litmus.x.load(mode);
                        litmus.results[1] = litmus.x.load(mode);
                    });
                })
                .contains("10");
    }

    @Test
    void twoReadsOfAWord_goBackOnlyIfPlain() {
        assertEquals(true, readsGoBack(Mode.PLAIN));
        assertEquals(false, readsGoBack(Mode.OPAQUE));
    }

    @Test
    void storesOfTwoThreadsToTwoWords_mayEndInOppositeOrders() {
        final Set<String> outcomes = outcomes(2, (simulation, litmus) -> {
            simulation.addThread("first", () -> {
                litmus.x.store(Mode.ORDERED, 1);
                litmus.y.store(Mode.ORDERED, 2);
            });
            simulation.addThread("second", () -> {
                litmus.y.store(Mode.ORDERED, 1);
                litmus.x.store(Mode.ORDERED, 2);
            });
            simulation.addCheck(() -> {
                litmus.results[0] = litmus.x.newest();
                litmus.results[1] = litmus.y.newest();
            });
        });
        assertEquals(true, outcomes.contains("00") || outcomes.contains("11"));
    }

    @Test
    void exchange_isOneStepAndPassesTheFirstStoresViewOn() {
        assertEquals(Set.of("12", "21"), outcomes(2, (simulation, litmus) -> {
            for (int i = 0; i < 2; i++) {
                final int result = i;
                simulation.addThread("adder" + i, () -> {
                    long value = litmus.x.load(Mode.VOLATILE);
                    for (long found = litmus.x.compareAndExchange(Mode.VOLATILE, value, value + 1);
                            found != value;
                            found = litmus.x.compareAndExchange(Mode.VOLATILE, value, value + 1)) {
                        value = found;
                    }
                    litmus.results[result] = value + 1;
                });
            }
        }));
    }

    @Test
    void delayedLoad_comesBeforeTheNextRelease() {
        assertEquals(Set.of("0", "1"), delayedLoad(Mode.PLAIN));
        assertEquals(Set.of("0"), delayedLoad(Mode.ORDERED));
    }

    private static Set<String> delayedLoad(final Mode store) {
        return outcomes(1, (simulation, litmus) -> {
            simulation.addThread("reader", () -> {
                litmus.x.loadPerhapsLater(value -> litmus.results[0] = value);
                litmus.y.store(store, 1);
            });
            simulation.addThread("writer", () -> {
                if (litmus.y.load(Mode.ORDERED) == 1) {
                    litmus.x.store(Mode.PLAIN, 1);
                }
            });
        });
    }
}
