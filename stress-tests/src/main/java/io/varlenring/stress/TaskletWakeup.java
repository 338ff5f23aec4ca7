// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletLoop;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * After a wakeup the body runs at least once more, with the reasons and with all that its waker did before [T1].
 *
 * <p>1 waker, 1 loop that is run by an actor and then by the arbiter. The waker writes a field, plainly, and wakes the
 * tasklet with reason 1. In {@code Asleep} that is its first wakeup; in {@code Queued} it was woken before, with reason 2;
 * in {@code Coalesced} it was woken before, and the waker adds no reason, so that it changes nothing but the count.
 *
 * <p>Each run is written as its reasons and the field: {@code 3/1} has both reasons and sees the field. Expected: some run
 * has the waker's reason and sees the field, and there is no run more than that needs. The control returns when it sees
 * that the tasklet is queued, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick TaskletWakeup, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Asleep     1/1, -     2,074,864  acceptable
 *              -, 1/1       696,118  acceptable
 *              -, -               0  forbidden
 *   Queued     3/1, -     1,712,041  acceptable
 *              2/0, 1/1     154,054  acceptable
 *              2/1, 1/1       3,767  acceptable
 *              3/0, .*            0  forbidden
 *   Coalesced  0/1, -     1,747,716  acceptable
 *              0/0, 0/1      88,714  acceptable
 *              0/1, 0/1       2,712  acceptable
 *              0/0, -             0  forbidden
 *   Broken     queued, 1  2,119,850  acceptable
 *              woken, 0     316,870  acceptable
 *              queued, 0      5,726  interesting
 *              woken, 1         856  acceptable
 * </pre>
 */
public final class TaskletWakeup {
    private static final int QUEUED = 0;
    private static final int FIELD = 1;

    private TaskletWakeup() {}

    /** A loop with one tasklet, whose runs are written down. */
    private static final class Runs {
        private final TaskletLoop loop = TaskletLoop.manual();
        private String runs = Fixture.NOTHING;
        private int field;
        private final Tasklet tasklet = loop.newTasklet((self, reasons) -> {
            final String run = reasons + "/" + field;
            runs = runs.equals(Fixture.NOTHING) ? run : runs + " " + run;
        });

        private String run() {
            runs = Fixture.NOTHING;
            loop.runOnce(0);
            return runs;
        }

        private void wake(final int reasons) {
            field = 1;
            tasklet.wakeup(reasons);
        }
    }

    /** The shipped tasklet, asleep. */
    @JCStressTest
    @Outcome(id = "1/1, -", expect = ACCEPTABLE, desc = "The loop came after the wakeup.")
    @Outcome(id = "-, 1/1", expect = ACCEPTABLE, desc = "The loop came before the wakeup.")
    @Outcome(id = "-, -", expect = FORBIDDEN, desc = "The wakeup is lost.")
    @Outcome(expect = FORBIDDEN, desc = "A run without the reason or the field, or one run too many.")
    @State
    public static class Asleep {
        private final Runs runs = new Runs();

        @Actor
        public void waker() {
            runs.wake(1);
        }

        @Actor
        public void loop(final LL_Result r) {
            r.r1 = runs.run();
        }

        @Arbiter
        public void loopAgain(final LL_Result r) {
            r.r2 = runs.run();
        }
    }

    /** The shipped tasklet, queued. */
    @JCStressTest
    @Outcome(id = "3/1, -", expect = ACCEPTABLE, desc = "The wakeup was added to the one before.")
    @Outcome(
            id = {"2/0, 1/1", "2/1, 1/1"},
            expect = ACCEPTABLE,
            desc = "The run had begun; there is another one.")
    @Outcome(id = "3/0, .*", expect = FORBIDDEN, desc = "The run has the reason and does not see the field.")
    @Outcome(expect = FORBIDDEN, desc = "The wakeup or a reason is lost, or one run is too many.")
    @State
    public static class Queued {
        private final Runs runs = new Runs();

        public Queued() {
            runs.tasklet.wakeup(2);
        }

        @Actor
        public void waker() {
            runs.wake(1);
        }

        @Actor
        public void loop(final LL_Result r) {
            r.r1 = runs.run();
        }

        @Arbiter
        public void loopAgain(final LL_Result r) {
            r.r2 = runs.run();
        }
    }

    /** The shipped tasklet, queued, and a wakeup that adds nothing to it. */
    @JCStressTest
    @Outcome(id = "0/1, -", expect = ACCEPTABLE, desc = "The wakeup was added to the one before.")
    @Outcome(
            id = {"0/0, 0/1", "0/1, 0/1"},
            expect = ACCEPTABLE,
            desc = "The run had begun; there is another one.")
    @Outcome(id = "0/0, -", expect = FORBIDDEN, desc = "No run sees the field.")
    @Outcome(expect = FORBIDDEN, desc = "The wakeup is lost, or one run is too many.")
    @State
    public static class Coalesced {
        private final Runs runs = new Runs();

        public Coalesced() {
            runs.tasklet.wakeup();
        }

        @Actor
        public void waker() {
            runs.wake(0);
        }

        @Actor
        public void loop(final LL_Result r) {
            r.r1 = runs.run();
        }

        @Arbiter
        public void loopAgain(final LL_Result r) {
            r.r2 = runs.run();
        }
    }

    /** Control: a waker that finds QUEUED set does not exchange it. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"woken, 0", "woken, 1", "queued, 1"},
            expect = ACCEPTABLE,
            desc = "Another run, or one that sees it.")
    @Outcome(id = "queued, 0", expect = ACCEPTABLE_INTERESTING, desc = "No run sees the field.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        public Broken() {
            words.setPlain(QUEUED, 1);
        }

        @Actor
        public void waker(final LL_Result r) {
            words.setPlain(FIELD, 1);
            r.r1 = words.getVolatile(QUEUED) == 1 ? "queued" : "woken";
        }

        @Actor
        public void loop(final LL_Result r) {
            words.compareAndSet(QUEUED, 1, 0);
            r.r2 = words.getPlain(FIELD);
        }
    }
}
