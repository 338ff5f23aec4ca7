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
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * An aborted claim is never seen as a record, and what is behind it is delivered, once [M1].
 *
 * <p>2 producers, 1 consumer, capacity 64. The first producer has claimed 24 bytes and filled them; the second has stored a
 * record B behind them. The first one aborts, the consumer drains, and the arbiter drains the rest.
 *
 * <p>Expected: B, in one of the drains. The control first makes the claim a record, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick AbortSkipped, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  B, -  1,062,673  acceptable
 *           -, B     49,429  acceptable
 *   Broken  -32   2,960,146  acceptable
 *           0       875,638  acceptable
 *           32          158  interesting
 * </pre>
 */
@Outcome(id = "-, B", expect = ACCEPTABLE, desc = "The drain came before the abort.")
@Outcome(id = "B, -", expect = ACCEPTABLE, desc = "The drain came after the abort.")
@Outcome(expect = FORBIDDEN, desc = "The aborted claim is a record, or B is lost, torn or doubled.")
public final class AbortSkipped {
    private AbortSkipped() {}

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(AbortSkipped.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingClaim claim = ring.newProducer().tryClaim(24);

        public Actual() {
            claim.buffer().put(Fixture.record('A', 24));
            Fixture.offer(ring.newProducer(), Fixture.record('B', 8));
        }

        @Actor
        public void producer() {
            claim.abort();
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

    /** Control: the header says "record" before it says "padding". Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0", "-32"},
            expect = ACCEPTABLE,
            desc = "Not ready, or padding.")
    @Outcome(id = "32", expect = ACCEPTABLE_INTERESTING, desc = "The aborted claim is a record.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        @Actor
        public void producer() {
            words.setRelease(0, 32);
            words.setRelease(0, -32);
        }

        @Actor
        public void consumer(final L_Result r) {
            r.r1 = words.getAcquire(0);
        }
    }
}
