// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletLoop;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A loop never sleeps on a tasklet that was woken, nor on a close [T2].
 *
 * <p>1 waker, 1 loop that is run by the other actor with a wait of 20 seconds. The waker, which begins a little later by
 * chance, wakes a tasklet or closes the loop.
 *
 * <p>Expected: the body is run, or the close noticed, before the time is up. The loop would find them at the end of its time
 * as well, so the only sign of a lost wakeup is that it slept to the end: the wait is a watchdog. A round may end for no
 * reason, so it is repeated. The second result says whether the loop slept at all. The control stores asleep with release
 * only, and is seen on x86. The loop that sleeps in a selector uses the same accesses and is not run here.
 *
 * <pre>
 * stress-tests/run quick LoopSleep, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Wakeup  done, slept      530,185  acceptable
 *           done, awake       39,266  acceptable
 *           overslept, .*          0  forbidden
 *   Close   done, slept       75,319  acceptable
 *           done, awake       24,171  acceptable
 *           overslept, .*          0  forbidden
 *   Broken  0, 1           1,578,515  acceptable
 *           1, 0             314,469  acceptable
 *           0, 0              17,135  interesting
 *           1, 1                 703  acceptable
 * </pre>
 */
@Outcome(id = "done, awake", expect = ACCEPTABLE, desc = "The loop saw it before it slept.")
@Outcome(id = "done, slept", expect = ACCEPTABLE, desc = "The loop slept and was woken.")
@Outcome(id = "overslept, .*", expect = FORBIDDEN, desc = "The loop slept on it until its time was up.")
@Outcome(expect = FORBIDDEN, desc = "Neither.")
public final class LoopSleep {
    private static final int ASLEEP = 0;
    private static final int INBOX = 1;

    private LoopSleep() {}

    /** Runs rounds until one of them ran a body or the loop is closed. */
    private static String run(final TaskletLoop loop) {
        final long begin = System.nanoTime();
        int runs = 0;
        while (runs == 0 && !loop.isClosed()) {
            try {
                runs = loop.runOnce(Fixture.WATCHDOG_NANOS);
            } catch (final IllegalStateException running) { // by close(), which runs what is left of an idle loop
                break;
            }
        }
        return System.nanoTime() - begin < Fixture.WATCHDOG_NANOS ? "done" : Fixture.OVERSLEPT;
    }

    private static String sleeps(final TaskletLoop loop) {
        return loop.stats().sleeps() > 0 ? "slept" : "awake";
    }

    /** Against a wakeup. */
    @JCStressTest
    @JCStressMeta(LoopSleep.class)
    @State
    public static class Wakeup {
        private final TaskletLoop loop = TaskletLoop.manual();
        private final Tasklet tasklet = loop.newTasklet((self, reasons) -> {});
        private final Fixture.Start start = new Fixture.Start();

        @Actor
        public void loop(final LL_Result r) {
            start.first();
            r.r1 = run(loop);
        }

        @Actor
        public void waker() {
            start.second();
            tasklet.wakeup();
        }

        @Arbiter
        public void sleeps(final LL_Result r) {
            r.r2 = LoopSleep.sleeps(loop);
        }
    }

    /** Against a close. */
    @JCStressTest
    @JCStressMeta(LoopSleep.class)
    @State
    public static class Close {
        private final TaskletLoop loop = TaskletLoop.manual();
        private final Fixture.Start start = new Fixture.Start();

        @Actor
        public void loop(final LL_Result r) {
            start.first();
            r.r1 = run(loop);
        }

        @Actor
        public void closer() {
            start.second();
            loop.close();
        }

        @Arbiter
        public void sleeps(final LL_Result r) {
            r.r2 = LoopSleep.sleeps(loop);
        }
    }

    /** Control: asleep is stored with release, so that the look at the inbox can come before it. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "At least one saw the other.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE_INTERESTING, desc = "The loop sleeps on a tasklet.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        @Actor
        public void loop(final LL_Result r) {
            words.setRelease(ASLEEP, 1);
            r.r1 = words.getVolatile(INBOX);
        }

        @Actor
        public void waker(final LL_Result r) {
            words.compareAndSet(INBOX, 0, 1);
            r.r2 = words.getVolatile(ASLEEP);
        }
    }
}
