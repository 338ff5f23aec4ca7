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
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A kill is never lost: after it the body does not run again, whatever wakeups and runs it met [T3].
 *
 * <p>1 killer, 1 loop that is run by the other actor, the tasklet asleep. The killer kills it; the other actor wakes it and
 * runs the loop. The arbiter wakes it again, runs the loop, and asks whether it is killed.
 *
 * <p>Expected: one run at the most while the kill is under way, none after it. The control kills without an exchange, and
 * is seen on x86.
 *
 * <pre>
 * stress-tests/run quick TaskletKill, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  0, 0, true     3,651,087  acceptable
 *           1, 0, true       123,415  acceptable
 *           .*, .*, false          0  forbidden
 *           .*, 1, .*              0  forbidden
 *   Broken  true           2,591,035  acceptable
 *           false             46,827  interesting
 * </pre>
 */
@Outcome(id = "1, 0, true", expect = ACCEPTABLE, desc = "The run had begun before the kill.")
@Outcome(id = "0, 0, true", expect = ACCEPTABLE, desc = "The kill came first.")
@Outcome(id = ".*, .*, false", expect = FORBIDDEN, desc = "The kill is lost.")
@Outcome(id = ".*, 1, .*", expect = FORBIDDEN, desc = "The body ran after the kill.")
@Outcome(expect = FORBIDDEN, desc = "Too many runs.")
public final class TaskletKill {
    private static final long QUEUED = 1;
    private static final long KILLED = 2;

    private TaskletKill() {}

    /** The shipped tasklet. */
    @JCStressTest
    @JCStressMeta(TaskletKill.class)
    @State
    public static class Actual {
        private final TaskletLoop loop = TaskletLoop.manual();
        private final Tasklet tasklet = loop.newTasklet((self, reasons) -> {});

        @Actor
        public void killer() {
            tasklet.kill();
        }

        @Actor
        public void loop(final LLL_Result r) {
            tasklet.wakeup();
            r.r1 = loop.runOnce(0);
        }

        @Arbiter
        public void afterwards(final LLL_Result r) {
            tasklet.wakeup();
            r.r2 = loop.runOnce(0);
            r.r3 = tasklet.isKilled();
        }
    }

    /** Control: wakeup and kill each read the state and then store it. Seen on x86. */
    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "The kill took effect.")
    @Outcome(id = "false", expect = ACCEPTABLE_INTERESTING, desc = "The kill is lost.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        @Actor
        public void killer() {
            words.setVolatile(0, words.getVolatile(0) | KILLED);
        }

        @Actor
        public void waker() {
            words.setVolatile(0, words.getVolatile(0) | QUEUED);
        }

        @Arbiter
        public void afterwards(final L_Result r) {
            r.r1 = (words.getVolatile(0) & KILLED) != 0;
        }
    }
}
