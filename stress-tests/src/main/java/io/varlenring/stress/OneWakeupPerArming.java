// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingClaim;
import io.varlenring.VarLenMpscRing;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * One arming leads to one call of the hook, whoever publishes meanwhile [M9].
 *
 * <p>2 producers, capacity 64, a hook that counts, the ring armed, a claim of 8 bytes open in each producer. Both commit.
 *
 * <p>Expected: one call. The control looks at armed and then stores it, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick OneWakeupPerArming, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  1            1,071,142  acceptable
 *           0                    0  forbidden
 *   Broken  true, false  1,529,967  acceptable
 *           false, true    981,619  acceptable
 *           true, true     187,716  interesting
 * </pre>
 */
@Outcome(id = "1", expect = ACCEPTABLE, desc = "One of them was elected.")
@Outcome(id = "0", expect = FORBIDDEN, desc = "Each left it to the other.")
@Outcome(expect = FORBIDDEN, desc = "Both called the hook.")
public final class OneWakeupPerArming {
    private OneWakeupPerArming() {}

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(OneWakeupPerArming.class)
    @State
    public static class Actual {
        private final AtomicInteger calls = new AtomicInteger();
        private final VarLenMpscRing ring = Fixture.ringAt(64, calls::getAndIncrement);
        private final RingClaim first = ring.newProducer().tryClaim(8);
        private final RingClaim second = ring.newProducer().tryClaim(8);

        public Actual() {
            ring.consumer().arm();
        }

        @Actor
        public void first() {
            first.commit();
        }

        @Actor
        public void second() {
            second.commit();
        }

        @Arbiter
        public void hook(final L_Result r) {
            r.r1 = calls.get();
        }
    }

    /** Control: armed is read, and then stored. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = ACCEPTABLE,
            desc = "One of them was elected.")
    @Outcome(id = "true, true", expect = ACCEPTABLE_INTERESTING, desc = "Both wake.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        public Broken() {
            words.setPlain(0, 1);
        }

        private boolean disarm() {
            if (words.getVolatile(0) == 0) {
                return false;
            }
            words.setVolatile(0, 0);
            return true;
        }

        @Actor
        public void first(final LL_Result r) {
            r.r1 = disarm();
        }

        @Actor
        public void second(final LL_Result r) {
            r.r2 = disarm();
        }
    }
}
