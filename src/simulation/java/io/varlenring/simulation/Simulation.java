// SPDX-License-Identifier: Apache-2.0
package io.varlenring.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * One run of a scenario: its threads, of which one runs at a time, their memory, their clock and their sleep.
 *
 * <p>All randomness comes from the seed, so a seed repeats its run. Each access to a {@link Word} is a point at which
 * another thread may continue. There is one simulation at a time in a JVM; {@link #current} is how the twins find it.
 */
public final class Simulation {
    /** What a simulated thread does. */
    @FunctionalInterface
    public interface Body {
        void run() throws Exception;
    }

    /** Makes the memory and the threads of a run. */
    @FunctionalInterface
    public interface Scenario {
        void prepare(Simulation simulation);
    }

    /** Unwinds a thread of a run that has failed. */
    private static final class Unwound extends Error {
        private static final long serialVersionUID = 1;

        Unwound() {
            super("the run has ended", null, false, false);
        }
    }

    private record Access(SimulatedThread thread, String what, Word.Mode mode, Word word, long value, String remark) {
        @Override
        public String toString() {
            return String.format(
                    "  %-10s %-9s %-9s %-18s %#x %s",
                    thread.name, what, mode == null ? "" : mode, word == null ? "" : word.name, value, remark);
        }
    }

    private static final int MOST_STEPS = 20_000;
    private static final int TRACED = 100;
    /** A park for longer than this never times out. */
    private static final long FOREVER = 1L << 60;

    private static Simulation running;

    private final SeededRandom random;
    private final Weakening weakening;
    private final double switchChance;
    private final double staleChance;
    private final double earlyChance;
    private final double spuriousChance;

    private final List<SimulatedThread> threads = new ArrayList<>();
    private final List<Word> words = new ArrayList<>();
    private final List<Runnable> checks = new ArrayList<>();
    private final Access[] trace = new Access[TRACED];
    private final Thread tester = Thread.currentThread();

    private SimulatedThread current;
    private boolean concurrent;
    private int steps;
    private int traced;
    private long time;
    private Throwable failure;
    private volatile boolean ended;

    private Simulation(final long seed, final Weakening weakening) {
        this.random = new SeededRandom(seed);
        this.weakening = weakening;
        this.switchChance = random.oneOf(0.5, 0.25, 0.12, 0.06);
        this.staleChance = random.oneOf(0, 0.25, 0.5, 0.75);
        this.earlyChance = random.oneOf(0, 0.12, 0.5);
        this.spuriousChance = random.oneOf(0, 0, 0.06);
    }

    /** Runs a scenario once; returns what went wrong, or null. */
    static Throwable run(final Scenario scenario, final long seed, final Weakening weakening) {
        final Simulation simulation = new Simulation(seed, weakening);
        running = simulation;
        try {
            scenario.prepare(simulation);
            simulation.runThreads();
            if (simulation.failure == null) {
                simulation.checks.forEach(Runnable::run);
            }
        } catch (final AssertionError | RuntimeException | Unwound wrong) { // of a check
            simulation.bodyFailed(wrong);
        }
        return simulation.failure;
    }

    /** Returns the last accesses of the last run, one per line. */
    static String lastTrace() {
        final Simulation simulation = running;
        final StringBuilder text = new StringBuilder();
        for (int i = Math.max(0, simulation.traced - TRACED); i < simulation.traced; i++) {
            text.append(simulation.trace[i % TRACED]).append('\n');
        }
        return text.toString();
    }

    /** Returns the current simulation. */
    public static Simulation running() {
        return running;
    }

    // Making a run

    public Word newWord(final String name, final long value) {
        if (concurrent) {
            throw new IllegalStateException("words are made before the threads run: " + name);
        }
        final Word word = new Word(this, name, words.size(), value);
        words.add(word);
        return word;
    }

    /** Adds a thread that runs from the beginning. */
    public Thread addThread(final String name, final Body body) {
        final Thread thread = newThread(name, body);
        ofThread(thread).state = SimulatedThread.State.RUNNABLE;
        return thread;
    }

    /** Creates a thread that must be started. */
    public Thread newThread(final String name, final Body body) {
        final SimulatedThread thread = new SimulatedThread(this, name, Carrier.ofNumber(threads.size()), body);
        threads.add(thread);
        return thread.carrier;
    }

    /** Adds a check of the state when all threads have ended. */
    public void addCheck(final Runnable check) {
        checks.add(check);
    }

    public boolean has(final Weakening candidate) {
        return weakening == candidate;
    }

    /** Returns the mode, or the other one if the twin is to have this weakening. */
    public Word.Mode mode(final Word.Mode right, final Weakening candidate, final Word.Mode weak) {
        return weakening == candidate ? weak : right;
    }

    /** Chooses a number for the scenario's own use, before the threads run or in one of them. */
    public int choose(final int bound) {
        return random.below(bound);
    }

    private void runThreads() {
        for (final SimulatedThread thread : threads) {
            thread.view = new long[words.size()];
        }
        concurrent = true;
        giveTurn(next());
        while (!ended) {
            LockSupport.park(this);
        }
        concurrent = false;
    }

    // Scheduling

    SimulatedThread current() {
        return current;
    }

    boolean isConcurrent() {
        return concurrent;
    }

    boolean isStale() {
        return random.chance(staleChance);
    }

    boolean isEarly() {
        return random.chance(earlyChance);
    }

    /** A point at which another thread may continue. */
    void step() {
        if (!concurrent) {
            return;
        }
        if (failure != null) {
            throw new Unwound();
        }
        current.yielding = false;
        if (++steps > MOST_STEPS) {
            fail("no end after " + MOST_STEPS + " accesses: " + describeThreads());
        }
        if (random.chance(switchChance)) {
            switchTo(next());
        }
    }

    /** Declares that the current thread can do nothing before another one has run. */
    public void letOthersRun() {
        step();
        if (concurrent) {
            current.yielding = true;
            switchTo(next());
        }
    }

    private void switchTo(final SimulatedThread next) {
        final SimulatedThread previous = current;
        if (next != previous) {
            giveTurn(next);
            previous.carrier.awaitTurn();
            if (failure != null) {
                throw new Unwound();
            }
        }
    }

    private void giveTurn(final SimulatedThread next) {
        current = next;
        next.carrier.giveTurn();
    }

    /** Chooses the thread that runs next; fails when none can although one has not ended. */
    private SimulatedThread next() {
        if (random.chance(spuriousChance)) {
            final SimulatedThread sleeper = threads.get(random.below(threads.size()));
            if (sleeper.state == SimulatedThread.State.PARKED) { // spuriously, or because its time is up
                sleeper.state = SimulatedThread.State.RUNNABLE;
                return sleeper;
            }
        }
        SimulatedThread next = choose(false);
        if (next == null && random.chance(0.5)) { // time passes while threads spin
            next = firstTimedSleeper();
        }
        if (next == null) {
            next = choose(true);
        }
        if (next == null) {
            next = firstTimedSleeper();
        }
        if (next == null) {
            fail("nobody can run: " + describeThreads());
        }
        return next;
    }

    private SimulatedThread choose(final boolean amongYielding) {
        int candidates = 0;
        for (final SimulatedThread thread : threads) {
            candidates += isCandidate(thread, amongYielding) ? 1 : 0;
        }
        if (candidates == 0) {
            return null;
        }
        int chosen = random.below(candidates);
        for (final SimulatedThread thread : threads) {
            if (isCandidate(thread, amongYielding) && chosen-- == 0) {
                return thread;
            }
        }
        throw new AssertionError();
    }

    private static boolean isCandidate(final SimulatedThread thread, final boolean amongYielding) {
        return thread.state == SimulatedThread.State.RUNNABLE && (amongYielding || !thread.yielding);
    }

    private SimulatedThread firstTimedSleeper() {
        SimulatedThread first = null;
        for (final SimulatedThread thread : threads) {
            if (thread.state == SimulatedThread.State.PARKED
                    && thread.isParkTimed
                    && (first == null || thread.parkedUntil < first.parkedUntil)) {
                first = thread;
            }
        }
        if (first != null) {
            first.state = SimulatedThread.State.RUNNABLE;
            time = Math.max(time, first.parkedUntil);
        }
        return first;
    }

    private String describeThreads() {
        final StringBuilder text = new StringBuilder();
        for (final SimulatedThread thread : threads) {
            text.append(thread.name).append(' ').append(thread.state).append("; ");
        }
        return text.toString();
    }

    void threadEnded(final SimulatedThread thread) {
        thread.state = SimulatedThread.State.ENDED;
        for (final SimulatedThread other : threads) {
            if (other.state == SimulatedThread.State.JOINING && other.joined == thread) {
                other.state = SimulatedThread.State.RUNNABLE;
                other.join(thread.view);
            }
        }
        SimulatedThread next = null;
        try {
            next = failure == null && isAnybodyLeft() ? next() : null;
        } catch (final Unwound e) {
            next = null; // nobody can run
        }
        if (next == null) {
            next = nextToUnwind();
        }
        if (next == null) {
            ended = true;
            LockSupport.unpark(tester);
        } else {
            giveTurn(next);
        }
    }

    private boolean isAnybodyLeft() {
        for (final SimulatedThread thread : threads) {
            if (thread.state != SimulatedThread.State.ENDED && thread.state != SimulatedThread.State.NEW) {
                return true;
            }
        }
        return false;
    }

    private SimulatedThread nextToUnwind() {
        for (final SimulatedThread thread : threads) {
            if (thread.state != SimulatedThread.State.ENDED && thread.state != SimulatedThread.State.NEW) {
                return thread;
            }
        }
        return null;
    }

    /** Ends the run with a failure. */
    public void fail(final String message) {
        failed(new AssertionError(message));
        throw new Unwound();
    }

    void bodyFailed(final Throwable wrong) {
        if (!(wrong instanceof Unwound)) {
            failed(wrong);
        }
    }

    private void failed(final Throwable wrong) {
        if (failure == null) {
            failure = wrong;
        }
    }

    void trace(final String what, final Word.Mode mode, final Word word, final long value, final String remark) {
        trace[traced++ % TRACED] = new Access(current, what, mode, word, value, remark);
    }

    // Sleeping and time

    public void park(final long nanos) {
        step();
        trace("park", null, null, nanos, current.permit ? "has a permit" : "");
        if (!current.permit) {
            current.isParkTimed = nanos < FOREVER;
            current.parkedUntil = time + nanos;
            current.state = SimulatedThread.State.PARKED;
            switchTo(next());
        }
        current.permit = false;
    }

    /** Ends a thread's park, the current or the next one; makes nothing that the caller stored any more visible. */
    public void unpark(final Thread thread) {
        step();
        final SimulatedThread sleeper = ofThread(thread);
        trace("unpark", null, null, 0, sleeper == null ? "nobody" : sleeper.name);
        if (sleeper != null) {
            sleeper.permit = true;
            if (sleeper.state == SimulatedThread.State.PARKED) {
                sleeper.state = SimulatedThread.State.RUNNABLE;
            }
        }
    }

    public long nanoTime() {
        step();
        return time;
    }

    public void start(final Thread thread) {
        final SimulatedThread started = ofThread(thread);
        started.state = SimulatedThread.State.RUNNABLE;
        if (concurrent) {
            current.endDelayedLoads();
            started.view = current.view.clone();
        }
    }

    public void join(final Thread thread) {
        step();
        final SimulatedThread joined = ofThread(thread);
        if (joined.state == SimulatedThread.State.ENDED) {
            current.join(joined.view);
        } else {
            current.joined = joined;
            current.state = SimulatedThread.State.JOINING;
            switchTo(next());
        }
    }

    private SimulatedThread ofThread(final Thread thread) {
        for (final SimulatedThread candidate : threads) {
            if (candidate.carrier == thread) {
                return candidate;
            }
        }
        return null;
    }

    // Threads as values of words

    /** Returns a number for a thread, and 0 for none. */
    public long numberOf(final Thread thread) {
        return thread == null ? 0 : 1 + threads.indexOf(ofThread(thread));
    }

    public Thread ofNumber(final long number) {
        return number == 0 ? null : threads.get((int) number - 1).carrier;
    }
}
