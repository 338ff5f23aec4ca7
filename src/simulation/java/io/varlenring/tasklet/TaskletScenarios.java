// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.RingClosedException;
import io.varlenring.RingProducer;
import io.varlenring.RingRun;
import io.varlenring.VarLenMpscRing;
import io.varlenring.simulation.Simulation;
import io.varlenring.simulation.Word;
import io.varlenring.simulation.Word.Mode;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What simulated threads do with tasklets and their loops. */
final class TaskletScenarios {
    private static final int WAKERS = 2;
    private static final int WAKEUPS = 3;

    private TaskletScenarios() {}

    /** A tasklet that two threads wake; the body checks that it sees what they did before. */
    private static final class Woken {
        private final Simulation simulation;
        private final boolean withReasons;
        private final Tasklet tasklet;
        /** What the wakers store plainly before each wakeup: its number. */
        private final Word[] done;

        private final long[] seen = new long[WAKERS];
        private int reasonsSeen;

        Woken(final Simulation simulation, final TaskletLoop loop, final boolean withReasons) {
            this.simulation = simulation;
            this.withReasons = withReasons;
            this.tasklet = loop.newTasklet((self, reasons) -> run(reasons));
            this.done = new Word[] {simulation.newWord("done0", 0), simulation.newWord("done1", 0)};
        }

        void addWakers() {
            for (int i = 0; i < WAKERS; i++) {
                final int waker = i;
                simulation.addThread("waker" + i, () -> {
                    for (int wakeup = 0; wakeup < WAKEUPS; wakeup++) {
                        done[waker].store(Mode.PLAIN, wakeup + 1);
                        tasklet.wakeup(withReasons ? reason(waker, wakeup) : 0);
                    }
                });
            }
        }

        private static int reason(final int waker, final int wakeup) {
            return 1 << (waker * WAKEUPS + wakeup);
        }

        private void run(final int reasons) {
            if ((reasons & reasonsSeen) != 0) {
                simulation.fail("a reason was given to two runs: " + reasons);
            }
            reasonsSeen |= reasons;
            for (int waker = 0; waker < WAKERS; waker++) {
                final long found = done[waker].load(Mode.PLAIN);
                seen[waker] = Math.max(seen[waker], found);
                for (int wakeup = 0; wakeup < WAKEUPS; wakeup++) {
                    if ((reasons & reason(waker, wakeup)) != 0 && found < wakeup + 1) {
                        simulation.fail("the run for wakeup " + wakeup + " of waker " + waker + " sees " + found);
                    }
                }
            }
        }

        boolean isAllSeen() {
            return seen[0] == WAKEUPS
                    && seen[1] == WAKEUPS
                    && (!withReasons || Integer.bitCount(reasonsSeen) == WAKERS * WAKEUPS);
        }
    }

    private static void wakeups(final Simulation simulation, final boolean withReasons) {
        final TaskletLoop loop = TaskletLoop.manual();
        final Woken woken = new Woken(simulation, loop, withReasons);
        woken.addWakers();
        simulation.addThread("loop", () -> {
            while (!woken.isAllSeen()) {
                loop.runOnce(Long.MAX_VALUE);
            }
        });
    }

    static void wakeupsWithReasons(final Simulation simulation) {
        wakeups(simulation, true);
    }

    /** What preceded wakeups without reasons must also be seen, by a run after the last of them. */
    static void wakeupsWithoutReasons(final Simulation simulation) {
        wakeups(simulation, false);
    }

    /** One tasklet is woken by another thread, and by a tasklet of its own loop. */
    static void wakeupsFromBothSides(final Simulation simulation) {
        final TaskletLoop loop = TaskletLoop.manual();
        final int fromOutside = 1;
        final int fromInside = 2;
        final int[] seen = new int[1];
        final Tasklet inner = loop.newTasklet((self, reasons) -> seen[0] |= reasons);
        final Tasklet outer = loop.newTasklet((self, reasons) -> inner.wakeup(fromInside));
        simulation.addThread("wakesOuter", outer::wakeup);
        simulation.addThread("wakesInner", () -> inner.wakeup(fromOutside));
        simulation.addThread("loop", () -> {
            while (seen[0] != (fromOutside | fromInside)) {
                loop.runOnce(Long.MAX_VALUE);
            }
        });
    }

