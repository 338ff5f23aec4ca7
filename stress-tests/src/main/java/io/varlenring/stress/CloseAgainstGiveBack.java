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
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * What is given back does not open a ring again that is being closed, and "closed and empty" comes after it [M8] [M11].
 *
 * <p>1 producer, 1 closer, capacity 64. The producer has claimed 24 bytes, and commits 8 of them, or aborts; the other
 * thread closes the ring. The arbiter drains, asks whether the ring is finished, and for its producer position.
 *
 * <p>Expected: closed and empty, behind what is used or behind all of the claim. The control moves the position back by
 * a comparison and a store, which takes the mark of the close with it, and is seen on x86.
 */
@Outcome(id = "A, finished, 16", expect = ACCEPTABLE, desc = "Given back before the close.")
@Outcome(id = "A, finished, 32", expect = ACCEPTABLE, desc = "Padding, behind the close.")
@Outcome(id = ".*, open, .*", expect = FORBIDDEN, desc = "The close is lost, or the ring never empties.")
@Outcome(expect = FORBIDDEN, desc = "The record is lost, or a position is wrong.")
public final class CloseAgainstGiveBack {
    private CloseAgainstGiveBack() {}

    private static void finish(final VarLenMpscRing ring, final LLL_Result r) {
        r.r1 = Fixture.drain(ring.consumer());
        r.r2 = ring.isClosed() && ring.isEmpty() ? "finished" : "open";
        r.r3 = ring.producerPosition();
    }

    /** A commit of a part of the claim. */
    @JCStressTest
    @JCStressMeta(CloseAgainstGiveBack.class)
    @State
    public static class Commit {
        private final VarLenMpscRing ring = Fixture.ringAt(0);
        private final RingClaim claim = ring.newProducer().tryClaim(24);

        public Commit() {
            claim.buffer().put(Fixture.record('A', 24));
        }

        @Actor
        public void producer() {
            claim.commit(8);
        }

        @Actor
        public void closer() {
            ring.close();
        }

        @Arbiter
        public void rest(final LLL_Result r) {
            finish(ring, r);
        }
    }

    /** An abort. */
    @JCStressTest
    @Outcome(id = "-, finished, 0", expect = ACCEPTABLE, desc = "Given back before the close.")
    @Outcome(id = "-, finished, 32", expect = ACCEPTABLE, desc = "Padding, behind the close.")
    @Outcome(expect = FORBIDDEN, desc = "The close is lost, or the ring never empties, or a position is wrong.")
    @State
    public static class Abort {
        private final VarLenMpscRing ring = Fixture.ringAt(0);
        private final RingClaim claim = ring.newProducer().tryClaim(24);

        public Abort() {
            claim.buffer().put(Fixture.record('A', 24));
        }

        @Actor
        public void producer() {
            claim.abort();
        }

        @Actor
        public void closer() {
            ring.close();
        }

        @Arbiter
        public void rest(final LLL_Result r) {
            finish(ring, r);
        }
    }

    /** Control: a comparison, then a store. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"1", "33"},
            expect = ACCEPTABLE,
            desc = "Closed.")
    @Outcome(id = "0", expect = ACCEPTABLE_INTERESTING, desc = "The close is lost.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        public Broken() {
            words.setVolatile(0, 32);
        }

        @Actor
        public void producer() {
            if (words.getVolatile(0) == 32) {
                Fixture.pause();
                words.setVolatile(0, 0);
            }
        }

        @Actor
        public void closer() {
            words.getAndAdd(0, 1);
        }

        @Arbiter
        public void position(final L_Result r) {
            r.r1 = words.getVolatile(0);
        }
    }
}
