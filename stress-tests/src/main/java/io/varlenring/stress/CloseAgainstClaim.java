// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingClaim;
import io.varlenring.RingClosedException;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * A claim that was taken before the ring was closed can be committed after it, and the consumer waits for it [M8].
 *
 * <p>1 producer, 1 consumer that also closes, capacity 64. The producer claims 8 bytes and commits them; the consumer
 * closes the ring, drains once, and when nothing was there asks whether the ring is closed and empty. The arbiter drains.
 *
 * <p>Expected: a claim that was granted is delivered, once, and the ring is not finished before. The control takes "closed,
 * and nothing to read" for the end, which is a misuse of the shipped ring, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick CloseAgainstClaim, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  stored, A, -          600,505  acceptable
 *           refused, finished, -  419,303  acceptable
 *           stored, open, A           134  acceptable
 *           stored, finished, .*        0  forbidden
 *   Broken  refused, finished, -  631,190  acceptable
 *           stored, A, -          460,339  acceptable
 *           stored, finished, A        93  interesting
 * </pre>
 */
@Outcome(id = "stored, A, -", expect = ACCEPTABLE, desc = "Committed before the drain.")
@Outcome(id = "stored, open, A", expect = ACCEPTABLE, desc = "Claimed before the close, committed after the drain.")
@Outcome(id = "refused, finished, -", expect = ACCEPTABLE, desc = "The close came first.")
@Outcome(id = "stored, finished, .*", expect = FORBIDDEN, desc = "An open claim was forgotten.")
@Outcome(expect = FORBIDDEN, desc = "A record is lost, doubled, or was committed without a claim.")
public final class CloseAgainstClaim {
    private CloseAgainstClaim() {}

    private static String claimAndCommit(final RingProducer producer) {
        try (RingClaim claim = producer.tryClaim(8)) {
            claim.buffer().putLong(0x4141414141414141L);
            claim.commit();
            return Fixture.STORED;
        } catch (final RingClosedException closed) {
            return Fixture.REFUSED;
        }
    }

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(CloseAgainstClaim.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer producer = ring.newProducer();

        @Actor
        public void producer(final LLL_Result r) {
            r.r1 = claimAndCommit(producer);
        }

        @Actor
        public void consumer(final LLL_Result r) {
            ring.close();
            final String drained = Fixture.drain(ring.consumer());
            if (drained.equals(Fixture.NOTHING)) {
                r.r2 = ring.isClosed() && ring.isEmpty() ? "finished" : "open";
            } else {
                r.r2 = drained;
            }
        }

        @Arbiter
        public void drain(final LLL_Result r) {
            r.r3 = Fixture.drain(ring.consumer());
        }
    }

    /** Control: an empty drain of a closed ring is taken for the end. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"stored, A, -", "refused, finished, -"},
            expect = ACCEPTABLE,
            desc = "One came before the other.")
    @Outcome(id = "stored, finished, A", expect = ACCEPTABLE_INTERESTING, desc = "An open claim was forgotten.")
    @State
    public static class Broken {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer producer = ring.newProducer();

        @Actor
        public void producer(final LLL_Result r) {
            r.r1 = claimAndCommit(producer);
        }

        @Actor
        public void consumer(final LLL_Result r) {
            ring.close();
            final String drained = Fixture.drain(ring.consumer());
            r.r2 = drained.equals(Fixture.NOTHING) ? "finished" : drained;
        }

        @Arbiter
        public void drain(final LLL_Result r) {
            r.r3 = Fixture.drain(ring.consumer());
        }
    }
}
