// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
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
 * What a claim gives back is zero for whoever reserves it, or padding when somebody has reserved behind it [M11].
 *
 * <p>2 producers, capacity 64. The first one has claimed 24 bytes, filled them with words that look like headers, and
 * commits 8 of them. The second stores a record B: behind what is used, or behind all of the claim.
 *
 * In {@code Abort} the claim is aborted; in {@code Both} the second has claimed too, and both abort.
 *
 * <p>Expected: A, then B; or only what was stored. The control moves a position back before it zeroes, and is seen on x86.
 */
@Outcome(id = "AB", expect = ACCEPTABLE, desc = "Both records, in the order of their reservations.")
@Outcome(expect = FORBIDDEN, desc = "Stale bytes were taken for a header, or a record is lost.")
public final class GivenBack {
    private GivenBack() {}

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(GivenBack.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(0);
        private final RingClaim claim = ring.newProducer().tryClaim(24);
        private final RingProducer other = ring.newProducer();

        public Actual() {
            claim.buffer().put(Fixture.record('A', 24));
        }

        @Actor
        public void first() {
            claim.commit(8);
        }

        @Actor
        public void second() {
            Fixture.offer(other, Fixture.record('B', 8));
        }

        @Arbiter
        public void consumer(final L_Result r) {
            r.r1 = Fixture.drain(ring.consumer());
        }
    }

    /** A claim that is aborted, against a record behind it or in its place. */
    @JCStressTest
    @Outcome(id = "B, 16", expect = ACCEPTABLE, desc = "In its place: the abort came first.")
    @Outcome(id = "B, 48", expect = ACCEPTABLE, desc = "Behind padding: the record came first.")
    @Outcome(expect = FORBIDDEN, desc = "Stale bytes were taken for a header, or the record is lost.")
    @State
    public static class Abort {
        private final VarLenMpscRing ring = Fixture.ringAt(0);
        private final RingClaim claim = ring.newProducer().tryClaim(24);
        private final RingProducer other = ring.newProducer();

        public Abort() {
            claim.buffer().put(Fixture.record('A', 24));
        }

        @Actor
        public void first() {
            claim.abort();
        }

        @Actor
        public void second() {
            Fixture.offer(other, Fixture.record('B', 8));
        }

        @Arbiter
        public void consumer(final LL_Result r) {
            r.r1 = Fixture.drain(ring.consumer());
            r.r2 = ring.consumerPosition();
        }
    }

    /** Two claims, one behind the other, that are given back at the same time. */
    @JCStressTest
    @Outcome(id = "C, 16", expect = ACCEPTABLE, desc = "Both were given back, the second one first.")
    @Outcome(id = "C, 32", expect = ACCEPTABLE, desc = "The first one found the second behind it: padding.")
    @Outcome(expect = FORBIDDEN, desc = "Stale bytes were taken for a header, or a record is lost.")
    @State
    public static class Both {
        private final VarLenMpscRing ring = Fixture.ringAt(0);
        private final RingClaim claim = ring.newProducer().tryClaim(8);
        private final RingClaim behind = ring.newProducer().tryClaim(8);

        public Both() {
            claim.buffer().put(Fixture.record('A', 8));
            behind.buffer().put(Fixture.record('B', 8));
        }

        @Actor
        public void first() {
            claim.abort();
        }

        @Actor
        public void second() {
            behind.abort();
        }

        @Arbiter
        public void consumer(final LL_Result r) {
            Fixture.offer(ring.newProducer(), Fixture.record('C', 8));
            r.r1 = Fixture.drain(ring.consumer());
            r.r2 = ring.consumerPosition();
        }
    }

    /** Control: the position goes back before the word is zero. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"-1", "0"},
            expect = ACCEPTABLE,
            desc = "Not yet given back, or zero.")
    @Outcome(id = "7", expect = ACCEPTABLE_INTERESTING, desc = "Stale bytes in what was given back.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        public Broken() {
            words.setRelease(0, 64);
            words.setRelease(1, 7);
        }

        @Actor
        public void producer() {
            words.setRelease(0, 0);
            words.setRelease(1, 0);
        }

        @Actor
        public void other(final L_Result r) {
            r.r1 = words.getAcquire(0) == 0 ? words.getAcquire(1) : -1L;
        }
    }
}
