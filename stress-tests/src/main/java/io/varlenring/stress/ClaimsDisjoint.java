// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * Two producers never get the same bytes [M4].
 *
 * <p>2 producers, capacity 64. Each stores a record of its own; the arbiter drains. In {@code Actual} there is room for
 * both, in {@code LastSpace} for one of them only.
 *
 * <p>Expected: what was stored is there, whole, and of two that want the last bytes one is told that the ring is full.
 * The control looks at the producer position and then stores it, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick ClaimsDisjoint, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual     stored, stored, AB    740,574  acceptable
 *              stored, stored, BA    310,088  acceptable
 *   LastSpace  stored, full, xA      718,625  acceptable
 *              full, stored, xB      352,517  acceptable
 *   Broken     0, 8                1,357,183  acceptable
 *              8, 0                  764,565  acceptable
 *              0, 0                  239,634  interesting
 * </pre>
 */
@Outcome(
        id = {"stored, stored, AB", "stored, stored, BA"},
        expect = ACCEPTABLE,
        desc = "One behind the other.")
@Outcome(expect = FORBIDDEN, desc = "A record is overwritten, torn, or refused without need.")
public final class ClaimsDisjoint {
    private ClaimsDisjoint() {}

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(ClaimsDisjoint.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer first = ring.newProducer();
        private final RingProducer second = ring.newProducer();
        private final byte[] recordA = Fixture.record('A', 8);
        private final byte[] recordB = Fixture.record('B', 24);

        @Actor
        public void first(final LLL_Result r) {
            r.r1 = Fixture.offer(first, recordA);
        }

        @Actor
        public void second(final LLL_Result r) {
            r.r2 = Fixture.offer(second, recordB);
        }

        @Arbiter
        public void drain(final LLL_Result r) {
            r.r3 = Fixture.drain(ring.consumer());
        }
    }

    /** The shipped ring, half full: a record of 24 bytes and its header take all that is left. */
    @JCStressTest
    @Outcome(
            id = {"stored, full, xA", "full, stored, xB"},
            expect = ACCEPTABLE,
            desc = "One of them got it.")
    @Outcome(expect = FORBIDDEN, desc = "Both got it, or none, or a record is torn.")
    @State
    public static class LastSpace {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer first = ring.newProducer();
        private final RingProducer second = ring.newProducer();
        private final byte[] recordA = Fixture.record('A', 24);
        private final byte[] recordB = Fixture.record('B', 24);

        public LastSpace() {
            Fixture.offer(first, Fixture.record('x', 24));
        }

        @Actor
        public void first(final LLL_Result r) {
            r.r1 = Fixture.offer(first, recordA);
        }

        @Actor
        public void second(final LLL_Result r) {
            r.r2 = Fixture.offer(second, recordB);
        }

        @Arbiter
        public void drain(final LLL_Result r) {
            r.r3 = Fixture.drain(ring.consumer());
        }
    }

    /** Control: the position is read, and then stored. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0, 8", "8, 0"},
            expect = ACCEPTABLE,
            desc = "One behind the other.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE_INTERESTING, desc = "Both got the same bytes.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        private long claim() {
            final long position = words.getVolatile(0);
            words.setVolatile(0, position + 8);
            return position;
        }

        @Actor
        public void first(final LL_Result r) {
            r.r1 = claim();
        }

        @Actor
        public void second(final LL_Result r) {
            r.r2 = claim();
        }
    }
}