    /**
     * Two threads wake tasklets of their own, each several times: they run in the order in which their waker queued
     * them, and no time passes in between except where the loop waits for a put in progress.
     */
    static void wakeupsOfMany(final Simulation simulation) {
        wakeupsOfMany(simulation, TaskletLoop.builder().profiling().manual());
    }

    /** The same, but an Error may end a wakeup after its first step, which must have no visible effect. */
    static void wakeupsCutShort(final Simulation simulation) {
        final TaskletLoop loop = TaskletLoop.builder().profiling().manual();
        loop.memory.failsToStore = true;
        wakeupsOfMany(simulation, loop);
    }

    private static void wakeupsOfMany(final Simulation simulation, final TaskletLoop loop) {
        final int[] runs = new int[WAKERS];
        for (int i = 0; i < WAKERS; i++) {
            final int waker = i;
            final Tasklet[] tasklets = new Tasklet[WAKEUPS];
            for (int k = 0; k < WAKEUPS; k++) {
                final int number = k;
                tasklets[k] = loop.newTasklet((self, reasons) -> {
                    if (runs[waker]++ % WAKEUPS != number) {
                        simulation.fail("tasklet " + number + " of waker " + waker + " is the run " + runs[waker]);
                    }
                });
            }
            simulation.addThread("waker" + i, () -> {
                for (int round = 1; round <= 2; round++) {
                    for (final Tasklet tasklet : tasklets) {
                        tasklet.wakeup();
                    }
                    while (runs[waker] < round * WAKEUPS) { // else wakeups would be coalesced
                        simulation.letOthersRun();
                    }
                }
            });
        }
        simulation.addThread("loop", () -> {
            while (runs[0] < 2 * WAKEUPS || runs[1] < 2 * WAKEUPS) {
                loop.runOnce(Long.MAX_VALUE);
            }
        });
        simulation.addCheck(() -> {
            // latency comes only from sleeps during a put in progress, not from a missing stamp
            if (loop.stats().worstLatencyNanos() > loop.stats().sleeps() * 100_000) {
                simulation.fail("a wakeup was not stamped before it could be seen: " + loop.stats());
            }
        });
    }

    static void kill(final Simulation simulation) {
        final TaskletLoop loop = TaskletLoop.start("loop");
        final boolean[] killed = new boolean[1];
        final Tasklet tasklet = loop.newTasklet((self, reasons) -> {
            if (killed[0]) {
                simulation.fail("a run began after the kill");
            }
        });
        final Thread waker = simulation.addThread("waker", () -> {
            tasklet.wakeup();
            tasklet.wakeup(1);
        });
        simulation.addThread("killer", () -> {
            tasklet.kill();
            killed[0] = true;
            simulation.join(waker);
            loop.close();
        });
    }

    /** A loop with a thread of its own: what was queued before the close is run, and the close returns. */
    static void close(final Simulation simulation) {
        final TaskletLoop loop = TaskletLoop.start("loop");
        addCloser(simulation, loop);
    }

    /**
     * The same with a loop that another thread runs until it finds it closed, and then once more: what was queued
     * before the close is run by the closer only if nobody is running the loop at that moment, else by the thread that
     * is, when it runs the loop again.
     */
    static void closeOfAManualLoop(final Simulation simulation) {
        final TaskletLoop loop = TaskletLoop.manual();
        simulation.addThread("loop", () -> {
            while (!loop.isClosed()) {
                loop.runOnce(Long.MAX_VALUE);
            }
        });
        addCloser(simulation, loop);
    }

    /** A manual loop is closed while another thread is briefly in it: one or the other runs what was queued. */
    static void closeWhileADeadlineIsSet(final Simulation simulation) {
        final TaskletLoop loop = TaskletLoop.manual();
        final int[] runs = new int[1];
        final Tasklet tasklet = loop.newTasklet((self, reasons) -> runs[0]++);
        tasklet.wakeup();
        final boolean sets = simulation.choose(2) == 0;
        simulation.addThread("setter", () -> {
            try {
                if (sets) {
                    loop.wakeupAt(tasklet, LoopMemory.CLOCK_AT_START, 0);
                } else {
                    loop.cancelWakeup(tasklet);
                }
            } catch (final IllegalStateException beingRun) { // by the closer
                Simulation.running().letOthersRun();
            }
        });
        simulation.addThread("closer", loop::close);
        simulation.addCheck(() -> {
            if (runs[0] != 1 || !loop.toString().contains("ended")) {
                simulation.fail("run " + runs[0] + " times by " + loop);
            }
        });
    }

