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
 * No tasklet is lost between the wakers that put it into the inbox and the loop that takes them [T6].
 *
 * <p>2 actors, since jcstress skips tests with more of them than there are processors. Both wake tasklets, and the second
 * one then runs the loop, which the arbiter runs to its end.
 *
 * <p>Expected: each actor's tasklets run, once, and in the order of their wakeups. In the control a waker moves the
 * tail by a load and a store instead of one step, and is seen on x86.
 */
@Outcome(id = "ab, c", expect = ACCEPTABLE, desc = "All ran, in the order of their wakers.")
@Outcome(expect = FORBIDDEN, desc = "One is missing, or out of order.")
public final class InboxPut {
    private InboxPut() {}

    /** The shipped loop. */
    @JCStressTest
    @JCStressMeta(InboxPut.class)
    @State
    public static class Actual {
        private final TaskletLoop loop = TaskletLoop.manual();
        private final StringBuilder first = new StringBuilder();
        private final StringBuilder second = new StringBuilder();
        private final Tasklet a = loop.newTasklet((self, reasons) -> first.append('a'));
        private final Tasklet b = loop.newTasklet((self, reasons) -> first.append('b'));
        private final Tasklet c = loop.newTasklet((self, reasons) -> second.append('c'));

        @Actor
        public void waker() {
            a.wakeup();
            b.wakeup();
        }

        @Actor
        public void secondWakerAndLoop() {
            c.wakeup();
            loop.runOnce(0);
        }

        @Arbiter
        public void afterwards(final LL_Result r) {
            loop.runOnce(0);
            r.r1 = first.toString();
            r.r2 = second.toString();
        }
    }

    /** Control: the tail is moved by a load and a store. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0"},
            expect = ACCEPTABLE,
            desc = "A slot for each.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE_INTERESTING, desc = "Both put into one slot.")
    @State
    public static class Broken {
        private static final int TAIL = 0;

        private final Fixture.Words words = new Fixture.Words();

        private long takePosition() {
            final long position = words.getVolatile(TAIL);
            words.setVolatile(TAIL, position + 1);
            return position;
        }

        @Actor
        public void waker(final LL_Result r) {
            r.r1 = takePosition();
        }

        @Actor
        public void secondWaker(final LL_Result r) {
            r.r2 = takePosition();
        }
    }
}
