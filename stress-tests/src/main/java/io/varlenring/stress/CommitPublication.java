// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A record that is seen is seen whole, with all its producer did before [M1].
 *
 * <p>1 producer, 1 consumer, capacity 64. The producer writes a field, plainly, and offers a record of 24 bytes; the
 * consumer drains once, and its handler looks at all bytes and at the field.
 *
 * <p>Expected: nothing, or the record with everything. The control for the order is seen on x86. The control for the
 * mode, a header stored plainly, is not: x86 keeps stores in order, so there this row rests on the written argument.
 *
 * <pre>
 * stress-tests/run quick CommitPublication, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual       A, 1    689,854  acceptable
 *                -, 0    596,328  acceptable
 *                A, 0          0  forbidden
 *   BrokenOrder  1, 1  1,370,343  acceptable
 *                0, 0    518,220  acceptable
 *                0, 1      1,191  acceptable
 *                1, 0        588  interesting
 *   BrokenMode   1, 1  2,926,064  acceptable
 *                0, 0    505,726  acceptable
 *                0, 1     25,272  acceptable
 *                1, 0          0  interesting
 * </pre>
 */
@Outcome(id = "-, 0", expect = ACCEPTABLE, desc = "The drain came before the commit.")
@Outcome(id = "A, 1", expect = ACCEPTABLE, desc = "The drain came after the commit, and sees everything.")
@Outcome(id = "A, 0", expect = FORBIDDEN, desc = "The record is seen without what came before it.")
@Outcome(expect = FORBIDDEN, desc = "The record is seen before its payload.")
public final class CommitPublication {
    private static final int HEADER = 0;
    private static final int PAYLOAD = 1;

    private CommitPublication() {}

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(CommitPublication.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(80);
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('A', 24);
        private int before;

        @Actor
        public void producer() {
            before = 1;
            Fixture.offer(producer, record);
        }

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = Fixture.NOTHING;
            r.r2 = 0;
            ring.consumer().drain(record -> {
                r.r1 = Fixture.letter(record);
                r.r2 = before;
            });
        }
    }

    /** Control: the header comes before the payload. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "No header, or all.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE_INTERESTING, desc = "A header without its payload.")
    @State
    public static class BrokenOrder {
        private final Fixture.Words words = new Fixture.Words();

        @Actor
        public void producer() {
            words.setRelease(HEADER, 1);
            words.setPlain(PAYLOAD, 1);
        }

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = words.getAcquire(HEADER);
            r.r2 = words.getPlain(PAYLOAD);
        }
    }

    /** Control: the header is stored plainly. Not seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "No header, or all.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE_INTERESTING, desc = "A header without its payload.")
    @State
    public static class BrokenMode {
        private final Fixture.Words words = new Fixture.Words();

        @Actor
        public void producer() {
            words.setPlain(PAYLOAD, 1);
            words.setPlain(HEADER, 1);
        }

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = words.getAcquire(HEADER);
            r.r2 = words.getPlain(PAYLOAD);
        }
    }
}