    private static void addCloser(final Simulation simulation, final TaskletLoop loop) {
        final Word queued = simulation.newWord("queued", 0); // "before" means happens-before
        final boolean[] queuedBeforeClose = new boolean[1];
        final int[] runs = new int[1];
        final Tasklet tasklet = loop.newTasklet((self, reasons) -> runs[0]++);
        simulation.addThread("waker", () -> {
            tasklet.wakeup();
            queued.store(Mode.ORDERED, 1);
        });
        simulation.addThread("closer", () -> {
            queuedBeforeClose[0] = queued.load(Mode.ORDERED) == 1;
            loop.close();
        });
        simulation.addCheck(() -> {
            if (queuedBeforeClose[0] && runs[0] != 1) {
                simulation.fail("queued before the close, and run " + runs[0] + " times");
            }
        });
    }

    /** Two threads take turns in running one loop. */
    static void handOver(final Simulation simulation) {
        final TaskletLoop loop = TaskletLoop.manual();
        final Woken woken = new Woken(simulation, loop, true);
        woken.addWakers();
        for (int i = 0; i < 2; i++) {
            simulation.addThread("runner" + i, () -> runUntil(loop, woken::isAllSeen));
        }
    }

    private static void runUntil(final TaskletLoop loop, final BooleanSupplier end) {
        while (!end.getAsBoolean()) {
            runOrLeaveIt(loop, 0);
            Simulation.running().letOthersRun();
        }
    }

    private static void runOrLeaveIt(final TaskletLoop loop, final long maxWaitNanos) {
        try {
            loop.runOnce(maxWaitNanos);
        } catch (final IllegalStateException beingRun) { // by the other thread
            Simulation.running().letOthersRun();
        }
    }

    /** Deadlines that one body repeatedly sets, moves and cancels; it is also woken from outside. */
    private static final class Timed {
        private static final int TASKLETS = 5;
        private static final int ROUNDS = 4;

        private final Simulation simulation;
        private final TaskletLoop loop = TaskletLoop.manual();
        private final Tasklet setter = loop.newTasklet((self, reasons) -> setAll());
        private final Tasklet[] tasklets = new Tasklet[TASKLETS];
        /** By the simulation's clock; 0 for none. */
        private final long[] due = new long[TASKLETS];

        private long lastDue;
        private int rounds;

        Timed(final Simulation simulation) {
            this.simulation = simulation;
            for (int i = 0; i < TASKLETS; i++) {
                final int number = i;
                tasklets[i] = loop.newTasklet((self, reasons) -> run(number, reasons));
            }
        }

        private void run(final int number, final int reasons) {
            final long now = simulation.nanoTime();
            if (due[number] == 0 || now < due[number] || due[number] < lastDue || reasons != 1 << number) {
                simulation.fail("tasklet " + number + ", due at " + due[number] + ", runs at " + now
                        + ", after one due at " + lastDue + ", for " + reasons);
            }
            lastDue = due[number];
            due[number] = 0;
        }

        private void setAll() {
            if (rounds++ >= ROUNDS) {
                return;
            }
            final long now = simulation.nanoTime();
            for (int i = 0; i < TASKLETS; i++) {
                final int delay = simulation.choose(60);
                if (due[i] != 0 && due[i] <= now) { // it may be queued
                    continue;
                }
                due[i] = delay < 10 ? 0 : now + delay;
                if (delay < 10) {
                    loop.cancelWakeup(tasklets[i]);
                } else {
                    loop.wakeupAt(tasklets[i], LoopMemory.CLOCK_AT_START + due[i], 1 << i);
                }
            }
        }

        boolean isAllDone() {
            return rounds >= ROUNDS && Arrays.stream(due).allMatch(time -> time == 0);
        }
    }

    /** Each deadline is met once, not before its time, and in order of time, while the clock overflows. */
    static void deadlines(final Simulation simulation) {
        final Timed timed = new Timed(simulation);
        simulation.addThread("waker", () -> {
            while (timed.rounds < Timed.ROUNDS) {
                timed.setter.wakeup();
                simulation.letOthersRun();
            }
        });
        simulation.addThread("loop", () -> {
            while (!timed.isAllDone()) {
                timed.loop.runOnce(Long.MAX_VALUE);
            }
        });
    }

