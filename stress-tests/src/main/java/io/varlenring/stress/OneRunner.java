// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.tasklet.TaskletLoop;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A loop is run by one thread at a time, and each sees what the one before it did [T5].
 *
 * <p>2 threads, 1 loop, 1 tasklet that counts its runs, plainly, and wakes itself. Both threads run a round, and the
 * arbiter one more; a round of such a tasklet is one run as URGENT or four as BULK.
 *
 * <p>Expected: a thread that meets the other one is refused; together they ran as often as the tasklet counted, so no run
 * was at the same time as another. The control looks for a runner and then stores itself, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick OneRunner, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  ran, ran, true      1,606,328  acceptable
 *           ran, refused, true    148,147  acceptable
 *           refused, ran, true    135,867  acceptable
 *           .*, .*, false               0  forbidden
 *   Broken  ran, refused        1,586,642  acceptable
 *           refused, ran        1,142,632  acceptable
 *           ran, ran              236,268  interesting
 * </pre>
 */
@Outcome(
        id = {"ran, ran, true", "ran, refused, true", "refused, ran, true"},
        expect = ACCEPTABLE,
        desc = "One at a time.")
@Outcome(
        id = ".*, .*, false",
        expect = FORBIDDEN,
        desc = "Two threads at once, or one that did not see the other's runs.")
@Outcome(expect = FORBIDDEN, desc = "Nobody ran it.")
public final class OneRunner {
    private OneRunner() {}

    /** The shipped loop. */
    @JCStressTest
    @JCStressMeta(OneRunner.class)
    @State
    public static class Actual {
        private final TaskletLoop loop = TaskletLoop.manual();
        private int counted;
        private final AtomicInteger reported = new AtomicInteger();

        public Actual() {
            loop.newTasklet((self, reasons) -> {
                        counted++;
                        self.wakeup();
                    })
                    .wakeup();
        }

        private String run() {
            try {
                reported.addAndGet(loop.runOnce(0));
                return "ran";
            } catch (final IllegalStateException running) {
                return Fixture.REFUSED;
            }
        }

        @Actor
        public void first(final LLL_Result r) {
            r.r1 = run();
        }

        @Actor
        public void second(final LLL_Result r) {
            r.r2 = run();
        }

        @Arbiter
        public void afterwards(final LLL_Result r) {
            run();
            r.r3 = counted == reported.get();
        }
    }

    /** Control: the runner is read, and then stored. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"ran, refused", "refused, ran"},
            expect = ACCEPTABLE,
            desc = "One of them runs the loop.")
    @Outcome(id = "ran, ran", expect = ACCEPTABLE_INTERESTING, desc = "Both run it at once.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        private String enter(final long thread) {
            if (words.getVolatile(0) != 0) {
                return Fixture.REFUSED;
            }
            words.setVolatile(0, thread);
            return "ran";
        }

        @Actor
        public void first(final LL_Result r) {
            r.r1 = enter(1);
        }

        @Actor
        public void second(final LL_Result r) {
            r.r2 = enter(2);
        }
    }
}
