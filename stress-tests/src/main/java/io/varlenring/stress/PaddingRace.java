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
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A gap before the wrap is always that of the record behind it, although another producer may take the place for which it
 * was computed [M1] [M4].
 *
 * <p>2 producers, capacity 64, positions at 104, so that 24 bytes are left before the wrap. A record A of 16 bytes fills
 * them; behind a record B of 8 bytes it does not fit any more, and needs a gap of just a header. The arbiter drains.
 *
 * <p>Expected: both records, and padding if and only if B came first. The control computes the gap from one position and
 * reserves at another, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick PaddingRace, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  AB, 0           727,620  acceptable
 *           BA, 8           425,442  acceptable
 *   Broken  whole, whole  2,642,850  acceptable
 *           split, whole  1,438,852  interesting
 * </pre>
 */
@Outcome(id = "AB, 0", expect = ACCEPTABLE, desc = "A filled the lap.")
@Outcome(id = "BA, 8", expect = ACCEPTABLE, desc = "B came first, and A went behind the gap.")
@Outcome(expect = FORBIDDEN, desc = "A record is lost or torn, or the gap is not the right one.")
public final class PaddingRace {
    private PaddingRace() {}

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(PaddingRace.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(104);
        private final RingProducer first = ring.newProducer();
        private final RingProducer second = ring.newProducer();
        private final byte[] recordA = Fixture.record('A', 16);
        private final byte[] recordB = Fixture.record('B', 8);

        @Actor
        public void first() {
            Fixture.offer(first, recordA);
        }

        @Actor
        public void second() {
            Fixture.offer(second, recordB);
        }

        @Arbiter
        public void drain(final LL_Result r) {
            r.r1 = Fixture.drain(ring.consumer());
            r.r2 = ring.stats().paddingBytes();
        }
    }

    /** Control: gap and record are added to whatever the position is by then. Seen on x86. */
    @JCStressTest
    @Outcome(id = "whole, whole", expect = ACCEPTABLE, desc = "Both records are inside a lap.")
    @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "A record goes over the end.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        public Broken() {
            words.setPlain(0, 104);
        }

        private String reserve(final int stride) {
            final long untilWrap = Fixture.CAPACITY - words.getVolatile(0) % Fixture.CAPACITY;
            final long gap = stride <= untilWrap ? 0 : untilWrap;
            final long start = words.getAndAdd(0, gap + stride) + gap;
            return start % Fixture.CAPACITY + stride <= Fixture.CAPACITY ? "whole" : "split";
        }

        @Actor
        public void first(final LL_Result r) {
            r.r1 = reserve(24);
        }

        @Actor
        public void second(final LL_Result r) {
            r.r2 = reserve(16);
        }
    }
}