    /** Only parks let time pass, so a lone thread finds that it has waited exactly as long as it had to. */
    static void waitsOfOneThread(final Simulation simulation) {
        final TaskletLoop loop = TaskletLoop.manual();
        final Tasklet tasklet = loop.newTasklet((self, reasons) -> {});
        final RingTasklet ring = RingTasklet.create(loop, RingRun.builder(), record -> {}, 1);
        final RingProducer producer = ring.ring().newProducer();
        simulation.addThread("waiter", () -> {
            while (loop.runOnce(0) > 0) {
                ring.ring().isEmpty(); // and armed
            }
            for (int i = 0; i < 3; i++) {
                final long begin = simulation.nanoTime();
                final long due = begin + 1 + simulation.choose(100);
                final long most = 1L + simulation.choose(100);
                loop.wakeupAt(tasklet, LoopMemory.CLOCK_AT_START + due, 0);
                final boolean hasRun = loop.runOnce(most) > 0;
                final long end = simulation.nanoTime();
                if (end - begin > most || hasRun != (end >= due) || end > due) {
                    simulation.fail("a round that may wait for " + most + " ns until " + due + " has ended at " + end
                            + ", begun at " + begin + (hasRun ? ", and run" : ", and not run"));
                }
                loop.cancelWakeup(tasklet);
            }
            producer.offer(new byte[0], 0, 0);
            final long nanos = simulation.choose(5_000_000);
            final long begin = simulation.nanoTime();
            if (ring.awaitDrained(nanos, TimeUnit.NANOSECONDS) || simulation.nanoTime() - begin != nanos) {
                simulation.fail("waited for " + (simulation.nanoTime() - begin) + " ns instead of " + nanos);
            }
        });
    }

    /** Two threads offer to a ring whose consumer is a tasklet, and close it when they have ended. */
    static void ringTasklet(final Simulation simulation) {
        final TaskletLoop loop = TaskletLoop.start("loop");
        final RingRun[] run = new RingRun[1];
        final RingTasklet tasklet =
                RingTasklet.create(loop, RingRun.builder(), view -> run[0].onRecord(view), 1 + simulation.choose(2));
        run[0] = new RingRun(simulation, tasklet.ring(), WAKERS, false);
        final Thread[] producers = new Thread[WAKERS];
        for (int i = 0; i < WAKERS; i++) {
            final int number = i;
            final RingProducer producer = tasklet.ring().newProducer();
            producers[i] = simulation.addThread("producer" + i, () -> {
                for (int sent = 0; sent < 2; sent++) {
                    run[0].offer(producer, run[0].next(number, simulation.choose(25)));
                }
            });
        }
        simulation.addThread("closer", () -> {
            for (final Thread producer : producers) {
                simulation.join(producer);
            }
            tasklet.ring().close();
            if (!tasklet.awaitDrained(Long.MAX_VALUE, TimeUnit.NANOSECONDS)) {
                simulation.fail("not drained, and nobody will");
            }
            loop.close();
        });
        simulation.addCheck(run[0]::checkAllReceived);
    }

    /**
     * A loop is closed while two threads offer to its tasklet's ring: what was accepted is handed over, the rest
     * refused.
     */
    static void ringOfALoopThatEnds(final Simulation simulation) {
        final TaskletLoop loop = TaskletLoop.start("loop");
        final int[] taken = new int[1];
        final int[] handedOver = new int[1];
        final VarLenMpscRing ring = RingTasklet.create(loop, RingRun.builder(), record -> handedOver[0]++, 1)
                .ring();
        for (int i = 0; i < WAKERS; i++) {
            final RingProducer producer = ring.newProducer();
            simulation.addThread("producer" + i, () -> {
                try {
                    for (int sent = 0; sent < 2; sent++) {
                        while (!producer.offer(new byte[8], 0, 8)) {
                            simulation.letOthersRun();
                        }
                        taken[0]++;
                    }
                } catch (final RingClosedException closed) {
                    if (!loop.isClosed()) {
                        simulation.fail("refused by the ring of a loop that is open");
                    }
                }
            });
        }
        simulation.addThread("closer", loop::close);
        simulation.addCheck(() -> {
            if (handedOver[0] != taken[0] || !ring.isClosed()) {
                simulation.fail(taken[0] + " records taken, " + handedOver[0] + " handed over");
            }
        });
    }
}
