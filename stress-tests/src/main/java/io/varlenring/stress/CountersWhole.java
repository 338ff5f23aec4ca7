// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingProducer;
import io.varlenring.RingStats;
import io.varlenring.VarLenMpscRing;
import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletLoop;
import io.varlenring.tasklet.TaskletStats;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A counter that is read while it is written is one of its values, for the counters of a ring and of a loop [M10] [T4].
 *
 * <p>1 writer, 1 reader. On a ring of 64 bytes the writer offers a record of 24 bytes; on a loop it runs a tasklet that was
 * woken twice. The reader takes a snapshot.
 *
 * <p>Expected: each counter old or new, whichever of the others are. A machine with words of 64 bits cannot tear a counter,
 * opaque or plain; the control stores it in two halves, as one with words of 32 bits would, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick CountersWhole, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Ring    1, 24  1,137,520  acceptable
 *           0, 0     117,900  acceptable
 *           0, 24         36  acceptable
 *           1, 0           6  acceptable
 *   Loop    0, 0   2,456,462  acceptable
 *           1, 2     795,579  acceptable
 *           0, 2         139  acceptable
 *           1, 0          82  acceptable
 *   Broken  0, 0   3,313,528  acceptable
 *           1, 1   1,314,409  acceptable
 *           1, 0       3,796  interesting
 *           0, 1       2,929  interesting
 * </pre>
 */
@Outcome(
        id = {"0, 0", "0, 24", "1, 0", "1, 24"},
        expect = ACCEPTABLE,
        desc = "Each counter is old or new.")
@Outcome(expect = FORBIDDEN, desc = "A count that never was.")
public final class CountersWhole {
    private CountersWhole() {}

    /** The counters of the shipped ring: records, and their bytes. */
    @JCStressTest
    @JCStressMeta(CountersWhole.class)
    @State
    public static class Ring {
        private final VarLenMpscRing ring = VarLenMpscRing.allocate(Fixture.CAPACITY);
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('A', 24);

        @Actor
        public void writer() {
            Fixture.offer(producer, record);
        }

        @Actor
        public void reader(final LL_Result r) {
            final RingStats stats = ring.stats();
            r.r1 = stats.offered();
            r.r2 = stats.bytes();
        }
    }

    /** The counters of the shipped loop: runs, and the wakeups that led to them. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 2", "1, 0", "1, 2"},
            expect = ACCEPTABLE,
            desc = "Each counter is old or new.")
    @Outcome(expect = FORBIDDEN, desc = "A count that never was.")
    @State
    public static class Loop {
        private final TaskletLoop loop = TaskletLoop.manual();

        public Loop() {
            final Tasklet tasklet = loop.newTasklet((self, reasons) -> {});
            tasklet.wakeup();
            tasklet.wakeup();
        }

        @Actor
        public void writer() {
            loop.runOnce(0);
        }

        @Actor
        public void reader(final LL_Result r) {
            final TaskletStats stats = loop.stats();
            r.r1 = stats.runs();
            r.r2 = stats.wakeups();
        }
    }

    /** Control: a counter that is stored in two halves. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "Old or new.")
    @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "Half of each.")
    @State
    public static class Broken {
        private final Fixture.Words halves = new Fixture.Words();

        @Actor
        public void writer() {
            halves.setVolatile(0, 1);
            halves.setVolatile(1, 1);
        }

        @Actor
        public void reader(final LL_Result r) {
            r.r1 = halves.getVolatile(0);
            r.r2 = halves.getVolatile(1);
        }
    }
}
