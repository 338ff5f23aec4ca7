// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingClaim;
import io.varlenring.VarLenMpscRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The rest of a claim that was committed in part is padding by the time at which its record is seen [M1].
 *
 * <p>2 producers, 1 consumer, capacity 64. The first producer has claimed 24 bytes; the second has stored a record B behind
 * them. The first one commits 8 bytes, the consumer drains, and the arbiter drains the rest.
 *
 * <p>Expected: A and B in one drain, never A alone, since nothing between them is unfinished. The control stores the
 * padding behind the record's header, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick ShrinkingCommit, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  AB, -  1,088,276  acceptable
 *           -, AB    146,706  acceptable
 *           A, B           0  forbidden
 *   Broken  1, 1   1,861,961  acceptable
 *           0, 0     203,087  acceptable
 *           0, 1       6,723  acceptable
 *           1, 0       2,891  interesting
 * </pre>
 */
@Outcome(id = "-, AB", expect = ACCEPTABLE, desc = "The drain came before the commit.")
@Outcome(id = "AB, -", expect = ACCEPTABLE, desc = "The drain came after the commit.")
@Outcome(id = "A, B", expect = FORBIDDEN, desc = "The drain got stuck between A and B.")
@Outcome(expect = FORBIDDEN, desc = "A record is lost, torn or doubled.")
public final class ShrinkingCommit {
    private static final int RECORD = 0;
    private static final int PADDING = 1;

    private ShrinkingCommit() {}

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(ShrinkingCommit.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingClaim claim = ring.newProducer().tryClaim(24);

        public Actual() {
            claim.buffer().put(Fixture.record('A', 8));
            Fixture.offer(ring.newProducer(), Fixture.record('B', 8));
        }

        @Actor
        public void producer() {
            claim.commit(8);
        }

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = Fixture.drain(ring.consumer());
        }

        @Arbiter
        public void rest(final LL_Result r) {
            r.r2 = Fixture.drain(ring.consumer());
        }
    }

    /** Control: the record's header comes before that of the padding. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "No record, or both headers.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE_INTERESTING, desc = "The drain gets stuck behind the record.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        @Actor
        public void producer() {
            words.setRelease(RECORD, 1);
            words.setRelease(PADDING, 1);
        }

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = words.getAcquire(RECORD);
            r.r2 = words.getAcquire(PADDING);
        }
    }
}
